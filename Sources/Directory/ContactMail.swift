import Accounts
import Fields
import Messages
import Postgres

/// The mails of a recruitment contact, written in the transaction that they tell of.
struct ContactMail: Sendable {
    let contact: RecruitmentContact.ID
    let structure: PublicStructure.ID
    let organisation: Organisation.ID

    private struct Names: Decodable {
        var structure: String
        var organisation: String
    }

    /// The link that proves an address goes there, and nowhere else.
    func prove(at address: EmailAddress, _ secret: TokenSecret, _ transaction: Transaction) async throws {
        let names = try await names(transaction)
        try await Outbox.post(
            mail(
                "contact.prove", to: address.text, subject: "Confirmer une adresse de recrutement",
                [
                    "L'organisme \(names.organisation) a donné cette adresse pour les recrutements de la structure \(names.structure).",
                    "Si vous confirmez, les candidatures orientées vers cette structure y seront envoyées. L'adresse n'est jamais publiée.",
                    "Le lien ci-dessous est bon \(ContactStore.validDays) jours et ne sert qu'une fois. S'il ne vous est pas destiné, ne faites rien : rien ne change.",
                ],
                link: Mail.Link(label: "Confirmer cette adresse", path: "/v1/contacts/", secret: secret.text)),
            transaction)
    }

    /// No address is replaced behind the back of who reads it.
    func replaced(at address: String, _ transaction: Transaction) async throws {
        let names = try await names(transaction)
        try await Outbox.post(
            mail(
                "contact.replaced", to: address, subject: "Cette adresse de recrutement est remplacée",
                [
                    "Cette adresse recevait les candidatures orientées vers la structure \(names.structure). Une autre, confirmée aujourd'hui à la demande de l'organisme \(names.organisation), la remplace.",
                    "Si ce changement vous surprend, dites-le à l'équipe de la plateforme.",
                ], link: nil), transaction)
    }

    private func mail(
        _ kind: String, to address: String, subject: String, _ paragraphs: [String], link: Mail.Link?
    ) -> Mail {
        Mail(
            kind: kind, audience: .recruiter, organisationID: organisation, address: address, subject: subject,
            paragraphs: paragraphs, link: link, aboutKind: "recruitment_contact", aboutID: contact.uuid)
    }

    private func names(_ transaction: Transaction) async throws -> Names {
        let rows = try await transaction.rows(
            """
            SELECT s.usual_name AS structure, o.name AS organisation
              FROM public_structure s, organisation o WHERE s.id = \(structure) AND o.id = \(organisation)
            """, as: Names.self)
        return try rows.first() ?? Names(structure: "", organisation: "")
    }
}
