public import Contract
public import Directory
import Fields
import Postgres
public import Reference

extension NeedStore {
    /// What a list of needs may be narrowed down by; all must hold.
    public struct Filter: Decodable, Sendable {
        /// Words of the title, the text, the job, the structure, the diplomas or the commune; case, accents and a typo are forgiven.
        public var q: SearchWords?
        /// ROME code of the job.
        public var rome: RomeCode?
        /// Code of the type of contract.
        public var contract: ContractCode?
        /// INSEE code of the commune where the work is; merged communes count as the present one.
        public var commune: PlaceCode?
        /// The nearest first, from this point.
        public var near: GeoPoint?
        /// At most so far from that point, as the crow flies; 30 unless said otherwise.
        public var radiusKm: Kilometres?
        /// That ask for this diploma, by id or acronym; each of its registrations counts.
        public var diploma: DiplomaName?
        /// Of this structure, by FINESS number or id.
        public var structure: StructureKey?
        /// For now, or a standing pool.
        public var opening: NeedOpening?
        /// Whether no experience is needed.
        public var beginner: Bool?
        /// Whether a driving licence is needed.
        public var licence: Bool?
        /// Whether a vehicle of one's own is needed.
        public var vehicle: Bool?
        /// Whether there is work at night.
        public var night: Bool?
        /// Whether there is work at weekends.
        public var weekend: Bool?
        /// Whether the day's work is in several parts.
        public var splitShifts: Bool?
        /// With a token: those of one's own organisation in every state; all of them for the team.
        public var mine: Bool?
        /// With `mine`: where they stand.
        public var state: NeedState?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// Every open need.
        public init() {}

        /// How far from a point a search goes unless it says so, in kilometres.
        static let usualRadius = 30.0

        var isMine: Bool { mine == true }

        /// Whether it may take long: it has a lane of its own.
        var isLong: Bool { q != nil || near != nil }

        /// The name of the list it makes, in cursors.
        var list: String { near != nil ? "needs_near" : isMine ? "needs_mine" : "needs" }

        /// What the list is sorted by: columns of the answer.
        var key: [String] { near != nil ? ["distance_m", "id"] : isMine ? ["id"] : ["opened_at", "id"] }

        /// The same in SQL, of a list `n` or a page of it.
        var order: SQL {
            near != nil ? "distance_m, n.id" : isMine ? "n.id DESC" : "n.opened_at DESC, n.id DESC"
        }

        /// The distance in metres from the point that was given.
        var distance: SQL {
            guard let near else { return "NULL::integer" }
            return
                "structure_distance(n.unit_point, (SELECT unit_point(\(near.latitude)::float8, \(near.longitude)::float8)))"
        }

        /// Whether a row has what may be rare: the words, the diploma, the contract. In a subselect, what they mean is found once.
        var sought: SQL? {
            sought([
                q.map { "n.search_words @@ (SELECT recruitment_query(\($0)))" },
                diploma.map { "n.diplomas && (SELECT diplomas_meant(\($0)))" }, contract.map { "n.contract = \($0)" },
            ])
        }

        /// The same of what is common, asked of each row on the way: the operators' functions, for which there is no index.
        var soughtOnTheWay: SQL? {
            sought([
                q.map { "ts_match_vq(n.search_words, (SELECT recruitment_query(\($0))))" },
                diploma.map { "arrayoverlap(n.diplomas, (SELECT diplomas_meant(\($0))))" },
                contract.map { "n.contract = \($0)" },
            ])
        }

        private func sought(_ all: [SQL?]) -> SQL? {
            all.compactMap(\.self).reduce(nil) { before, next in before.map { "\($0) AND \(next)" } ?? next }
        }

        /// What a list `n` is narrowed down by beside what is sought. Only what was asked for stands in the statement, so that the plan PostgreSQL keeps
        /// for it can use indexes.
        func conditions(on today: Day, as caller: Caller) throws(Refusal) -> SQL {
            var all: SQL
            if isMine {
                guard let member = caller.member else { throw Problem.unauthenticated() }
                all = caller.isTeam ? "true" : "n.organisation_id = \(member.organisationID)"
                if let state { all = "\(all) AND n.state = \(state)" }
            } else {
                guard state == nil else { throw RecruitmentRefusals.stateOfOthers() }
                // The clock closes what is over within minutes; until then it is not shown either.
                all = "n.expires_on >= \(today)"
            }
            if let rome { all = "\(all) AND n.job = \(rome)" }
            if let commune { all = "\(all) AND n.insee = (SELECT coalesce(present_commune(\(commune)), \(commune)))" }
            if let structure {
                let one: SQL =
                    switch structure {
                    case .finess(let number): "i.finess = \(number)"
                    case .id(let id): "i.id = \(id)"
                    }
                all = "\(all) AND n.structure_id = (SELECT i.id FROM structure_index i WHERE \(one))"
            }
            if let opening { all = "\(all) AND n.opening = \(opening)" }
            for (column, value) in flags { all = "\(all) AND n.\(column) = \(value)::boolean" }
            return try around(all)
        }

        private var flags: [(SQL, Bool)] {
            let all: [(SQL, Bool?)] = [
                ("beginner_welcome", beginner), ("licence_required", licence), ("vehicle_required", vehicle),
                ("night", night), ("weekend", weekend), ("split_shifts", splitShifts),
            ]
            return all.compactMap { column, value in value.map { (column, $0) } }
        }

        private func around(_ conditions: SQL) throws(Refusal) -> SQL {
            guard let near else {
                guard radiusKm == nil else { throw RecruitmentRefusals.radiusWithoutPoint() }
                return conditions
            }
            let radius = radiusKm?.number ?? Self.usualRadius
            return """
                \(conditions)
                   AND n.unit_point <@ structure_radius(\(near.latitude)::float8, \(near.longitude)::float8, \(radius)::float8)
                   AND \(distance) <= \(radius)::float8 * 1000
                """
        }

        /// The part of the list after the cursor.
        func after() throws(Refusal) -> SQL {
            guard let cursor else { return "true" }
            if near != nil {
                let (distance, id) = try cursor.key(of: list, SortNumber.self, PublicNeed.ID.self)
                return "(\(self.distance), n.id) > (\(distance)::integer, \(id)::uuid)"
            }
            if isMine {
                let id = try cursor.key(of: list, PublicNeed.ID.self)
                return "n.id < \(id)::uuid"
            }
            let (openedAt, id) = try cursor.key(of: list, Instant.self, PublicNeed.ID.self)
            return "(n.opened_at, n.id) < (\(openedAt)::timestamptz, \(id)::uuid)"
        }
    }
}
