import Accounts
import Fields
import Messages
import Postgres
import TestSupport

extension EndpointMatrix {
    /// Two tasks of an organisation, and the link of a reminder that was sent.
    static func messages(of organisation: Organisation.ID) async throws -> [String: String] {
        let database = TestDatabase.current.asServer()
        try await database.transaction(as: .system(requestID: "matrix")) { transaction in
            try await transaction.record("test.make", on: "test")
            for text in ["À lire.", "À faire."] {
                try await Outbox.task(
                    NewTask(kind: "mail.print", organisationID: organisation, title: "Texte à remettre", text: text),
                    transaction)
            }
        }
        await database.close()
        let all = TestDatabase.current.asSuperuser()
        let tasks = try await all.read("SELECT id::text AS value FROM task ORDER BY id", as: Value<String>.self).all()
        await all.close()
        let secret = TokenSecret.random(.reminder)
        let hash = secret.hash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        try await TestDatabase.current.tamper(
            """
            INSERT INTO outbox (id, kind, audience, address_hash, is_reminder, state, attempts, next_try_at, created_at, sent_at,
                                opt_out_hash)
            VALUES (gen_random_uuid(), 'test.reminder', 'recruiter', sha256('x'), true, 'sent', 1, now(), now(), now(),
                    decode('\(hash)', 'hex'))
            """)
        return [
            "task_read": tasks[0].value, "task_done": tasks[1].value, "reminder_link_read": secret.text,
            "reminder_link_decline": secret.text,
        ]
    }
}
