import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport

@testable import Reports

/// A plan over 2022-2024, its team, a lead, CNSA with two members, another funder: what tests of reports start from. It is 1 June 2024.
struct ReportStage: Sendable {
    let clock: TestClock
    let make: Make
    let plan: UUID
    let team: Caller
    let lead: Caller
    let funder: Caller
    let secondOfFunder: Caller
    let other: Caller
    let leadID: Organisation.ID
    let funderID: Organisation.ID
    let otherID: Organisation.ID
    let database: Database
    let campaigns: CampaignStore
    let reports: ReportStore
    let actions: ActionStore

    static let now = "2024-06-01T09:00:00Z"

    init(madeAt: String = "2023-01-02T09:00:00Z") async throws {
        clock = TestClock(at: try Instant(fieldText: Self.now))
        let make = Make(clock: .fixed(try Instant(fieldText: madeAt)))
        self.make = make
        func caller(_ code: String, _ kind: Caller.OrganisationKind) async throws -> (Organisation.ID, Caller) {
            let id = try await make.organisation(code, kind: kind)
            return (id, .member(try await make.member(of: id, kind: kind), requestID: "test-\(code)"))
        }
        (leadID, lead) = try await caller("porteur", .partner)
        team = try await caller("equipe", .platform).1
        (funderID, funder) = try await caller("cnsa", .funder)
        secondOfFunder = .member(try await make.member(of: funderID, kind: .funder), requestID: "test-second")
        (otherID, other) = try await caller("cd31", .funder)
        plan = try await make.plan()
        database = TestDatabase.current.asServer(clock: clock.source)
        let profiles = ReportProfiles(sql: TestCluster.sql)
        campaigns = CampaignStore(database, profiles: profiles)
        reports = ReportStore(database, profiles: profiles)
        actions = ActionStore(database)
    }

    /// Does something as it was done at another time.
    func at<T: Sendable>(_ instant: String, _ body: (ActionStore) async throws -> T) async throws -> T {
        let database = TestDatabase.current.asServer(clock: .fixed(try Instant(fieldText: instant)))
        let value = try await body(ActionStore(database))
        await database.close()
        return value
    }

    func version(_ code: String) async throws -> Precondition {
        let code = try ActionCode(fieldText: code)
        guard case .full(_, let version) = try await actions.find(code, as: team, on: Day(number: 19_400)) else {
            return Precondition(version: 0)
        }
        return Precondition(version: version)
    }

    /// Enters what was committed and spent.
    func spend(_ code: String, year: Int, committed: Int, spent: Int, at instant: String) async throws {
        let version = try await version(code)
        _ = try await at(instant) { store in
            try await store.recordSpending(
                try ActionCode(fieldText: code), funder: OrganisationCode(fieldText: "cnsa"), year: year,
                SpendingChanges(committedCents: committed, spentCents: spent), precondition: version, as: team)
        }
    }

    func day(_ text: String) throws -> Day { try Day(fieldText: text) }

    func draft(from: String = "2023-01-01", to: String = "2023-12-31") async throws -> Campaign {
        let found = try await campaigns.create(
            NewCampaign(
                profile: try ProfileCode(fieldText: "cnsa"), startsOn: try day(from), endsOn: try day(to),
                submitBy: try day("2024-06-30")),
            as: team)
        return try found.campaign.first()!
    }

    /// Moves a campaign from the version that it is at.
    func move(_ id: Campaign.ID, _ move: CampaignMove, as caller: Caller) async throws -> Campaign {
        let version = try await campaigns.find(id, as: team).campaign.first()!.version
        return try await campaigns.move(id, move, precondition: Precondition(version: version), as: caller).campaign
            .first()!
    }
}

/// A day, in an expectation.
func on(_ text: String) -> Day { (try? Day(fieldText: text)) ?? Day(number: 0) }
