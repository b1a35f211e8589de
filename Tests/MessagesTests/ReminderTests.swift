import Accounts
import Fields
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Messages

@Suite(.database) struct `A reminder` {
    static let day = 86_400

    private func reminder(_ stage: Stage, _ kind: String = "test.reminder", to address: String = Stage.address) -> Mail
    {
        stage.mail(kind, to: address, subject: "Rappel", isReminder: true)
    }

    @Test func `goes with the others to its address in one mail, once a day, so many a week; an answer never waits`()
        async throws
    {
        try await Stage.run { stage in
            let other = "paul.brennec@recrutement.example"
            try await stage.post(
                reminder(stage), reminder(stage), reminder(stage, to: Stage.address.uppercased()),
                reminder(stage, to: other))
            #expect(try await stage.files.sendDue() == 0)
            stage.clock.advance(seconds: Outbox.gatheringSeconds)
            #expect(try await stage.files.sendDue() == 2)
            let subjects = try stage.sent().compactMap { $0.header("Subject") }.sorted()
            #expect(subjects == ["3 rappels de la Plateforme Autonomie 31", "Rappel"])
            // The same day another waits until the morning, an answer does not.
            try await stage.post(reminder(stage), stage.mail())
            stage.clock.advance(seconds: Outbox.gatheringSeconds)
            #expect(try await stage.files.sendDue() == 1)
            #expect(
                try await stage.value(
                    """
                    SELECT (next_try_at AT TIME ZONE 'Europe/Paris')::text AS value FROM outbox WHERE state = 'waiting'
                    """) == "2026-11-26 07:00:00")
            // Day after day: three in seven days; the next waits until the first is a week old, and goes with those after it.
            var days: [Int] = []
            for day in 1...9 {
                stage.clock.advance(seconds: Self.day)
                try await stage.post(reminder(stage))
                let before = try stage.sent().count
                _ = try await stage.files.sendDue()
                stage.clock.advance(seconds: Outbox.gatheringSeconds)
                _ = try await stage.files.sendDue()
                stage.clock.advance(seconds: -Outbox.gatheringSeconds)
                if try stage.sent().count > before { days.append(day) }
            }
            #expect(days == [1, 2, 7, 8, 9])
            #expect(try await stage.value("SELECT count(*)::text AS value FROM outbox WHERE state = 'waiting'") == "0")
        }
    }

    @Test func `is declined by kind through the link it brings; other kinds and answers still come`() async throws {
        try await Stage.run { stage in
            try await stage.post(reminder(stage), reminder(stage, "test.other"))
            stage.clock.advance(seconds: Outbox.gatheringSeconds)
            #expect(try await stage.files.sendDue() == 1)
            let sent = try #require(try stage.sent().first)
            let url = try #require(sent.header("List-Unsubscribe")?.trimmingCharacters(in: ["<", ">"]))
            #expect(sent.parts.allSatisfy { $0.contains(url) })
            let secret = String(url.split(separator: "/").last ?? "")
            let nobody = Caller.anonymous(requestID: "x")
            let store = ReminderStore(stage.database)
            let offer = try #require(try await store.offer(secret, as: nobody).first())
            #expect(offer.kinds == ["test.other", "test.reminder"] && !offer.isDeclined)
            let other = TokenSecret.random(.reminder).text
            for wrong in [other, secret + "A", "x", ""] {
                let refused = try await refusal { _ = try await store.decline(wrong, as: nobody) }
                #expect(refused?.problem.code == "reminder_link.not_found")
            }
            for _ in 0..<2 {
                #expect(try await store.decline(secret, as: nobody).first()?.isDeclined == true)
            }
            try await stage.post(
                reminder(stage), reminder(stage, "test.third"), stage.mail(),
                reminder(stage, to: "paul.brennec@recrutement.example"))
            stage.clock.advance(seconds: 2 * Self.day)
            #expect(try await stage.files.sendDue() == 3)
            #expect(try await stage.value("SELECT count(*)::text AS value FROM outbox WHERE state = 'dropped'") == "1")
            // Nobody sees who declined what, and the link is no secret that is kept.
            let dump = try await TestDatabase.current.dump()
            #expect(!dump.contains(secret))
        }
    }

    @Test func `of which a kill left the end unknown goes again as it was`() async throws {
        try await Stage.run { stage in
            try await stage.post(reminder(stage), reminder(stage))
            stage.clock.advance(seconds: Outbox.gatheringSeconds)
            guard case .parcel(let first) = try await stage.files.claim() else {
                Issue.record("nothing was due")
                return
            }
            // One that comes meanwhile is not put into a mail that may have left.
            try await stage.post(reminder(stage))
            stage.clock.advance(seconds: Outbox.gatheringSeconds)
            #expect(try await stage.files.sendDue() == 1)
            let again = try #require(try stage.sent().first)
            #expect(again.header("Message-ID") == "<\(first.message.id)>")
            #expect(again.parts[0] == first.message.text.text)
            #expect(try await stage.states() == "sent 0, sent 2, waiting 0")
        }
    }

    @Test func `that two mail rooms find at once leaves in one mail`() async throws {
        try await Stage.run { stage in
            for _ in 0..<6 { try await stage.post(reminder(stage)) }
            stage.clock.advance(seconds: Outbox.gatheringSeconds)
            let room = stage.files
            let parcels = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await room.sendDue() } }
                return try await group.reduce(0, +)
            }
            #expect(parcels == 1)
            #expect(try stage.sent().map { $0.header("Subject") } == ["6 rappels de la Plateforme Autonomie 31"])
        }
    }

    @Test func `is taken back when it is needless, and nothing else is`() async throws {
        try await Stage.run { stage in
            let about = UUID()
            var needless = reminder(stage)
            (needless.aboutKind, needless.aboutID) = ("thing", about)
            try await stage.post(needless, stage.mail(about: about), stage.mail(about: UUID()))
            try await stage.database.transaction(as: Stage.system) { transaction in
                try await Outbox.drop(aboutKind: "thing", [about], transaction)
            }
            #expect(try await stage.states() == "dropped 0, waiting 0, waiting 0")
        }
    }

    @Test func `does not leave twice, nor wait for a year, when the clock jumps`() async throws {
        try await Stage.run { stage in
            try await stage.post(reminder(stage))
            stage.clock.advance(seconds: 365 * Self.day)
            #expect(try await stage.files.sendDue() == 1)
            stage.clock.advance(seconds: -365 * Self.day)
            #expect(try await stage.files.sendDue() == 0)
            try await stage.post(reminder(stage))
            stage.clock.advance(seconds: Outbox.gatheringSeconds)
            #expect(try await stage.files.sendDue() == 1)
        }
    }
}
