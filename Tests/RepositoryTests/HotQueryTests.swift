import Accounts
import Contract
import Fields
import Foundation
import Logging
import Plans
import Postgres
import TestSupport
import Testing

@testable import Sheets

/// `architecture.md` rule 12: no sequential scan in the hot queries, on tables that can grow.
///
/// The Stores' own calls are run, as the server runs them, and PostgreSQL's counters say which rows were read and how.
/// EXPLAIN of a copy of a statement would tell of the copy; and each call is made so often that its prepared
/// statement's generic plan is measured too, which EXPLAIN with values never shows.
@Suite(.database) struct `The hot queries` {
    /// Calls that read more rows than a page has, with the reason. The list may only shrink.
    private static let walks = [
        "a search": """
        PostgreSQL takes the words to be in more rows than they are, walks the codes in their order and looks into each \
        text; with the trigram index it would have to make every match's parts before it sorts them.
        """
    ]

    /// 22,500 actions with money, partners, notes, two operations of history each; 20,000 tokens.
    private func fill() async throws {
        try await TestDatabase.current.tamper(
            """
            INSERT INTO organisation (id, code, name, kind)
            SELECT gen_random_uuid(), 'org-' || n, 'Organisme ' || n, CASE WHEN n < 4 THEN 'funder' ELSE 'partner' END
              FROM generate_series(1, 300) AS n;
            INSERT INTO action_plan (id, code, title, is_fictional, starts_on, ends_on)
            VALUES (gen_random_uuid(), 'grand', 'Grand plan', true, '2022-01-01', '2024-12-31');
            INSERT INTO axis (id, plan_id, code, title)
            SELECT gen_random_uuid(), p.id, chr(64 + n) || '1', 'Axe ' || n FROM action_plan p, generate_series(1, 25) AS n;
            INSERT INTO action (id, plan_id, axis_id, code, title, description, lead_organisation_id, planned_start,
                                planned_end, status, created_at, updated_at)
            SELECT gen_random_uuid(), x.plan_id, x.id, x.code || '.' || n, 'Action ' || x.code || ' ' || md5(n::text),
                   'Immersion ' || md5(x.code || n), o.id, '2022-01-01', '2024-01-01'::date + n % 300, 'in_progress', now(), now()
              FROM axis x, generate_series(100, 999) AS n JOIN organisation o ON o.code = 'org-' || (4 + n % 297);
            INSERT INTO funding_line (id, action_id, funder_id, year, planned_cents)
            SELECT gen_random_uuid(), a.id, o.id, 2022, 100 FROM action a, organisation o WHERE o.code IN ('org-1', 'org-2');
            INSERT INTO action_partner (id, action_id, organisation_id)
            SELECT gen_random_uuid(), a.id, o.id FROM action a, organisation o WHERE o.code = 'org-5';
            INSERT INTO progress_note (id, action_id, kind, text, written_at)
            SELECT gen_random_uuid(), id, 'result', 'note', now() FROM action;
            INSERT INTO evidence (id, action_id, label, url, added_at)
            SELECT gen_random_uuid(), id, 'x', 'https://exemple.example/', now() FROM action;
            INSERT INTO milestone (id, action_id, title, due_on)
            SELECT gen_random_uuid(), id, 'jalon', '2024-06-30' FROM action;
            INSERT INTO indicator (id, action_id, title, unit, target) SELECT gen_random_uuid(), id, 'x', 'h', 10 FROM action;
            INSERT INTO indicator_value (id, indicator_id, action_id, dated_on, value, source, added_at)
            SELECT gen_random_uuid(), id, action_id, '2023-06-30', 5, 'x', now() FROM indicator;
            INSERT INTO audit_log (id, at, caller, request_id, operation, subject_kind, subject_id)
            SELECT md5(a.code || n)::uuid, now() + n * interval '1 s', 'system', 'r', 'action.edit', 'action', a.id
              FROM action a, generate_series(1, 2) AS n;
            INSERT INTO field_change (audit_id, table_name, row_id, parent_id, field, old_value, new_value)
            SELECT l.id, 'action', l.subject_id, l.subject_id, f, '1', '2'
              FROM audit_log l, unnest(ARRAY['title', 'version']) AS f;
            INSERT INTO member (id, organisation_id, name, email, role)
            SELECT gen_random_uuid(), o.id, 'x', n || '@exemple.example', 'editor'
              FROM generate_series(1, 5000) AS n JOIN organisation o ON o.code = 'org-' || (4 + n % 297);
            INSERT INTO api_token (id, member_id, secret_hash, label, scopes, created_at, expires_at)
            SELECT gen_random_uuid(), m.id, sha256((m.id::text || n)::bytea), 'x', '{read}', now(), now() + interval '1 day'
              FROM member m, generate_series(1, 4) AS n;
            INSERT INTO calendar_feed (id, member_id, scope, label, secret_hash, created_at, expires_at)
            SELECT gen_random_uuid(), id, 'organisation', 'x', sha256(id::text::bytea), now(), now() + interval '1 day'
              FROM member;
            INSERT INTO sheet_import (id, member_id, made_at, expires_at, sheet)
            SELECT gen_random_uuid(), id, now(), now() + interval '1 day', '[]' FROM member, generate_series(1, 4);
            INSERT INTO audit_seal (position, audit_id, row_hash, chain_hash, sealed_at)
            SELECT row_number() OVER (), id, sha256('x'), sha256('x'), now() FROM audit_log;
            """)
        try await TestDatabase.current.script("ANALYZE")
    }

    @Test func `read a page's rows and no more, whatever the plan that PostgreSQL keeps`() async throws {
        try await fill()
        let database = Database(ReadMeter.settings)
        let sealing = Database(ReadMeter.settings, reading: .seal, writing: .seal)
        let sealer = AuditSealer(sealing, key: nil, journal: nil, logger: Logger(label: "test"))
        let store = ActionStore(database)
        let day = Day(number: 19_400)
        let codes = (0..<ReadMeter.runs).map { "\(["A", "M", "Y"][$0 % 3])1.\(100 + $0 * 70)" }
        let make = Make()
        let platform = try await make.organisation("equipe", kind: .platform)
        let member = try await make.member(of: platform, kind: .platform)
        let token = try await make.token(of: member)
        let team = Caller.member(member, requestID: "r")
        let carrier = Organisation.ID(
            try #require(
                UUID(
                    uuidString: try await Catalogue().names(
                        "SELECT id::text AS name FROM organisation WHERE code = 'org-7'"
                    ).first ?? "")))
        let feed = try await CalendarStore(database).create(
            NewCalendarFeed(scope: .organisation, label: "x"),
            as: .member(try await make.member(of: carrier), requestID: "r"))
        let calendar = String(try #require(feed.path.split(separator: "/").last).dropLast(".ics".count))
        var far = ActionStore.Filter()
        far.cursor = Cursor(list: "actions", key: ["T1.500"])
        let next = far
        var words = ActionStore.Filter()
        words.q = try SearchWords(fieldText: "y1.999")
        let search = words

        let calls: [(name: String, body: (Int) async throws -> Int)] = [
            (
                "the public's action by code",
                { run in
                    guard
                        case .publicView = try await store.find(
                            ActionCode(fieldText: codes[run]), as: .anonymous(requestID: "r"), on: day)
                    else { return 0 }
                    return 1
                }
            ),
            (
                "a member's action by code",
                { run in
                    guard case .full = try await store.find(ActionCode(fieldText: codes[run]), as: team, on: day) else {
                        return 0
                    }
                    return 1
                }
            ),
            (
                "the first page",
                { _ in try await store.list(ActionStore.Filter(), on: day, as: .system(requestID: "hot")).count }
            ),
            ("a page by its cursor", { _ in try await store.list(next, on: day, as: .system(requestID: "hot")).count }),
            ("a search", { _ in try await store.list(search, on: day, as: .system(requestID: "hot")).count }),
            (
                "the first page of a history",
                { run in
                    try await store.history(
                        ActionCode(fieldText: codes[run]), limit: .standard, cursor: nil, as: team
                    ).count
                }
            ),
            (
                "a page of a history by its cursor",
                { run in
                    let key = ["1"]
                    return try await store.history(
                        ActionCode(fieldText: codes[run]), limit: .standard, cursor: Cursor(list: "history", key: key),
                        as: team
                    ).count
                }
            ),
            (
                "an organisation's calendar",
                { _ in try await CalendarStore(database).read(calendar, as: .anonymous(requestID: "r")).events.count }
            ),
            (
                "a note",
                { run in
                    try await store.addNote(
                        ActionCode(fieldText: codes[run]), NewNote(kind: .result, text: "note"), as: team
                    ).count
                }
            ),
            (
                "a move",
                { run in
                    let code = try ActionCode(fieldText: codes[run])
                    guard case .full(_, let version) = try await store.find(code, as: team, on: day) else { return 0 }
                    return try await store.move(
                        code, ActionMove(to: .paused, reason: "motif"), precondition: Precondition(version: version),
                        as: team
                    ).count
                }
            ),
            (
                "a sheet of two rows, sent back and applied",
                { run in
                    let csv = "Code;Version;Description\n\(codes[0]);1;Texte \(run)\n\(codes[run]);1;Texte \(run)\n"
                    let sheets = SheetImportStore(database)
                    let preview = try await sheets.review(
                        try SheetTable(csv: Array(csv.utf8)), in: .french, as: team)
                    return try await sheets.apply(preview.id, in: .french, as: team).rows.count
                }
            ),
            // A new store each time: it remembers nothing.
            ("a token", { _ in try await TokenStore(database).member(of: token, requestID: "r").scopes.count }),
            (
                "sealing",
                { _ in
                    try await TestDatabase.current.script(
                        "SELECT begin_operation(gen_random_uuid(), 'test.seal', 'test', NULL, NULL)")
                    return try await sealer.seal()
                }
            ),
        ]
        for call in calls {
            let reads = try await ReadMeter.reads(in: [database, sealing]) { run in
                let found = try await call.body(run)
                #expect(found > 0, "\(call.name) found nothing")
            }
            let scanned = reads.filter { $0.scans > 0 }.map { "\($0.tableName): \($0.scans)" }
            #expect(scanned == [], "\(call.name) scans whole tables")
            let walked = reads.filter { $0.rows > ReadMeter.mostRows }.map { "\($0.tableName): \($0.rows)" }
            if Self.walks[call.name] == nil {
                #expect(walked == [], "\(call.name) reads far more rows than it shows")
            } else {
                #expect(walked != [], "\(call.name) walks no more: take it off the list")
            }
            #expect(reads.contains { $0.rows > 0 }, "\(call.name) was not counted")
        }
        await database.close()
        await sealing.close()
    }
}
