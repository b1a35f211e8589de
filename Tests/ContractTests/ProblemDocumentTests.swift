import Fields
import Postgres
import Testing

@testable import Contract

@Suite struct `A problem's document` {
    private let refused = Problem.malformed(
        fr: "Le titre manque.", en: "The title is missing.",
        errors: [FieldProblem("/title", fr: "obligatoire", en: "required")], extras: [.init("allowed", ["open"])])

    @Test func `is RFC 9457 in the language that was asked for`() {
        #expect(
            refused.document(in: .french, instance: "/v1/things", requestID: "r-1") == [
                "type": "/problems/request.malformed", "title": "La demande ne peut pas être lue.", "status": 400,
                "detail": "Le titre manque.", "code": "request.malformed", "instance": "/v1/things",
                "request_id": "r-1", "errors": [["pointer": "/title", "detail": "obligatoire"]], "allowed": ["open"],
            ])
        #expect(
            refused.document(in: .english, instance: "/v1/things", requestID: "r-1") == [
                "type": "/problems/request.malformed", "title": "The request cannot be read.", "status": 400,
                "detail": "The title is missing.", "code": "request.malformed", "instance": "/v1/things",
                "request_id": "r-1", "errors": [["pointer": "/title", "detail": "required"]], "allowed": ["open"],
            ])
    }

    @Test func `has no list of errors when no field is wrong, and a status of its own for a defect`() {
        let document = Problem.defect().document(in: .english, instance: "/", requestID: "r-1")
        #expect(document["errors"] == nil)
        #expect(document["status"] == 500)
        #expect(document["detail"] == document["title"])
    }

    @Test func `has the status of its kind`() {
        let expected: [Problem.Kind: Int] = [
            .malformed: 400, .unauthenticated: 401, .forbidden: 403, .notFound: 404, .methodNotAllowed: 405,
            .notAcceptable: 406, .conflict: 409, .preconditionFailed: 412, .tooLarge: 413, .unsupportedMediaType: 415,
            .invalid: 422, .preconditionRequired: 428, .tooMany: 429, .unavailable: 503,
            .defect: 500,
        ]
        for kind in Problem.Kind.allCases { #expect(kind.status == expected[kind]) }
        #expect(expected.count == Problem.Kind.allCases.count)
    }

    @Test func `is made from a refusal, from the database's failures by kind, and from no defect`() {
        struct Other: Error {}
        func failure(_ kind: DatabaseError.Kind) -> DatabaseError {
            DatabaseError(kind: kind, sqlState: "00000", message: "secret", constraint: "thing_title")
        }
        #expect(Refusal(from: refused) == refused)
        #expect(Refusal(from: failure(.connection)) == Problem.unavailable())
        #expect(Refusal(from: failure(.cancelled)) == Problem.timeout())
        #expect(Refusal(from: failure(.constraint)) == nil)
        #expect(Refusal(from: failure(.defect)) == nil)
        #expect(Refusal(from: Other()) == nil)
    }

    @Test func `of a constraint is what the feature maps its name to, and otherwise the failure itself`() {
        let failure = DatabaseError(kind: .constraint, sqlState: "23514", message: "no", constraint: "thing_title")
        #expect(Refusal.mapping(failure, ["thing_title": refused]) as? Refusal == refused)
        #expect(Refusal.mapping(failure, ["thing_other": refused]) as? DatabaseError == failure)
        #expect(Refusal.mapping(CancellationError(), ["thing_title": refused]) is CancellationError)
    }
}
