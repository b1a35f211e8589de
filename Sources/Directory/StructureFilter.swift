public import Contract
public import Fields
import Postgres
public import Reference

extension StructureStore {
    /// What a list may be narrowed down by; all must hold.
    public struct Filter: Decodable, Sendable {
        /// Words of its names, of who runs it, of its kind, commune or grouping; case, accents and a typo are forgiven.
        public var q: SearchWords?
        /// A FINESS category, by code or by the name people use (500, EHPAD, SAD).
        public var kind: KindName?
        /// For whom it is.
        public var `public`: StructurePublic?
        /// Structures that stand in a commune or say that they serve it; merged communes count as the present one.
        public var commune: PlaceCode?
        /// Structures that stand in a grouping of communes or say that they serve some of it.
        public var epci: PlaceCode?
        /// The nearest first, from this point.
        public var near: GeoPoint?
        /// At most so far from that point, as the crow flies.
        public var radiusKm: Kilometres?
        /// On this part of the map: west, south, east, north.
        public var bbox: GeoBox?
        /// Verified by its employer or the team on this day or later.
        public var verifiedSince: Day?
        /// Whether it says that it recruits.
        public var recruiting: Bool?
        /// FINESS number (EJ) of who runs it.
        public var `operator`: FinessCode?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// Every structure that is open.
        public init() {}

        /// Whether it may take long: it has a lane of its own.
        var isLong: Bool { q != nil || near != nil || bbox != nil }

        /// What lists are sorted by: their columns in the answer.
        var key: [String] { near == nil ? ["sort_name", "finess"] : ["distance_m", "finess"] }

        /// The distance in metres from the point that was given.
        var distance: SQL {
            guard let near else { return "NULL::integer" }
            return "structure_distance(s.unit_point, \(near.latitude)::float8, \(near.longitude)::float8)"
        }

        /// What a list `s` of `structure_index` is narrowed down by. Only what was asked for stands in the statement, so that the
        /// plan PostgreSQL keeps for it can use indexes.
        func conditions(on day: Day) throws(Refusal) -> SQL {
            var all: SQL = "s.status = 'open'"
            if let q { all = "\(all) AND s.search_words @@ structure_query(\(q))" }
            if let kind { all = "\(all) AND s.kind = ANY (kinds_meant(\(kind)))" }
            if let people = `public` { all = "\(all) AND \(people) = ANY (s.publics)" }
            if let commune {
                let places: SQL = "places_touching(coalesce(present_commune(\(commune)), \(commune)))"
                all = "\(all) AND (s.insee = ANY (\(places)) OR s.service_area && \(places))"
            }
            if let epci {
                let places: SQL = "places_touching(\(epci))"
                all = "\(all) AND (s.insee = ANY (\(places)) OR s.service_area && \(places))"
            }
            if let radiusKm {
                guard let near else { throw DirectoryRefusals.radiusWithoutPoint() }
                all = """
                    \(all) AND s.unit_point <@ structure_radius(\(near.latitude)::float8, \(near.longitude)::float8,
                                                                \(radiusKm.number)::float8)
                           AND \(distance) <= \(radiusKm.number)::float8 * 1000
                    """
            } else if near != nil {
                all = "\(all) AND s.unit_point IS NOT NULL"
            }
            if let bbox {
                all = """
                    \(all) AND point(s.longitude, s.latitude) <@ box(point(\(bbox.west)::float8, \(bbox.south)::float8),
                                                                     point(\(bbox.east)::float8, \(bbox.north)::float8))
                    """
            }
            if let verifiedSince { all = "\(all) AND s.verified_on >= \(verifiedSince)" }
            if let recruiting {
                all = "\(all) AND coalesce(s.recruiting_until >= \(day), false) = \(recruiting)"
            }
            if let legalEntity = `operator` {
                all =
                    "\(all) AND s.legal_entity_id = (SELECT id FROM public_legal_entity WHERE finess = \(legalEntity))"
            }
            return all
        }

        /// The part of the list after the cursor.
        func after() throws(Refusal) -> SQL {
            guard let cursor else { return "true" }
            if near == nil {
                let (name, number) = try cursor.key(of: "structures", SortText.self, FinessCode.self)
                return "(s.sort_name, s.finess) > (\(name), \(number))"
            }
            let (distance, number) = try cursor.key(of: "structures_near", SortNumber.self, FinessCode.self)
            return "(\(self.distance), s.finess) > (\(distance)::integer, \(number))"
        }
    }
}
