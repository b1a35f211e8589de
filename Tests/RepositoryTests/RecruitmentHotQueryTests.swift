import Contract
import Directory
import Fields
import Postgres
import Recruitment
import TestSupport
import Testing

@Suite(.database) struct `The hot queries of recruitment` {
    /// 24,000 needs of 6,000 structures of an employer, 20,000 of them open, on a grid of the country; 5,000 sessions.
    private func fill() async throws {
        try await TestDatabase.current.script(
            """
            SELECT begin_operation(gen_random_uuid(), 'test.fill', 'need', NULL, NULL);
            INSERT INTO organisation (id, code, name, kind)
            VALUES (new_id(), 'grand', 'Grand employeur', 'employer'), (new_id(), 'petit', 'Petit employeur', 'employer');
            INSERT INTO structure (id, finess, kind, usual_name, insee, latitude, longitude, source, seen_on, created_at, updated_at,
                                   organisation_id)
            SELECT new_id(), lpad((310000000 + n)::text, 9, '0'), (ARRAY['500', '460', '354'])[1 + n % 3], 'Structure ' || md5(n::text),
                   (SELECT insee FROM commune ORDER BY insee OFFSET n % 586 LIMIT 1), 42 + (n / 80) * 0.05, -1 + (n % 80) * 0.04,
                   'finess', '2024-01-01', now(), now(),
                   (SELECT id FROM organisation WHERE code = CASE WHEN n % 100 = 0 THEN 'petit' ELSE 'grand' END)
              FROM generate_series(0, 5999) AS n;
            INSERT INTO need (id, structure_id, organisation_id, title, job_version, job, diplomas, contract, positions, positions_left,
                              insee, latitude, longitude, state, opened_at, expires_on, created_at, updated_at, night)
            SELECT new_id(), s.id, s.organisation_id, 'Poste ' || md5(n::text), '4.60',
                   (ARRAY['J1501', 'J1506', 'K1302', 'K1304', 'J1301'])[1 + n % 5],
                   CASE WHEN n % 400 = 1 THEN ARRAY['deas-40692'] ELSE '{}' END,
                   CASE WHEN n % 500 = 1 THEN 'insertion' ELSE 'cdi' END, 1, 1, s.insee, s.latitude, s.longitude,
                   CASE WHEN n % 6 = 0 THEN 'draft' ELSE 'open' END,
                   CASE WHEN n % 6 > 0 THEN now() - n * interval '1 minute' END,
                   CASE WHEN n % 6 > 0 THEN date '2099-01-01' END, now(), now(), n % 3 = 0
              FROM generate_series(0, 23999) AS n JOIN structure s ON s.finess = lpad((310000000 + n / 4)::text, 9, '0');
            INSERT INTO session (id, organisation_id, title, kind, insee, starts_on, ends_on, places, places_left, state, created_at,
                                 updated_at)
            SELECT new_id(), o.id, 'Session ' || md5(n::text), 'forum', '31555', date '2090-01-01' + n, date '2090-01-01' + n, 10, 10,
                   'open', now(), now()
              FROM generate_series(0, 4999 / 2) AS n JOIN organisation o ON o.code = 'grand';
            """)
        try await TestDatabase.current.script("VACUUM ANALYZE")
    }

    @Test func `read a page's rows and no more, whatever the plan that PostgreSQL keeps`() async throws {
        try await fill()
        let database = Database(ReadMeter.settings)
        let (needs, sessions) = (NeedStore(database), SessionStore(database))
        let day = Day(number: 19_900)
        let small = try await Self.member(of: "petit")
        func filter(_ change: (inout NeedStore.Filter) throws -> Void) rethrows -> NeedStore.Filter {
            var filter = NeedStore.Filter()
            try change(&filter)
            return filter
        }
        let near = try GeoPoint(fieldText: "43.6,1.0")
        let calls: [(name: String, mostRows: Int, filter: NeedStore.Filter)] = [
            ("the first page", ReadMeter.mostRows, NeedStore.Filter()),
            (
                "a page by its cursor", ReadMeter.mostRows,
                filter { filter in
                    filter.cursor = Cursor(
                        list: "needs", key: ["2026-01-01T00:00:00Z", Identifier<PublicNeed>.placeholder.fieldText])
                }
            ),
            ("a job", ReadMeter.mostRows, try filter { $0.rome = try .init(fieldText: "K1304") }),
            ("a commune", ReadMeter.mostRows, try filter { $0.commune = try .init(fieldText: "31555") }),
            ("a diploma", ReadMeter.mostRows, try filter { $0.diploma = try .init(fieldText: "DEAS") }),
            ("a contract", ReadMeter.mostRows + 1_000, try filter { $0.contract = try .init(fieldText: "insertion") }),
            ("a structure", ReadMeter.mostRows, try filter { $0.structure = try .init(fieldText: "310000101") }),
            ("those at night", ReadMeter.mostRows, filter { $0.night = true }),
            (
                "a word", ReadMeter.mostRows,
                try filter { $0.q = try .init(fieldText: "c4ca4238a0b923820dcc509a6f75849b") }
            ),
            ("a word that all have", 3_000, try filter { $0.q = try .init(fieldText: "poste") }),
            (
                "a job around a point", 3_000,
                try filter {
                    $0.rome = try .init(fieldText: "J1501")
                    $0.near = near
                    $0.radiusKm = try .init(fieldText: "15")
                }
            ),
            ("one's own", 2_000, filter { $0.mine = true }),
        ]
        for call in calls {
            let reads = try await ReadMeter.reads(in: [database]) { _ in
                let caller = call.filter.mine == true ? small : .anonymous(requestID: "hot")
                let found = try await needs.list(call.filter, on: day, as: caller).count
                #expect(found > 0 || call.name.hasSuffix("cursor"), "\(call.name) found nothing")
            }
            #expect(reads.filter { $0.scans > 0 }.map(\.tableName) == [], "\(call.name) scans whole tables")
            let walked = reads.filter { $0.rows > call.mostRows }.map { "\($0.tableName): \($0.rows)" }
            #expect(walked == [], "\(call.name) reads far more rows than it shows")
        }
        let page = try await ReadMeter.reads(in: [database]) { _ in
            let found = try await sessions.list(SessionStore.Filter(), on: day, as: .anonymous(requestID: "hot")).count
            #expect(found == 51)
        }
        #expect(page.filter { $0.scans > 0 || $0.rows > ReadMeter.mostRows }.map(\.tableName) == [], "sessions")
        let one = try await needs.list(NeedStore.Filter(), on: day, as: .anonymous(requestID: "hot")).all()
        let reads = try await ReadMeter.reads(in: [database]) { run in
            _ = try await needs.find(one[run].id, on: day, as: .anonymous(requestID: "hot"))
        }
        #expect(reads.filter { $0.scans > 0 || $0.rows > 50 }.map(\.tableName) == [], "one need")
        await database.close()
    }

    private static func member(of code: String) async throws -> Caller {
        let id = try await TestDatabase.current.asSuperuser().read(
            "SELECT id AS value FROM organisation WHERE code = \(code)", as: Value<Identifier<OrganisationTag>>.self
        ).first()
        return .member(try await Make().member(of: try #require(id).value, kind: .employer), requestID: "hot")
    }
}
