import Fields
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Privacy

/// Something that a line of the register keeps, as it is when its time begins.
struct Planted: Sendable, CustomTestStringConvertible {
    var line: String
    /// Writes it.
    var plant: @Sendable (PrivacyStage, Transaction) async throws -> Void
    /// How much of it there is.
    var rest: SQL
    /// How many seconds after it was written its time begins.
    var lead: Int

    var testDescription: String { line }

    init(
        _ line: String, after lead: Int = 0, rest: SQL,
        _ plant: @escaping @Sendable (PrivacyStage, Transaction) async throws -> Void
    ) {
        (self.line, self.plant, self.rest, self.lead) = (line, plant, rest, lead)
    }

    private static let day = 86_400

    private static func id(_ transaction: Transaction) -> Identifier<Never> {
        transaction.newID(Identifier<Never>.self)
    }
    /// SHA-256 of something, never twice the same.
    private static let hash: SQL = "sha256(gen_random_uuid()::text::bytea)"

    static let all: [Planted] = [
        Planted(
            "contact",
            rest: "SELECT count(*) FROM recruitment_contact WHERE state = 'ended'"
        ) {
            stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO recruitment_contact (id, structure_id, organisation_id, email, state, asked_at, expires_at, ended_at)
                VALUES (\(id(transaction)), \(stage.structure), \(stage.employer), 'ancienne@employeur.example', 'ended',
                        \(transaction.now), \(transaction.now.adding(seconds: 60)), \(transaction.now))
                """)
        },
        Planted(
            "contact", after: 60, rest: "SELECT count(*) FROM recruitment_contact WHERE state = 'pending'"
        ) { stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO recruitment_contact (id, structure_id, organisation_id, email, state, asked_at, expires_at)
                VALUES (\(id(transaction)), \(stage.structure), \(stage.employer), 'jamais-prouvee@employeur.example', 'pending',
                        \(transaction.now), \(transaction.now.adding(seconds: 60)))
                """)
        },
        Planted("contact", after: 10 * day, rest: "SELECT count(*) FROM session_contact") { stage, transaction in
            let session = id(transaction)
            try await transaction.execute(
                """
                INSERT INTO session (id, organisation_id, title, kind, insee, starts_on, ends_on, places, places_left, state,
                                     created_at, updated_at)
                VALUES (\(session), \(stage.employer), 'Découverte', 'job_test', '31555', \(transaction.today),
                        \(transaction.today)::date + 10, 8, 8, 'open', \(transaction.now), \(transaction.now))
                """)
            try await transaction.execute(
                """
                INSERT INTO session_contact (id, session_id, organisation_id, email, state, asked_at, confirmed_at)
                VALUES (\(id(transaction)), \(session), \(stage.employer), 'sessions@employeur.example', 'confirmed',
                        \(transaction.now), \(transaction.now))
                """)
        },
        Planted("rights", rest: "SELECT count(*) FROM rights_request") {
            stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO rights_request (id, candidate_id, kind, asked_by, organisation_id, asked_at, due_on, text, state, decided_at)
                VALUES (\(id(transaction)), \(id(transaction)), 'correction', 'candidate', \(stage.prescriber), \(transaction.now),
                        \(transaction.today), 'Mon prénom est faux', 'done', \(transaction.now))
                """)
        },
        Planted(
            "rights",
            rest: "SELECT count(*) FROM erasure_ledger WHERE cause = 'request'"
        ) {
            _, transaction in
            try await transaction.execute(
                """
                INSERT INTO erasure_ledger (subject_id, kind, cause, erased_at)
                VALUES (\(id(transaction)), 'candidate', 'request', \(transaction.now))
                """)
        },
        Planted("farewell", rest: "SELECT count(*) FROM outbox WHERE kind = 'privacy.erased'") { stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO outbox (id, kind, audience, organisation_id, address, subject, body_text, next_try_at, created_at)
                VALUES (\(id(transaction)), 'privacy.erased', 'candidate', \(stage.prescriber), 'personne@exemple.example',
                        'Votre dossier est effacé', 'Texte', \(transaction.now), \(transaction.now))
                """)
        },
        mail(
            "mail_body",
            rest: "SELECT count(*) FROM outbox WHERE kind = 'test.mail' AND num_nonnulls(address, subject) > 0"),
        mail("mail_log", rest: "SELECT count(*) FROM outbox WHERE kind = 'test.mail'"),
        Planted("mail_opt_out", rest: "SELECT count(*) FROM mail_opt_out") {
            _, transaction in
            try await transaction.execute(
                "INSERT INTO mail_opt_out (address_hash, kind, at) VALUES (\(hash), 'need.expiring', \(transaction.now))"
            )
        },
        Planted(
            "task_text",
            rest: "SELECT count(*) FROM task WHERE text IS NOT NULL AND kind = 'mail.print'"
        ) {
            stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO task (id, organisation_id, kind, title, text, created_at)
                VALUES (\(id(transaction)), \(stage.prescriber), 'mail.print', 'À imprimer', 'Bonjour', \(transaction.now))
                """)
        },
        Planted("token", after: 30 * day, rest: "SELECT count(*) FROM api_token WHERE label = 'test'") {
            stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO api_token (id, member_id, secret_hash, label, scopes, created_at, expires_at)
                VALUES (\(id(transaction)), \(stage.team.member?.id), \(hash), 'test', '{read}', \(transaction.now),
                        \(transaction.now.adding(seconds: 30 * day)))
                """)
        },
        Planted("token", after: 15 * day, rest: "SELECT count(*) FROM invitation") {
            stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO invitation (id, member_id, secret_hash, created_at, expires_at)
                VALUES (\(id(transaction)), \(stage.team.member?.id), \(hash), \(transaction.now), \(transaction.now.adding(seconds: 15 * day)))
                """)
        },
        Planted("token", after: 30 * day, rest: "SELECT count(*) FROM calendar_feed") {
            stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO calendar_feed (id, member_id, scope, label, secret_hash, created_at, expires_at)
                VALUES (\(id(transaction)), \(stage.team.member?.id), 'organisation', 'agenda', \(hash), \(transaction.now),
                        \(transaction.now.adding(seconds: 30 * day)))
                """)
        },
        Planted("token", after: 15 * day, rest: "SELECT count(*) FROM orientation_link") {
            stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO orientation_link (id, candidate_id, secret_hash, made_at, expires_at)
                VALUES (\(id(transaction)), \(stage.candidate), \(hash), \(transaction.now), \(transaction.now.adding(seconds: 15 * day)))
                """)
        },
        Planted("token", after: 600, rest: "SELECT count(*) FROM access_code") {
            stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO access_code (id, candidate_id, code_hash, made_at, expires_at)
                VALUES (\(id(transaction)), \(stage.candidate), \(hash), \(transaction.now), \(transaction.now.adding(seconds: 600)))
                """)
        },
        Planted("idempotency", rest: "SELECT count(*) FROM idempotency_answer") {
            stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO idempotency_answer (member_id, operation, key, request_hash, made_at, status, body)
                VALUES (\(stage.team.member?.id), 'need_create', 'k', \(hash), \(transaction.now), 201, 'Un texte')
                """)
        },
        Planted("staging", rest: "SELECT count(*) FROM sheet_import") {
            stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO sheet_import (id, member_id, made_at, expires_at, sheet)
                VALUES (\(id(transaction)), \(stage.team.member?.id), \(transaction.now), \(transaction.now.adding(seconds: 7 * day)), '[]')
                """)
        },
        Planted("reads", rest: "SELECT count(*) FROM file_read") { stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO file_read (id, candidate_id, member_id, at, reason, route)
                VALUES (\(id(transaction)), \(stage.candidate), \(stage.team.member?.id), \(transaction.now), 'Une demande', 'candidate.read')
                """)
        },
        Planted(
            "pool",
            rest: "SELECT count(*) FROM candidate_agreement WHERE kind = 'pool' AND withdrawn_on IS NULL"
        ) { stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO candidate_agreement (id, candidate_id, kind, text_version, given_on, channel, recorded_at)
                VALUES (\(id(transaction)), \(stage.candidate), 'pool', '2024-01', \(transaction.today), 'in_person', \(transaction.now))
                """)
            // The person stays in touch meanwhile.
            try await transaction.execute(
                "UPDATE candidate SET last_contact_on = DATE '2030-01-01' WHERE id = \(stage.candidate)")
        },
        Planted("draft", rest: "SELECT count(*) FROM orientation WHERE state = 'draft'") { stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO orientation (id, candidate_id, organisation_id, referent_id, target_kind, structure_id, created_at, updated_at)
                VALUES (\(id(transaction)), \(stage.candidate), \(stage.prescriber), \(stage.prescriber), 'structure', \(stage.structure),
                        \(transaction.now), \(transaction.now))
                """)
        },
    ]

    private static func mail(_ line: String, rest: SQL) -> Planted {
        Planted(line, rest: rest) { stage, transaction in
            try await transaction.execute(
                """
                INSERT INTO outbox (id, kind, audience, organisation_id, address, address_hash, subject, state, sent_at, next_try_at,
                                    created_at)
                VALUES (\(id(transaction)), 'test.mail', 'candidate', \(stage.prescriber), 'personne@exemple.example',
                        \(hash), 'Un message', 'sent', \(transaction.now), \(transaction.now), \(transaction.now))
                """)
        }
    }
}

@Suite(.database) struct `A line of the register` {
    @Test(arguments: Planted.all) func `is kept for its time, then forgotten`(_ planted: Planted) async throws {
        try await PrivacyStage.run { stage in
            try await stage.make.insert { try await planted.plant(stage, $0) }
            #expect(try await stage.count(planted.rest) == 1)
            try await stage.pass(planted, hours: -1)
            try await stage.purge()
            #expect(try await stage.count(planted.rest) == 1, "still its time")
            // Where days are counted, its last one is over as well.
            stage.clock.advance(seconds: 26 * 3600)
            let dry = try await stage.purge(apply: false)
            #expect(dry[planted.line]?.count == 1)
            #expect(try await stage.count(planted.rest) == 1, "a rehearsal changes nothing")
            try await stage.purge()
            #expect(try await stage.count(planted.rest) == 0)
            let again = try await stage.purge()
            #expect(again[planted.line]?.count == 0)
        }
    }

    @Test func `is forgotten by the command line's role as well`() async throws {
        try await PrivacyStage.run(as: { $0.asOperator(clock: $1) }) { stage in
            for planted in Planted.all { try await stage.make.insert { try await planted.plant(stage, $0) } }
            try await stage.refused()
            stage.advance(days: 16)
            let begun = stage.clock.now
            var last = begun
            for planted in Planted.all {
                last = max(last, try await stage.due(planted.line, from: begun.adding(seconds: planted.lead)))
            }
            stage.clock.advance(seconds: Int((last.microseconds - stage.clock.now.microseconds) / 1_000_000) + 86_400)
            try await stage.purge()
            for planted in Planted.all { #expect(try await stage.count(planted.rest) == 0, "\(planted.line)") }
            stage.advance(days: try await stage.notice("candidate") + 1)
            try await stage.purge()
        }
    }

    /// The tests' own text is looked at: a line is passed by a planted thing, by a folder of its kind, or by a test that names it.
    @Test func `has a test that moves the clock past it, whichever it is`() async throws {
        let server = TestDatabase.current.asServer()
        let lines = try await RegisterStore(server).lines().all().map(\.code)
        await server.close()
        let tests = TestCluster.root.appendingPathComponent("Tests/PrivacyTests")
        let text = try FileManager.default.contentsOfDirectory(at: tests, includingPropertiesForKeys: nil)
            .map { try String(contentsOf: $0, encoding: .utf8) }.joined()
        let passed = Set(Planted.all.map(\.line) + KeptFolder.Kind.allCases.map(\.line))
        for line in lines where !passed.contains(line) {
            #expect(text.contains("pass(\"\(line)\", from:"), "no test moves the clock past \(line)")
        }
        #expect(passed.subtracting(lines) == [])
    }
}

extension PrivacyStage {
    /// Moves the clock to so many hours after something's time is over; it was written just now.
    func pass(_ planted: Planted, hours: Int) async throws {
        let due = try await due(planted.line, from: clock.now.adding(seconds: planted.lead))
        clock.advance(seconds: Int((due.microseconds - clock.now.microseconds) / 1_000_000) + hours * 3600)
    }
}
