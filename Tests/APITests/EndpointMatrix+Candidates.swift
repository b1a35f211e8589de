import Accounts
import Fields
import Orientation
import Postgres
import TestSupport

extension EndpointMatrix {
    /// Files in the state that each endpoint wants, and the prescriber that the contract's example shares with.
    static func candidates(of organisation: Organisation.ID) async throws -> [String: String] {
        let make = Make()
        let other = try await make.prescriber("mission-locale")
        let endpoints = Self.endpoints.filter { $0.path.hasPrefix("/v1/candidates/{id}") }
        var parts: [String: String] = ["prescriber_authorise": "prescripteur"]
        for endpoint in endpoints {
            let file = try await make.candidate(of: organisation)
            parts[endpoint.id] = file.fieldText
            if endpoint.path.contains("{agreement}") {
                parts[endpoint.id]? += "/\(try await make.agreement(of: file))"
            }
            if endpoint.path.contains("{share}") {
                parts[endpoint.id]? += "/\(try await make.share(file, with: other))"
            }
        }
        for endpoint in ["candidate_transfer_read", "candidate_transfer_move"] {
            parts[endpoint] = try await make.transfer(of: try await make.candidate(of: other), to: organisation)
                .fieldText
        }
        return parts
    }
}
