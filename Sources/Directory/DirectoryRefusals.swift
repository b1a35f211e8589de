import Contract
public import Fields
import Finess

/// What can be refused about structures.
public enum DirectoryRefusals {
    /// No such structure.
    public static let structure = Problem(
        "structure.not_found", .notFound, fr: "Structure introuvable.", en: "Structure not found.")
    static let invalid = Problem(
        "structure.invalid", .invalid, fr: "Une règle de l'annuaire n'est pas respectée.",
        en: "A rule of the directory is not respected.")
    static let file = Problem(
        "structure.file_refused", .invalid, fr: "Le fichier de structures est refusé.",
        en: "The file of structures is refused.")

    static func unknown(_ key: StructureKey) -> Refusal {
        structure(fr: "Aucune structure \(key.fieldText).", en: "There is no structure \(key.fieldText).")
    }

    static func notYours(_ finess: String) -> Refusal {
        Problem.forbidden(
            fr: "La structure \(finess) n'est pas rattachée à votre organisme : demandez son rattachement "
                + "(POST /v1/structures/\(finess)/claim).",
            en:
                "Structure \(finess) is not attached to your organisation: claim it (POST /v1/structures/\(finess)/claim)."
        )
    }

    static func unreadable(_ name: String) -> Refusal {
        file(fr: "\(name) ne peut pas être lu.", en: "\(name) can't be read.")
    }

    /// A file that can't be imported at all.
    static func unreadable(_ problem: FinessProblem) -> Refusal {
        let place =
            problem.line > 0 ? Text(fr: "ligne \(problem.line) : ", en: "line \(problem.line): ") : Text(fr: "", en: "")
        return file(
            fr: "\(place.fr)\(problem.reason.fr). Rien n'est importé.",
            en: "\(place.en)\(problem.reason.en). Nothing is imported.")
    }

    static let closed = Problem(
        "structure.closed", .conflict, fr: "La structure est fermée ou fusionnée.",
        en: "The structure is closed or merged.")

    static func notOpen(_ finess: String) -> Refusal {
        closed(
            fr: "La structure \(finess) est fermée ou fusionnée : elle ne se modifie plus.",
            en: "Structure \(finess) is closed or merged: it can't be changed any more.")
    }

    static let agreed = Problem(
        "structure.no_disagreement", .notFound, fr: "Aucun désaccord ouvert sur ce champ.",
        en: "There is no open disagreement on this field.")

    static func noDisagreement(_ field: StructureField) -> Refusal {
        agreed(
            fr: "Aucun fichier ne contredit le champ « \(field.label.fr) » de cette structure.",
            en: "No file contradicts this structure's \(field.label.en).")
    }

    static func unwritable(_ errors: FieldErrors) -> Refusal {
        invalid(
            fr: "La valeur du fichier ne peut pas être écrite.", en: "The file's value can't be written.",
            errors: errors.errors.map { FieldProblem($0.pointer, fr: $0.detail.fr, en: $0.detail.en) })
    }

    static func recruitingTooFar(_ days: Int) -> Refusal {
        field(
            "recruiting_until", fr: "Au plus \(days) jours à l'avance : redites-le ensuite.",
            en: "At most \(days) days ahead: say it again then.")
    }

    static func needsName() -> Refusal {
        field("usual_name", fr: "Une structure a un nom.", en: "A structure has a name.")
    }

    static func stale(_ finess: String, given: Int, current: Int, changed: [String]) -> Refusal {
        Problem.stale(
            fr: "La structure \(finess) est à la version \(current), vous modifiez la \(given). "
                + "A changé depuis : \(changed.joined(separator: ", ")). Relisez-la, puis recommencez.",
            en: "Structure \(finess) is at version \(current), you change version \(given). "
                + "Changed since: \(changed.joined(separator: ", ")). Read it again, then retry.",
            extras: [
                .init("current", JSON(current)), .init("changed_fields", .array(changed.map(JSON.string))),
            ])
    }

    /// A radius needs a centre.
    static func radiusWithoutPoint() -> Refusal {
        Problem.malformed(
            fr: "radius_km va avec near=latitude,longitude.", en: "radius_km goes with near=latitude,longitude.",
            errors: [FieldProblem("radius_km", fr: "sans point de départ", en: "without a centre")])
    }

    private static func field(_ name: String, fr: String, en: String) -> Refusal {
        invalid(fr: fr, en: en, errors: [FieldProblem("/\(name)", fr: fr, en: en)])
    }

    static let capacity = field("capacity", fr: "De 0 à 10 000 places.", en: "From 0 to 10,000 places.")
    static let point = field(
        "latitude", fr: "Latitude de -90 à 90, longitude de -180 à 180, en degrés.",
        en: "Latitude from -90 to 90, longitude from -180 to 180, in degrees.")

    /// The refusal of each constraint that a caller can break.
    static let byConstraint = byStructureConstraint.merging(byClaimConstraint) { first, _ in first }

    private static let byStructureConstraint: [String: Refusal] = [
        "structure_usual_name_text": field(
            "usual_name", fr: "Un nom a 1 à 300 caractères.", en: "A name has 1 to 300 characters."),
        "structure_address_text": field(
            "street", fr: "Une ligne d'adresse a 1 à 300 caractères, une ville 120 au plus.",
            en: "A line of an address has 1 to 300 characters, a city at most 120."),
        "structure_postal_code_form": field(
            "postal_code", fr: "Un code postal a 5 chiffres.", en: "A postal code has 5 digits."),
        "structure_insee_form": field(
            "insee", fr: "Un code INSEE a 5 caractères, par exemple 31555 : ce n'est pas un code postal.",
            en: "An INSEE code has 5 characters, for example 31555; it is no postal code."),
        "structure_point_whole": field(
            "latitude", fr: "Latitude et longitude vont ensemble.", en: "Latitude and longitude go together."),
        "structure_point_range": point,
        "structure_phone_form": field(
            "phone", fr: "Un téléphone a des chiffres, par exemple 0561000000 ou +33 5 61 00 00 00.",
            en: "A phone number has digits, for example 0561000000 or +33 5 61 00 00 00."),
        "structure_email_form": field(
            "email", fr: "Une adresse comme contact@exemple.fr, 254 caractères au plus.",
            en: "An address such as contact@example.org, at most 254 characters."),
        "structure_website_form": field(
            "website", fr: "Une adresse qui commence par http:// ou https://, 500 caractères au plus.",
            en: "An address that begins with http:// or https://, at most 500 characters."),
        "structure_opening_hours_text": field(
            "opening_hours", fr: "Des horaires de 1 à 500 caractères, par exemple « Mo-Fr 09:00-18:00 ».",
            en: "Opening hours of 1 to 500 characters, for example \"Mo-Fr 09:00-18:00\"."),
        "structure_capacity_range": capacity,
        "structure_service_area_known": field(
            "service_area",
            fr: "Un lieu est inconnu : 31, le SIREN d'un EPCI ou le code INSEE d'une commune du département.",
            en: "A place is unknown: 31, the SIREN of an EPCI or the INSEE code of a commune of the département."),
    ].merging(byMergeConstraint) { $1 }
}
