import Accounts
import Contract
import Fields
import Orientation
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `The hot queries of candidates` {
    /// 24,000 files of 30 prescribers, each with two agreements and two readings; some of three are shared with the next one.
    private func fill() async throws {
        try await TestDatabase.current.tamper(
            """
            INSERT INTO organisation (id, code, name, kind, prescriber_authorisation, authorisation_on, authorisation_proof)
            SELECT new_id(), 'prescripteur-' || n, 'Prescripteur ' || n, 'prescriber', 'validated', '2024-01-01', 'x'
              FROM generate_series(0, 29) AS n;
            INSERT INTO member (id, organisation_id, name, email, role)
            SELECT new_id(), o.id, 'x', o.code || '-' || n || '@exemple.example', 'editor'
              FROM organisation o, generate_series(1, 40) AS n WHERE o.kind = 'prescriber';
            INSERT INTO candidate (id, organisation_id, referent_id, first_name, last_name, email, phone, birth_year, jobs, lawful_basis,
                                   notice_version, notice_given_on, notice_channel, last_contact_on, created_at, updated_at)
            SELECT new_id(), o.id, (SELECT id FROM member WHERE organisation_id = o.id ORDER BY id LIMIT 1),
                   (ARRAY['Camille', 'Dominique', 'Claude', 'Sacha'])[1 + n % 4], 'Exemple ' || md5(n::text),
                   'x' || n || '@exemple.example', '+331' || lpad(n::text, 8, '0'), 1960 + n % 45,
                   ARRAY[(ARRAY['K1302', 'J1501', 'K1304'])[1 + n % 3]], 'public_task', '1', '2024-01-01', 'form', '2024-01-01',
                   now(), now()
              FROM generate_series(0, 23999) AS n JOIN organisation o ON o.code = 'prescripteur-' || n % 30;
            INSERT INTO candidate_agreement (id, candidate_id, kind, text_version, given_on, channel, recorded_at)
            SELECT new_id(), c.id, k, '1', current_date, 'form', now() FROM candidate c, unnest(ARRAY['orientation', 'pool']) AS k;
            INSERT INTO candidate_share (id, candidate_id, from_organisation_id, to_organisation_id, purpose, access, fields, starts_on,
                                         ends_on, created_at)
            SELECT new_id(), c.id, o.id, p.id, 'x', 'read', '{wishes}', current_date, current_date + 30, now()
              FROM candidate c JOIN organisation o ON o.id = c.organisation_id
              JOIN organisation p ON p.code = 'prescripteur-' || (nullif(substr(o.code, 14), '')::integer + 1) % 30
             WHERE right(c.phone, 2) = '06';
            INSERT INTO file_read (id, candidate_id, member_id, organisation_id, at, route)
            SELECT new_id(), id, referent_id, organisation_id, now() - interval '3 days', 'candidate.read'
              FROM candidate, generate_series(1, 2);
            INSERT INTO audit_log (id, at, request_id, operation, subject_kind)
            SELECT new_id(), now(), 'fill', 'test.fill', 'candidate' FROM generate_series(1, 24000);
            UPDATE candidate SET compared_at = now() WHERE right(phone, 3) <> '123'
            """)
        try await TestDatabase.current.script("VACUUM ANALYZE")
    }

    /// Tables that can grow: what the policies of a statement look into as well as what it asks.
    private static let growing: Set = [
        "candidate", "candidate_agreement", "candidate_statistics", "candidate_share", "candidate_transfer",
        "file_read", "field_change",
        "audit_log", "task",
    ]

    private func expect(
        _ name: String, mostRows: Int = ReadMeter.mostRows, in database: Database, _ body: (Int) async throws -> Int
    ) async throws {
        let reads = try await ReadMeter.reads(in: [database]) { run in
            let found = try await body(run)
            #expect(found > 0, "\(name) found nothing")
        }.filter { Self.growing.contains($0.tableName) }
        #expect(reads.filter { $0.scans > 0 }.map(\.tableName) == [], "\(name) scans whole tables")
        let walked = reads.filter { $0.rows > mostRows }.map { "\($0.tableName): \($0.rows)" }
        #expect(walked == [], "\(name) reads far more rows than it shows")
        #expect(reads.contains { $0.rows > 0 }, "\(name) was not counted")
    }

    @Test func `read a page's rows and no more under row-level security, whatever the plan that PostgreSQL keeps`()
        async throws
    {
        try await fill()
        let database = Database(ReadMeter.settings)
        let store = CandidateStore(database)
        let id = try await Catalogue().names("SELECT id::text AS name FROM organisation WHERE code = 'prescripteur-7'")
            .first
        let organisation = try Organisation.ID(fieldText: id ?? "")
        let member = try await Make().member(of: organisation, kind: .prescriber)
        let caller = Caller.member(member, requestID: "r")
        let own = try await store.list(CandidateStore.Filter(), as: caller).all().filter { $0.access == .own }
        let (files, referents) = (own.map(\.id), own.compactMap(\.referentID))
        let lists: [(String, (inout CandidateStore.Filter) throws -> Void)] = [
            ("the first page", { _ in }),
            ("a page by its cursor", { $0.cursor = Cursor(list: "candidates", key: [files[30].fieldText]) }),
            ("those of a job", { $0.job = try .init(fieldText: "J1501") }),
            ("those of a referent", { $0.referent = referents[0] }),
            ("a name", { $0.q = try .init(fieldText: "camile exemple") }),
        ]
        for (name, change) in lists {
            var filter = CandidateStore.Filter()
            try change(&filter)
            let asked = filter
            try await expect(name, in: database) { _ in try await store.list(asked, as: caller).count }
        }
        try await expect("one file", in: database) { run in
            try await store.find(files[run], reason: nil, as: caller).count
        }
        try await expect("who opened a file", in: database) { run in
            try await store.reads(files[run], limit: .standard, cursor: nil, as: caller).count
        }
        // Who writes opens files too, and nobody opens more than a hundred a day.
        let writer = Caller.member(try await Make().member(of: organisation, kind: .prescriber), requestID: "r")
        let editor = Caller.member(try await Make().member(of: organisation, kind: .prescriber), requestID: "r")
        try await expect("a new file, with those like it", in: database) { run in
            var new = NewCandidate(
                firstName: "Camille", lastName: "Nouveau \(run)", lawfulBasis: .publicTask, noticeVersion: "1",
                noticeGivenOn: Day(number: 19_800), noticeChannel: .form)
            new.birthYear = 1990
            return try await store.create(new, as: writer).candidate.count
        }
        try await expect("a change", in: database) { run in
            var changes = CandidateChanges()
            changes.mobilityKm = .set(run + 1)
            return try await store.edit(files[run], changes, precondition: Precondition(version: 1), as: editor)
                .count
        }
        let later = database.at(.fixed(database.clock.now().adding(seconds: 2 * 86_400)))
        try await expect("the comparison of new files", in: database) { _ in
            try await later.transaction(as: .system(requestID: "r")) { try await CandidateStore.comparing.run($0, 3) }
        }
        await database.close()
    }
}
