import Contract
import TestSupport
import Testing

@Suite(.database) struct `Public data` {
    /// Told when it changes is everything that public answers are made of, but for what no answer shows.
    private static let untold = ["instance", "schema_migration"]

    @Test func `tell every server when they change, each table by its word`() async throws {
        let names = try await Catalogue().names(
            """
            WITH RECURSIVE readable AS (
                SELECT c.oid FROM pg_class c
                 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
                   AND has_table_privilege('pa31_public', c.oid, 'SELECT')
                UNION
                SELECT d.refobjid FROM readable r
                  JOIN pg_rewrite w ON w.ev_class = r.oid
                  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                                  AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.oid)
            SELECT c.relname::text AS name FROM readable JOIN pg_class c USING (oid)
             WHERE c.relkind = 'r' AND c.relname <> ALL (\(list: Self.untold)::text[])
               AND NOT EXISTS (SELECT FROM pg_trigger t
                                WHERE t.tgrelid = c.oid AND t.tgfoid = 'tell_public_change'::regproc
                                  AND t.tgtype & 1 = 0 AND t.tgtype & 28 = 28
                                  AND encode(t.tgargs, 'escape')
                                      = ANY (\(list: PublicData.allCases.map { $0.rawValue + "\\000" })::text[]))
             ORDER BY name
            """)
        #expect(names == [], "without a trigger tell_public_change for INSERT, UPDATE and DELETE")
    }
}
