import Accounts
import Fields
import Foundation
import Postgres
import TestSupport

extension EndpointMatrix {
    /// A campaign in draft that lacks what the contract's example explains; a final one with its report.
    static func campaigns(of tokens: [String: String]) async throws -> [String: String] {
        let make = Make()
        func organisation(_ code: String) async throws -> Organisation.ID {
            let database = TestDatabase.current.asSuperuser()
            let found = try await database.read(
                "SELECT id AS value FROM organisation WHERE code = \(code)", as: Value<Organisation.ID>.self
            ).first()
            await database.close()
            return found!.value
        }
        let funder = try await organisation("cnsa")
        let members = [
            try await make.member(of: funder, kind: .funder).id, try await make.member(of: funder, kind: .funder).id,
        ]
        func text(_ id: UUID) -> String { id.uuidString.lowercased() }
        let draft = text(try await make.campaign(of: funder))
        let final = text(
            try await make.campaign(
                of: funder, state: "final", reviewer: members[0], signatory: members[1],
                from: Day(year: 2022, month: 1, day: 1)!, to: Day(year: 2022, month: 12, day: 31)!))
        let database = TestDatabase.current.asSuperuser()
        let report = try await database.read(
            "SELECT id::text AS value FROM report WHERE campaign_id = \(final)::uuid", as: Value<String>.self
        ).first()!.value
        await database.close()
        // The contract's example is about A1.02: CNSA's money of 2023, of which nothing was spent.
        return [
            "campaign_read": draft, "campaign_explain": draft, "campaign_move": draft, "report_read": report,
            "report_diff": "\(report)/\(report)", "report_publish": report,
        ]
    }
}
