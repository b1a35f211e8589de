import Accounts
import Fields
import Foundation
import Plans
import Postgres
import TestSupport

/// Who and what most tests of the contract need: an action in progress, its lead, a partner, its funder, a stranger, the team.
struct Scene {
    let make = Make()
    let plan: UUID
    let leadID: Organisation.ID
    let partnerID: Organisation.ID
    let otherID: Organisation.ID
    let teamID: Organisation.ID
    let leadMember: Caller.Member
    let lead: String
    let partner: String
    let other: String
    let team: String

    static let path = "/v1/actions/A1.01"
    static let notes = path + "/notes"
    /// The action's version: its partner and its funding came after it.
    static let version = 3

    init() async throws {
        leadID = try await make.organisation("porteur")
        partnerID = try await make.organisation("partenaire")
        otherID = try await make.organisation("autre")
        teamID = try await make.organisation("equipe", kind: .platform)
        let funder = try await make.organisation("cnsa", kind: .funder)
        leadMember = try await make.member(of: leadID)
        lead = try await make.token(of: leadMember)
        partner = try await make.token(of: try await make.member(of: partnerID))
        other = try await make.token(of: try await make.member(of: otherID))
        team = try await make.token(of: try await make.member(of: teamID, kind: .platform))
        plan = try await make.plan()
        try await make.action(
            "A1.01", in: plan, lead: leadID, status: .inProgress, partners: [partnerID],
            funding: [(funder, 2023, 1_000_000)])
    }

    /// A token of a new member.
    func token(
        of organisation: Organisation.ID, kind: Caller.OrganisationKind = .partner, role: Caller.Role = .editor,
        scopes: Set<Caller.Scope> = [.read, .write]
    ) async throws -> String {
        try await make.token(of: try await make.member(of: organisation, kind: kind, role: role, scopes: scopes))
    }

    static func note(_ text: String) -> String { #"{"kind":"result","text":"\#(text)"}"# }
}

/// The number that a statement gives, as a superuser sees it.
func count(_ statement: SQL) async throws -> Int {
    let database = TestDatabase.current.asSuperuser()
    let value = try await database.read(statement, as: Value<Int>.self).first()?.value
    await database.close()
    return value ?? -1
}

/// Runs statements with triggers and foreign keys off, as only a superuser can.
func behindTheBack(_ statements: String) async throws {
    try await TestDatabase.current.script("SET session_replication_role = replica;\n" + statements)
}

extension Sequence where Element: Hashable {
    var distinct: Set<Element> { Set(self) }
}

/// Runs a body many times at once.
func atOnce<T: Sendable>(_ times: Int, _ body: @escaping @Sendable (Int) async throws -> T) async throws -> [T] {
    try await withThrowingTaskGroup(of: T.self) { group in
        for number in 0..<times { group.addTask { try await body(number) } }
        return try await group.reduce(into: []) { $0.append($1) }
    }
}
