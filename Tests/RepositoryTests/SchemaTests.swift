import Foundation
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `The schema` {
    @Test func `classifies every column with the first word of its comment`() async throws {
        let unclassified = try await Catalogue().columns().filter { column in
            let word = (column.comment ?? "").split(separator: " ").first.map(String.init) ?? ""
            return !["public", "internal", "personal"].contains(word)
        }
        #expect(unclassified.map { "\($0.tableName).\($0.columnName)" } == [])
    }

    @Test func `comments every table, view and function of ours`() async throws {
        let names = try await Catalogue().names(
            """
            SELECT c.relname::text AS name FROM pg_class c
             WHERE c.relkind IN ('r', 'v') AND c.relnamespace = 'public'::regnamespace
               AND obj_description(c.oid) IS NULL
               AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
            UNION ALL
            SELECT p.proname::text FROM pg_proc p
             WHERE p.pronamespace = 'public'::regnamespace AND obj_description(p.oid) IS NULL
               AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
            """)
        #expect(names == [])
    }

    @Test func `has an index for every foreign key`() async throws {
        let names = try await Catalogue().names(
            """
            SELECT f.conname::text AS name FROM pg_constraint f
             WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace
               AND NOT EXISTS (SELECT FROM pg_index i
                                WHERE i.indrelid = f.conrelid
                                  AND f.conkey[array_upper(f.conkey, 1)] = ANY (i.indkey[0:array_upper(f.conkey, 1) - 1]))
            """)
        // field_change.audit_id leads its index; an axis is looked up by itself, with its plan.
        #expect(names == [])
    }

    @Test func `names every constraint after its table`() async throws {
        let names = try await Catalogue().names(
            """
            SELECT c.conname::text AS name FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
             WHERE c.connamespace = 'public'::regnamespace AND c.contype <> 't'
               AND position(t.relname IN c.conname) <> 1
            """)
        #expect(names == [])
    }

    @Test func `lets no serving role own anything, or be a superuser, or bypass row-level security`() async throws {
        let roles = [
            "pa31_app", "pa31_public", "pa31_operator", "pa31_audit_seal", "pa31_migrate", "pa31_search", "pa31_stats",
        ]
        let powerful = try await Catalogue().names(
            """
            SELECT rolname::text AS name FROM pg_roles
             WHERE rolname = ANY (\(list: roles)::text[])
               AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
            """)
        let owned = try await Catalogue().names(
            """
            SELECT c.relname::text AS name FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
             WHERE r.rolname = ANY (\(list: roles)::text[])
            """)
        #expect(powerful == [])
        #expect(owned == [])
    }

    @Test func `shows the public role these relations only, none with a column of people or of the inside`()
        async throws
    {
        let relations = try await Catalogue().names(
            """
            SELECT c.relname::text AS name FROM pg_class c
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p')
               AND has_any_column_privilege('pa31_public', c.oid, 'SELECT') ORDER BY c.relname
            """)
        #expect(
            relations == [
                "collective_agreement", "commune", "commune_change", "contract_type", "data_retention", "diploma",
                "diploma_synonym",
                "epci", "finess_category", "finess_legal_status", "instance", "job_affinity", "match_criterion",
                "need_index", "need_words", "priority_district", "public_action", "public_axis", "public_grant",
                "public_legal_entity", "public_need", "public_plan", "public_session", "public_stats",
                "public_structure", "recruitment_word", "refusal_reason", "report_indicator", "retention_column",
                "rome_job", "schema_migration", "structure_index",
                "structure_word",
            ])
        let secret = Set(
            try await Catalogue().columns().filter { !($0.comment ?? "").hasPrefix("public") }.map(\.columnName))
        let open = Set(
            try await Catalogue().columns().filter { ($0.comment ?? "").hasPrefix("public") }.map(\.columnName))
        let shown = try await Catalogue().names(
            """
            SELECT DISTINCT a.attname::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
             WHERE c.relname LIKE 'public\\_%' AND c.relkind = 'v' AND a.attnum > 0
            """)
        #expect(shown.filter { secret.subtracting(open).contains($0) } == [])
        #expect(!shown.isEmpty)
    }

    @Test func `gives the server's role no way to rewrite history`() async throws {
        let ways = try await Catalogue().names(
            """
            SELECT r.role || ' ' || p.privilege || ' ' || t.name AS name
              FROM unnest(ARRAY['pa31_app', 'pa31_operator', 'pa31_audit_seal']) AS r (role),
                   unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p (privilege),
                   unnest(ARRAY['audit_log', 'field_change', 'audit_seal']) AS t (name)
             WHERE has_table_privilege(r.role, t.name, p.privilege)
            UNION ALL SELECT 'pa31_app INSERT audit_seal' WHERE has_table_privilege('pa31_app', 'audit_seal', 'INSERT')
            UNION ALL SELECT 'pa31_app SELECT member.email' WHERE has_column_privilege('pa31_app', 'member', 'email', 'SELECT')
            """)
        // The sealer forgets what is before a checkpoint; a trigger keeps the rest, and a checkpoint needs the register's years.
        #expect(
            Set(ways) == [
                "pa31_audit_seal DELETE audit_log", "pa31_audit_seal DELETE audit_seal",
                "pa31_audit_seal DELETE field_change",
            ])
    }

    /// `security.md` §1: a closed list, each with a pinned search path and for named roles only.
    @Test func `has these SECURITY DEFINER functions only, none for everybody`() async throws {
        let functions = try await Catalogue().names(
            """
            SELECT p.proname || ' ' || r.rolname || ' ' || coalesce(array_to_string(p.proconfig, ' '), 'unpinned') || ' '
                   || (SELECT string_agg(coalesce(g.rolname, 'PUBLIC'), ' ' ORDER BY g.rolname)
                         FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                         LEFT JOIN pg_roles g ON g.oid = a.grantee WHERE g.rolname IS DISTINCT FROM r.rolname) AS name
              FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
             WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef ORDER BY 1
            """)
        #expect(
            functions == [
                "candidates_named pa31_search search_path=public, pg_temp pa31_app pa31_operator",
                "candidates_wanting pa31_search search_path=public, pg_temp pa31_app pa31_operator",
                "claim_domain_matches pa31_search search_path=public, pg_temp pa31_app pa31_operator",
                "contact_of_link pa31_search search_path=public, pg_temp pa31_app",
                "mail_address_of_member pa31_search search_path=public, pg_temp pa31_app",
                "orientation_of_link pa31_search search_path=public, pg_temp pa31_app",
                "person_figures pa31_stats search_path=public, pg_temp pa31_app pa31_operator",
                "person_totals pa31_stats search_path=public, pg_temp pa31_app pa31_operator pa31_public",
                "persons_are_counted pa31_stats search_path=public, pg_temp pa31_app pa31_operator",
                "quarter_figures pa31_stats search_path=public, pg_temp pa31_app pa31_operator pa31_public",
                "reminders_of_link pa31_search search_path=public, pg_temp pa31_app",
                "service_level pa31_stats search_path=public, pg_temp pa31_app pa31_operator",
                "service_level_of_all pa31_stats search_path=public, pg_temp pa31_app pa31_operator",
                "session_has_contact pa31_search search_path=public, pg_temp pa31_app pa31_operator",
                "structure_has_contact pa31_search search_path=public, pg_temp pa31_app pa31_operator",
            ])
        let logins = try await Catalogue().names(
            "SELECT rolname::text AS name FROM pg_roles WHERE rolname IN ('pa31_search', 'pa31_owner') AND rolcanlogin")
        #expect(logins == [])
        // Nobody who serves may become it, and its owner sees no more for it.
        let members = try await Catalogue().names(
            """
            SELECT rolname::text AS name FROM pg_roles WHERE pg_has_role(oid, 'pa31_search', 'USAGE')
               AND NOT rolsuper AND rolname <> 'pa31_search'
            """)
        #expect(members == [])
    }

    /// Tables with a personal column that are not under row-level security, with the reason. The list may only shrink.
    static let openToRoles = [
        "member": "the server reads neither name (but one's own) nor address: its grants are by column"
    ]

    @Test func `keeps every personal table under row-level security, forced, with a policy that knows the caller`()
        async throws
    {
        let personal = Set(
            try await Catalogue().columns().filter { ($0.comment ?? "").hasPrefix("personal") }.map(\.tableName))
        let secured = try await Catalogue().names(
            """
            SELECT relname::text AS name FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relrowsecurity AND relforcerowsecurity ORDER BY 1
            """)
        let views = Set(
            try await Catalogue().names(
                "SELECT relname::text AS name FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
            ))
        #expect(
            secured == [
                "access_code", "candidate", "candidate_agreement", "candidate_share", "candidate_statistics",
                "candidate_transfer", "checkpoint", "file_read", "idempotency_answer", "mail_opt_out", "orientation",
                "orientation_event", "orientation_link", "orientation_text", "outbox", "person_count", "person_step",
                "quarter_figure", "recruitment_contact", "rights_request", "session_contact", "sheet_import", "task",
            ])
        #expect(personal.subtracting(views).subtracting(secured).subtracting(Self.openToRoles.keys) == [])
        let unguarded = try await Catalogue().names(
            """
            SELECT policyname::text AS name FROM pg_policies
             WHERE NOT roles && '{pa31_search,pa31_stats}'::name[]
               -- What looks into another table under policies of its own knows the caller by them.
               AND coalesce(qual, with_check) !~ 'current_caller|caller_|pa31.link|FROM (candidate|orientation) '
            UNION ALL
            SELECT policyname::text FROM pg_policies WHERE 'public' = ANY (roles)
            """)
        #expect(unguarded == [])
    }
}
