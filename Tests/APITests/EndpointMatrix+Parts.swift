import Accounts
import Directory
import Fields
import Foundation
import Plans
import Postgres
import TestSupport

extension EndpointMatrix {
    /// A note and evidence that somebody of an organisation wrote, and a funding line of 2024 that nobody used.
    static func writtenParts(
        of action: PublicAction.ID, by organisation: Organisation.ID
    ) async throws -> [String: String] {
        let (note, evidence) = (UUID().uuidString.lowercased(), UUID().uuidString.lowercased())
        let author = "(SELECT id FROM member WHERE organisation_id = '\(organisation)' ORDER BY id LIMIT 1)"
        try await TestDatabase.current.tamper(
            """
            INSERT INTO progress_note (id, action_id, kind, text, written_at, author_id)
            VALUES ('\(note)', '\(action)', 'result', 'Note', now(), \(author));
            INSERT INTO evidence (id, action_id, label, url, added_at, author_id)
            VALUES ('\(evidence)', '\(action)', 'Lien', 'https://exemple.example/', now(), \(author))
            """)
        return [
            "note_edit": note, "note_remove": note, "evidence_edit": evidence, "evidence_remove": evidence,
            "funding_remove": "2024",
        ]
    }

    /// Two calendars of a member: one to read, one to take back.
    static func calendars(of token: String) async throws -> [String: String] {
        let database = TestDatabase.current.asServer()
        let member = try await TokenStore(database).member(of: token, requestID: "matrix")
        func make() async throws -> CreatedCalendarFeed {
            try await CalendarStore(database).create(
                NewCalendarFeed(scope: .organisation, label: "Agenda"), as: .member(member, requestID: "matrix"))
        }
        let read = try await make().path.split(separator: "/").last.map { String($0.dropLast(".ics".count)) }
        let revoked = try await make().id.fieldText
        await database.close()
        return ["calendar_read": read ?? "", "calendar_revoke": revoked]
    }

    /// A structure that an organisation looks after; a second with a pending claim of its and a link to prove an address.
    static func structures(of organisation: Organisation.ID, _ tokens: [String: String]) async throws -> [String:
        String]
    {
        let finess = StructureKey.placeholder.fieldText
        let make = Make()
        try await make.structure(finess, "Résidence du Parc", of: organisation)
        try await make.structure("310000018", "Résidence du Lac", of: organisation)
        let claimed = try await make.structure("310000026", "Résidence du Pont")
        let claim = try await make.claim(on: claimed, by: organisation).fieldText
        let database = TestDatabase.current.asServer()
        func caller(_ name: String) async throws -> Caller {
            .member(
                try await TokenStore(database).member(of: tokens[name] ?? "", requestID: "matrix"), requestID: "matrix")
        }
        let contacts = ContactStore(database)
        _ = try await contacts.ask(
            .finess("310000018"), NewContact(email: try EmailAddress(fieldText: "emploi@exemple.example")),
            as: try await caller("lead"))
        let path = try await contacts.link(.finess("310000018"), as: try await caller("team")).path
        let link = path.split(separator: "/").last.map(String.init) ?? ""
        await database.close()
        let ofStructures = endpoints.filter { $0.path.hasPrefix("/v1/structures/{id}") }.map { ($0.id, finess) }
        return Dictionary(uniqueKeysWithValues: ofStructures).merging([
            "structure_claim_read": claim, "structure_claim_transition": claim, "contact_read": link,
            "contact_prove": link,
        ]) { $1 }
    }
}
