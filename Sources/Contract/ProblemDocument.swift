public import Fields
import Postgres

extension Problem.Kind {
    /// HTTP's status.
    public var status: Int {
        switch self {
        case .malformed: 400
        case .unauthenticated: 401
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .conflict: 409
        case .preconditionFailed: 412
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .invalid: 422
        case .preconditionRequired: 428
        case .tooMany: 429
        case .unavailable: 503
        case .defect: 500
        }
    }
}

extension Problem {
    /// A defect of ours; no detail leaves the server.
    public static let defect = Problem(
        "service.defect", .defect,
        fr: "Une erreur de notre côté. Elle est enregistrée ; citez le numéro de la demande.",
        en: "An error on our side. It is recorded; quote the request's number.")

    /// The stable address of the problem's description.
    public var type: String { "/problems/\(code)" }
}

extension Refusal {
    /// What a failure is told as: a refusal as it is, a database's failure by its kind, nil for a defect.
    public init?(from error: any Error) {
        if let refusal = error as? Refusal {
            self = refusal
        } else if let refusal = (error as? DatabaseError)?.refusal {
            self = refusal
        } else {
            return nil
        }
    }

    /// RFC 9457's document.
    public func document(in language: Language, instance: String, requestID: String) -> JSON {
        var members: [JSON.Member] = [
            .init("type", .string(problem.type)), .init("title", .string(problem.title(language))),
            .init("status", JSON(problem.kind.status)), .init("detail", .string(detail(language))),
            .init("code", .string(problem.code)), .init("instance", .string(instance)),
            .init("request_id", .string(requestID)),
        ]
        if !errors.isEmpty {
            let list = errors.map {
                JSON.object([.init("pointer", .string($0.pointer)), .init("detail", .string($0.detail(language)))])
            }
            members.append(.init("errors", .array(list)))
        }
        return .object(members + extras)
    }
}
