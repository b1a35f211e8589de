import Accounts
import Fields
import Foundation
import Orientation
import Postgres
import TestSupport
import Testing

/// PostgreSQL as the last guard (`security.md` §1): what the server's role reaches for whom, whatever a statement forgets.
@Suite(.database) struct `The rows of candidates` {
    static let tables = [
        "candidate", "candidate_agreement", "candidate_statistics", "candidate_share", "candidate_transfer",
        "file_read",
    ]

    /// Two prescribers, each with three files and all that belongs to them; a third with nothing.
    struct Stage {
        let make = Make()
        let one: Caller.Member
        let two: Caller.Member
        let three: Caller.Member
        let employer: Caller.Member
        let team: Caller.Member
        let files: [Candidate.ID]

        init() async throws {
            one = try await make.member(of: try await make.prescriber("un"), kind: .prescriber)
            two = try await make.member(of: try await make.prescriber("deux"), kind: .prescriber)
            three = try await make.member(of: try await make.prescriber("trois"), kind: .prescriber)
            employer = try await make.member(
                of: try await make.organisation("employeur", kind: .employer), kind: .employer)
            team = try await make.member(
                of: try await make.organisation("equipe", kind: .platform), kind: .platform)
            var files: [Candidate.ID] = []
            for member in [one, two] {
                for _ in 0..<3 {
                    let file = try await make.candidate(of: member.organisationID, referent: member.id)
                    files.append(file)
                    try await TestDatabase.current.tamper(
                        """
                        INSERT INTO candidate_statistics (candidate_id, sex, updated_at) VALUES ('\(file)', 'f', now());
                        INSERT INTO file_read (id, candidate_id, member_id, organisation_id, at, route)
                        VALUES (gen_random_uuid(), '\(file)', '\(member.id)', '\(member.organisationID)', now(), 'candidate.read')
                        """)
                }
            }
            self.files = files
            for (file, member) in [(files[0], two), (files[3], one)] {
                try await make.share(file, with: member.organisationID, days: -30)
                try await TestDatabase.current.tamper(
                    """
                    INSERT INTO candidate_transfer (id, candidate_id, from_organisation_id, to_organisation_id, reason, asked_at)
                    SELECT gen_random_uuid(), id, organisation_id, '\(member.organisationID)', 'x', now() FROM candidate WHERE id = '\(file)'
                    """)
            }
        }
    }

    private func rows(_ table: String, _ database: Database, _ caller: Caller) async throws -> Int {
        try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                "SELECT count(*) AS value FROM \(unsafeTextNeverFromInput: table)", as: Value<Int>.self
            ).first()?.value ?? -1
        }
    }

    @Test func `are nobody's without a caller, and each organisation's only with it`() async throws {
        let stage = try await Stage()
        for database in [TestDatabase.current.asServer(), TestDatabase.current.asOperator()] {
            for table in Self.tables {
                #expect(try await rows(table, database, .anonymous(requestID: "r")) == 0, "\(table)")
                for stranger in [stage.three, stage.employer, stage.team] {
                    #expect(try await rows(table, database, .member(stranger, requestID: "r")) == 0, "\(table)")
                }
                // Shares that are over and transfers are both sides'; everything else is one's own.
                let isBoths = ["candidate_share", "candidate_transfer"].contains(table)
                for member in [stage.one, stage.two] {
                    let seen = try await rows(table, database, .member(member, requestID: "r"))
                    #expect(seen == (isBoths ? 2 : 3), "\(table)")
                }
            }
            struct Owner: Decodable, Hashable { var organisationID: Identifier<OrganisationTag> }
            let owners = try await database.transaction(as: .member(stage.one, requestID: "r")) { transaction in
                try await transaction.rows("SELECT DISTINCT organisation_id FROM candidate", as: Owner.self).all()
            }
            #expect(owners.map(\.organisationID) == [stage.one.organisationID])
            await database.close()
        }
    }

    @Test func `stay two callers' own on one connection, however their statements follow on one another`() async throws
    {
        let stage = try await Stage()
        var settings = TestDatabase.current.settings
        settings.transactionConnections = 1
        let database = Database(settings)
        struct Owner: Decodable { var organisationID: Identifier<OrganisationTag> }
        let wrong = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<60 {
                let member = [stage.one, stage.two, stage.three][number % 3]
                group.addTask {
                    try await database.transaction(as: .member(member, requestID: "r")) { transaction in
                        // Two statements at once, and a third after them, all of one caller's transaction.
                        async let first = transaction.rows("SELECT organisation_id FROM candidate", as: Owner.self)
                            .all()
                        async let second = transaction.rows("SELECT organisation_id FROM candidate", as: Owner.self)
                            .all()
                        let third = try await transaction.rows("SELECT organisation_id FROM candidate", as: Owner.self)
                            .all()
                        let seen = try await first + second + third
                        let expected = member.id == stage.three.id ? 0 : 9
                        return seen.count != expected || seen.contains { $0.organisationID != member.organisationID }
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(wrong == 0)
        #expect(database.statistics.first { $0.lane == "transaction" }?.counts.opened == 1)
        await database.close()
    }

    @Test func `can't be written for another, whatever the statement`() async throws {
        let stage = try await Stage()
        let database = TestDatabase.current.asServer()
        let one = Caller.member(stage.one, requestID: "r")
        func touched(_ statement: SQL, as caller: Caller? = nil) async throws -> Int {
            try await database.transaction(as: caller ?? one) { transaction in
                try await transaction.execute(
                    "SELECT begin_operation(\(transaction.newID(Identifier<Never>.self)), 'test.try', 'test', NULL, NULL)"
                )
                return try await transaction.execute(statement)
            }
        }
        let (foreign, other) = (stage.files[3], stage.two.organisationID)
        for statement: SQL in [
            "UPDATE candidate SET first_name = 'x' WHERE organisation_id = \(other)",
            "UPDATE candidate_agreement SET withdrawn_on = '2024-01-01' WHERE candidate_id = \(foreign)",
            "UPDATE candidate_statistics SET sex = 'm' WHERE candidate_id = \(foreign)",
            // Not even one's own: only the purge deletes.
            "DELETE FROM candidate", "DELETE FROM file_read",
        ] { #expect(try await touched(statement) == 0) }
        for statement: SQL in [
            "UPDATE candidate SET organisation_id = \(other) WHERE id = \(stage.files[0])",
            """
            INSERT INTO candidate_agreement (id, candidate_id, kind, text_version, given_on, channel, recorded_at)
            VALUES (gen_random_uuid(), \(foreign), 'orientation', '1', '2024-01-01', 'form', now())
            """,
            """
            INSERT INTO candidate_share (id, candidate_id, from_organisation_id, to_organisation_id, purpose, access, fields,
                                         starts_on, ends_on, created_at)
            VALUES (gen_random_uuid(), \(foreign), \(other), \(stage.one.organisationID), 'x', 'read', '{}', '2024-01-01', '2024-01-02', now())
            """,
            // A share of a file that is not one's own, as if it were.
            """
            INSERT INTO candidate_share (id, candidate_id, from_organisation_id, to_organisation_id, purpose, access, fields,
                                         starts_on, ends_on, created_at)
            VALUES (gen_random_uuid(), \(foreign), \(stage.one.organisationID), \(stage.three.organisationID), 'x', 'read', '{}',
                    '2024-01-01', '2024-01-02', now())
            """,
            """
            INSERT INTO file_read (id, candidate_id, member_id, at, route)
            VALUES (gen_random_uuid(), \(foreign), \(stage.two.id), now(), 'candidate.read')
            """,
            // Shared with it once: no way back.
            "UPDATE candidate_share SET revoked_at = NULL WHERE candidate_id = \(foreign)",
            "UPDATE file_read SET at = now()",
        ] {
            await #expect(throws: DatabaseError.self) { _ = try await touched(statement) }
        }
        await database.close()
    }

    @Test func `of one file are the team's only where it says so, and a link's only for its own`() async throws {
        let stage = try await Stage()
        let database = TestDatabase.current.asServer()
        func seen(_ setting: String, _ caller: Caller) async throws -> [String] {
            try await database.transaction(as: caller) { transaction in
                try await transaction.execute("SELECT set_config(\(setting), \(stage.files[4].fieldText), true)")
                return try await transaction.rows("SELECT id::text AS value FROM candidate", as: Value<String>.self)
                    .all().map(\.value)
            }
        }
        let file = stage.files[4].fieldText
        #expect(try await seen("pa31.file", .member(stage.team, requestID: "r")) == [file])
        #expect(try await seen("pa31.link", .anonymous(requestID: "r")) == [file])
        #expect(try await seen("pa31.file", .anonymous(requestID: "r")) == [])
        for member in [stage.three, stage.employer] {
            for setting in ["pa31.file", "pa31.link", "pa31.transfer"] {
                #expect(try await seen(setting, .member(member, requestID: "r")) == [], "\(setting)")
            }
        }
        #expect(try await seen("pa31.link", .member(stage.team, requestID: "r")) == [])
        // The next transaction on the same connection knows nothing of it.
        #expect(try await rows("candidate", database, .member(stage.team, requestID: "r")) == 0)
        await database.close()
    }

    @Test func `are searched by name in the caller's own organisation only`() async throws {
        let stage = try await Stage()
        let database = TestDatabase.current.asServer()
        func named(_ caller: Caller.Member, as actor: Caller) async throws -> Int {
            try await database.transaction(as: actor) { transaction in
                try await transaction.rows(
                    "SELECT count(*) AS value FROM candidates_named(\(caller.id), 'camille', 100)", as: Value<Int>.self
                ).first()?.value ?? -1
            }
        }
        #expect(try await named(stage.one, as: .member(stage.one, requestID: "r")) == 3)
        #expect(try await named(stage.three, as: .member(stage.three, requestID: "r")) == 0)
        #expect(try await named(stage.employer, as: .member(stage.employer, requestID: "r")) == 0)
        // Whoever names another as the caller gets nothing.
        #expect(try await named(stage.two, as: .member(stage.one, requestID: "r")) == 0)
        await database.close()
    }
}
