import Contract
public import Fields

/// What can be refused about candidates' files.
public enum CandidateRefusals {
    /// No such file, or none that the caller may know of.
    public static let candidate = Problem(
        "candidate.not_found", .notFound, fr: "Dossier introuvable.", en: "File not found.")
    /// A rule of files is broken.
    public static let invalid = Problem(
        "candidate.invalid", .invalid, fr: "Une règle des dossiers n'est pas respectée.",
        en: "A rule of files is not respected.")
    /// A member opened too many files today.
    public static let tooManyReads = Problem(
        "candidate.too_many_reads", .tooMany,
        fr: "Trop de dossiers ouverts aujourd'hui : l'équipe est prévenue. Réessayez demain, ou voyez avec elle.",
        en: "Too many files opened today: the team is told. Try again tomorrow, or ask it.")
    /// The team opens a file for a reason.
    public static let reasonRequired = Problem(
        "candidate.reason_required", .invalid,
        fr: "L'équipe n'ouvre un dossier qu'avec un motif, que le référent verra : ?reason=…",
        en: "The team opens a file for a reason only, which its referent will see: ?reason=…")
    static let agreement = Problem(
        "candidate_agreement.not_found", .notFound, fr: "Accord introuvable.", en: "Agreement not found.")
    /// What needs an agreement that the person did not give, or took back.
    public static let noAgreement = Problem(
        "candidate.no_agreement", .conflict, fr: "La personne n'a pas donné son accord, ou l'a retiré.",
        en: "The person did not agree, or took it back.")
    static let share = Problem(
        "candidate_share.not_found", .notFound, fr: "Partage introuvable.", en: "Share not found.")
    static let shareConflict = Problem(
        "candidate_share.conflict", .conflict, fr: "Ce dossier ne peut pas être partagé ainsi.",
        en: "This file can't be shared so.")
    static let transfer = Problem(
        "candidate_transfer.not_found", .notFound, fr: "Transfert introuvable.", en: "Transfer not found.")
    static let transferConflict = Problem(
        "candidate_transfer.conflict", .conflict, fr: "Ce dossier ne peut pas être transféré ainsi.",
        en: "This file can't be transferred so.")
    /// The organisation may not send candidates, or be shared with.
    public static let notAuthorised = Problem(
        "prescriber.not_authorised", .conflict,
        fr: "Ce prescripteur n'est pas habilité : l'équipe valide son habilitation.",
        en: "This prescriber is not authorised: the team validates that.")

    static func onlyPrescribers() -> Refusal {
        Problem.forbidden(
            fr: "Seuls les membres d'un organisme prescripteur tiennent des dossiers de candidats.",
            en: "Only members of a prescriber keep candidates' files.")
    }

    static func notYours() -> Refusal {
        Problem.forbidden(
            fr: "Seul l'organisme référent fait cela, par un membre qui peut écrire.",
            en: "Only the organisation whose file it is does this, by a member who may write.")
    }

    static func readOnly() -> Refusal {
        Problem.forbidden(
            fr: "Ce dossier est partagé avec vous en lecture : demandez un suivi à son référent.",
            en: "This file is shared with you to read: ask its referent for a follow-up.")
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

    /// Every wrong field at once; values are not told again.
    static func wrong(_ errors: [FieldProblem]) -> Refusal {
        invalid(
            fr: errors.map { "\($0.pointer.dropFirst()) : \($0.detail.fr)" }.joined(separator: " "),
            en: errors.map { "\($0.pointer.dropFirst()): \($0.detail.en)" }.joined(separator: " "), errors: errors)
    }

    static func unknownPrescriber(_ name: String) -> Refusal {
        wrong([FieldProblem("/\(name)", fr: "Aucun prescripteur de ce code.", en: "No prescriber has this code.")])
    }

    static func notAuthorised(_ code: String) -> Refusal {
        notAuthorised(
            fr: "Le prescripteur \(code) n'est pas habilité : rien ne lui est partagé ni transféré.",
            en: "The prescriber \(code) is not authorised: nothing is shared with it or transferred to it.")
    }

    static func noDisabilityAgreement() -> Refusal {
        noAgreement(
            fr:
                "Le handicap ne s'enregistre qu'avec un accord propre, en cours : enregistrez d'abord l'accord « disability ».",
            en: "A disability is recorded only with an agreement of its own: first record the agreement 'disability'.",
            errors: [FieldProblem("/disability", fr: "sans accord", en: "without an agreement")])
    }

    static func alreadyShared(_ code: String) -> Refusal {
        shareConflict(
            fr: "Ce dossier est déjà partagé avec \(code) : mettez d'abord fin à ce partage.",
            en: "This file is shared with \(code) already: end that share first.")
    }

    static func alreadyAsked() -> Refusal {
        transferConflict(
            fr: "Un transfert de ce dossier attend déjà une réponse : retirez-le d'abord.",
            en: "A transfer of this file waits for an answer already: withdraw it first.")
    }

    static func ownOrganisation() -> Refusal {
        wrong([FieldProblem("/to", fr: "C'est votre organisme.", en: "It is your own organisation.")])
    }

    /// The refusal of each constraint that a caller can still break: the rules are checked before, by name.
    static let byConstraint: [String: Refusal] = [
        "candidate_email_form": wrong([
            FieldProblem(
                "/email", fr: "Une adresse comme prenom@exemple.fr.", en: "An address such as name@example.org.")
        ]),
        "candidate_agreement_text_version_text": short("text_version", 40),
        "candidate_share_purpose_text": short("purpose", 300),
        "candidate_share_other": ownOrganisation(),
        "candidate_share_one_live": shareConflict(),
        "candidate_transfer_reason_text": short("reason", 300),
        "candidate_transfer_answer_text": short("reason", 300),
        "candidate_transfer_one_asked": alreadyAsked(),
        "file_read_reason_text": short("reason", 300),
        "candidate_statistics_qpv_has_vintage": wrong([
            FieldProblem("/qpv_vintage", fr: "Avec qpv : 2015 ou 2024.", en: "With qpv: 2015 or 2024.")
        ]),
    ]

    private static func short(_ name: String, _ longest: Int) -> Refusal {
        wrong([FieldProblem("/\(name)", fr: "De 1 à \(longest) caractères.", en: "From 1 to \(longest) characters.")])
    }
}
