public import Fields
public import Postgres

/// How a structure's SIRET stands to its FINESS numbers, as only the directory knows it. What one row of a file tells, its
/// import's report says (`SiretCoherence`); a SIRET that is no SIRET never comes in.
public enum SiretStatus: String, FieldEnum {
    /// No SIRET.
    case missing
    /// Another open structure has the same one.
    case shared
    /// Not of the legal entity (EJ) that runs it.
    case sirenDiffersFromLegalEntity = "siren_differs_from_legal_entity"
    /// A SIRET of its own, of who runs it where that one's SIREN is known.
    case ok

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .missing: Text(fr: "sans SIRET", en: "no SIRET")
        case .shared: Text(fr: "SIRET partagé", en: "shared SIRET")
        case .sirenDiffersFromLegalEntity:
            Text(fr: "SIREN d'un autre organisme", en: "another legal entity's SIREN")
        case .ok: Text(fr: "cohérent", en: "coherent")
        }
    }

    /// What to do about it.
    public var advice: Text {
        switch self {
        case .missing:
            Text(
                fr:
                    "Demandez-le à l'employeur, puis pa31 structure edit --set-siret ; un nouveau fichier peut l'apporter.",
                en: "Ask the employer, then pa31 structure edit --set-siret; a newer file may bring it.")
        case .shared:
            Text(
                fr: "Un doublon (pa31 structure duplicates), ou le SIRET du siège : mettez celui de l'établissement.",
                en: "A duplicate (pa31 structure duplicates), or the head office's SIRET: put the establishment's own.")
        case .sirenDiffersFromLegalEntity:
            Text(
                fr:
                    "Gestion reprise par un autre organisme, ou faute de saisie : vérifiez à l'annuaire des entreprises, et "
                    + "signalez-le à l'ARS si FINESS a tort.",
                en:
                    "Taken over by another legal entity, or a typing error: check with the register of companies, and tell the "
                    + "ARS if FINESS is wrong.")
        case .ok: Text(fr: "Rien.", en: "Nothing.")
        }
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
    public var status: SiretStatus
}

/// How many open structures are how.
public struct SiretStatusCount: Decodable, Sendable {
    /// How.
    public var status: SiretStatus
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
    public func coherence(of status: SiretStatus?, as caller: Caller) async throws -> Rows<StructureCoherence> {
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
    public func coherenceCounts(as caller: Caller) async throws -> [SiretStatusCount] {
        guard caller.isTeam || caller.isSystem else { throw DirectoryRefusals.teamOnly() }
        return try await database.slow(as: caller) { transaction in
            try await transaction.rows(
                "SELECT status, count(*) AS count FROM (\(Self.judged)) AS judged GROUP BY status ORDER BY status",
                as: SiretStatusCount.self
            ).all()
        }
    }
}
