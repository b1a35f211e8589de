import Contract
public import Fields

/// What can be refused about needs and sessions.
public enum RecruitmentRefusals {
    /// No such need, or none that the caller may know of.
    public static let need = Problem("need.not_found", .notFound, fr: "Besoin introuvable.", en: "Need not found.")
    static let invalidNeed = Problem(
        "need.invalid", .invalid, fr: "Une règle des besoins de recrutement n'est pas respectée.",
        en: "A rule of recruitment needs is not respected.")
    static let noContact = Problem(
        "need.no_contact", .conflict, fr: "La structure n'a pas d'adresse de recrutement prouvée.",
        en: "The structure has no proved recruitment address.")
    /// None of a need's positions is left.
    public static let filled = Problem(
        "need.filled", .conflict, fr: "Tous les postes de ce besoin sont pourvus.",
        en: "Every position of this need is taken.")
    static let structureClosed = Problem(
        "need.structure_closed", .conflict, fr: "La structure est fermée ou fusionnée.",
        en: "The structure is closed or merged.")
    static let notDraft = Problem(
        "need.not_draft", .conflict, fr: "Seul un brouillon se supprime.", en: "Only a draft is deleted.")

    static let session = Problem("session.not_found", .notFound, fr: "Session introuvable.", en: "Session not found.")
    static let invalidSession = Problem(
        "session.invalid", .invalid, fr: "Une règle des sessions n'est pas respectée.",
        en: "A rule of sessions is not respected.")
    /// None of a session's places is left.
    public static let full = Problem(
        "session.full", .conflict, fr: "Cette session est complète.", en: "This session is full.")
    /// The session takes nobody: it is not open.
    public static let sessionNotOpen = Problem(
        "session.not_open", .conflict, fr: "Cette session n'est pas ouverte.", en: "This session is not open.")
    static let noSessionContact = Problem(
        "session_contact.not_found", .notFound, fr: "Aucune adresse de cette session n'attend de confirmation.",
        en: "No address of this session waits for its confirmation.")
    static let contactConflict = Problem(
        "session_contact.conflict", .conflict, fr: "Cette adresse est déjà confirmée pour cette session.",
        en: "This address is confirmed for this session already.")

    static func notYourStructure(_ finess: String) -> Refusal {
        Problem.forbidden(
            fr: "La structure \(finess) n'est pas rattachée à votre organisme : demandez son rattachement "
                + "(POST /v1/structures/\(finess)/claim).",
            en:
                "Structure \(finess) is not attached to your organisation: claim it (POST /v1/structures/\(finess)/claim)."
        )
    }

    static func notYourNeed() -> Refusal {
        Problem.forbidden(
            fr: "Seul l'employeur dont la structure recrute modifie son besoin, par un membre qui peut écrire.",
            en: "Only the employer whose structure recruits changes its need, by a member who may write.")
    }

    static func notYourSession() -> Refusal {
        Problem.forbidden(
            fr: "Seul son organisateur modifie une session, par un membre qui peut écrire.",
            en: "Only its organiser changes a session, by a member who may write.")
    }

    static func mayNotOrganise(_ kinds: [SessionKind]) -> Refusal {
        let names = kinds.map(\.rawValue).joined(separator: ", ")
        return Problem.forbidden(
            fr: kinds.isEmpty
                ? "Votre organisme n'organise pas de sessions." : "Votre organisme n'organise que : \(names).",
            en: kinds.isEmpty
                ? "Your organisation does not organise sessions." : "Your organisation only organises: \(names).")
    }

    static func closed(_ finess: String) -> Refusal {
        structureClosed(
            fr: "La structure \(finess) est fermée ou fusionnée : elle ne recrute plus.",
            en: "Structure \(finess) is closed or merged: it does not recruit any more.")
    }

    static func withoutContact(_ finess: String) -> Refusal {
        noContact(
            fr: "Prouvez d'abord une adresse de recrutement de la structure \(finess) : "
                + "POST /v1/structures/\(finess)/contact, puis suivez le lien reçu.",
            en: "First prove a recruitment address of structure \(finess): "
                + "POST /v1/structures/\(finess)/contact, then follow the link you receive.")
    }

    static func isNoDraft(_ state: NeedState) -> Refusal {
        notDraft(
            fr: "Ce besoin est « \(state.label.fr) » : fermez-le (transition closed), il reste dans l'historique.",
            en: "This need is '\(state.rawValue)': close it (transition closed), it stays in the history.")
    }

    static func over(_ state: SessionState) -> Refusal {
        sessionNotOpen(
            fr: "Cette session est « \(state.label.fr) » : elle ne se modifie plus.",
            en: "This session is \(state.rawValue): it can't be changed any more.")
    }

    static func stale(given: Int, current: Int, changed: [String]) -> Refusal {
        Problem.stale(
            fr: "Version actuelle : \(current) ; vous modifiez la \(given). "
                + "A changé depuis : \(changed.joined(separator: ", ")). Relisez, puis recommencez.",
            en: "It is at version \(current), you change version \(given). "
                + "Changed since: \(changed.joined(separator: ", ")). Read it again, then retry.",
            extras: [
                .init("current", JSON(current)), .init("changed_fields", .array(changed.map(JSON.string))),
            ])
    }

    /// Every wrong field at once.
    static func wrong(_ problem: Problem, _ errors: [FieldProblem]) -> Refusal {
        problem(
            fr: errors.map { "\($0.pointer.dropFirst()) : \($0.detail.fr)" }.joined(separator: " "),
            en: errors.map { "\($0.pointer.dropFirst()): \($0.detail.en)" }.joined(separator: " "), errors: errors)
    }

    /// A radius needs a centre.
    static func radiusWithoutPoint() -> Refusal {
        Problem.malformed(
            fr: "radius_km va avec near=latitude,longitude.", en: "radius_km goes with near=latitude,longitude.",
            errors: [FieldProblem("radius_km", fr: "sans point de départ", en: "without a centre")])
    }

    /// A state is asked of one's own.
    static func stateOfOthers() -> Refusal {
        Problem.malformed(
            fr: "state va avec mine=true : des autres, on ne voit que ce qui est ouvert.",
            en: "state goes with mine=true: of others' one sees what is open.",
            errors: [FieldProblem("state", fr: "sans mine=true", en: "without mine=true")])
    }

    /// The refusal of each constraint that a caller can still break: the rules are checked before, by name.
    static let byConstraint: [String: Refusal] = [
        "need_reason_text": wrong(
            invalidNeed, [FieldProblem("/reason", fr: "De 1 à 500 caractères.", en: "From 1 to 500 characters.")]),
        "session_reason_text": wrong(
            invalidSession, [FieldProblem("/reason", fr: "De 1 à 500 caractères.", en: "From 1 to 500 characters.")]),
        "session_contact_email_form": wrong(
            invalidSession,
            [
                FieldProblem(
                    "/email", fr: "Une adresse comme inscription@exemple.fr, 254 caractères au plus.",
                    en: "An address such as jobs@example.org, at most 254 characters.")
            ]),
        "need_filled_none_left": filled(),
        "session_full_none_left": full(),
    ]
}
