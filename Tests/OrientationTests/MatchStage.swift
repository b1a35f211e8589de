import Accounts
import Contract
import Directory
import Fields
import Postgres
import Recruitment
import TestSupport

@testable import Orientation

/// A person of Toulouse whose wishes are all said, and an employer's structure at the middle of Toulouse, on 15 June 2026.
struct MatchStage: Sendable {
    let database: Database
    let clock: TestClock
    let make: Make
    let store: MatchStore
    let employer: Organisation.ID
    let one: Caller.Member
    let two: Caller.Member
    let structure: PublicStructure.ID
    let candidate: Candidate.ID

    /// Sets columns of a row behind every trigger.
    static func set(_ table: String, _ id: String, _ columns: String) async throws {
        try await TestDatabase.current.tamper("UPDATE \(table) SET \(columns) WHERE id = '\(id)'")
    }

    init() async throws {
        clock = TestClock(at: try Instant(fieldText: "2026-06-15T10:00:00Z"))
        database = TestDatabase.current.asServer(clock: clock.source)
        make = Make(clock: clock.source)
        store = MatchStore(database)
        employer = try await make.organisation("employeur", kind: .employer)
        one = try await make.member(of: try await make.prescriber("un"), kind: .prescriber)
        two = try await make.member(of: try await make.prescriber("deux"), kind: .prescriber)
        structure = try await make.structure("310784723", "Résidence du Parc", at: (43.6, 1.44), of: employer)
        candidate = try await make.candidate(of: one.organisationID, referent: one.id, jobs: ["K1302"])
        try await Self.set(
            "candidate", candidate.fieldText,
            """
            diplomas = '{tp-advf-37715}', experience_years = 1, licence = true, vehicle = NULL, mobility_km = 20,
            available_from = '2026-06-25', night = false, weekend = true, contracts = '{cdi}', hours_min = 20, hours_max = 30
            """)
    }

    static func run(_ body: (MatchStage) async throws -> Void) async throws {
        let stage = try await MatchStage()
        do { try await body(stage) } catch {
            await stage.database.close()
            throw error
        }
        await stage.database.close()
    }

    /// A need at a distance of the person's commune, due north, with columns of its own.
    func need(_ title: String, job: String = "K1302", km: Double = 0, _ columns: String = "") async throws
        -> PublicNeed.ID
    {
        let id = try await make.need(title, of: structure, employer, job: job)
        // A degree of a great circle is 111.195 km.
        try await Self.set(
            "need", id.fieldText,
            """
            (latitude, longitude) = (SELECT latitude + \(km / 111.195), longitude FROM commune WHERE insee = '31555')\
            \(columns.isEmpty ? "" : ", " + columns)
            """)
        return id
    }

    func needs(
        _ filter: MatchStore.Filter = .init(limit: .largest), for id: Candidate.ID? = nil,
        as member: Caller.Member? = nil
    ) async throws -> MatchStore.Found {
        try await store.needs(for: id ?? candidate, filter, as: .member(member ?? one, requestID: "r"))
    }

    func candidates(
        for id: PublicNeed.ID, _ filter: MatchStore.Filter = .init(limit: .largest), as member: Caller.Member? = nil
    ) async throws -> MatchStore.Found {
        try await store.candidates(for: id, filter, as: .member(member ?? one, requestID: "r"))
    }
}

extension MatchStore.Found {
    /// What was found, in its order: a need's title, a person's id.
    var names: [String] { items.map { $0.subject["title"]?.string ?? $0.subject["id"]?.string ?? "" } }
}

extension MatchStore.Found.Item {
    /// Points by criterion.
    var byCode: [String: Int] { Dictionary(uniqueKeysWithValues: points.map { ($0.code, $0.points) }) }

    func sentence(_ code: String) -> String { points.first { $0.code == code }?.sentenceFr ?? "" }
}
