import Accounts
import Contract
public import Fields
public import Postgres

extension ContactStore {
    private struct Linked: Decodable {
        var id: RecruitmentContact.ID
        var structureID: PublicStructure.ID
    }

    private struct Former: Decodable {
        var id: RecruitmentContact.ID
        var organisationID: Organisation.ID
        var email: String
    }

    /// What a link offers; used, expired and unknown ones look alike. It changes nothing.
    public func offer(_ text: String, as caller: Caller) async throws -> Rows<ContactOffer> {
        try await database.transaction(as: caller) { transaction in
            let linked = try await linked(text, transaction)
            try await reach(linked, transaction)
            return try await transaction.rows(
                """
                SELECT \(Self.structure) AS structure, jsonb_build_object('code', o.code, 'name', o.name) AS organisation,
                       left(c.email, 1) || '…@' || split_part(c.email, '@', 2) AS email, c.expires_at
                  FROM recruitment_contact c JOIN public_structure s ON s.id = c.structure_id
                  JOIN organisation o ON o.id = c.organisation_id
                 WHERE c.id = \(linked.id)
                """, as: ContactOffer.self)
        }
    }

    /// Uses a link, once: the address is proved, and takes the place of the one that was.
    public func prove(_ text: String, as caller: Caller) async throws -> Rows<ContactProof> {
        try await database.transaction(as: caller) { transaction in
            let structure = try await structures.current(
                .id(try await linked(text, transaction).structureID), transaction)
            // Again, now that nobody else can use it or end its claim.
            let linked = try await linked(text, transaction)
            guard structure.status == .open else { throw DirectoryRefusals.link() }
            try await reach(linked, transaction)
            try await transaction.record("recruitment_contact.prove", on: "recruitment_contact", id: linked.id.uuid)
            let former = try await transaction.rows(
                """
                UPDATE recruitment_contact
                   SET state = 'ended', ended_at = \(transaction.now), replaced_by = \(linked.id), told_at = \(transaction.now)
                 WHERE structure_id = \(linked.structureID) AND state = 'proved'
                RETURNING \(columns: Former.self)
                """, as: Former.self
            ).first()
            try await transaction.execute(
                """
                UPDATE recruitment_contact SET state = 'proved', proved_at = \(transaction.now), secret_hash = NULL
                 WHERE id = \(linked.id)
                """)
            if let former {
                try await ContactMail(
                    contact: former.id, structure: linked.structureID, organisation: former.organisationID
                ).replaced(at: former.email, transaction)
            }
            return try await transaction.rows(
                """
                SELECT \(Self.structure) AS structure, 'proved' AS state, \(transaction.today)::date AS proved_on
                  FROM public_structure s WHERE s.id = \(linked.structureID)
                """, as: ContactProof.self)
        }
    }

    private static let structure: SQL = """
        jsonb_build_object('finess', s.finess, 'usual_name', s.usual_name, 'kind', s.kind, 'kind_name', s.kind_name,
                           'commune', s.commune, 'status', s.status)
        """

    /// What a link is about. No caller is known yet: a function of the closed list looks for it (`security.md` §1).
    private func linked(_ text: String, _ transaction: Transaction) async throws -> Linked {
        guard let secret = TokenSecret(text, .contact) else { throw DirectoryRefusals.link() }
        let found = try await transaction.rows(
            "SELECT id, structure_id FROM contact_of_link(\(bytes: secret.hash)::bytea)", as: Linked.self
        ).first()
        guard let found else { throw DirectoryRefusals.link() }
        return found
    }

    /// Lets this transaction reach the contacts of the structure that its link is about.
    private func reach(_ linked: Linked, _ transaction: Transaction) async throws {
        try await transaction.execute("SELECT set_config('pa31.link', \(linked.structureID), true)")
    }
}
