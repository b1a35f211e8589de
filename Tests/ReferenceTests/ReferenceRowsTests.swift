import Postgres
import TestSupport
import Testing

@testable import Reference

@Suite(.database) struct `The reference lists` {
    struct Count: Decodable, Sendable { var count: Int }
    struct Code: Decodable, Sendable { var code: String? }

    /// As the server reads without a token: the lists are everybody's.
    private func count(_ relation: SQL) async throws -> Int? {
        try await TestDatabase.current.asServer().read("SELECT count(*) AS count FROM \(relation)", as: Count.self)
            .first()?.count
    }

    private func codes(_ statement: SQL) async throws -> [String] {
        try await TestDatabase.current.asServer().read(statement, as: Code.self).all().compactMap(\.code)
    }

    @Test(arguments: [
        ("epci", 18), ("commune", 586), ("finess_category", 312), ("finess_legal_status", 69), ("commune_change", 57),
        ("rome_job WHERE version = '4.60'", 1584), ("rome_job WHERE version = '3'", 532), ("diploma", 20),
        ("collective_agreement", 786), ("priority_district WHERE vintage = 2015 AND polygon IS NOT NULL", 19),
        ("priority_district WHERE vintage = 2024 AND polygon IS NULL", 19),
    ])
    func `are whole`(relation: String, rows: Int) async throws {
        let found = try await count("\(unsafeTextNeverFromInput: relation)")
        #expect(found == rows)
    }

    @Test func `know which kinds of places are the sector's`() async throws {
        let found = try await codes("SELECT code FROM finess_category WHERE is_sector ORDER BY code")
        let expected = """
            001 002 182 183 184 185 186 188 189 190 191 192 193 194 195 196 198 199 200 202 207 209 221 237 238 246 247 249
            250 251 252 253 255 343 354 370 379 381 382 390 393 394 395 396 397 402 437 445 446 448 449 460 500 501 502
            """
        #expect(found == expected.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    @Test(arguments: [
        ("31298", "31471"), ("31307", "31412"), ("31438", "31277"), ("31016", "31085"), ("31154", "31085"),
        ("31257", "31287"), ("31214", "31144"),
        // Merged in 1974, divided off again later.
        ("31300", "31300"), ("31548", "31548"), ("31555", "31555"), ("99999", nil), ("31000", nil),
    ])
    func `say which commune of today an old code stands for`(old: String, present: String?) async throws {
        let found = try await codes("SELECT present_commune(\(old)) AS code")
        #expect(found == [present].compactMap { $0 })
    }

    @Test func `follow a commune that went from one to the next, and end where changes go round`() async throws {
        let database = TestDatabase.current
        try await database.script(
            """
            INSERT INTO commune_change VALUES
              ('1950-01-01', '31900', 'COM', '31901', 'COM', '32', 'A', 'B'),
              ('1950-01-01', '31900', 'COM', '31900', 'COMA', '32', 'A', 'A'),
              ('1940-01-01', '31901', 'COM', '31555', 'COM', '32', 'B', 'too early'),
              ('1960-01-01', '31901', 'COM', '31902', 'COM', '32', 'B', 'C'),
              ('1970-01-01', '31902', 'COM', '31069', 'COM', '32', 'C', 'Blagnac'),
              ('1950-01-01', '31910', 'COM', '31911', 'COM', '32', 'D', 'E'),
              ('1951-01-01', '31911', 'COM', '31910', 'COM', '32', 'E', 'D'),
              ('1960-01-01', '31920', 'COM', '31921', 'COM', '32', 'F', 'G'),
              ('1950-01-01', '31921', 'COM', '31555', 'COM', '32', 'another G', 'before F came to it'),
              ('1960-01-01', '31930', 'COM', '31069', 'COM', '32', 'H', 'Blagnac'),
              ('1961-01-01', '31930', 'COM', '31555', 'COMA', '32', 'H', 'associated, no commune');
            """)
        let found = try await codes(
            """
            SELECT old || ' ' || coalesce(present_commune(old), '-') AS code
              FROM unnest(ARRAY['31900', '31910', '31920', '31930']) AS old
            """)
        // What ships with the product is not wiped between tests.
        try await database.script("DELETE FROM commune_change WHERE insee_before LIKE '319__'")
        #expect(found == ["31900 31069", "31910 -", "31920 -", "31930 31069"])
    }
}
