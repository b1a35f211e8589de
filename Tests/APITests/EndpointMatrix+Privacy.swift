import Accounts
import Fields
import Foundation
import Postgres
import TestSupport

extension EndpointMatrix {
    /// For each endpoint behind a person's link, a person with a code; a request to decide.
    static func privacy(of prescriber: Organisation.ID, to employer: Organisation.ID) async throws -> [String: String] {
        let make = Make()
        let structure = try await make.structure("310780382", "Résidence des Droits", of: employer)
        var parts: [String: String] = [:]
        for endpoint in endpoints
        where endpoint.path.hasPrefix("/v1/my/{token}/") && endpoint.id != "candidate_link_renew" {
            let (file, secret) = (try await make.candidate(of: prescriber), TokenSecret.random(.my))
            let (orientation, code) = (UUID().uuidString.lowercased(), UUID().uuidString.lowercased())
            let hash = secret.hash.map { String(format: "%02x", $0) }.joined()
            try await TestDatabase.current.tamper(
                """
                INSERT INTO orientation (id, candidate_id, organisation_id, referent_id, target_kind, structure_id, receiver_id, state,
                                         due_on, sent_at, created_at, updated_at)
                VALUES ('\(orientation)', '\(file)', '\(prescriber)', '\(prescriber)', 'structure', '\(structure)', '\(employer)', 'sent',
                        current_date + 30, now(), now(), now());
                INSERT INTO orientation_link (id, candidate_id, secret_hash, made_at, expires_at)
                VALUES (gen_random_uuid(), '\(file)', decode('\(hash)', 'hex'), now(), now() + interval '1 day');
                INSERT INTO access_code (id, candidate_id, code_hash, made_at, expires_at)
                VALUES ('\(code)', '\(file)', sha256(convert_to('\(code)' || '123456', 'UTF8')), now(), now() + interval '1 hour')
                """)
            parts[endpoint.id] = secret.text
        }
        for endpoint in endpoints where endpoint.path.hasPrefix("/v1/rights-requests/{id}") {
            let (file, id) = (try await make.candidate(of: prescriber), UUID().uuidString.lowercased())
            try await TestDatabase.current.tamper(
                """
                INSERT INTO rights_request (id, candidate_id, kind, asked_by, organisation_id, asked_at, due_on, execute_at)
                VALUES ('\(id)', '\(file)', 'erasure', 'candidate', '\(prescriber)', now(), current_date + 30, now() + interval '3 days')
                """)
            parts[endpoint.id] = id
        }
        return parts
    }
}
