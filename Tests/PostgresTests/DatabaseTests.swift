import Fields
import TestSupport
import Testing

@testable import Postgres

@Suite(.database) struct `A read` {
    struct Pair: Decodable, Equatable {
        var id: Int
        var title: String?
    }

    @Test func `binds its values and decodes its rows`() async throws {
        let database = TestDatabase.current.asServer()
        let title: String? = nil
        let rows = try await database.read(
            "SELECT \(7)::integer AS id, \(title)::text AS title UNION ALL SELECT 8, \("it's")", as: Pair.self)
        #expect(try rows.all() == [Pair(id: 7, title: nil), Pair(id: 8, title: "it's")])
        await database.close()
    }
}
