import Accounts
import Fields
import Orientation
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `The hot queries of matches` {
    /// 10,000 open needs of twenty jobs in 2,000 structures, and 2,000 that are not; 24,000 files of thirty prescribers, who want one of
    /// fourteen jobs each; 2,400 shares, some of them over; 200,000 orientations.
    private func fill() async throws {
        try await TestDatabase.current.tamper(
            """
            INSERT INTO organisation (id, code, name, kind) VALUES (new_id(), 'grand', 'Grand employeur', 'employer');
            INSERT INTO organisation (id, code, name, kind, prescriber_authorisation, authorisation_on, authorisation_proof)
            SELECT new_id(), 'prescripteur-' || n, 'Prescripteur ' || n, 'prescriber', 'validated', '2024-01-01', 'x'
              FROM generate_series(0, 29) AS n;
            INSERT INTO structure (id, finess, kind, usual_name, insee, latitude, longitude, source, seen_on, created_at, updated_at,
                                   organisation_id)
            SELECT new_id(), lpad((310000000 + n)::text, 9, '0'), '500', 'Structure ' || n, c.insee, c.latitude, c.longitude, 'finess',
                   '2024-01-01', now(), now(), (SELECT id FROM organisation WHERE code = 'grand')
              FROM generate_series(0, 1999) AS n
              JOIN (SELECT *, row_number() OVER (ORDER BY insee) AS place FROM commune) AS c ON c.place = 1 + n * 7 % 586;
            INSERT INTO need (id, structure_id, organisation_id, title, description, job_version, job, diplomas, contract,
                              hours_per_week, positions, positions_left, beginner_welcome, licence_required, night, weekend, insee,
                              latitude, longitude, state, opened_at, expires_on, created_at, updated_at)
            SELECT new_id(), s.id, s.organisation_id, 'Poste ' || n, repeat('Texte ', 60), '4.60',
                   (ARRAY['K1302', 'K1302', 'K1311', 'K1304', 'K1306', 'J1501', 'J1501', 'J1301', 'J1506', 'J1506', 'K1207', 'K1208',
                          'K1408', 'K1225', 'J1403', 'J1404', 'K1215', 'K1104', 'J1412', 'K1407'])[1 + n % 20],
                   CASE WHEN n % 3 = 0 THEN ARRAY['deas-40692'] ELSE '{}' END, 'cdi', 20 + n % 15, 1, 1, n % 2 = 0, n % 3 = 1,
                   n % 4 = 0, n % 5 = 0, s.insee, s.latitude, s.longitude, CASE WHEN n % 6 = 5 THEN 'paused' ELSE 'open' END, now(),
                   current_date + 60, now(), now()
              FROM generate_series(0, 11999) AS n JOIN structure s ON s.finess = lpad((310000000 + n / 6)::text, 9, '0');
            INSERT INTO candidate (id, organisation_id, first_name, last_name, insee, diplomas, experience_years, licence, mobility_km,
                                   jobs, lawful_basis, notice_version, notice_given_on, notice_channel, last_contact_on, created_at,
                                   updated_at)
            SELECT new_id(), o.id, 'Camille', 'Exemple ' || n, c.insee, CASE WHEN n % 3 = 0 THEN ARRAY['deas-35830'] ELSE '{}' END,
                   n % 7, n % 3 > 0, CASE WHEN n % 9 > 0 THEN 10 + n % 40 END,
                   ARRAY[(ARRAY['K1302', 'K1311', 'J1501', 'J1506', 'G1602', 'G1603', 'K2204', 'N4102', 'H1205', 'J1404', 'J1412',
                                'K1104', 'K1407', 'J1301'])[1 + n / 30 % 14]],
                   'public_task', '1', '2024-01-01', 'form', '2024-01-01', now(), now()
              FROM generate_series(0, 23999) AS n JOIN organisation o ON o.code = 'prescripteur-' || n % 30
              JOIN (SELECT *, row_number() OVER (ORDER BY insee) AS place FROM commune) AS c ON c.place = 1 + n * 11 % 586;
            INSERT INTO orientation (id, candidate_id, organisation_id, referent_id, target_kind, structure_id, receiver_id, state,
                                     reason, sent_at, answered_at, closed_at, visible_until, created_at, updated_at)
            SELECT new_id(), c.id, c.organisation_id, c.organisation_id, 'structure', s.id, s.organisation_id, 'refused', 'no_position',
                   now() - interval '1 day' * (40 + n % 300), now() - interval '1 day' * (20 + n % 300), now(), current_date, now(), now()
              FROM generate_series(0, 199999) AS n
              JOIN (SELECT *, row_number() OVER () AS place FROM structure) AS s ON s.place = 1 + n % 2000
              JOIN (SELECT *, row_number() OVER () AS place FROM candidate) AS c ON c.place = 1 + n % 24000;
            INSERT INTO candidate_share (id, candidate_id, from_organisation_id, to_organisation_id, purpose, access, fields, starts_on,
                                         ends_on, revoked_at, created_at)
            SELECT new_id(), c.id, c.organisation_id, p.id, 'x', 'read', '{wishes}', current_date, current_date + 30,
                   CASE WHEN c.last_name < 'Exemple 2' THEN now() END, now()
              FROM candidate c JOIN organisation o ON o.id = c.organisation_id
              JOIN organisation p ON p.code = 'prescripteur-' || (nullif(substr(o.code, 14), '')::integer + 1) % 30
             WHERE c.last_name LIKE '%3_';
            INSERT INTO candidate_agreement (id, candidate_id, kind, text_version, given_on, channel, recorded_at)
            SELECT new_id(), c.id, 'orientation', '1', current_date, 'form', now() FROM candidate c;
            """)
        try await TestDatabase.current.script("VACUUM ANALYZE")
    }

    private static let growing: Set = [
        "need", "structure", "candidate", "candidate_share", "candidate_agreement", "orientation",
    ]

    private func expect(
        _ name: String, atMost most: [String: Int], in database: Database, _ body: (Int) async throws -> Int
    ) async throws {
        let reads = try await ReadMeter.reads(in: [database]) { run in
            let found = try await body(run)
            #expect(found > 0, "\(name) found nothing")
        }.filter { Self.growing.contains($0.tableName) }
        #expect(reads.filter { $0.scans > 0 }.map(\.tableName) == [], "\(name) scans whole tables")
        let walked = reads.filter { $0.rows > most[$0.tableName] ?? 200 }.map { "\($0.tableName): \($0.rows)" }
        #expect(walked == [], "\(name) reads more rows than it compares")
        #expect(reads.contains { $0.rows > 0 }, "\(name) was not counted")
    }

    @Test func `read what is compared and no more, whatever the plan that PostgreSQL keeps`() async throws {
        try await fill()
        for plan in ["auto", "force_generic_plan"] {
            try await TestDatabase.current.script(
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET plan_cache_mode = \(plan)', current_database()); END $$"
            )
            let database = Database(ReadMeter.settings)
            let (store, levels) = (MatchStore(database), ServiceLevelStore(database))
            let id = try await Catalogue().names(
                "SELECT id::text AS name FROM organisation WHERE code = 'prescripteur-7'"
            ).first
            let member = try await Make().member(of: try .init(fieldText: id ?? ""), kind: .prescriber)
            let grand = try await Catalogue().names("SELECT id::text AS name FROM organisation WHERE code = 'grand'")
            let employer = try Organisation.ID(fieldText: grand.first ?? "")
            let caller = Caller.member(member, requestID: "r")
            let people = try await Catalogue().names(
                "SELECT id::text AS name FROM candidate WHERE organisation_id = '\(unsafeTextNeverFromInput: id ?? "")' AND jobs = '{K1302}' LIMIT 12"
            )
            let needs = try await Catalogue().names(
                "SELECT id::text AS name FROM need WHERE job = 'J1501' AND state = 'open' AND diplomas = '{}' LIMIT 12")
            // Needs of K1302 and the jobs near it: 8 of 20, and so of 12,000; and the page.
            try await expect("needs for a person, \(plan)", atMost: ["need": 4_900], in: database) { run in
                try await store.needs(for: .init(fieldText: people[run]), .init(limit: .largest), as: caller).items
                    .count
            }
            // Of its 800 files, those who want one of 5 of 14 jobs.
            try await expect("people for a need, \(plan)", atMost: ["candidate": 500], in: database) { run in
                try await store.candidates(for: .init(fieldText: needs[run]), .init(limit: .largest), as: caller).items
                    .count
            }
            try await expect("a structure's service level, \(plan)", atMost: [:], in: database) { run in
                try await levels.level(of: try .init(fieldText: String(310_000_000 + run)), as: caller).count
            }
            // A plan made for who receives nothing is kept for who received all. Only as PostgreSQL chooses: forced to plan without
            // values it believes of this data, which has one receiver, that everybody received everything.
            if plan == "auto" {
                let recruiter = Caller.member(try await Make().member(of: employer, kind: .employer), requestID: "r")
                let orientations = OrientationStore(database)
                try await expect("lists of both sides", atMost: ["orientation": 1_500], in: database) { run in
                    try await orientations.list(.init(), as: run < 8 ? caller : recruiter).count
                }
            }
            await database.close()
        }
    }
}
