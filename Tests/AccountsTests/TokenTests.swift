import Accounts
import Contract
import Fields
import Foundation
import Postgres
import TestSupport
import Testing

@Suite struct `A token's text` {
    @Test func `is known by its form: every mistyped, exchanged or cut one is refused without asking`() {
        let text = TokenSecret.random().text
        #expect(TokenSecret(text)?.text == text)
        #expect(text.hasPrefix("pa31_member_"))
        #expect(text.count == 61)
        let characters = Array(text)
        for position in characters.indices {
            var mistyped = characters
            mistyped[position] = mistyped[position] == "x" ? "y" : "x"
            #expect(TokenSecret(String(mistyped)) == nil, "position \(position)")
            #expect(TokenSecret(String(characters[..<position])) == nil, "cut at \(position)")
            guard position > 0, characters[position] != characters[position - 1] else { continue }
            var exchanged = characters
            exchanged.swapAt(position, position - 1)
            #expect(TokenSecret(String(exchanged)) == nil, "exchanged at \(position)")
        }
        #expect(TokenSecret(text + "x") == nil)
        #expect(TokenSecret(" " + text) == nil)
        #expect(TokenSecret(text.uppercased()) == nil)
    }

    @Test func `is never the same twice`() {
        #expect(Set((0..<200).map { _ in TokenSecret.random().text }).count == 200)
    }
}

@Suite(.database) struct `A token` {
    struct Stage: Sendable {
        let clock: TestClock
        let member: Caller.Member
        let store: TokenStore
        let system = Caller.system(requestID: "test")

        init(scopes: Set<Caller.Scope> = [.read, .write]) async throws {
            clock = TestClock()
            let make = Make(clock: clock.source)
            member = try await make.member(of: try await make.organisation("porteur"), scopes: scopes)
            store = TokenStore(TestDatabase.current.asOperator(clock: clock.source))
        }

        /// A server's own store, with a memory of its own.
        func server() -> TokenStore { TokenStore(TestDatabase.current.asServer(clock: clock.source)) }

        func create(validDays: Int = 30) async throws -> (id: Token.ID, text: String) {
            let created = try await store.create(
                for: member, label: "test", scopes: member.scopes, validDays: validDays, as: system)
            return (created.id, created.token)
        }

        func tokens() async throws -> [Token] { try await store.list(as: system).all() }
    }

    private func refused(_ text: String, by store: TokenStore) async throws -> Refusal? {
        try await refusal { _ = try await store.member(of: text, requestID: "r") }
    }

    @Test func `stands for its member, with the token's scopes`() async throws {
        let stage = try await Stage(scopes: [.read])
        let token = try await stage.create()
        var expected = stage.member
        expected.tokenID = token.id
        #expect(try await stage.server().member(of: token.text, requestID: "r") == expected)
    }

    @Test func `that is unknown, expired, revoked or a disabled member's is refused, all alike`() async throws {
        let stage = try await Stage()
        let short = try await stage.create(validDays: 1)
        let revoked = try await stage.create()
        try await stage.store.revoke(revoked.id, as: stage.system)
        stage.clock.advance(seconds: 86_400)
        let server = stage.server()
        var refusals = [
            try await refused("nonsense", by: server),
            try await refused(TokenSecret.random().text, by: server),
            try await refused(short.text, by: server),
            try await refused(revoked.text, by: server),
        ]
        let good = try await stage.create()
        try await TestDatabase.current.tamper("UPDATE member SET disabled_at = now()")
        refusals.append(try await refused(good.text, by: server))
        #expect(refusals.allSatisfy { $0?.problem == .unauthenticated })
        #expect(Set(refusals).count == 1)
    }

    @Test func `is good to the last second, also when a server remembers it`() async throws {
        let stage = try await Stage()
        let token = try await stage.create(validDays: 1)
        let server = stage.server()
        stage.clock.advance(seconds: 86_399)
        #expect(try await refused(token.text, by: server) == nil)
        stage.clock.advance(seconds: 1)
        #expect(try await refused(token.text, by: server)?.problem == .unauthenticated)
    }

    @Test func `that is revoked ends within five seconds on every server`() async throws {
        let stage = try await Stage()
        let token = try await stage.create()
        let servers = [stage.server(), stage.server()]
        for server in servers { #expect(try await refused(token.text, by: server) == nil) }
        try await stage.store.revoke(token.id, as: stage.system)
        stage.clock.advance(seconds: 5)
        for server in servers {
            #expect(try await refused(token.text, by: server)?.problem == .unauthenticated)
        }
    }

    @Test func `ends with its member's rights, within five seconds`() async throws {
        let stage = try await Stage()
        let token = try await stage.create()
        let server = stage.server()
        #expect(try await refused(token.text, by: server) == nil)
        let members = MemberStore(TestDatabase.current.asOperator(clock: stage.clock.source))
        try await members.disable(stage.member.id, as: stage.system)
        stage.clock.advance(seconds: 5)
        #expect(try await refused(token.text, by: server)?.problem == .unauthenticated)
        #expect(try await stage.tokens().map(\.revokedAt) == [stage.clock.now.adding(seconds: -5)])
    }

    @Test func `is revoked once: again changes nothing, and an unknown one is refused`() async throws {
        let stage = try await Stage()
        let token = try await stage.create()
        try await stage.store.revoke(token.id, as: stage.system)
        let first = try await stage.tokens().first?.revokedAt
        stage.clock.advance(seconds: 60)
        try await stage.store.revoke(token.id, as: stage.system)
        #expect(try await stage.tokens().first?.revokedAt == first)
        let unknown = try await refusal { try await stage.store.revoke(.placeholder, as: stage.system) }
        #expect(unknown?.problem.code == "token.not_found")
    }

    @Test func `cannot make a wider one`() async throws {
        let stage = try await Stage()
        var reading = stage.member
        reading.scopes = [.read]
        func create(_ scopes: Set<Caller.Scope>) async throws -> Refusal? {
            try await refusal {
                _ = try await stage.store.create(
                    for: stage.member, label: "test", scopes: scopes, validDays: 1,
                    as: .member(reading, requestID: "r"))
            }
        }
        #expect(try await create([.read, .write])?.problem == .forbidden)
        #expect(try await create([.write])?.problem == .forbidden)
        #expect(try await create([.read]) == nil)
        #expect(try await stage.tokens().map(\.scopes) == [[.read]])
    }

    @Test(arguments: [(0, false), (1, true), (366, true), (367, false), (-1, false)])
    func `is good for 1 to 366 days`(_ days: Int, _ isGood: Bool) async throws {
        let stage = try await Stage()
        let found = try await refusal { _ = try await stage.create(validDays: days) }
        #expect(found?.problem.code == (isGood ? nil : "account.invalid"))
        #expect(found?.errors.map(\.pointer) == (isGood ? nil : ["/valid_days"]))
        let expires = try await stage.tokens().map(\.expiresAt)
        #expect(expires == (isGood ? [stage.clock.now.adding(seconds: days * 86_400)] : []))
    }

    @Test func `needs a label`() async throws {
        let stage = try await Stage()
        let found = try await refusal {
            _ = try await stage.store.create(
                for: stage.member, label: " ", scopes: [.read], validDays: 1, as: stage.system)
        }
        #expect(found?.errors.map(\.pointer) == ["/label"])
    }

    @Test func `is kept as a hash only: a dump of everything has neither it nor, in history, its hash`() async throws {
        let stage = try await Stage()
        let token = try await stage.create()
        _ = try await stage.server().member(of: token.text, requestID: "r")
        let dump = try await TestDatabase.current.dump()
        let body = token.text.dropFirst("pa31_member_".count).dropLast(6)
        #expect(!dump.contains(body))
        #expect(!dump.contains("pa31_member_"))
        let hash = try #require(TokenSecret(token.text)).hash.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
        #expect(dump.components(separatedBy: hash).count == 2)
    }

    @Test func `remembers its last use to the hour, and a use is no change`() async throws {
        let stage = try await Stage()
        let token = try await stage.create()
        let audited = try await TestDatabase.current.asOperator().read(
            "SELECT count(*) AS value FROM audit_log", as: Value<Int>.self
        ).first()?.value
        let server = stage.server()
        let first = stage.clock.now
        func use(after seconds: Int) async throws -> Instant? {
            stage.clock.advance(seconds: seconds)
            _ = try await server.member(of: token.text, requestID: "r")
            return try await stage.tokens().first?.lastUseAt
        }
        #expect(try await stage.tokens().first?.lastUseAt == nil)
        #expect(try await use(after: 0) == first)
        #expect(try await use(after: 3599) == first)
        #expect(try await use(after: 10) == first.adding(seconds: 3609))
        let now = try await TestDatabase.current.asOperator().read(
            "SELECT count(*) AS value FROM audit_log", as: Value<Int>.self
        ).first()?.value
        #expect(now == audited)
    }
}
