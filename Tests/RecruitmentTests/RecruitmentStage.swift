import Accounts
import Directory
import Fields
import Postgres
import Recruitment
import TestSupport

/// An employer with a structure and its proved contact, another employer, a prescriber, a partner and the team.
struct RecruitmentStage {
    let database: Database
    let clock: TestClock
    let make: Make
    let employerID: Organisation.ID
    let otherID: Organisation.ID
    let partnerID: Organisation.ID
    let structureID: PublicStructure.ID
    /// Callers by who they are: `recruiter`, `other`, `prescriber`, `partner`, `funder`, `team`, `reader` (the recruiter's).
    let callers: [String: Caller]

    static let finess = "310784723"

    init(on day: String = "2026-06-15") async throws {
        clock = TestClock(at: try Instant(fieldText: "\(day)T10:00:00Z"))
        database = TestDatabase.current.asServer(clock: clock.source)
        make = Make(clock: clock.source)
        employerID = try await make.organisation("employeur", kind: .employer)
        otherID = try await make.organisation("autre", kind: .employer)
        partnerID = try await make.organisation("partenaire", kind: .partner)
        structureID = try await make.structure(
            Self.finess, "Résidence du Parc", at: (43.6, 1.44), of: employerID)
        try await make.contact(of: structureID, employerID)
        var callers: [String: Caller] = [:]
        let kinds: [(String, Organisation.ID, Caller.OrganisationKind, Caller.Role)] = [
            ("recruiter", employerID, .employer, .editor), ("reader", employerID, .employer, .reader),
            ("other", otherID, .employer, .editor), ("partner", partnerID, .partner, .editor),
            ("prescriber", try await make.organisation("prescripteur", kind: .prescriber), .prescriber, .editor),
            ("funder", try await make.organisation("cnsa", kind: .funder), .funder, .editor),
            ("team", try await make.organisation("equipe", kind: .platform), .platform, .editor),
        ]
        for (name, organisation, kind, role) in kinds {
            callers[name] = .member(
                try await make.member(of: organisation, kind: kind, role: role), requestID: "stage")
        }
        self.callers = callers
    }

    func caller(_ name: String) -> Caller { callers[name] ?? .anonymous(requestID: "stage") }

    /// A change as the system makes it, recorded.
    func asSystem<T: Sendable>(_ body: (Transaction) async throws -> T) async throws -> T {
        try await database.transaction(as: .system(requestID: "stage")) { transaction in
            try await transaction.record("test.change", on: "need")
            return try await body(transaction)
        }
    }

    /// Where a need stands: its state and what is left.
    func need(_ id: PublicNeed.ID) async throws -> String {
        struct Row: Decodable { var state: NeedState; var positionsLeft: Int }
        let row = try await TestDatabase.current.asSuperuser().read(
            "SELECT state, positions_left FROM need WHERE id = \(id)", as: Row.self
        ).first()
        return row.map { "\($0.state.rawValue) \($0.positionsLeft)" } ?? "gone"
    }

    /// The same of a session.
    func session(_ id: PublicSession.ID) async throws -> String {
        struct Row: Decodable { var state: SessionState; var placesLeft: Int }
        let row = try await TestDatabase.current.asSuperuser().read(
            "SELECT state, places_left FROM session WHERE id = \(id)", as: Row.self
        ).first()
        return row.map { "\($0.state.rawValue) \($0.placesLeft)" } ?? "gone"
    }

    static func run(
        on day: String = "2026-06-15", _ body: (RecruitmentStage) async throws -> Void
    ) async throws {
        let stage = try await RecruitmentStage(on: day)
        try await body(stage)
        await stage.database.close()
    }
}

extension Refusal {
    /// The names of the wrong fields.
    var pointers: [String] { errors.map(\.pointer) }
}
