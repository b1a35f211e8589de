public import Fields
public import Finess
public import Postgres

/// The words of each status; a row of a file has one of them in its import's report, an open structure in
/// `pa31 structure coherence`, by what only the directory knows: whether it is shared, and who runs it.
extension SiretCoherence {
    /// What an open structure can have: a SIRET that is none never comes in.
    public static let ofStructures: [SiretCoherence] = [.missing, .shared, .sirenDiffersFromLegalEntity, .ok]

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .ok: Text(fr: "cohérent", en: "coherent")
        case .missing: Text(fr: "sans SIRET", en: "no SIRET")
        case .shared: Text(fr: "SIRET partagé", en: "shared SIRET")
        case .wrongKey: Text(fr: "clé fausse", en: "wrong key")
        case .sirenInsteadOfSiret: Text(fr: "SIREN au lieu d'un SIRET", en: "SIREN instead of a SIRET")
        case .sirenDiffersFromLegalEntity: Text(fr: "SIREN d'un autre organisme", en: "another legal entity's SIREN")
        case .spreadsheet: Text(fr: "arrondi par un tableur", en: "rounded by a spreadsheet")
        case .unreadable: Text(fr: "illisible", en: "unreadable")
        }
    }

    /// What to do about it; nil when nothing is.
    public var advice: Text? {
        switch self {
        case .ok: nil
        case .missing:
            Text(
                fr:
                    "demandez-le à l'employeur (pa31 structure edit --set-siret) ; un fichier plus récent peut l'apporter.",
                en: "ask the employer (pa31 structure edit --set-siret); a newer file may bring it.")
        case .shared:
            Text(
                fr: "doublon (pa31 structure duplicates), ou SIRET du siège : mettez celui de l'établissement.",
                en: "a duplicate (pa31 structure duplicates), or the head office's: put the establishment's own.")
        case .wrongKey:
            Text(
                fr: "faute de frappe : il n'est pas importé, corrigez-le à la source.",
                en: "a typing error: it is not imported, put it right at its source.")
        case .sirenInsteadOfSiret:
            Text(
                fr: "il manque le numéro de l'établissement (5 chiffres) : il n'est pas importé.",
                en: "the establishment's number (5 digits) is missing: it is not imported.")
        case .sirenDiffersFromLegalEntity:
            Text(
                fr:
                    "reprise par un autre organisme, ou faute : vérifiez à l'annuaire des entreprises, dites-le à l'ARS si FINESS "
                    + "a tort.",
                en:
                    "taken over by another legal entity, or an error: check with the register of companies, tell the ARS if FINESS "
                    + "is wrong.")
        case .spreadsheet:
            Text(
                fr: "exportez à nouveau, la colonne en texte : il n'est pas importé.",
                en: "export again, the column as text: it is not imported.")
        case .unreadable:
            Text(
                fr: "ni SIRET ni SIREN : il n'est pas importé.", en: "neither SIRET nor SIREN: it is not imported.")
        }
    }

    /// For people: the code, its meaning, how many, and what to do.
    public func line(_ count: Int, _ language: Language) -> String {
        "\(rawValue) (\(label(language))) : \(count)" + (advice.map { " — \($0(language))" } ?? "")
    }
}

/// One structure with one thing to say of its SIRET; it may have two.
public struct StructureCoherence: Decodable, Sendable {
    /// FINESS geographic number (ET).
    public var finess: String
    /// The name people know.
    public var usualName: String
    /// SIRET.
    public var siret: String?
    /// FINESS number (EJ) of who runs it.
    public var legalEntity: String?
    /// That one's SIREN, when a file told it.
    public var siren: String?
    /// What is to say.
    public var status: SiretCoherence
}

/// How many open structures are how.
public struct SiretCoherenceCount: Decodable, Sendable {
    /// How.
    public var status: SiretCoherence
    /// How many.
    public var count: Int
}

extension StructureStore {
    /// Every open structure with each of its statuses.
    private static let judged: SQL = """
        SELECT s.finess, s.usual_name, s.siret, l.finess AS legal_entity, l.siren, status.name AS status
          FROM structure s
          LEFT JOIN legal_entity l ON l.id = s.legal_entity_id
          LEFT JOIN (SELECT siret FROM structure WHERE status = 'open' AND siret IS NOT NULL
                      GROUP BY siret HAVING count(*) > 1) AS shared ON shared.siret = s.siret
         CROSS JOIN LATERAL unnest(CASE
               WHEN s.siret IS NULL THEN ARRAY['missing']
               WHEN shared.siret IS NULL AND (l.siren IS NULL OR starts_with(s.siret, l.siren)) THEN ARRAY['ok']
               ELSE array_remove(ARRAY[
                   CASE WHEN shared.siret IS NOT NULL THEN 'shared' END,
                   CASE WHEN NOT starts_with(s.siret, l.siren) THEN 'siren_differs_from_legal_entity' END], NULL)
               END) AS status(name)
         WHERE s.status = 'open'
        """

    /// Open structures whose SIRET needs somebody's eyes, or those of one status; those that share one beside one another.
    public func coherence(of status: SiretCoherence?, as caller: Caller) async throws -> Rows<StructureCoherence> {
        guard caller.isTeam || caller.isSystem else { throw DirectoryRefusals.teamOnly() }
        return try await database.slow(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT \(columns: StructureCoherence.self) FROM (\(Self.judged)) AS judged
                 WHERE status = coalesce(\(status)::text, status) AND (\(status)::text IS NOT NULL OR status <> 'ok')
                 ORDER BY status, siret, finess
                """, as: StructureCoherence.self)
        }
    }

    /// How many open structures are how.
    public func coherenceCounts(as caller: Caller) async throws -> [SiretCoherenceCount] {
        guard caller.isTeam || caller.isSystem else { throw DirectoryRefusals.teamOnly() }
        return try await database.slow(as: caller) { transaction in
            try await transaction.rows(
                "SELECT status, count(*) AS count FROM (\(Self.judged)) AS judged GROUP BY status ORDER BY status",
                as: SiretCoherenceCount.self
            ).all()
        }
    }
}
