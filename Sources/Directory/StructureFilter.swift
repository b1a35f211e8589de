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
        /// Whether it recruits: it says so, or has an open need.
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
            // In a subselect, the point is made once; as a function it would be for each row that is looked at.
            return
                "structure_distance(s.unit_point, (SELECT unit_point(\(near.latitude)::float8, \(near.longitude)::float8)))"
        }

        /// What a list `s` of `structure_index` is narrowed down by. Only what was asked for stands in the statement, so that the
        /// plan PostgreSQL keeps for it can use indexes.
        func conditions(on day: Day) throws(Refusal) -> SQL {
            var all: SQL = "s.status = 'open'"
            // In a subselect, what a filter means is found once; as a function it would be for each row that is looked at.
            if let q { all = "\(all) AND s.search_words @@ (SELECT structure_query(\(q)))" }
            if let people = `public` { all = "\(all) AND \(people) = ANY (s.publics)" }
            if let commune {
                all = "\(all) AND \(Self.serving("coalesce(present_commune(\(commune)), \(commune))"))"
            }
            if let epci { all = "\(all) AND \(Self.serving("\(epci)"))" }
            if radiusKm != nil, near == nil { throw DirectoryRefusals.radiusWithoutPoint() }
            if near != nil { all = "\(all) AND s.unit_point IS NOT NULL" }
            if let bbox {
                all = """
                    \(all) AND point(s.longitude, s.latitude) <@ box(point(\(bbox.west)::float8, \(bbox.south)::float8),
                                                                     point(\(bbox.east)::float8, \(bbox.north)::float8))
                    """
            }
            if let verifiedSince { all = "\(all) AND s.verified_on >= \(verifiedSince)" }
            if let recruiting {
                all = "\(all) AND \(recruiting ? Self.recruiting(on: day) : Self.quiet(on: day))"
            }
            if let legalEntity = `operator` {
                all =
                    "\(all) AND s.legal_entity_id = (SELECT id FROM public_legal_entity WHERE finess = \(legalEntity))"
            }
            return all
        }

        /// Those that say that they recruit, and those with an open need: by two indexes, then by their ids.
        private static func recruiting(on day: Day) -> SQL {
            """
            s.id = ANY (ARRAY(
                SELECT i.id FROM structure_index i WHERE i.recruiting_until >= \(day)
                UNION
                SELECT n.structure_id FROM need_index n WHERE n.expires_on >= \(day)))
            """
        }

        private static func quiet(on day: Day) -> SQL {
            """
            (s.recruiting_until IS NULL OR s.recruiting_until < \(day))
               AND NOT EXISTS (SELECT FROM need_index n WHERE n.structure_id = s.id AND n.expires_on >= \(day))
            """
        }

        /// Those that stand in a place, or say that they serve it: by two indexes, then by their ids.
        private static func serving(_ place: SQL) -> SQL {
            """
            s.id = ANY (ARRAY(
                SELECT i.id FROM structure_index i WHERE i.insee = ANY ((SELECT places_touching(\(place)))::text[])
                UNION
                SELECT i.id FROM structure_index i WHERE i.service_area && (SELECT places_touching(\(place)))))
            """
        }

        /// Where a page is looked for: in the whole directory, or in each kind that is meant, whose indexes have the list's orders.
        func source(_ conditions: SQL, order: SQL, atMost count: Int?) -> SQL {
            func page(_ conditions: SQL) -> SQL {
                """
                SELECT s.id, s.sort_name, s.finess, \(distance) AS distance_m FROM structure_index s
                 WHERE \(conditions) \(within(conditions, atMost: count)) ORDER BY \(order) LIMIT \(limit: count)
                """
            }
            guard let kind else { return page(conditions) }
            if kind.isCode { return page("\(conditions) AND s.kind = \(kind)") }
            return """
                SELECT s.* FROM unnest((SELECT kinds_meant(\(kind)))) AS meant
                 CROSS JOIN LATERAL (\(page("\(conditions) AND s.kind = meant"))) AS s
                 ORDER BY \(order) LIMIT \(limit: count)
                """
        }

        /// How far from its point a page is looked for: within the radius, and not beyond the last of the nearest. Those an index
        /// gives in their order; it knows no metres and no numbers, so the page itself is what is as near as the last of them.
        ///
        /// Not with words: they are in few, and the index on words finds those first.
        private func within(_ conditions: SQL, atMost count: Int?) -> SQL {
            guard let near else { return .nothing }
            var all: SQL = .nothing
            func add(kilometres: SQL) {
                all = """
                    \(all) AND s.unit_point <@ structure_radius(\(near.latitude)::float8, \(near.longitude)::float8, \(kilometres))
                    """
            }
            if let radiusKm {
                add(kilometres: "\(radiusKm.number)::float8")
                all = "\(all) AND \(distance) <= \(radiusKm.number)::float8 * 1000"
            }
            if q == nil, let count {
                add(
                    kilometres: """
                        ((SELECT max(distance_m) FROM (
                              SELECT \(distance) AS distance_m FROM structure_index s WHERE \(conditions)
                               ORDER BY s.unit_point <-> (SELECT unit_point(\(near.latitude)::float8, \(near.longitude)::float8))
                               LIMIT \(limit: count)) AS nearest) + 1) / 1000.0::float8
                        """)
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
