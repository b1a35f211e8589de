public import Fields

extension Problem {
    /// No token, or one that is not good.
    public static let unauthenticated = Problem(
        "auth.required", .unauthenticated,
        fr: "Un jeton valable est nécessaire.", en: "A valid token is needed.")
    /// Known, and not allowed.
    public static let forbidden = Problem(
        "auth.forbidden", .forbidden,
        fr: "Vous n'en avez pas le droit.", en: "You are not allowed to do this.")
    /// Not there, or nothing that the caller may know of.
    public static let notFound = Problem(
        "request.not_found", .notFound, fr: "Introuvable.", en: "Not found.")
    /// The route exists for other methods.
    public static let methodNotAllowed = Problem(
        "request.method_not_allowed", .methodNotAllowed,
        fr: "Cette adresse n'accepte pas cette méthode.", en: "This address does not take this method.")
    /// No representation that the client accepts.
    public static let notAcceptable = Problem(
        "request.not_acceptable", .notAcceptable,
        fr: "Aucune des formes demandées n'est servie ici.", en: "None of the requested forms is served here.")
    /// The body is over the limit.
    public static let tooLarge = Problem(
        "request.too_large", .tooLarge, fr: "La demande est trop longue.", en: "The request is too large.")
    /// The body is of a kind that is not read.
    public static let unsupportedMediaType = Problem(
        "request.unsupported_media_type", .unsupportedMediaType,
        fr: "Le corps doit être en application/json.", en: "The body must be application/json.")
    /// A change without `If-Match`.
    public static let versionRequired = Problem(
        "version.required", .preconditionRequired,
        fr: "Dites quelle version vous modifiez : en-tête If-Match, avec l'ETag de votre lecture.",
        en: "Say which version you change: the If-Match header, with the ETag you read.")
    /// A change of a version that is no longer the current one.
    public static let stale = Problem(
        "version.stale", .preconditionFailed,
        fr: "L'élément a changé depuis votre lecture : relisez-le, puis recommencez.",
        en: "It has changed since you read it: read it again, then retry.")
    /// A PATCH with `base_version` whose fields somebody else changed meanwhile.
    public static let conflictingChange = Problem(
        "version.conflict", .conflict,
        fr: "Des champs ont été modifiés entre-temps par quelqu'un d'autre.",
        en: "Fields were changed meanwhile by somebody else.")
    /// More requests than the limit lets through.
    public static let tooMany = Problem(
        "request.too_many", .tooMany,
        fr: "Trop de demandes : attendez, puis recommencez.", en: "Too many requests: wait, then retry.")
    /// A free text holds a national insurance number, which is never stored.
    public static let nationalNumber = Problem(
        "text.national_insurance_number", .invalid,
        fr: "Un numéro de sécurité sociale n'est jamais enregistré ici.",
        en: "A national insurance number is never stored here.")

    /// Refuses texts that hold a national insurance number, by their places: the number itself is never told again.
    public static func nationalNumber(at pointers: [String]) -> Refusal {
        nationalNumber(
            fr:
                "Un numéro de sécurité sociale semble écrit ici : \(pointers.joined(separator: ", ")). Enlevez-le : il n'est "
                + "jamais enregistré.",
            en:
                "A national insurance number seems to stand here: \(pointers.joined(separator: ", ")). Take it out: it is "
                + "never stored.",
            errors: pointers.map { FieldProblem($0, NationalInsuranceNumber.refused) })
    }
}
