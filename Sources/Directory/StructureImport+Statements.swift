import Fields
import Postgres

/// The statements of an import, in their order. All work on temporary tables, so that nothing is half done: `loaded` is what the
/// files say, `incoming` one row a structure, `diff` what that means for the directory.
enum ImportStatements {
    /// The columns of `loaded` that COPY fills, in the order of `StructureImport.cells`.
    static let loadedColumns = [
        "file", "line", "is_position", "finess", "legal_entity", "legal_entity_name", "legal_entity_siren",
        "legal_status",
        "usual_name", "legal_name", "kind", "siret", "street", "address_extra", "postal_code", "city", "insee",
        "latitude",
        "longitude", "phone", "email", "website", "opened_on", "authorised_on", "closed_on",
    ]

    static let createLoaded: SQL = """
        CREATE TEMP TABLE loaded (
            file integer, line integer, is_position boolean, finess text, legal_entity text, legal_entity_name text,
            legal_entity_siren text, legal_status text, usual_name text, legal_name text, kind text, siret text, street text,
            address_extra text, postal_code text, city text, insee text, latitude double precision,
            longitude double precision, phone text, email text, website text, opened_on date, authorised_on date,
            closed_on date
        ) ON COMMIT DROP
        """

    static let copy: SQL = "COPY loaded (\(unsafeTextNeverFromInput: loadedColumns.joined(separator: ", "))) FROM STDIN"

    /// One row a structure: the newest file's, of its rows the first; its point joined, its commune the present one.
    static func createIncoming(_ days: [Day]) -> SQL {
        """
        CREATE TEMP TABLE incoming ON COMMIT DROP AS
        SELECT DISTINCT ON (e.finess) e.file, e.line, d.day AS file_date, e.finess, e.legal_entity, e.legal_entity_name,
               e.legal_entity_siren, e.legal_status, e.usual_name, e.legal_name, e.kind, e.siret, e.street, e.address_extra,
               e.postal_code, e.city,
               CASE WHEN c.insee IS NULL AND e.insee LIKE '31%' THEN coalesce(present_commune(e.insee), e.insee)
                    ELSE e.insee END AS insee,
               round(coalesce(e.latitude, p.latitude)::numeric, 7)::double precision AS latitude,
               round(coalesce(e.longitude, p.longitude)::numeric, 7)::double precision AS longitude,
               e.phone, e.email, e.website, e.opened_on, e.authorised_on, e.closed_on
          FROM loaded e JOIN unnest(\(list: days)::date[]) WITH ORDINALITY AS d (day, number) ON d.number = e.file + 1
          LEFT JOIN loaded p ON p.is_position AND p.finess = e.finess AND p.latitude IS NOT NULL
          LEFT JOIN commune c ON c.insee = e.insee
         WHERE NOT e.is_position
         ORDER BY e.finess, d.day DESC, e.file, e.line, p.line
        """
    }

    /// What the directory can't hold, by column: each is the constraint's own rule (0013). Readers check most of it; a file
    /// with a header may hold anything.
    static let forms: [(column: String, isWrong: SQL)] = [
        ("usual_name", "NOT is_text(usual_name, 300)"), ("legal_name", "NOT is_text(legal_name, 300)"),
        ("street", "NOT is_text(street, 300)"), ("address_extra", "NOT is_text(address_extra, 300)"),
        ("city", "NOT is_text(city, 120)"), ("postal_code", "postal_code !~ '^[0-9]{5}$'"),
        ("insee", "insee !~ '^[0-9][0-9AB][0-9]{3}$'"), ("siret", "siret !~ '^[0-9]{14}$'"),
        ("phone", "phone !~ '^\\+?[0-9][0-9 .()-]{2,28}$'"),
        ("email", "NOT (email ~ '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$' AND char_length(email) <= 254)"),
        ("website", "NOT (website ~ '^https?://[^\\s/]+\\.[^\\s]+$' AND char_length(website) <= 500)"),
        ("legal_entity", "legal_entity !~ '^[0-9A-Z]{9}$'"),
        ("legal_entity_name", "NOT is_text(legal_entity_name, 300)"),
        ("legal_entity_siren", "legal_entity_siren !~ '^[0-9]{9}$'"),
        ("legal_status", "legal_status !~ '^[0-9A-Z]{1,4}$'"),
    ]

    /// The cells of a column that the directory can't hold.
    static func wrong(_ column: String, _ isWrong: SQL) -> SQL {
        """
        SELECT file, line, finess, left(\(unsafeTextNeverFromInput: column), 60) AS value FROM incoming
         WHERE \(isWrong) ORDER BY file, line
        """
    }

    /// Their rows come in without them.
    static func drop(_ column: String, _ isWrong: SQL) -> SQL {
        "UPDATE incoming SET \(unsafeTextNeverFromInput: column) = NULL WHERE \(isWrong)"
    }

    /// Rows whose category the reference list does not know can't come in.
    static let removeUnknownKinds: SQL = """
        DELETE FROM incoming i WHERE NOT EXISTS (SELECT FROM finess_category k WHERE k.code = i.kind)
        RETURNING i.file, i.line, i.finess, i.kind
        """

    /// What the files say of who runs structures, one row each.
    static let createEntities: SQL = """
        CREATE TEMP TABLE entity ON COMMIT DROP AS
        SELECT legal_entity AS finess, max(legal_entity_name) AS name, max(legal_entity_siren) AS siren,
               max(legal_status) AS legal_status, max(file_date) AS file_date
          FROM incoming WHERE legal_entity IS NOT NULL GROUP BY 1 ORDER BY 1
        """

    static let insertEntities: SQL = """
        INSERT INTO legal_entity (id, finess, name, siren, legal_status)
        SELECT new_id(), e.finess, e.name, e.siren, e.legal_status FROM entity e
         WHERE NOT EXISTS (SELECT FROM legal_entity l WHERE l.finess = e.finess)
        """

    /// Those that the files know otherwise, unless a newer file was there before.
    static let findChangedEntities: SQL = """
        CREATE TEMP TABLE changed_entity ON COMMIT DROP AS
        SELECT l.id, coalesce(e.name, l.name) AS name, coalesce(e.siren, l.siren) AS siren,
               coalesce(e.legal_status, l.legal_status) AS legal_status
          FROM entity e JOIN legal_entity l ON l.finess = e.finess
         WHERE (l.name, l.siren, l.legal_status) IS DISTINCT FROM
               (coalesce(e.name, l.name), coalesce(e.siren, l.siren), coalesce(e.legal_status, l.legal_status))
           AND NOT EXISTS (SELECT FROM structure s WHERE s.legal_entity_id = l.id AND s.seen_on > e.file_date)
        """

    static let updateEntities: SQL = """
        UPDATE legal_entity l SET (name, siren, legal_status) = (c.name, c.siren, c.legal_status)
          FROM changed_entity c WHERE c.id = l.id
        """

    /// Their structures are found by the new name.
    static let refreshWords: SQL = """
        UPDATE structure s SET search_words = '' FROM changed_entity c WHERE s.legal_entity_id = c.id
        """

    private static let fields = StructureField.fileColumns.map(\.rawValue)

    /// A text made from each field that a file fills; names are the program's own.
    private static func each(_ part: (String) -> String) -> SQL {
        "\(unsafeTextNeverFromInput: fields.map(part).joined(separator: ", "))"
    }

    /// Somebody looks after it: an employer's claim is validated, or all of it was verified. No file closes it then.
    private static let isLookedAfter: SQL = "(s.organisation_id IS NOT NULL OR s.verified_on IS NOT NULL)"

    /// What each known structure would become: a field kept by hand stays, an empty cell changes nothing. What is known from a
    /// newer file is left alone.
    static let createTarget: SQL = """
        CREATE TEMP TABLE target ON COMMIT DROP AS
        SELECT s.id, coalesce(l.id, s.legal_entity_id) AS legal_entity_id, c.status,
               CASE c.status WHEN 'closed' THEN i.closed_on END AS closed_on, i.file_date,
               \(each { "CASE WHEN i.\($0) IS NULL OR s.field_sources ? '\($0)' THEN s.\($0) ELSE i.\($0) END AS \($0)" }),
               CASE WHEN s.field_sources = '{}' AND s.disagreements = '{}' AND i.closed_on IS NULL THEN '{}'
                    ELSE jsonb_strip_nulls(jsonb_build_object(
                        'status', CASE WHEN i.closed_on IS NOT NULL AND c.status = 'open' AND s.field_sources->'status'->>'file' IS DISTINCT FROM 'closed'
                                       THEN \(closing("i.file_date")) END,
                        \(each(Self.disagreement)))) END AS disagreements
          FROM incoming i JOIN structure s ON s.finess = i.finess
          LEFT JOIN legal_entity l ON l.finess = i.legal_entity
          CROSS JOIN LATERAL (SELECT CASE WHEN i.closed_on IS NULL OR (s.status = 'open' AND \(isLookedAfter)) THEN 'open'
                                          ELSE 'closed' END AS status) AS c
         WHERE s.status <> 'merged' AND s.seen_on <= i.file_date
           -- What a newer file lacked is not open again because an older one had it.
           AND NOT (s.status = 'closed' AND s.closed_on > i.file_date AND i.closed_on IS NULL)
        """

    /// That a file says closed what somebody looks after; as it was told already, when it was.
    private static func closing(_ day: SQL) -> SQL {
        """
        CASE WHEN s.disagreements->'status'->>'value' = 'closed' THEN s.disagreements->'status'
             ELSE jsonb_build_object('value', 'closed', 'on', \(day)) END
        """
    }

    /// What a file says against a field kept by hand, unless it said so already when that was written.
    private static func disagreement(_ field: String) -> String {
        // The register shouts: a name or a street in other letters is the same.
        let isWords = StructureField(rawValue: field)?.isWords == true
        let theirs = isWords ? "folded(i.\(field))" : "i.\(field)"
        let ours = isWords ? "folded(s.\(field))" : "s.\(field)"
        return """
            '\(field)', CASE WHEN s.field_sources ? '\(field)' AND i.\(field) IS NOT NULL AND \(theirs) IS DISTINCT FROM \(ours)
                              AND to_jsonb(i.\(field)) IS DISTINCT FROM s.field_sources->'\(field)'->'file'
                         THEN CASE WHEN s.disagreements->'\(field)'->'value' = to_jsonb(i.\(field)) THEN s.disagreements->'\(field)'
                                   ELSE jsonb_build_object('value', i.\(field), 'on', i.file_date) END END
            """
    }

    static let createDiff: SQL = """
        CREATE TEMP TABLE diff (
            change text NOT NULL, finess text NOT NULL, usual_name text NOT NULL, file integer, line integer, id uuid,
            changes jsonb, closed_on date, reason text
        ) ON COMMIT DROP
        """

    /// Structures that the directory does not have; those that the file says closed stay out.
    static let findNew: SQL = """
        INSERT INTO diff (change, finess, usual_name, file, line)
        SELECT 'new', i.finess, coalesce(i.usual_name, i.legal_name, i.finess), i.file, i.line FROM incoming i
         WHERE i.closed_on IS NULL AND NOT EXISTS (SELECT FROM structure s WHERE s.finess = i.finess)
        """

    /// Structures that were merged into another: the file still has them, their data are left alone.
    static let findMerged: SQL = """
        INSERT INTO diff (change, finess, usual_name, file, line, id, reason)
        SELECT 'merged', i.finess, s.usual_name, i.file, i.line, s.id, m.finess
          FROM incoming i JOIN structure s ON s.finess = i.finess JOIN structure m ON m.id = s.merged_into
        """

    static let findChanged: SQL = """
        INSERT INTO diff (change, finess, usual_name, file, line, id, changes, closed_on, reason)
        SELECT CASE WHEN s.status = 'open' AND t.status = 'closed' THEN 'closed'
                    WHEN s.status = 'closed' AND t.status = 'open' THEN 'reopened'
                    WHEN d.changes = '{}' THEN 'disagreement'
                    WHEN t.insee IS DISTINCT FROM s.insee
                      OR coalesce(structure_distance(s.unit_point, unit_point(t.latitude, t.longitude)), 0) > 100 THEN 'moved'
                    ELSE 'changed' END,
               s.finess, s.usual_name, i.file, i.line, s.id,
               d.changes || CASE WHEN t.disagreements <> s.disagreements
                                 THEN jsonb_build_object('disagreements', t.disagreements) ELSE '{}' END,
               t.closed_on, CASE WHEN s.status = 'open' AND t.status = 'closed' THEN 'closed_in_file' END
          FROM target t JOIN structure s ON s.id = t.id JOIN incoming i ON i.finess = s.finess
         CROSS JOIN LATERAL (SELECT jsonb_strip_nulls(jsonb_build_object(
                   'closed_on', CASE WHEN s.status = 'closed' AND t.status = 'closed' AND t.closed_on IS DISTINCT FROM s.closed_on
                                     THEN jsonb_build_object('from', s.closed_on, 'to', t.closed_on) END,
                   'legal_entity', CASE WHEN t.legal_entity_id IS DISTINCT FROM s.legal_entity_id THEN jsonb_build_object(
                        'from', (SELECT finess FROM legal_entity WHERE id = s.legal_entity_id), 'to', i.legal_entity) END,
                   \(each {
                        "'\($0)', CASE WHEN t.\($0) IS DISTINCT FROM s.\($0) "
                            + "THEN jsonb_build_object('from', s.\($0), 'to', t.\($0)) END"
                   }))) AS changes) AS d
         WHERE t.status <> s.status OR t.disagreements <> s.disagreements OR t.closed_on IS DISTINCT FROM s.closed_on
            OR (t.legal_entity_id, \(each { "t.\($0)" })) IS DISTINCT FROM (s.legal_entity_id, \(each { "s.\($0)" }))
        """

    /// Structures of what the file covers that it does not have any more: closed, or told about where somebody looks after them.
    static func findMissing(_ scope: SQL, fileDate: Day) -> SQL {
        """
        INSERT INTO diff (change, finess, usual_name, id, changes, closed_on, reason)
        SELECT CASE WHEN \(isLookedAfter) THEN 'disagreement' ELSE 'closed' END, s.finess, s.usual_name, s.id,
               CASE WHEN \(isLookedAfter) THEN jsonb_build_object('disagreements', jsonb_build_object(
                    'status', \(closing("\(fileDate)::date"))))
                    ELSE '{}' END,
               \(fileDate)::date, 'missing'
          FROM structure s
         WHERE s.status = 'open' AND s.seen_on <= \(fileDate) AND \(scope)
           AND NOT EXISTS (SELECT FROM incoming i WHERE i.finess = s.finess)
           AND NOT (\(isLookedAfter)
                    AND (s.disagreements ? 'status' OR s.field_sources->'status'->>'file' IS NOT DISTINCT FROM 'closed'))
        """
    }

    static func insertNew(source: StructureSource) -> SQL {
        """
        INSERT INTO structure (id, finess, legal_entity_id, publics, source, seen_on, created_at, updated_at, \(each { $0 }))
        SELECT new_id(), i.finess, l.id, coalesce(k.publics, '{}'), \(source), i.file_date, current_instant(),
               current_instant(), \(each { $0 == "usual_name" ? "d.usual_name" : "i.\($0)" })
          FROM diff d JOIN incoming i ON i.finess = d.finess JOIN finess_category k ON k.code = i.kind
          LEFT JOIN legal_entity l ON l.finess = i.legal_entity
         WHERE d.change = 'new' ORDER BY i.finess
        """
    }

    /// What somebody else changes meanwhile makes the server say no to this transaction, which then runs again.
    static func updateChanged(source: StructureSource) -> SQL {
        """
        UPDATE structure s
           SET (legal_entity_id, status, closed_on, disagreements, source, seen_on, \(each { $0 })) =
               (t.legal_entity_id, t.status, t.closed_on, t.disagreements, \(source), t.file_date,
                \(each { "t.\($0)" }))
          FROM diff d JOIN target t ON t.id = d.id
         WHERE s.id = d.id AND d.change IN ('changed', 'moved', 'closed', 'reopened', 'disagreement') AND d.reason IS DISTINCT FROM 'missing'
        """
    }

    static let closeMissing: SQL = """
        UPDATE structure s
           SET status = CASE d.change WHEN 'closed' THEN 'closed' ELSE s.status END,
               closed_on = CASE d.change WHEN 'closed' THEN d.closed_on ELSE s.closed_on END,
               disagreements = s.disagreements || coalesce(d.changes->'disagreements', '{}')
          FROM diff d WHERE s.id = d.id AND d.reason = 'missing'
        """

    /// That a structure was seen again is the date of its fields: no version, no history.
    static let markSeen: SQL = """
        UPDATE structure s SET seen_on = t.file_date
          FROM target t WHERE s.id = t.id AND s.seen_on < t.file_date AND s.status = 'open'
        """
}
