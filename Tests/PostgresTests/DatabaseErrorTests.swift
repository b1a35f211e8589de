import Fields
import TestSupport
import Testing

@testable import Postgres

@Suite(.database) struct `A failure of the database` {
    @Test(arguments: [
        ("23505", DatabaseError.Kind.constraint), ("23514", .constraint), ("23503", .constraint),
        ("23P01", .constraint),
        ("40001", .mustRetry), ("40P01", .mustRetry), ("40002", .defect), ("57014", .cancelled), ("55P03", .cancelled),
        ("57P01", .connection), ("57P02", .connection), ("57P03", .connection), ("57P05", .connection),
        ("08000", .connection), ("08006", .connection), ("0A000", .stalePlan), ("26000", .stalePlan),
        ("53100", .resources), ("53300", .resources), ("58030", .resources), ("25006", .resources), ("25P02", .defect),
        ("42P01", .defect), ("42501", .defect), ("22P02", .defect), ("XX000", .defect), ("", .defect), ("2", .defect),
    ])
    func `has a kind by its state`(state: String, kind: DatabaseError.Kind) {
        #expect(DatabaseError.kind(ofSQLState: state) == kind)
    }

    @Test(arguments: [
        (DatabaseError.Kind.connection, "service.unavailable" as String?), (.resources, "service.unavailable"),
        (.mustRetry, "service.unavailable"), (.cancelled, "service.timeout"),
        (.outcomeUnknown, "service.outcome_unknown"), (.constraint, nil), (.stalePlan, nil), (.defect, nil),
    ])
    func `is told to a caller by its kind, or not at all`(kind: DatabaseError.Kind, code: String?) {
        #expect(DatabaseError(kind: kind, sqlState: "00000", message: "secret").refusal?.problem.code == code)
    }

    @Test func `keeps the constraint's name, and nothing that the server quotes from rows`() async throws {
        try await withLab("CREATE TABLE lab.person (email text CONSTRAINT person_email_key UNIQUE)") {
            let database = TestDatabase.current.asServer()
            let error = try await databaseError {
                try await database.transaction(as: tester) { transaction in
                    for _ in 0..<2 {
                        try await transaction.execute("INSERT INTO lab.person VALUES (\("secret@exemple.example"))")
                    }
                }
            }
            let failure = try #require(error)
            #expect(failure.constraint == "person_email_key")
            #expect(failure.sqlState == "23505")
            #expect(failure.description.hasPrefix("23505 (person_email_key): duplicate key value"))
            var dumped = ""
            dump(failure, to: &dumped)
            #expect(!dumped.contains("secret"))
            #expect(!dumped.contains("email)="))
            await database.close()
        }
    }
}
