import Contract
import Fields
import NIOCore
import Postgres

/// What is served beside the features: liveness, readiness, the contract itself and its pages.
struct ServiceEndpoints: Sendable {
    let database: Database
    /// The contract, as far as it can be known while it is made; `all` is described by it.
    let document: JSON?
    /// Every problem of the contract.
    let problems: [Problem]
    let draining: Draining
    /// The lines of every workflow's table.
    let workflows: [JSON]

    var all: [Endpoint] {
        [
            Endpoint(
                .get, "/healthz", id: "health_read", "Whether the server runs.", access: .anyone,
                output: .one(Health.self),
                run: { (_: Call<Nothing, Nothing, Nothing>) in .json(["status": "ok"]) }),
            Endpoint(
                .get, "/readyz", id: "readiness_read", "Whether the server can answer: it asks the database.",
                access: .anyone, output: .one(Health.self),
                run: { (_: Call<Nothing, Nothing, Nothing>) in
                    guard !draining.hasBegun else { throw Problem.unavailable() }
                    _ = try await database.read("SELECT 1::bigint AS value", as: Value<Int>.self)
                    return .json(["status": "ok"])
                }),
            Endpoint(
                .get, "/v1/openapi.json", id: "contract_read", "This contract, as OpenAPI 3.1.", access: .anyone,
                output: .anyJSON,
                run: { (_: Call<Nothing, Nothing, Nothing>) in .json(document ?? nil, isPublic: true) }),
            Endpoint(
                .get, "/v1/reference/transitions", id: "transition_list",
                "How each workflow moves: from, to, who, what is needed.", access: .anyone,
                output: .page(TransitionLine.self),
                run: { (_: Call<Nothing, Nothing, Nothing>) in
                    .json(["items": .array(workflows), "next_cursor": nil], isPublic: true)
                }),
            Endpoint(
                .get, "/docs", id: "documentation_read",
                "This contract, for people, with an example of each operation.",
                access: .anyone, output: .html,
                run: { (_: Call<Nothing, Nothing, Nothing>) in
                    .html(DocumentationPage.html(document ?? nil, problems), isPublic: true)
                }),
            Endpoint(
                .get, "/style.css", id: "style_read", "How the server's own pages look.", access: .anyone, output: .css,
                run: { (_: Call<Nothing, Nothing, Nothing>) in
                    Answer(
                        body: ByteBuffer(string: Page.style), mediaType: Representation.css.contentType, isPublic: true)
                }),
            Endpoint(
                .get, "/problems/{problem}", id: "problem_read",
                "What a refusal means: the address in its `type`.", access: .anyone,
                output: .one(ProblemDescription.self), run: problem),
        ]
    }

    /// How the server is.
    struct Health: Decodable, Sendable { var status: String }

    /// One line of the table, for the contract's document.
    struct TransitionLine: Decodable, Sendable {
        var subject: String
        var from: [String]
        var to: String
        var by: [String]
        var needs: [[String]]
    }

    /// The path of one problem.
    struct ProblemPath: Decodable, Sendable { var problem: ProblemCode }

    /// What a refusal means.
    struct ProblemDescription: Decodable, Sendable {
        var code: String
        var status: Int
        var titleFr: String
        var titleEn: String
    }

    func problem(_ call: Call<ProblemPath, Nothing, Nothing>) async throws -> Answer {
        guard let found = problems.first(where: { $0.code == call.path.problem.text }) else { throw Problem.notFound() }
        return .json(
            [
                "code": .string(found.code), "status": JSON(found.kind.status), "title_fr": .string(found.title.fr),
                "title_en": .string(found.title.en),
            ], isPublic: true)
    }
}

/// The stable code of a problem.
struct ProblemCode: FieldScalar {
    let text: String

    static var fieldKind: Shape.Kind { .pattern(#"^[a-z_]+(\.[a-z_]+)+$"#, example: placeholder.text) }
    static var placeholder: ProblemCode { ProblemCode(text: Problem.stale.code) }
    var fieldText: String { text }

    private init(text: String) { self.text = text }

    init(fieldText: String) throws(Expectation) {
        let words = fieldText.split(separator: ".", omittingEmptySubsequences: false)
        let isCode =
            words.count > 1
            && words.allSatisfy { word in
                !word.isEmpty && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F }
            }
        guard isCode else {
            throw Expectation(
                fr: "le code d'un refus, comme \(Self.placeholder.text)",
                en: "a refusal's code, such as \(Self.placeholder.text)")
        }
        text = fieldText
    }
}
