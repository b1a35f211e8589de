import Accounts
import Fields
import Foundation
import Orientation
import Postgres
import TestSupport

extension EndpointMatrix {
    /// The id that the contract's examples of orientations and of files name.
    private static let example = "018cc251-f400-7000-8000-000000000000"

    /// Orientations in the state that each endpoint wants, all received by the employer, and links to two of them.
    static func orientations(of prescriber: Organisation.ID, to employer: Organisation.ID) async throws -> [String:
        String]
    {
        let make = Make()
        let structure = try await make.structure(
            "31FIC0001", "Services à domicile des Deux Rives (fictif)", of: employer)
        try await make.contact(of: structure, employer)
        func candidate(_ id: String = UUID().uuidString.lowercased()) async throws -> String {
            let made = try await make.candidate(of: prescriber)
            try await TestDatabase.current.tamper(
                """
                UPDATE candidate_agreement SET candidate_id = '\(id)' WHERE candidate_id = '\(made)';
                UPDATE candidate SET id = '\(id)' WHERE id = '\(made)'
                """)
            return id
        }
        func put(
            _ candidate: String, _ more: String = "", id: String = UUID().uuidString.lowercased()
        ) async throws -> String {
            try await TestDatabase.current.tamper(
                """
                INSERT INTO orientation (id, candidate_id, organisation_id, referent_id, target_kind, structure_id, receiver_id, state,
                                         due_on, sent_at, created_at, updated_at)
                VALUES ('\(id)', '\(candidate)', '\(prescriber)', '\(prescriber)', 'structure', '\(structure)', '\(employer)', 'sent',
                        current_date + 30, now(), now(), now());
                \(more.replacingOccurrences(of: "$id", with: id))
                """)
            return id
        }
        let hired = """
            UPDATE orientation SET state = 'hired', due_on = NULL, closed_at = now(), visible_until = current_date + 30, hired_at = now(),
                   hire_contract = 'cdi', hire_starts_on = current_date - 32, hire_hours = 30 WHERE id = '$id';
            INSERT INTO checkpoint (id, orientation_id, months, due_on) VALUES (gen_random_uuid(), '$id', 1, current_date - 1);
            """
        let met = "UPDATE orientation SET state = 'appointment', appointment_at = now() WHERE id = '$id';"
        _ = try await candidate(example)
        let asked = try await put(try await candidate())
        let owner = try await candidate()
        let own = try await put(owner, id: example)
        let (answer, mine) = (TokenSecret.random(.answer), TokenSecret.random(.my))
        for (secret, orientation, person) in [(answer, "'\(asked)'", "NULL"), (mine, "NULL", "'\(owner)'")] {
            let hash = secret.hash.map { String(format: "%02x", $0) }.joined()
            try await TestDatabase.current.tamper(
                """
                INSERT INTO orientation_link (id, orientation_id, candidate_id, secret_hash, made_at, expires_at)
                VALUES (gen_random_uuid(), \(orientation), \(person), decode('\(hash)', 'hex'), now() + interval '1 second', now() + interval '1 day')
                """)
        }
        return [
            "orientation_read": own, "orientation_message": try await put(try await candidate()),
            "orientation_transition": try await put(try await candidate()),
            "orientation_checkpoint": try await put(try await candidate(), hired),
            "orientation_appointment": try await put(try await candidate(), met), "structure_answer_time": "31FIC0001",
            "answer_link_read": answer.text, "answer_link_answer": answer.text, "candidate_link_read": mine.text,
            "candidate_link_withdraw": mine.text,
        ]
    }
}
