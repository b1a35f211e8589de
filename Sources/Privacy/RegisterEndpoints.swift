public import Contract
import Fields
import Postgres

/// The contract of the register: what is kept of persons, and who answers for it. Everybody reads it.
public struct RegisterEndpoints: Sendable {
    let register: RegisterStore
    let settings: PrivacySettings

    /// The endpoints over the register.
    public init(_ register: RegisterStore, settings: PrivacySettings = PrivacySettings()) {
        self.register = register
        self.settings = settings
    }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/data-retention", id: "data_retention_list",
                "The register of personal data: what is kept, for what, how long, with which columns. The purge reads the same lines.",
                access: .anyone, output: .page(RetentionLine.self), run: lines, csv: linesFile),
            Endpoint(
                .get, "/v1/privacy", id: "privacy_read",
                "How personal data are protected here, who answers for them, and what everybody may ask for. For people: a page in French.",
                access: .anyone, output: .one(PrivacyNotice.self), run: notice, html: page),
        ]
    }

    func lines(_ call: Call<Nothing, Nothing, Nothing>) async throws -> Answer {
        let rows = try await register.lines()
        return .page(rows, limit: rows.count, list: "data_retention", key: ["code"], isPublic: true)
    }

    func linesFile(_ call: Call<Nothing, Nothing, Nothing>) async throws -> Answer {
        .csv("data-retention", isPublic: true, header: RetentionLine.self) { write in
            try await write(try await register.lines())
        }
    }

    func notice(_ call: Call<Nothing, Nothing, Nothing>) async throws -> Answer {
        let rows = try await register.lines()
        return .json(
            [
                "controllers": JSON(settings.controllers), "contact": JSON(settings.contact),
                "rights": .array(PrivacyNotice.rights.map { JSON.string("\($0.title) : \($0.text)") }),
                "complaint": .string(PrivacyNotice.complaint),
            ], isPublic: true
        ).adding("lines", rows)
    }

    func page(_ call: Call<Nothing, Nothing, Nothing>) async throws -> Answer {
        .html(PrivacyPage.html(try await register.lines().all(), settings), isPublic: true)
    }
}

/// How personal data are protected, for programs; for people it is a page.
struct PrivacyNotice: Decodable, Sendable {
    /// Who answers for the data.
    var controllers: String?
    /// How to reach them.
    var contact: String?
    /// What everybody may ask for, in French.
    var rights: [String]
    /// Where to complain, in French.
    var complaint: String
    /// The register.
    var lines: [RetentionLine]

    static let rights: [(title: String, text: String)] = [
        ("Copie", "recevoir tout ce qui est gardé sur vous, et savoir qui l'a reçu ou ouvert, et quand"),
        ("Rectification", "faire corriger ce qui est faux"),
        ("Opposition", "demander que plus rien ne soit envoyé ; ce qui est en route s'arrête aussitôt"),
        ("Effacement", "faire effacer votre dossier ; pendant 72 heures vous pouvez encore annuler votre demande"),
        (
            "Retrait d'un accord",
            "reprendre à tout moment un accord donné, sans que cela change ce qui a été fait avant"
        ),
    ]
    static let complaint =
        "Si la réponse ne vous convient pas, vous pouvez saisir la CNIL : www.cnil.fr, 3 place de Fontenoy, 75007 Paris."
}
