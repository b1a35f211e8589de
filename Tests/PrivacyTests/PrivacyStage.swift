import Accounts
import Contract
import Directory
import Fields
import Foundation
import Messages
import Orientation
import Postgres
import Recruitment
import TestSupport
import Testing

@testable import Privacy

/// A prescriber with a person, an employer with a structure and a need, the team, and a clock that the test moves.
struct PrivacyStage: Sendable {
    let clock: TestClock
    let database: Database
    let make: Make
    let employer: Organisation.ID
    let prescriber: Organisation.ID
    let structure: PublicStructure.ID
    let need: PublicNeed.ID
    let candidate: Candidate.ID
    let recruiter: Caller
    let follower: Caller
    let team: Caller

    private init(on day: String, as role: (TestDatabase, TimeSource) -> Database) async throws {
        clock = TestClock(at: try Instant(fieldText: "\(day)T10:00:00Z"))
        database = role(TestDatabase.current, clock.source)
        make = Make(clock: clock.source)
        employer = try await make.organisation("employeur", kind: .employer)
        prescriber = try await make.prescriber("prescripteur")
        structure = try await make.structure("310784723", "Résidence du Parc", at: (43.6, 1.44), of: employer)
        try await make.contact(of: structure, employer)
        need = try await make.need(of: structure, employer, positions: 5)
        candidate = try await make.candidate(of: prescriber)
        recruiter = .member(try await make.member(of: employer, kind: .employer), requestID: "stage")
        follower = .member(try await make.member(of: prescriber, kind: .prescriber), requestID: "stage")
        let platform = try await make.organisation("equipe", kind: .platform)
        team = .member(try await make.member(of: platform, kind: .platform), requestID: "stage")
    }

    static func run(
        on day: String = "2026-06-15",
        as role: (TestDatabase, TimeSource) -> Database = { $0.asServer(clock: $1) },
        _ body: @Sendable (PrivacyStage) async throws -> Void
    ) async throws {
        let stage = try await PrivacyStage(on: day, as: role)
        do { try await body(stage) } catch {
            await stage.database.close()
            throw error
        }
        await stage.database.close()
    }

    func advance(days: Int) { clock.advance(seconds: days * 86_400) }

    /// When what began at an instant is over its time, as the register says: no test knows a time of its own.
    func due(_ line: String, from begun: Instant) async throws -> Instant {
        let found = try await TestDatabase.current.asSuperuser().read(
            """
            SELECT (\(begun)::timestamptz AT TIME ZONE 'Europe/Paris'
                    + format('%s %s', coalesce(r.keep_amount, w.keep_amount), coalesce(r.keep_unit, w.keep_unit))::interval)
                   AT TIME ZONE 'Europe/Paris' AS value
              FROM data_retention r LEFT JOIN data_retention w ON w.code = r.keep_with WHERE r.code = \(line)
            """, as: Value<Instant>.self
        ).first()
        return try #require(found).value
    }

    /// Moves the clock to so many days after the time of a line is over for what began at an instant; before it if negative.
    func pass(_ line: String, from begun: Instant, days: Int) async throws {
        let wanted = try await due(line, from: begun).adding(seconds: days * 86_400)
        clock.advance(seconds: Int((wanted.microseconds - clock.now.microseconds) / 1_000_000))
    }

    /// How many days before its end a line is told of.
    func notice(_ line: String) async throws -> Int {
        try await count("SELECT notice_days FROM data_retention WHERE code = \(line)")
    }

    /// Lets a named person purge.
    @discardableResult
    func purge(
        apply: Bool = true, batch: Int = 200, folders: [KeptFolder] = []
    ) async throws -> [String: Purge.Outcome] {
        let outcomes = try await Purge(database).run(apply: apply, batch: batch, folders: folders, as: team)
        return Dictionary(uniqueKeysWithValues: outcomes.map { ($0.line.code, $0) })
    }

    /// Lets the clock's rules work as long as they find something; how much each did.
    @discardableResult
    func tick(_ rules: [ClockRule]? = nil) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for rule in rules ?? Purge(database).clockRules {
            while true {
                let count = try await database.transaction(as: .system(requestID: "clock")) {
                    try await rule.run($0, 100)
                }
                counts[rule.name, default: 0] += count
                if count == 0 { break }
            }
        }
        return counts
    }

    /// A sent orientation of the stage's person, or of another.
    @discardableResult
    func sent(_ candidate: Candidate.ID? = nil) async throws -> Orientation.ID {
        let store = OrientationStore(TestDatabase.current.asServer(clock: clock.source))
        var new = NewOrientation(
            candidateID: candidate ?? self.candidate, needID: need, message: "Une personne motivée.", send: true)
        new.send = true
        let created = try await store.create(new, as: follower)
        return try Orientation.ID(fieldText: created.row.text(0, "id") ?? "")
    }

    func move(_ id: Orientation.ID, _ move: OrientationMove, by caller: Caller) async throws {
        let version = try await count("SELECT version FROM orientation WHERE id = \(id)")
        _ = try await OrientationStore(TestDatabase.current.asServer(clock: clock.source))
            .move(id, move, precondition: Precondition(version: version), as: caller)
    }

    /// A refused orientation.
    @discardableResult
    func refused(_ candidate: Candidate.ID? = nil) async throws -> Orientation.ID {
        let id = try await sent(candidate)
        var refusal = OrientationMove(to: .refused)
        refusal.reason = try ReasonCode(fieldText: "schedule_incompatible")
        refusal.toCandidate = "Nous avons retenu une autre personne."
        try await move(id, refusal, by: recruiter)
        return id
    }

    /// A hire.
    @discardableResult
    func hired() async throws -> Orientation.ID {
        let id = try await sent()
        try await move(id, OrientationMove(to: .underReview), by: recruiter)
        try await move(id, OrientationMove(to: .accepted), by: recruiter)
        var hire = OrientationMove(to: .hired)
        hire.contract = try ContractCode(fieldText: "cdi")
        (hire.startsOn, hire.hoursPerWeek) = (Day(clock.now), 28)
        try await move(id, hire, by: recruiter)
        return id
    }

    /// One number, read behind every policy.
    func count(_ statement: SQL) async throws -> Int {
        try await TestDatabase.current.asSuperuser().read(
            "SELECT (\(statement))::bigint AS value", as: Value<Int>.self
        ).first()?.value ?? -1
    }

    func rows(_ table: String, _ condition: SQL = "true") async throws -> Int {
        try await count("SELECT count(*) FROM \(unsafeTextNeverFromInput: table) WHERE \(condition)")
    }
}
