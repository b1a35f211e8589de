import Reference

/// What data·inclusion's words say of the services of one FINESS category. The schema is made for inclusion, not for the
/// medico-social sector: where it has no word that is right, there is none here.
struct DataInclusionKind {
    /// Codes of `Thematique`.
    var themes: [String] = []
    /// Code of `TypeService`; all but a few are about the way back to work.
    var type: String?
    /// Code of `ReseauPorteur`.
    var network: String?
    /// Whether the service comes to people, so that its address is an office.
    var isMobile = false

    private static let dependent = "famille--prise-en-charge-personne-dependante"
    private static let carers = "famille--soutien-aidants"
    private static let education = "famille--soutien-a-la-parentalite-et-a-leducation"
    private static let housework = "equipement-et-alimentation--aide-menagere"
    private static let care = "sante--acces-aux-soins"
    private static let mentalHealth = "sante--sante-mentale"
    private static let socialTies = "remobilisation--lien-social"
    private static let choice = "choisir-un-metier--confirmer-son-choix-de-metier"
    private static let strengths = "choisir-un-metier--identifier-ses-points-forts-et-ses-competences"
    private static let keepingWork = "trouver-un-emploi--maintien-dans-lemploi"

    /// By FINESS category; the sector's, all of them (a test compares with the reference list). Others have no service.
    static let all: [String: DataInclusionKind] = [
        // At home.
        "460": .init(themes: [dependent, housework], isMobile: true),  // SAD, aide
        "209": .init(themes: [dependent, housework, care], isMobile: true),  // SAD, aide et soins
        "354": .init(themes: [dependent, care], isMobile: true),  // SSIAD
        // Elderly people.
        "500": .init(themes: [dependent]),  // EHPAD
        "501": .init(themes: [dependent]),  // EHPA with care
        "502": .init(),  // EHPA without: its residents are not dependent
        "202": .init(),  // résidence autonomie: the same
        "207": .init(themes: [dependent, carers]),  // accueil de jour
        "381": .init(),  // experimental: may be anything
        // Adults with a disability.
        "255": .init(themes: [dependent]),  // MAS
        "437": .init(themes: [dependent]),  // FAM
        "448": .init(themes: [dependent]),  // EAM
        "449": .init(themes: [dependent]),  // EANM
        "382": .init(themes: [dependent]),  // foyer de vie
        "253": .init(themes: [dependent]),  // foyer d'accueil polyvalent
        "252": .init(),  // foyer d'hébergement: for those who work
        "395": .init(themes: [dependent, carers]),  // accueil temporaire
        "370": .init(), "379": .init(),  // experimental
        "445": .init(themes: [socialTies, care], isMobile: true),  // SAMSAH
        "446": .init(themes: [socialTies], isMobile: true),  // SAVS
        "246": .init(themes: [keepingWork], type: "accompagnement", network: "esat"),
        "247": .init(themes: [keepingWork], network: "ea"),
        "198": .init(themes: [choice, strengths], type: "accompagnement"),  // ESPO
        "249": .init(themes: [choice], type: "formation"),  // ESRP
        // Children with a disability.
        "182": .init(themes: [education, care], isMobile: true),  // SESSAD
        "183": .init(themes: [education, dependent]),  // IME
        "188": .init(themes: [education, dependent]),  // EEAP
        "192": .init(themes: [education, dependent]),  // IEM
        // Sensory.
        "194": .init(themes: [education]), "195": .init(themes: [education]), "196": .init(themes: [education]),
        "402": .init(themes: [education]),  // jardin d'enfants spécialisé
        "186": .init(themes: [education, mentalHealth]),  // ITEP
        "189": .init(themes: [mentalHealth]),  // CMPP
        "221": .init(themes: [mentalHealth]),  // BAPU
        "190": .init(themes: [care]),  // CAMSP
        "238": .init(themes: [dependent]),  // CAFS
        "396": .init(themes: [dependent]),  // foyer
        "390": .init(themes: [dependent, carers]),  // accueil temporaire
    ]

    /// By legal status of who runs it: the schema's networks.
    static let networks: [String: String] = ["17": "ccas-cias", "08": "ccas-cias"]
}

extension StructurePublic {
    /// The schema's word for it; it has none for carers.
    var dataInclusion: String? {
        switch self {
        case .elderly: "seniors"
        case .adultsWithDisability, .childrenWithDisability: "personnes-en-situation-de-handicap"
        case .carers: nil
        }
    }
}
