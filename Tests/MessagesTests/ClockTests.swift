import Accounts
import Fields
import Foundation
import Logging
import Postgres
import TestSupport
import Testing

@testable import Messages

/// Makes a task for each mail that is over a day old, once: what a feature's rule looks like.
private let rule = ClockRule("test.old") { transaction, batch in
    struct Old: Decodable { var id: Identifier<Never> }
    let old = try await transaction.rows(
        """
        SELECT id FROM outbox WHERE state = 'waiting' AND created_at <= \(transaction.now.adding(seconds: -86_400))
         ORDER BY id LIMIT \(batch) FOR UPDATE SKIP LOCKED
        """, as: Old.self
    ).all()
    guard !old.isEmpty else { return 0 }
    try await transaction.record("test.old", on: "outbox")
    for mail in old {
        try await transaction.execute("UPDATE outbox SET state = 'dropped', body_text = NULL WHERE id = \(mail.id)")
        try await Outbox.task(
            NewTask(
                kind: "test.old", organisationID: nil, title: "Trop tard", aboutKind: "mail", aboutID: mail.id.uuid),
            transaction)
    }
    return old.count
}

private struct Broken: Error {}

@Suite(.database) struct `The clock` {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func tasks(_ stage: Stage) async throws -> String? {
        try await stage.value("SELECT count(*)::text AS value FROM task")
    }

    @Test func `does each thing once, on however many servers, in batches, whatever another rule does`() async throws {
        try await Stage.run { stage in
            try await stage.database.transaction(as: Stage.system) { transaction in
                for _ in 0..<250 { try await Outbox.post(stage.mail(), transaction) }
            }
            let broken = ClockRule("test.broken") { _, _ in throw Broken() }
            let clock = Clock(stage.database, rules: [broken, rule], logger: quiet)
            #expect(await clock.tick().map(\.count) == [0, 0])
            stage.clock.advance(seconds: 86_400)
            let counts = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<3 { group.addTask { await clock.tick().map(\.count).reduce(0, +) } }
                return await group.reduce(0, +)
            }
            #expect(counts == 250)
            #expect(try await tasks(stage) == "250")
            // Forth and back changes nothing more.
            for jump in [86_400, -10 * 86_400, 20 * 86_400] {
                stage.clock.advance(seconds: jump)
                #expect(await clock.tick().map(\.count) == [0, 0])
            }
            #expect(try await tasks(stage) == "250")
        }
    }

    @Test func `is rehearsed without a trace, and runs ahead in a demonstration only`() async throws {
        try await Stage.run { stage in
            let team = Caller.member(
                try await stage.make.member(
                    of: try await stage.make.organisation("equipe", kind: .platform), kind: .platform),
                requestID: "x")
            try await stage.post(stage.mail())
            let before = try await TestDatabase.current.dump()
            let ahead = stage.clock.now.adding(seconds: 2 * 86_400)
            let commands = TestDatabase.current.asOperator(clock: stage.clock.source)
            func run(apply: Bool) async throws -> [Int] {
                try await Clock.run([rule], in: commands, at: ahead, apply: apply, as: team).map(\.count)
            }
            #expect(try await run(apply: false) == [1])
            #expect(try await TestDatabase.current.dump() == before)
            #expect(try await refusal { _ = try await run(apply: true) }?.problem.code == "clock.ahead")
            #expect(try await TestDatabase.current.dump() == before)
            try await TestDatabase.current.tamper("INSERT INTO instance VALUES (true, true, now())")
            #expect(try await run(apply: true) == [1])
            #expect(try await run(apply: true) == [0])
            #expect(try await tasks(stage) == "1")
            await commands.close()
        }
    }

    @Test func `finds every number that people decided, and no other`() async throws {
        try await Stage.run { stage in
            let days = try await stage.database.transaction(as: Stage.system) {
                try await $0.serviceRule("answer_days")
            }
            #expect(days == 30)
            await #expect(throws: DatabaseError.self) {
                _ = try await stage.database.transaction(as: Stage.system) { try await $0.serviceRule("answer_dayz") }
            }
        }
    }
}

@Suite(.database) struct `A task` {
    @Test
    func
        `takes the place of a mail without an address: with its text for who follows the person, without for the team`()
        async throws
    {
        try await Stage.run { stage in
            let organisation = try await stage.make.organisation("prescripteur", kind: .prescriber)
            let other = try await stage.make.organisation("autre", kind: .prescriber)
            let team = try await stage.make.organisation("equipe", kind: .platform)
            func caller(_ id: Organisation.ID, _ kind: Caller.OrganisationKind) async throws -> Caller {
                .member(try await stage.make.member(of: id, kind: kind), requestID: "x")
            }
            let (own, stranger) = (
                try await caller(organisation, .prescriber), try await caller(other, .prescriber)
            )
            let member = try await caller(team, .platform)
            var mail = stage.mail(to: nil, link: Mail.Link(label: "Suivre", path: "/v1/y/", secret: "geheim"))
            (mail.audience, mail.organisationID, mail.candidateID) = (.candidate, organisation, UUID())
            var recruiter = stage.mail(to: nil, link: mail.link, about: UUID())
            recruiter.organisationID = organisation
            // What any member does may have something said to another organisation.
            try await stage.database.transaction(as: stranger) { transaction in
                try await transaction.record("test.make", on: "test")
                for mail in [mail, recruiter, recruiter] { try await Outbox.post(mail, transaction) }
            }
            #expect(try await stage.states() == "")
            let store = TaskStore(stage.database, publicURL: "https://pa31.example")
            func list(_ caller: Caller) async throws -> [TaskLine] {
                try await store.list(.open, limit: .standard, cursor: nil, as: caller).all()
            }
            #expect(try await list(stranger).isEmpty)
            #expect(try await list(member).map(\.kind) == ["mail.no_address"])
            let printed = try #require(try await list(own).first)
            #expect(printed.kind == "mail.print" && printed.hasText)
            let text = try await store.find(printed.id, as: own).first()?.text
            #expect(text?.contains("https://pa31.example/v1/y/geheim") == true)
            #expect(text?.contains("Bonjour,") == true)
            for caller in [stranger, member] {
                #expect(
                    try await refusal { _ = try await store.find(printed.id, as: caller) }?.problem.code
                        == "task.not_found")
                #expect(
                    try await refusal { _ = try await store.done(printed.id, as: caller) }?.problem.code
                        == "task.not_found")
            }
            #expect(try await store.waiting(for: own, on: Day(stage.clock.now)).count == 1)
            for _ in 0..<2 { #expect(try await store.done(printed.id, as: own).first()?.doneAt == stage.clock.now) }
            #expect(try await list(own).isEmpty)
            #expect(try await !TestDatabase.current.dump().contains("geheim"))
        }
    }

    @Test func `of the team holds no text, no link and no candidate, whatever the program does`() async throws {
        try await Stage.run { stage in
            for (title, text, candidate) in [
                ("Titre", "Texte", nil), ("Titre", nil, UUID()), ("Voir https://x.example", nil, nil),
                ("Écrire à a@b.example", nil, nil), ("Lien pa31_contact_x", nil, nil),
            ] as [(String, String?, UUID?)] {
                await #expect(throws: DatabaseError.self) {
                    try await stage.database.transaction(as: Stage.system) { transaction in
                        try await transaction.record("test.make", on: "test")
                        try await Outbox.task(
                            NewTask(
                                kind: "test.task", organisationID: nil, title: title, candidateID: candidate, text: text
                            ),
                            transaction)
                    }
                }
            }
        }
    }
}
