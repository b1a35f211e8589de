/// A kind of refusal that callers can rely on: its stable dotted code, its nature and its title.
///
/// Features declare theirs as constants in their `…Refusals.swift`; the HTTP answer, the CLI's message and the
/// `/problems/` page are made from them.
public struct Problem: Sendable, Hashable {
    /// What kind of "no" it is; HTTP turns it into a status, the CLI into an exit code.
    public enum Kind: Sendable, Hashable, CaseIterable {
        case malformed, unauthenticated, forbidden, notFound, methodNotAllowed, notAcceptable, conflict
        case preconditionFailed, preconditionRequired, tooLarge, unsupportedMediaType, invalid, tooMany, unavailable
        /// An error of ours.
        case defect
    }

    /// Stable, dotted, never used for something else: `action.stale`.
    public var code: String
    /// What kind of "no" it is.
    public var kind: Kind
    /// The same sentence for every case of this problem.
    public var title: Text

    /// Declares a problem.
    public init(_ code: String, _ kind: Kind, fr: String, en: String) {
        self.code = code
        self.kind = kind
        title = Text(fr: fr, en: en)
    }

    /// Refuses with what is wrong in this case and what to do.
    public func callAsFunction(
        fr: String, en: String, errors: [FieldProblem] = [], extras: [JSON.Member] = []
    ) -> Refusal {
        Refusal(problem: self, detail: Text(fr: fr, en: en), errors: errors, extras: extras)
    }

    /// Refuses where the title says it all.
    public func callAsFunction() -> Refusal {
        Refusal(problem: self, detail: title, errors: [], extras: [])
    }
}

/// One wrong field of an input.
public struct FieldProblem: Sendable, Hashable {
    /// RFC 6901 JSON Pointer in a body (`/evidence/url`), or the name of a parameter.
    public var pointer: String
    /// What is wrong with it and what is expected.
    public var detail: Text

    /// One wrong field.
    public init(_ pointer: String, fr: String, en: String) {
        self.pointer = pointer
        detail = Text(fr: fr, en: en)
    }
}

/// The only error that a caller can cause: what was refused, why, and what to do. HTTP-agnostic.
public struct Refusal: Error, Sendable, Hashable {
    /// Which problem it is a case of.
    public var problem: Problem
    /// What is wrong in this case.
    public var detail: Text
    /// The wrong fields, when fields are wrong.
    public var errors: [FieldProblem]
    /// Further members of the answer (`allowed`, `current`, `changed_fields`), declared with the problem's code.
    public var extras: [JSON.Member]

    /// A refusal; features use `Problem.callAsFunction` instead.
    public init(problem: Problem, detail: Text, errors: [FieldProblem], extras: [JSON.Member]) {
        self.problem = problem
        self.detail = detail
        self.errors = errors
        self.extras = extras
    }
}

extension Problem {
    /// The pool is exhausted, the server drains, or the database is away.
    public static let unavailable = Problem(
        "service.unavailable", .unavailable,
        fr: "Service momentanément indisponible : réessayez dans quelques secondes.",
        en: "Service temporarily unavailable: try again in a few seconds.")
    /// The statement ran longer than its lane allows.
    public static let timeout = Problem(
        "service.timeout", .unavailable,
        fr: "La demande a pris trop de temps : précisez-la ou réessayez plus tard.",
        en: "The request took too long: narrow it down or try again later.")
    /// Input that cannot be read as what it must be.
    public static let malformed = Problem(
        "request.malformed", .malformed,
        fr: "La demande ne peut pas être lue.", en: "The request cannot be read.")
    /// Input that can be read and breaks a rule.
    public static let invalid = Problem(
        "request.invalid", .invalid,
        fr: "Une règle n'est pas respectée.", en: "A rule is not respected.")
}
