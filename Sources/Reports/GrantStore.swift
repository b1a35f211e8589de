import Accounts
public import Contract
public import Fields
public import Postgres

/// Where grants are kept.
public struct GrantStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// Every grant from a place on, the oldest agreement first; so many at most.
    public func list(after cursor: Cursor? = nil, atMost count: Int? = nil) async throws -> Rows<Grant> {
        let after = try cursor?.key(of: "grants", Day.self, Grant.ID.self)
        return try await database.read(
            """
            SELECT \(columns: Grant.self) FROM public_grant
             WHERE \(after?.0)::date IS NULL OR (signed_on, id) > (\(after?.0)::date, \(after?.1)::uuid)
             ORDER BY signed_on, id LIMIT \(count)
            """, as: Grant.self)
    }

    /// The whole table of scdl/subventions.
    public func table() async throws -> [UInt8] {
        var writer = CSVWriter(dialect: .rfc4180)
        writer.row(Grant.headings.map(CSVWriter.Cell.text))
        for grant in try await list().all() { writer.row(grant.cells) }
        return writer.bytes
    }

    private struct Party: Decodable {
        var id: Organisation.ID
        var kind: Caller.OrganisationKind
        var siret: String?
    }

    private func party(_ code: OrganisationCode, _ field: String, _ transaction: Transaction) async throws -> Party {
        let found = try await transaction.rows(
            "SELECT id, kind, siret FROM organisation WHERE code = \(code)", as: Party.self
        ).first()
        guard let found else {
            throw ReportRefusals.wrongGrant(
                field, fr: "Aucun organisme « \(code) ».", en: "There is no organisation '\(code)'.")
        }
        guard found.siret != nil else {
            throw ReportRefusals.wrongGrant(
                field, fr: "L'organisme « \(code) » n'a pas de SIRET : le schéma publié en demande un.",
                en: "The organisation '\(code)' has no SIRET: the published schema wants one.")
        }
        return found
    }

    /// Enters a grant: the team.
    public func add(_ new: NewGrant, as caller: Caller) async throws -> Grant.ID {
        do {
            return try await database.transaction(as: caller) { transaction in
                guard caller.isTeamEditor || caller.isSystem else { throw ReportRefusals.onlyTeam() }
                let id = transaction.newID(Grant.ID.self)
                try await transaction.record("grant.add", on: "grant_agreement", id: id.uuid)
                let funder = try await party(new.funder, "funder", transaction)
                guard funder.kind == .funder else {
                    throw ReportRefusals.wrongGrant(
                        "funder", fr: "« \(new.funder) » n'est pas un financeur.", en: "'\(new.funder)' is no funder.")
                }
                let beneficiary = try await party(new.beneficiary, "beneficiary", transaction)
                try await transaction.execute(
                    """
                    INSERT INTO grant_agreement (id, funder_id, beneficiary_id, signed_on, reference, purpose, amount_cents, payment,
                                                 paid_from, paid_until)
                    VALUES (\(id), \(funder.id), \(beneficiary.id), \(new.signedOn), \(new.reference), \(new.purpose),
                            \(new.amountCents)::bigint, \(new.payment), \(new.paidFrom), \(new.paidUntil))
                    """)
                return id
            }
        } catch {
            throw Refusal.mapping(error, ReportRefusals.byGrantConstraint)
        }
    }

    /// Takes a grant away that was entered by mistake: the team. History keeps it.
    public func remove(_ id: Grant.ID, as caller: Caller) async throws {
        try await database.transaction(as: caller) { transaction in
            guard caller.isTeamEditor || caller.isSystem else { throw ReportRefusals.onlyTeam() }
            try await transaction.record("grant.remove", on: "grant_agreement", id: id.uuid)
            guard try await transaction.execute("DELETE FROM grant_agreement WHERE id = \(id)") == 1 else {
                throw ReportRefusals.grant()
            }
        }
    }
}

extension ReportRefusals {
    static let grant = Problem("grant.not_found", .notFound, fr: "Subvention introuvable.", en: "Grant not found.")
    static let invalidGrant = Problem(
        "grant.invalid", .invalid, fr: "Une règle des subventions n'est pas respectée.",
        en: "A rule of grants is not respected.")

    static func wrongGrant(_ name: String, fr: String, en: String) -> Refusal {
        invalidGrant(fr: fr, en: en, errors: [FieldProblem("/\(name)", fr: fr, en: en)])
    }

    /// The refusal of each constraint of grants that a caller can break.
    static let byGrantConstraint: [String: Refusal] = [
        "grant_agreement_once": wrongGrant(
            "reference", fr: "Cette convention est déjà saisie.", en: "This agreement is entered already."),
        "grant_agreement_signed_range": wrongGrant(
            "signed_on", fr: "Un jour entre 2015 et 2099.", en: "A day between 2015 and 2099."),
        "grant_agreement_paid_range": wrongGrant(
            "paid_from", fr: "Un jour entre 2015 et 2099.", en: "A day between 2015 and 2099."),
        "grant_agreement_paid_order": wrongGrant(
            "paid_until", fr: "Pas avant le premier versement.", en: "Not before the first payment."),
        "grant_agreement_reference_text": wrongGrant(
            "reference", fr: "De 1 à 100 caractères.", en: "From 1 to 100 characters."),
        "grant_agreement_purpose_text": wrongGrant(
            "purpose", fr: "De 1 à 256 caractères.", en: "From 1 to 256 characters."),
        "grant_agreement_amount_range": wrongGrant(
            "amount", fr: "Un montant positif.", en: "A positive amount."),
        "grant_agreement_payment_text": wrongGrant(
            "payment", fr: "De 1 à 256 caractères.", en: "From 1 to 256 characters."),
    ]
}
