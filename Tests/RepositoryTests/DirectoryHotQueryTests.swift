import Contract
import Directory
import Fields
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `The hot queries of the directory` {
    /// 24,000 structures of 8,000 legal entities, on a grid of the country, each with a need; one in a hundred, looked after by
    /// who has it, is open.
    private func fill() async throws {
        try await TestDatabase.current.script(
            """
            SELECT begin_operation(gen_random_uuid(), 'test.fill', 'structure', NULL, NULL);
            INSERT INTO legal_entity (id, finess, name)
            SELECT new_id(), lpad((900000000 + n)::text, 9, '0'), 'Gestionnaire ' || md5(n::text) FROM generate_series(0, 7999) AS n;
            INSERT INTO organisation (id, code, name, kind) VALUES (new_id(), 'grand', 'Grand employeur', 'employer');
            INSERT INTO structure (id, finess, legal_entity_id, kind, usual_name, insee, latitude, longitude, siret, source, seen_on,
                                   created_at, updated_at, recruiting_until, verified_on, service_area, organisation_id)
            SELECT new_id(), lpad((310000000 + n)::text, 9, '0'), l.id,
                   (ARRAY['500', '460', '354', '183', '255', '446'])[1 + n % 6], CASE WHEN n % 6 = 3 THEN 'Zone ' ELSE 'Structure ' END || md5(n::text),
                   (SELECT insee FROM commune ORDER BY insee OFFSET n % 586 LIMIT 1), 42 + (n / 200) * 0.05,
                   -1 + (n % 200) * 0.04, lpad((30000000000000 + n)::text, 14, '0'), 'finess', '2024-01-01', now(), now(),
                   CASE WHEN n % 40 = 0 THEN date '2099-01-01' END, CASE WHEN n % 50 = 0 THEN date '2024-01-01' END,
                   CASE WHEN n % 100 = 0 THEN ARRAY['31555'] ELSE '{}' END,
                   CASE WHEN n % 100 = 7 THEN (SELECT id FROM organisation WHERE code = 'grand') END
              FROM generate_series(0, 23999) AS n JOIN legal_entity l ON l.finess = (900000000 + n / 3)::text;
            INSERT INTO need (id, structure_id, organisation_id, title, job_version, job, contract, positions, positions_left, insee,
                              latitude, longitude, state, opened_at, expires_on, created_at, updated_at)
            SELECT new_id(), s.id, (SELECT id FROM organisation WHERE code = 'grand'), 'Poste ' || s.finess, '4.60', 'K1302', 'cdi', 1, 1,
                   s.insee, s.latitude, s.longitude, CASE WHEN s.organisation_id IS NULL THEN 'draft' ELSE 'open' END,
                   CASE WHEN s.organisation_id IS NOT NULL THEN now() END, CASE WHEN s.organisation_id IS NOT NULL THEN date '2099-01-01' END,
                   now(), now()
              FROM structure s
            """)
        try await TestDatabase.current.script("VACUUM ANALYZE")
    }

    @Test func `read a page's rows and no more, whatever the plan that PostgreSQL keeps`() async throws {
        try await fill()
        let database = Database(ReadMeter.settings)
        let store = StructureStore(database)
        let day = Day(number: 19_900)
        func filter(_ change: (inout StructureStore.Filter) throws -> Void) rethrows -> StructureStore.Filter {
            var filter = StructureStore.Filter()
            try change(&filter)
            return filter
        }
        let near = try GeoPoint(fieldText: "43.6,1.44")
        let calls: [(name: String, mostRows: Int, filter: StructureStore.Filter)] = [
            ("the first page", ReadMeter.mostRows, StructureStore.Filter()),
            (
                "a page by its cursor", ReadMeter.mostRows,
                filter { $0.cursor = Cursor(list: "structures", key: ["structure 8", "310000100"]) }
            ),
            ("a page of a kind", ReadMeter.mostRows, try filter { $0.kind = try KindName(fieldText: "EHPAD") }),
            // All of them stand at the end of the list by name.
            ("a page of the last kind", ReadMeter.mostRows, try filter { $0.kind = try KindName(fieldText: "IME") }),
            ("those that recruit", 2_000, filter { $0.recruiting = true }),
            ("a commune", ReadMeter.mostRows, try filter { $0.commune = try .init(fieldText: "31555") }),
            ("an operator", ReadMeter.mostRows, try filter { $0.operator = try .init(fieldText: "900000007") }),
            (
                "a word", ReadMeter.mostRows,
                try filter { $0.q = try .init(fieldText: "c4ca4238a0b923820dcc509a6f75849b") }
            ),
            (
                "words and a radius", 2_000,
                try filter {
                    $0.q = try .init(fieldText: "structure ehpad")
                    $0.near = near
                    $0.radiusKm = try .init(fieldText: "20")
                }
            ),
            (
                "a kind within a radius", 2_000,
                try filter {
                    $0.kind = try KindName(fieldText: "SAD")
                    $0.near = near
                    $0.radiusKm = try .init(fieldText: "20")
                }
            ),
            ("a part of the map", 2_000, try filter { $0.bbox = try .init(fieldText: "1.4,43.5,1.6,43.7") }),
        ]
        for call in calls {
            let reads = try await ReadMeter.reads(in: [database]) { _ in
                let found = try await store.list(call.filter, on: day).count
                #expect(found > 0, "\(call.name) found nothing")
            }
            #expect(reads.filter { $0.scans > 0 }.map(\.tableName) == [], "\(call.name) scans whole tables")
            let walked = reads.filter { $0.rows > call.mostRows }.map { "\($0.tableName): \($0.rows)" }
            #expect(walked == [], "\(call.name) reads far more rows than it shows")
        }
        let reads = try await ReadMeter.reads(in: [database]) { run in
            let key = try StructureKey(fieldText: "31000\(1000 + run)")
            guard case .here = try await store.find(key) else { return }
            #expect(try await store.others(of: key).count == 2)
        }
        #expect(reads.filter { $0.scans > 0 || $0.rows > 50 }.map(\.tableName) == [], "one structure")
        await database.close()
    }
}
