/// The words of a person's copy: the names of fields, and what stands for codes. Texts that people wrote stay as they are.
enum CopyWords {
    /// In the order in which people read them.
    private static let ordered: KeyValuePairs = [
        "first_name": "Prénom", "last_name": "Nom", "email": "Adresse électronique", "phone": "Téléphone",
        "insee": "Code de la commune",
        "commune": "Commune", "birth_year": "Année de naissance", "situation": "Situation", "diplomas": "Diplômes",
        "experience_years": "Années d'expérience", "experience": "Expérience", "licence": "Permis",
        "vehicle": "Véhicule",
        "mobility_km": "Mobilité (km)", "available_from": "Disponible à partir du", "night": "Nuit",
        "weekend": "Week-end",
        "split_shifts": "Horaires coupés", "contracts": "Contrats", "hours_min": "Heures au moins",
        "hours_max": "Heures au plus",
        "jobs": "Métiers (ROME)", "organisation": "Organisme", "lawful_basis": "Base légale",
        "notice_version": "Version de l'information",
        "notice_given_on": "Information donnée le", "notice_channel": "Comment", "objected_at": "Opposition le",
        "last_contact_on": "Dernier contact", "created_at": "Créé le", "updated_at": "Modifié le", "kind": "Quoi",
        "text_version": "Version du texte",
        "given_on": "Donné le", "channel": "Comment", "withdrawn_on": "Retiré le", "sex": "Sexe",
        "long_term_unemployed": "Sans emploi depuis plus d'un an",
        "rsa": "RSA", "qpv": "Quartier prioritaire", "qpv_vintage": "Liste des quartiers",
        "diploma_level": "Niveau de diplôme",
        "disability": "Handicap reconnu", "purpose": "Pour quoi", "access": "Accès", "fields": "Ce qui est montré",
        "starts_on": "Depuis le",
        "ends_on": "Jusqu'au", "revoked_at": "Repris le", "from": "De", "to": "À", "reason": "Motif", "state": "État",
        "asked_at": "Demandé le",
        "decided_at": "Décidé le", "answer": "Réponse", "target": "Pour", "host": "Structure",
        "proposed_by": "Proposée par",
        "received_by": "Reçue par", "sent_at": "Envoyé le", "shown_in_full_at": "Nom et coordonnées montrés le",
        "answered_at": "Répondu le",
        "closed_at": "Clos le", "appointment_at": "Entretien le", "prior_action": "Étape avant l'embauche",
        "prior_starts_on": "Du",
        "prior_ends_on": "Au", "training_starts_on": "Formation du", "training_ends_on": "Formation au",
        "training_result": "Résultat",
        "hired_at": "Embauche enregistrée le", "hire_contract": "Contrat", "hire_starts_on": "Premier jour",
        "hire_hours": "Heures par semaine",
        "texts": "Textes", "checkpoints": "Suivi", "how": "Comment", "at": "Quand", "route": "Opération",
        "asked_by": "Par",
        "due_on": "Réponse avant le", "execute_at": "A lieu le", "text": "Texte", "data": "Données", "for": "Pour quoi",
        "amount": "Durée",
        "unit": "Unité", "months": "À (mois)", "outcome": "Constat",
    ]

    static let fields = Dictionary(ordered.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    private static let ranks = Dictionary(
        ordered.enumerated().map { ($0.element.key, $0.offset) }, uniquingKeysWith: { first, _ in first })

    /// Where a field stands among others.
    static func rank(_ field: String) -> Int { ranks[field] ?? ranks.count }

    /// What stands for a code of a field; nil for anything else.
    static func word(_ value: String, of field: String) -> String? {
        if let word = codes[field]?[value] { return word }
        return field == "kind" && value.hasPrefix("orientation.") ? "au sujet d'une candidature" : nil
    }

    private static let channels = [
        "in_person": "de vive voix", "phone": "par téléphone", "letter": "par lettre", "email": "par courriel",
        "form": "par formulaire",
    ]

    private static let states = [
        "draft": "en préparation", "sent": "envoyée", "under_review": "à l'étude", "appointment": "entretien fixé",
        "prior_action": "étape avant l'embauche", "pool": "gardée pour un prochain besoin", "accepted": "acceptée",
        "in_training": "en formation", "hired": "embauche", "refused": "refusée", "withdrawn": "retirée",
        "expired": "sans réponse dans les temps", "obsolete": "close, embauche ailleurs",
        "completed": "formation terminée",
        "asked": "demandé", "open": "en cours", "done": "fait", "cancelled": "annulé", "waiting": "en attente d'envoi",
        "failed": "non remis", "dropped": "non envoyé",
    ]

    private static let kinds = [
        "orientation": "transmission à des structures", "pool": "présence dans un vivier",
        "disability": "reconnaissance d'un handicap", "message": "message", "to_candidate": "à la personne",
        "to_prescriber": "au conseiller", "place": "lieu", "programme": "formation", "note": "note", "copy": "copie",
        "correction": "correction", "objection": "opposition", "erasure": "effacement",
        "privacy.code": "code à 6 chiffres", "privacy.candidate": "annonce de l'effacement d'un dossier sans contact",
        "privacy.erasure_asked": "effacement demandé", "privacy.erasure_cancelled": "effacement annulé",
        "privacy.answered": "réponse à une demande", "orientation.link": "lien vers vos candidatures",
        "orientation.message": "message", "orientation.reminder": "rappel",
    ]

    private static let codes: [String: [String: String]] = [
        "situation": [
            "job_seeker": "en recherche d'emploi", "career_change": "en reconversion", "employee": "en emploi",
            "student": "en études", "other": "autre",
        ],
        "lawful_basis": [
            "public_task": "mission d'intérêt public", "pre_contract": "mesures précontractuelles",
            "legitimate_interest": "intérêt légitime",
        ],
        "notice_channel": channels, "channel": channels, "state": states, "kind": kinds,
        "sex": ["f": "femme", "m": "homme", "not_said": "non dit"],
        "access": ["read": "lecture", "follow_up": "suivi"],
        "fields": [
            "contact": "coordonnées", "situation": "situation", "background": "parcours", "wishes": "souhaits",
        ],
        "prior_action": [
            "pmsmp": "immersion (PMSMP)", "poec": "formation (POEC)", "poei": "formation (POEI)", "vae": "VAE",
            "immersion": "immersion", "job_test": "essai de métier",
        ],
        "training_result": [
            "certified": "certifié·e", "finished": "suivie jusqu'au bout", "partly": "suivie en partie",
            "dropped": "interrompue",
        ],
        "outcome": [
            "still_there": "toujours en poste", "elsewhere": "en emploi ailleurs", "in_training": "en formation",
            "not_employed": "sans emploi", "unknown": "non connu",
        ],
        "how": ["orientation": "candidature", "share": "partage", "transfer": "transfert"],
        "asked_by": [
            "prescriber": "votre conseiller", "candidate": "vous-même", "dpo": "le délégué à la protection des données",
        ],
        "route": [
            "candidate.read": "dossier ouvert", "candidate.export": "copie du dossier",
            "candidate.edit": "dossier modifié",
            "candidate.objection": "opposition notée", "candidate.objection_end": "opposition levée",
            "candidate_agreement.create": "accord noté", "candidate_agreement.withdraw": "accord retiré",
            "candidate_statistics.read": "critères comptés lus",
            "candidate_statistics.write": "critères comptés écrits",
            "orientation.read": "candidature ouverte",
        ],
        "unit": ["hours": "heures", "days": "jours", "months": "mois", "years": "ans"],
    ]
}
