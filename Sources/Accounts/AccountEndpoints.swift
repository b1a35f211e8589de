public import Contract
public import Fields
public import Postgres

/// The contract of accounts: who I am, my tokens, invitations.
public struct AccountEndpoints: Sendable {
    let members: MemberStore
    let tokens: TokenStore
    let invitations: InvitationStore

    let waiting: [@Sendable (Caller, Day) async throws -> Rows<WaitingItem>]

    /// The endpoints over their stores; `waiting` are those that know what waits for a member: the features.
    public init(
        members: MemberStore, tokens: TokenStore, invitations: InvitationStore,
        waiting: [@Sendable (Caller, Day) async throws -> Rows<WaitingItem>]
    ) {
        self.waiting = waiting
        self.members = members
        self.tokens = tokens
        self.invitations = invitations
    }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/me", id: "me_read",
                "Who I am: member, organisation, role, what this token may do, and what waits for me.",
                access: .member, output: .one(Me.self).adding("waiting", listOf: WaitingItem.self), run: me),
            Endpoint(
                .get, "/v1/me/tokens", id: "my_token_list", "My tokens, the newest first; never their secrets.",
                access: .member, output: .page(Token.self), run: list),
            Endpoint(
                .post, "/v1/me/tokens", id: "my_token_create",
                "Make a token for myself, no wider than this one. Its text is shown once.", access: .member,
                output: .one(TokenStore.Created.self, status: 201),
                refusals: [AccountRefusals.invalid, .alreadyCreated],
                example: ["label": "tableur", "scopes": ["read"], "valid_days": 90], run: create),
            Endpoint(
                .delete, "/v1/me/tokens/{id}", id: "my_token_revoke",
                "Take one of my tokens back; effective within 5 seconds. Twice does no harm.", access: .member,
                output: .nothing, refusals: [AccountRefusals.tokenProblem],
                idIn: ("/v1/me/tokens", "items"), run: revoke),
            Endpoint(
                .post, "/v1/invitations", id: "invitation_create",
                "Invite a member: the answer holds a one-use link, shown once, to pass on to that person.",
                access: .writer, output: .one(InvitationStore.Created.self, status: 201),
                refusals: [
                    AccountRefusals.invalid, AccountRefusals.taken, AccountRefusals.organisationProblem,
                    .alreadyCreated,
                ],
                example: [
                    "name": "Camille Exemple", "email": "camille.exemple@exemple.example", "role": "editor",
                ], run: invite),
            Endpoint(
                .get, "/v1/invitations/{token}", id: "invitation_read",
                "What an invitation's link offers. Reading it changes nothing.", access: .anyone,
                output: .one(InvitationStore.Offer.self), refusals: [AccountRefusals.invitation], run: offer,
                html: offerPage),
            Endpoint(
                .post, "/v1/invitations/{token}", id: "invitation_accept",
                "Use an invitation's link: it gives a token, shown once, and is spent.", access: .anyone,
                output: .one(TokenStore.Created.self, status: 201), refusals: [AccountRefusals.invitation], run: accept,
                html: acceptPage),
        ]
    }

    /// A token to be made.
    struct NewToken: Decodable, Sendable {
        /// What its owner calls it.
        var label: String
        /// What it may be used for.
        var scopes: [Caller.Scope]
        /// For how many days.
        var validDays: Int
    }

    /// The path of a token.
    struct TokenPath: Decodable, Sendable { var id: Token.ID }

    /// The path of a link. Any text: what can't be a secret looks like one that was used, has expired, or is unknown.
    struct LinkPath: Decodable, Sendable { var token: String }

    func me(_ call: Call<Nothing, Nothing, Nothing>) async throws -> Answer {
        let me = Answer.row(try await members.me(call.caller))
        let items = try await WaitingItem.gather(waiting, for: call.caller, on: call.today)
        return me.adding("waiting", .array(items.map(\.json)))
    }

    func list(_ call: Call<Nothing, Paging, Nothing>) async throws -> Answer {
        let limit = call.query.limit ?? .standard
        let rows = try await tokens.listOwn(limit: limit, cursor: call.query.cursor, as: call.caller)
        return .page(rows, limit: limit.count, list: "tokens", key: ["id"])
    }

    func create(_ call: Call<Nothing, Nothing, NewToken>) async throws -> Answer {
        guard let member = call.caller.member else { throw Problem.unauthenticated() }
        return try await tokens.create(
            for: member, label: call.body.label, scopes: Set(call.body.scopes), validDays: call.body.validDays,
            as: call.caller, answer: shown)
    }

    func revoke(_ call: Call<TokenPath, Nothing, Nothing>) async throws -> Answer {
        try await tokens.revokeOwn(call.path.id, as: call.caller)
        return .nothing
    }

    func invite(_ call: Call<Nothing, Nothing, InvitationStore.New>) async throws -> Answer {
        try await invitations.create(call.body, as: call.caller) { created in
            var answer = Answer.json(
                [
                    "id": .string(created.id.fieldText), "member_id": .string(created.memberID.fieldText),
                    "path": .string(created.path), "expires_at": .string(created.expiresAt.fieldText),
                ], status: 201)
            answer.isSecret = true
            return answer
        }
    }

    func offer(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        .row(try await invitations.find(call.path.token, as: call.caller))
    }

    func offerPage(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        guard let offer = try await invitations.find(call.path.token, as: call.caller).first() else {
            throw AccountRefusals.invitation()
        }
        return .html(InvitationPage.offer(offer))
    }

    func accept(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        shown(try await invitations.accept(call.path.token, as: call.caller))
    }

    func acceptPage(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        .html(InvitationPage.accepted(try await invitations.accept(call.path.token, as: call.caller)), status: 201)
    }

    /// A new token's answer: the only time its text is seen.
    private func shown(_ created: TokenStore.Created) -> Answer {
        var answer = Answer.json(
            [
                "id": .string(created.id.fieldText), "token": .string(created.token),
                "expires_at": .string(created.expiresAt.fieldText),
            ], status: 201)
        answer.isSecret = true
        return answer
    }
}

/// The pages of an invitation's link, in French, for whoever got it.
enum InvitationPage {
    static func offer(_ offer: InvitationStore.Offer) -> String {
        let role =
            switch offer.role {
            case .manager: "responsable : mettre à jour, inviter"
            case .editor: "rédaction : mettre à jour"
            case .reader: "lecture"
            case .dpo: "délégué à la protection des données"
            }
        return Page.html(
            .french, title: "Invitation",
            """
            <h1>Vous êtes invité·e sur Plateforme Autonomie 31</h1>
            <p>Organisme : <strong>\(Page.escaped(offer.organisation.name))</strong></p>
            <p>Rôle : \(role)</p>
            <p>Ce bouton vous donne votre jeton d'accès, <strong>une seule fois</strong>. Gardez-le comme un mot de passe :
            il ne sera plus jamais montré.</p>
            <form method="post"><button type="submit">Obtenir mon jeton</button></form>
            <p class="note">Ce lien expire le \(day(offer.expiresAt)). S'il ne vous est pas destiné, fermez cette page.</p>
            """)
    }

    static func accepted(_ created: TokenStore.Created) -> String {
        Page.html(
            .french, title: "Votre jeton",
            """
            <h1>Votre jeton d'accès</h1>
            <p>Copiez-le maintenant et gardez-le comme un mot de passe : cette page ne s'affichera pas une seconde fois.</p>
            <pre tabindex="0"><code>\(Page.escaped(created.token))</code></pre>
            <p>Il est valable jusqu'au \(day(created.expiresAt)).</p>
            <p>Perdu ? Demandez une nouvelle invitation à la personne qui vous a invité·e.</p>
            """)
    }

    private static func day(_ instant: Instant) -> String {
        let parts = Day(instant).fieldText.split(separator: "-")
        return parts.reversed().joined(separator: "/")
    }
}
