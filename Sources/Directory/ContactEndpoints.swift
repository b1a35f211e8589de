import Accounts
public import Contract
import Fields
import Postgres

/// The contract of recruitment contacts and of the links that prove them.
public struct ContactEndpoints: Sendable {
    let contacts: ContactStore

    /// The endpoints over their store.
    public init(contacts: ContactStore) { self.contacts = contacts }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .post, "/v1/structures/{id}/contact", id: "structure_contact",
                "Ask for the address that a structure recruits with. It counts once the link that is mailed there is used.",
                access: .writer, output: .one(AskedContact.self, status: 201),
                refusals: [
                    DirectoryRefusals.structure, DirectoryRefusals.closed, DirectoryRefusals.invalid,
                    DirectoryRefusals.contactConflict,
                ],
                example: ["email": "recrutement@exemple.example"], run: ask),
            Endpoint(
                .get, "/v1/contacts/{token}", id: "contact_read",
                "What the link to a recruitment address asks. Reading it changes nothing.", access: .anyone,
                output: .one(ContactOffer.self), refusals: [DirectoryRefusals.link], run: offer, html: offerPage),
            Endpoint(
                .post, "/v1/contacts/{token}", id: "contact_prove",
                "Use the link: the address is proved, the one before it ends, and the link is spent.", access: .anyone,
                output: .one(ContactProof.self), refusals: [DirectoryRefusals.link], run: prove, html: provePage),
        ]
    }

    /// The path of a link. Any text: what can't be a secret looks like one that was used, has expired, or is unknown.
    struct LinkPath: Decodable, Sendable { var token: String }

    func ask(_ call: Call<StructureEndpoints.StructurePath, Nothing, NewContact>) async throws -> Answer {
        try await contacts.ask(call.path.id, call.body, as: call.caller, answer: { .row($0, status: 201) })
    }

    func offer(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        .row(try await contacts.offer(call.path.token, as: call.caller))
    }

    func offerPage(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        guard let offer = try await contacts.offer(call.path.token, as: call.caller).first() else {
            throw DirectoryRefusals.link()
        }
        return .html(ContactPage.offer(offer))
    }

    func prove(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        .row(try await contacts.prove(call.path.token, as: call.caller))
    }

    func provePage(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        guard let proof = try await contacts.prove(call.path.token, as: call.caller).first() else {
            throw DirectoryRefusals.link()
        }
        return .html(ContactPage.proved(proof))
    }
}

/// The pages of a contact's link, in French, for whoever reads the mail of that address.
enum ContactPage {
    static func offer(_ offer: ContactOffer) -> String {
        Page.html(
            .french, title: "Adresse de recrutement",
            """
            <h1>Recevoir ici les candidatures orientées ?</h1>
            <p>L'organisme <strong>\(Page.escaped(offer.organisation.name))</strong> a donné cette adresse
            (\(Page.escaped(offer.email))) pour les recrutements de <strong>\(name(offer.structure))</strong>.</p>
            <p>Si vous confirmez, les orientations de candidats vers cette structure y seront envoyées. L'adresse n'est
            jamais publiée.</p>
            <form method="post"><button type="submit">Confirmer cette adresse</button></form>
            <p class="note">Ce lien expire le \(day(Day(offer.expiresAt))) et ne sert qu'une fois. S'il ne vous est pas
            destiné, fermez cette page : rien ne change.</p>
            """)
    }

    static func proved(_ proof: ContactProof) -> String {
        Page.html(
            .french, title: "Adresse confirmée",
            """
            <h1>L'adresse est confirmée</h1>
            <p>Depuis le \(day(proof.provedOn)), c'est l'adresse de recrutement de
            <strong>\(name(proof.structure))</strong>.</p>
            <p>Pour en changer, votre organisme en demande une autre ; celle-ci reste valable jusque-là.</p>
            """)
    }

    private static func name(_ structure: StructureReference) -> String {
        Page.escaped([structure.usualName, structure.commune].compactMap(\.self).joined(separator: ", "))
    }

    private static func day(_ day: Day) -> String {
        day.fieldText.split(separator: "-").reversed().joined(separator: "/")
    }
}
