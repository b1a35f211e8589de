import Accounts
import Fields
import Foundation
import Logging
import Postgres
import TestSupport
import Testing

/// The log, its sealer and its verifier in the leased database.
struct Audit: Sendable {
    let key = AuditKey.random()
    let journal = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-heads-\(UUID().uuidString)")

    /// A sealer with connections of its own, as each server has one.
    func sealer() -> AuditSealer {
        AuditSealer(TestDatabase.current.asSealer(), key: key, journal: journal, logger: Logger(label: "test"))
    }

    /// The heads in the journal so far.
    func heads() throws -> [AuditHead] {
        try String(contentsOf: journal, encoding: .utf8).split(separator: "\n")
            .map { try #require(AuditHead(line: String($0))) }
    }

    /// What the verifier finds, the journal's heads given.
    func findings() async throws -> [AuditFinding] { try await verify().findings }

    /// A verification, the journal's heads given.
    func verify() async throws -> AuditVerifier.Outcome {
        try await AuditVerifier(TestDatabase.current.asOperator()).verify(heads: try heads(), key: key)
    }

    /// So many operations, without changes.
    func record(_ count: Int) async throws {
        try await TestDatabase.current.script(
            """
            SELECT begin_operation(gen_random_uuid(), 'test.many', 'test', NULL, NULL)
              FROM generate_series(1, \(count))
            """)
    }

    /// The audit rows sealed, in the order of the chain.
    func sealed() async throws -> [String] {
        struct Row: Decodable {
            var position: Int
            var auditID: Identifier<Never>
        }
        let rows = try await TestDatabase.current.asSuperuser().read(
            "SELECT position, audit_id FROM audit_seal ORDER BY position", as: Row.self
        ).all()
        // No gap, whoever sealed.
        try #require(rows.map(\.position) == Array(rows.indices.map { $0 + 1 }))
        return rows.map(\.auditID.fieldText)
    }

    func end() { try? FileManager.default.removeItem(at: journal) }
}

@Suite(.database) struct `The sealer` {
    @Test func `chains everything committed, however much it is`() async throws {
        let audit = Audit()
        defer { audit.end() }
        try await audit.record(1203)
        #expect(try await audit.sealer().seal() == 1203)
        #expect(try await audit.sealed().count == 1203)
        let outcome = try await audit.verify()
        #expect(outcome.sealed == 1203)
        #expect(outcome.pending == 0)
        #expect(outcome.findings == [])
        // Each batch of 500 exports its head; with nothing to seal there is none.
        #expect(try audit.heads().map(\.position) == [500, 1000, 1203])
        #expect(try await audit.sealer().seal() == 0)
        #expect(try audit.heads().count == 3)
    }

    @Test func `leaves a transaction that is under way, and chains it after what was committed meanwhile`() async throws
    {
        let audit = Audit()
        defer { audit.end() }
        let sealer = audit.sealer()
        try await TestDatabase.current.asOperator().transaction(as: .system(requestID: "slow")) { transaction in
            try await transaction.record("test.slow", on: "test")
            try await audit.record(2)
            #expect(try await sealer.seal() == 2)
        }
        #expect(try await sealer.seal() == 1)
        #expect(try await audit.findings() == [])
    }

    @Test func `meets another one: both end, and there is one chain without a gap`() async throws {
        let audit = Audit()
        defer { audit.end() }
        try await audit.record(1800)
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<2 { group.addTask { try await audit.sealer().seal() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.reduce(0, +) == 1800)
        #expect(try await audit.sealed().count == 1800)
        #expect(try await audit.findings() == [])
    }

    @Test func `seals also when its journal cannot be written`() async throws {
        let sealer = AuditSealer(
            TestDatabase.current.asSealer(), key: .random(), journal: URL(fileURLWithPath: "/nonexistent/heads"),
            logger: Logger(label: "test"))
        try await Audit().record(3)
        #expect(try await sealer.seal() == 3)
    }
}

@Suite(.database) struct `The verifier` {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// What a superuser does to a sealed log of six rows.
        let tampering: String
        /// What is found, given the sealed rows' ids in the order of the chain.
        let expected: @Sendable ([String]) -> [AuditFinding]
        var testDescription: String { name }
    }

    private static let second = "(SELECT audit_id FROM audit_seal WHERE position = 2)"
    private static let third = "(SELECT audit_id FROM audit_seal WHERE position = 3)"
    private static let last = "(SELECT audit_id FROM audit_seal WHERE position = 6)"
    private static let spare = "'00000000-0000-7000-8000-000000000000'"

    static let cases = [
        Case(name: "an untouched log", tampering: "SELECT 1", expected: { _ in [] }),
        Case(
            name: "an altered row", tampering: "UPDATE audit_log SET caller = 'system2' WHERE id = \(second)",
            expected: { [.altered(position: 2, id: $0[1])] }),
        Case(
            name: "an altered change",
            tampering: "UPDATE field_change SET new_value = '\"x\"' WHERE audit_id = \(second) AND field = 'name'",
            expected: { [.altered(position: 2, id: $0[1])] }),
        Case(
            name: "an added change",
            tampering: """
                INSERT INTO field_change (audit_id, table_name, row_id, field)
                VALUES (\(second), 'action', gen_random_uuid(), 'title')
                """,
            expected: { [.altered(position: 2, id: $0[1])] }),
        Case(
            name: "a removed change",
            tampering: "DELETE FROM field_change WHERE audit_id = \(second) AND field = 'name'",
            expected: { [.altered(position: 2, id: $0[1])] }),
        Case(
            name: "a removed row",
            tampering: """
                DELETE FROM field_change WHERE audit_id = \(second);
                DELETE FROM audit_log WHERE id = \(second)
                """,
            expected: { [.missing(position: 2, id: $0[1])] }),
        Case(
            name: "two exchanged rows",
            tampering: """
                UPDATE audit_log SET id = \(spare) WHERE id = \(second);
                UPDATE audit_log SET id = \(second) WHERE id = \(third);
                UPDATE audit_log SET id = \(third) WHERE id = \(spare);
                UPDATE field_change SET audit_id = CASE audit_id WHEN \(second) THEN \(third) ELSE \(second) END
                 WHERE audit_id IN (\(second), \(third))
                """,
            expected: { _ in [.reordered(positions: [2, 3])] }),
        Case(
            name: "an altered seal",
            tampering: "UPDATE audit_seal SET chain_hash = decode(repeat('00', 32), 'hex') WHERE position = 2",
            expected: { _ in [.brokenLink(position: 2), .brokenLink(position: 3)] }),
        Case(
            name: "two exchanged seals",
            tampering: """
                UPDATE audit_seal SET audit_id = \(spare) WHERE position = 2;
                UPDATE audit_seal SET audit_id = (SELECT audit_id FROM audit_seal WHERE position = 3) WHERE position = 3;
                UPDATE audit_seal SET position = 1000 WHERE position = 2;
                UPDATE audit_seal SET position = 2 WHERE position = 3;
                UPDATE audit_seal SET position = 3 WHERE position = 1000;
                UPDATE audit_seal SET audit_id = (SELECT id FROM audit_log ORDER BY id OFFSET 1 LIMIT 1) WHERE position = 3
                """,
            expected: { _ in [.brokenLink(position: 2), .brokenLink(position: 3), .brokenLink(position: 4)] }),
        Case(
            name: "a removed seal", tampering: "DELETE FROM audit_seal WHERE position = 2",
            expected: { [.gap(from: 2, to: 2), .unsealed(id: $0[1])] }),
        Case(
            name: "a cut tail",
            tampering: """
                DELETE FROM field_change WHERE audit_id = \(last);
                DELETE FROM audit_log WHERE id = \(last);
                DELETE FROM audit_seal WHERE position = 6
                """,
            expected: { _ in [.cutTail(last: 5, head: 6)] }),
        Case(
            name: "a row that never was to be sealed",
            tampering: """
                SELECT begin_operation(\(spare), 'test.hidden', 'test', NULL, NULL);
                DELETE FROM audit_pending
                """,
            expected: { _ in [.unsealed(id: "00000000-0000-7000-8000-000000000000")] }),
    ]

    /// Six sealed rows, each with its changes.
    private func log() async throws -> Audit {
        let audit = Audit()
        let make = Make()
        for number in 1...6 { _ = try await make.organisation("org-\(number)") }
        #expect(try await audit.sealer().seal() == 6)
        return audit
    }

    @Test(arguments: cases) func `names what was done to the log`(_ tampered: Case) async throws {
        let audit = try await log()
        defer { audit.end() }
        let ids = try await audit.sealed()
        try await TestDatabase.current.tamper(tampered.tampering)
        #expect(try await audit.findings() == tampered.expected(ids))
    }

    @Test func `names a chain made anew: it follows in itself, and is not the known head's`() async throws {
        let audit = try await log()
        defer { audit.end() }
        try await TestDatabase.current.tamper(
            """
            UPDATE audit_log SET caller = 'somebody else';
            INSERT INTO audit_pending SELECT audit_id FROM audit_seal;
            DELETE FROM audit_seal
            """)
        // Whoever owns the database can seal; not with our key, and not into our journal.
        let anew = AuditSealer(
            TestDatabase.current.asSealer(), key: nil, journal: nil, logger: Logger(label: "test"))
        #expect(try await anew.seal() == 6)
        #expect(try await AuditVerifier(TestDatabase.current.asOperator()).verify().findings == [])
        #expect(try await audit.findings() == [.otherChain(position: 6)])
    }

    @Test func `names a head that was not signed with the key`() async throws {
        let audit = try await log()
        defer { audit.end() }
        let head = try #require(try audit.heads().last)
        let other = try await AuditVerifier(TestDatabase.current.asOperator()).verify(heads: [head], key: .random())
        #expect(other.findings == [.badSignature(position: 6)])
        let signature = head.line.split(separator: " ")[2]
        let forged = try #require(AuditHead(line: "6 \(String(repeating: "ab", count: 32)) \(signature)"))
        let found = try await AuditVerifier(TestDatabase.current.asOperator()).verify(heads: [forged], key: audit.key)
        #expect(found.findings == [.otherChain(position: 6), .badSignature(position: 6)])
    }

    @Test func `says each finding in both languages, with the place`() {
        let findings: [AuditFinding] = [
            .altered(position: 4711, id: "x"), .missing(position: 4711, id: "x"), .reordered(positions: [4711, 4712]),
            .brokenLink(position: 4711), .gap(from: 4711, to: 4712), .cutTail(last: 4710, head: 4711),
            .otherChain(position: 4711), .badSignature(position: 4711), .unsealed(id: "4711"),
        ]
        #expect(findings.filter { !$0.text.fr.contains("4711") || !$0.text.en.contains("4711") } == [])
        #expect(Set(findings.map(\.text.fr)).count == findings.count)
        #expect(findings.allSatisfy { $0.text.fr != $0.text.en })
    }

    @Test(arguments: [
        "", "1 ab", "x \(String(repeating: "a", count: 64)) s", "0 \(String(repeating: "a", count: 64)) s",
    ])
    func `reads no head from a line that is none`(_ line: String) {
        #expect(AuditHead(line: line) == nil)
    }
}

@Suite(.database) struct `History` {
    static let rewritings = ["audit_log", "field_change", "audit_seal"].flatMap { table in
        [
            "UPDATE \(table) SET \(table == "field_change" ? "field = field" : table == "audit_log" ? "at = at" : "sealed_at = sealed_at")",
            "DELETE FROM \(table)",
        ]
    }

    private func attempt(_ statement: String, _ database: Database) async throws -> DatabaseError? {
        do {
            try await database.transaction(as: .system(requestID: "rewriting")) { transaction in
                _ = try await transaction.execute("\(unsafeTextNeverFromInput: statement)")
            }
            return nil
        } catch let error as DatabaseError { return error }
    }

    @Test(arguments: rewritings + ["TRUNCATE audit_log, field_change", "DELETE FROM audit_pending"])
    func `cannot be rewritten by the server's role or the command line's`(_ statement: String) async throws {
        _ = try await Make().organisation("org")
        for database in [TestDatabase.current.asServer(), TestDatabase.current.asOperator()] {
            #expect(try await attempt(statement, database)?.sqlState == "42501", "\(statement)")
        }
    }

    @Test(arguments: rewritings) func `is append-only for its owner too`(_ statement: String) async throws {
        _ = try await Make().organisation("org")
        let audit = Audit()
        defer { audit.end() }
        #expect(try await audit.sealer().seal() == 1)
        let error = try await attempt(statement, TestDatabase.current.asSuperuser())
        #expect(error?.constraint == "append_only")
    }

    @Test func `is written with each change, or the database refuses the change`() async throws {
        let organisation = try await Make().organisation("org")
        let statements = [
            "INSERT INTO organisation (id, code, name, kind) VALUES (gen_random_uuid(), 'autre', 'Autre', 'partner')",
            "UPDATE organisation SET name = 'Autre' WHERE id = '\(organisation)'",
            """
            INSERT INTO member (id, organisation_id, name, email, role)
            VALUES (gen_random_uuid(), '\(organisation)', 'x', 'x@exemple.example', 'editor')
            """,
        ]
        let before = try await TestDatabase.current.dump()
        for statement in statements {
            let error = try await attempt(statement, TestDatabase.current.asOperator())
            #expect(error?.sqlState == "23502", "\(statement)")
            #expect(error?.kind == .constraint)
        }
        #expect(try await TestDatabase.current.dump() == before)
    }

    @Test func `of one transaction does not cover the next`() async throws {
        let operatorDatabase = TestDatabase.current.asOperator()
        try await operatorDatabase.transaction(as: .system(requestID: "first")) { transaction in
            try await transaction.record("test.first", on: "test")
        }
        // The pool lends the same connection again.
        let error = try await attempt(
            "INSERT INTO organisation (id, code, name, kind) VALUES (gen_random_uuid(), 'autre', 'Autre', 'partner')",
            operatorDatabase)
        #expect(error?.sqlState == "23502")
    }
}
