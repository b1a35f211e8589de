import Accounts
import Contract
import Crypto
public import Fields
import Foundation
import Messages
import Orientation
import Postgres

/// What a person does by the link of their own: the link shows little; what matters asks for a code that is sent to the address of the
/// file, so that a link that was forwarded opens nothing (`security.md` §4).
extension RightsStore {
    /// What was asked so far.
    public func person(_ token: String, as caller: Caller) async throws -> PersonData {
        try await database.transaction(as: .anonymous(requestID: caller.requestID)) { transaction in
            let id = try await links.person(token, transaction)
            struct Found: Decodable { var hasAddress: Bool, hasObjected: Bool }
            let found = try await transaction.rows(
                "SELECT email IS NOT NULL AS has_address, objected_at IS NOT NULL AS has_objected FROM candidate WHERE id = \(id)",
                as: Found.self
            ).first()
            let requests = try await transaction.rows(
                """
                SELECT kind, asked_at, due_on, execute_at, state FROM rights_request
                 WHERE candidate_id = \(id) ORDER BY id DESC LIMIT 50
                """, as: PersonRequest.self
            ).all()
            return PersonData(
                hasAddress: found?.hasAddress ?? false, hasObjected: found?.hasObjected ?? false, requests: requests)
        }
    }

    /// Most codes a day.
    private static let codesADay = 5

    /// Sends a code to the address of the file, if there is one; who asks learns nothing. Not more than one a minute, and five a day.
    public func askCode(_ token: String, as caller: Caller) async throws {
        try await database.transaction(as: .anonymous(requestID: caller.requestID)) { transaction in
            let candidate = try await links.person(token, transaction)
            try await transaction.asSystem {
                struct Found: Decodable {
                    var email: String?, organisationID: Organisation.ID, codes: Int, isRecent: Bool
                }
                let found = try await transaction.rows(
                    """
                    SELECT c.email, c.organisation_id,
                           (SELECT count(*) FROM access_code k
                             WHERE k.candidate_id = c.id AND k.made_at > \(transaction.now.adding(seconds: -86_400))) AS codes,
                           EXISTS (SELECT FROM access_code k
                                    WHERE k.candidate_id = c.id AND k.made_at > \(transaction.now.adding(seconds: -60))) AS is_recent
                      FROM candidate c WHERE c.id = \(candidate) FOR UPDATE
                    """, as: Found.self
                ).first()
                guard let found, let email = found.email, found.codes < Self.codesADay, !found.isRecent else { return }
                let minutes = try await transaction.serviceRule("code_minutes")
                let id = transaction.newID(Identifier<AccessCode>.self)
                let number = String(Int.random(in: 0...999_999))
                let code = String(repeating: "0", count: 6 - number.count) + number
                try await transaction.execute(
                    """
                    INSERT INTO access_code (id, candidate_id, code_hash, made_at, expires_at)
                    VALUES (\(id), \(candidate), \(bytes: Self.hash(code, of: id))::bytea, \(transaction.now),
                            \(transaction.now.adding(seconds: 60 * minutes)))
                    """)
                try await Outbox.post(
                    Mail(
                        kind: "privacy.code", audience: .candidate, organisationID: found.organisationID,
                        address: email,
                        subject: "Votre code",
                        paragraphs: [
                            "Votre code : \(code)",
                            "Il sert une fois, pendant \(minutes) minutes, sur la page de vos données. Ne le donnez à personne : "
                                + "ni votre conseiller ni la plateforme ne vous le demandera.",
                        ], aboutKind: "candidate", aboutID: candidate.uuid, candidateID: candidate.uuid), transaction)
            }
        }
    }

    private static func hash(_ code: String, of id: Identifier<AccessCode>) -> [UInt8] {
        Array(SHA256.hash(data: Array((id.fieldText + code).utf8)))
    }

    /// Does something for a person who has the newest code. A wrong one counts as a try, which stays; a code whose use is refused for
    /// another reason may be used again.
    func withCode<T: Sendable>(
        _ code: String, of token: String, as caller: Caller, _ body: (Transaction, Candidate.ID) async throws -> T
    ) async throws -> T {
        do {
            let done: T? = try await database.transaction(as: .anonymous(requestID: caller.requestID)) { transaction in
                let id = try await links.person(token, transaction)
                guard try await take(code, of: id, transaction) else { return nil }
                return try await body(transaction, id)
            }
            guard let done else { throw PrivacyRefusals.wrongCode() }
            return done
        } catch { throw Refusal.mapping(error, PrivacyRefusals.byConstraint) }
    }

    private struct Newest: Decodable {
        var id: Identifier<AccessCode>
        var tries: Int
        var isGood: Bool
    }

    private func take(_ code: String, of candidate: Candidate.ID, _ transaction: Transaction) async throws -> Bool {
        try await transaction.asSystem {
            // Guesses come one after the other: many at once would all be the first.
            let newest = try await transaction.rows(
                """
                SELECT id, tries, used_at IS NULL AND expires_at > \(transaction.now) AS is_good
                  FROM access_code WHERE candidate_id = \(candidate) ORDER BY made_at DESC, id DESC LIMIT 1 FOR UPDATE
                """, as: Newest.self
            ).first()
            let most = try await transaction.serviceRule("code_tries")
            guard let newest, newest.isGood, newest.tries < most else { return false }
            let given = Self.hash(code.filter { !$0.isWhitespace }, of: newest.id)
            let isRight = try await transaction.rows(
                "SELECT code_hash = \(bytes: given)::bytea AS value FROM access_code WHERE id = \(newest.id)",
                as: Value<Bool>.self
            ).first()?.value
            guard isRight == true else {
                try await transaction.execute("UPDATE access_code SET tries = tries + 1 WHERE id = \(newest.id)")
                return false
            }
            try await transaction.execute("UPDATE access_code SET used_at = \(transaction.now) WHERE id = \(newest.id)")
            return true
        }
    }

    private func organisation(of id: Candidate.ID, _ transaction: Transaction) async throws -> Organisation.ID {
        let found = try await transaction.rows(
            "SELECT organisation_id AS value FROM candidate WHERE id = \(id)", as: Value<Organisation.ID>.self
        ).first()
        guard let found else { throw OrientationRefusals.link() }
        return found.value
    }

    /// Everything that is held of the person.
    public func copy(_ token: String, _ code: AccessCode, as caller: Caller) async throws -> JSON {
        try await withCode(code.code, of: token, as: caller) { transaction, id in
            try await transaction.record("rights.copy", on: "candidate", id: id.uuid)
            return try await transaction.asSystem {
                let organisation = try await organisation(of: id, transaction)
                _ = try await write(.copy, of: id, .candidate, organisation, nil, state: .done, transaction)
                return try await content(of: id, transaction)
            }
        }
    }

    /// Asks for a correction.
    public func correct(_ token: String, _ asking: PersonAsking, as caller: Caller) async throws {
        try await withCode(asking.code, of: token, as: caller) { transaction, id in
            guard asking.text.contains(where: { !$0.isWhitespace }), asking.text.unicodeScalars.count <= 2000 else {
                throw PrivacyRefusals.wrong(
                    "text", fr: "Dites quoi, en 2000 caractères au plus.", en: "Say what, in 2000 characters at most.")
            }
            try await transaction.record("rights.correction", on: "candidate", id: id.uuid)
            try await transaction.asSystem {
                _ = try await write(
                    .correction, of: id, .candidate, try await organisation(of: id, transaction), asking.text,
                    transaction)
            }
        }
    }

    /// Objects: nothing is sent any more, and what is on its way ends. Twice does no harm.
    public func object(_ token: String, _ code: AccessCode, as caller: Caller) async throws {
        try await withCode(code.code, of: token, as: caller) { transaction, id in
            try await transaction.record("rights.objection", on: "candidate", id: id.uuid)
            try await transaction.asSystem {
                let changed = try await transaction.execute(
                    """
                    UPDATE candidate SET objected_at = \(transaction.now), version = version + 1, updated_at = \(transaction.now)
                     WHERE id = \(id) AND objected_at IS NULL
                    """)
                guard changed == 1 else { return }
                for stop in stopping { try await stop(id, .objected, transaction) }
                let organisation = try await organisation(of: id, transaction)
                let request = try await write(.objection, of: id, .candidate, organisation, nil, transaction)
                try await transaction.execute(
                    """
                    UPDATE rights_request SET state = 'done', decided_at = \(transaction.now), version = version + 1
                     WHERE id = \(request)
                    """)
            }
        }
    }

    /// Asks to be erased, or takes that back while it is not done.
    public func erase(_ token: String, _ erasure: PersonErasure, as caller: Caller) async throws {
        try await withCode(erasure.code, of: token, as: caller) { transaction, id in
            try await transaction.record(
                "rights.erasure", on: "candidate", id: id.uuid, details: ["cancel": .bool(erasure.cancel == true)])
            try await transaction.asSystem {
                guard erasure.cancel == true else {
                    _ = try await write(
                        .erasure, of: id, .candidate, try await organisation(of: id, transaction), nil, transaction)
                    return
                }
                struct Found: Decodable {
                    var id: RightsRequest.ID
                    var organisationID: Organisation.ID
                }
                let found = try await transaction.rows(
                    """
                    SELECT id, organisation_id FROM rights_request
                     WHERE candidate_id = \(id) AND kind = 'erasure' AND state = 'open' FOR UPDATE
                    """, as: Found.self
                ).first()
                guard let found else { throw PrivacyRefusals.ended() }
                let open = Open(candidateID: id, kind: .erasure, state: .open, organisationID: found.organisationID)
                try await close(found.id, open, RightsDecision(outcome: .cancelled, answer: nil), transaction)
            }
        }
    }
}
