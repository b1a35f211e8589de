import Accounts
import Contract
import Directory
import Fields
import Foundation
import Messages
import Postgres
import Recruitment
import TestSupport

@testable import Orientation

/// An employer with a structure and a need, a training provider with a session, two prescribers, and a person.
struct OrientationStage: Sendable {
    let database: Database
    let clock: TestClock
    let make: Make
    let store: OrientationStore
    let employer: Organisation.ID
    let provider: Organisation.ID
    let prescriber: Organisation.ID
    let partner: Organisation.ID
    let structure: PublicStructure.ID
    let need: PublicNeed.ID
    let session: PublicSession.ID
    let candidate: Candidate.ID
    /// `prescriber`, `partner` (another prescriber), `recruiter`, `organiser`, `other` (another employer), `team`.
    let callers: [String: Caller]

    static let finess = "310784723"

    private init(on day: String) async throws {
        clock = TestClock(at: try Instant(fieldText: "\(day)T10:00:00Z"))
        database = TestDatabase.current.asServer(clock: clock.source)
        make = Make(clock: clock.source)
        store = OrientationStore(database)
        employer = try await make.organisation("employeur", kind: .employer)
        provider = try await make.organisation("organisme", kind: .trainingProvider)
        prescriber = try await make.prescriber("prescripteur")
        partner = try await make.prescriber("partenaire")
        structure = try await make.structure(Self.finess, "Résidence du Parc", at: (43.6, 1.44), of: employer)
        try await make.contact(of: structure, employer)
        need = try await make.need(of: structure, employer, positions: 5, left: 4)
        session = try await make.session(of: provider, places: 8)
        try await make.contact(of: session, provider)
        candidate = try await make.candidate(of: prescriber)
        var callers: [String: Caller] = [:]
        let kinds: [(String, Organisation.ID, Caller.OrganisationKind)] = [
            ("prescriber", prescriber, .prescriber), ("partner", partner, .prescriber),
            ("recruiter", employer, .employer),
            ("organiser", provider, .trainingProvider),
            ("other", try await make.organisation("autre", kind: .employer), .employer),
            ("team", try await make.organisation("equipe", kind: .platform), .platform),
        ]
        for (name, organisation, kind) in kinds {
            callers[name] = .member(try await make.member(of: organisation, kind: kind), requestID: "stage")
        }
        self.callers = callers
    }

    static func run(on day: String = "2026-06-15", _ body: @Sendable (OrientationStage) async throws -> Void)
        async throws
    {
        let stage = try await OrientationStage(on: day)
        do { try await body(stage) } catch {
            await stage.database.close()
            throw error
        }
        await stage.database.close()
    }

    func caller(_ name: String) -> Caller { callers[name] ?? .anonymous(requestID: "stage") }

    var today: Day { Day(clock.now) }

    func day(_ days: Int) -> Day { Day(number: today.number + days) }

    /// A sent orientation of the stage's person, or of another, for its need.
    func sent(_ candidate: Candidate.ID? = nil, to need: PublicNeed.ID? = nil) async throws -> Orientation.ID {
        let new = NewOrientation(
            candidateID: candidate ?? self.candidate, needID: need ?? self.need, message: "Une personne motivée.",
            send: true)
        let created = try await store.create(new, as: caller("prescriber"))
        return try id(created)
    }

    /// What refuses a new orientation; nil when nothing does.
    func problem(creating new: NewOrientation, as caller: Caller) async throws -> Problem? {
        try await refusal { _ = try await store.create(new, as: caller) }?.problem
    }

    /// What refuses to show an orientation to somebody.
    func problem(reading id: Orientation.ID, as name: String) async throws -> Problem? {
        try await refusal { _ = try await store.find(id, as: caller(name)) }?.problem
    }

    func id(_ changed: OrientationStore.Changed) throws -> Orientation.ID {
        try Orientation.ID(fieldText: changed.row.text(0, "id") ?? "")
    }

    /// Moves an orientation, whatever its version.
    @discardableResult
    func move(_ id: Orientation.ID, _ move: OrientationMove, by name: String) async throws -> Orientation {
        let version = try await value("SELECT version FROM orientation WHERE id = \(id)", Int.self) ?? 0
        let changed = try await store.move(id, move, precondition: Precondition(version: version), as: caller(name))
        guard let row = try changed.row.first() else { throw OrientationRefusals.orientation() }
        return row
    }

    func state(_ id: Orientation.ID) async throws -> OrientationState? {
        try await value("SELECT state FROM orientation WHERE id = \(id)", OrientationState.self)
    }

    /// One value, read behind every policy.
    func value<T: Decodable & Sendable>(_ statement: SQL, _ type: T.Type) async throws -> T? {
        try await TestDatabase.current.asSuperuser().read(
            "SELECT value FROM (SELECT (\(statement)) AS value) AS found WHERE value IS NOT NULL", as: Value<T>.self
        ).first()?.value
    }

    func count(_ statement: SQL) async throws -> Int { try await value(statement, Int.self) ?? -1 }

    /// A move with everything that its line of the table needs.
    func whole(_ to: OrientationState, from: OrientationState) -> OrientationMove {
        var move = OrientationMove(to: to)
        // What stands again where it stood has all of it.
        guard from != .obsolete else { return move }
        switch to {
        case .appointment:
            move.appointmentAt = clock.now.adding(seconds: 3 * 86_400)
            move.place = "À la résidence"
        case .priorAction:
            move.priorAction = .pmsmp
            (move.startsOn, move.endsOn) = (day(2), day(7))
        case .refused: move.reason = ReasonCode(text: "schedule_incompatible")
        case .hired:
            move.contract = try? ContractCode(fieldText: "cdi")
            (move.startsOn, move.hoursPerWeek) = (day(5), 28)
        case .inTraining where from == .accepted:
            move.programme = "Titre professionnel"
            (move.startsOn, move.endsOn) = (day(3), day(90))
        case .completed: (move.endsOn, move.result) = (day(1), .certified)
        case .accepted where from == .hired || from == .inTraining: move.note = "La personne ne s'est pas présentée."
        default: break
        }
        return move
    }

    /// Lets the clock's rules work as long as they find something.
    func tick() async throws {
        for rule in store.clockRules {
            while try await database.transaction(as: .system(requestID: "clock"), { try await rule.run($0, 200) }) > 0 {
            }
        }
    }
}
