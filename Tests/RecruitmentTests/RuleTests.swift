import Contract
import Fields
import Messages
import Postgres
import TestSupport
import Testing

@testable import Recruitment

@Suite(.database) struct `The clock's rules for needs` {
    /// Asks a rule until it finds nothing, and says how many it did.
    private func run(_ name: String, _ stage: RecruitmentStage, batch: Int = 2) async throws -> Int {
        let rule = try #require(recruitmentRules.first { $0.name == name })
        var total = 0
        for _ in 0..<50 {
            let count = try await stage.database.transaction(as: .system(requestID: "clock")) {
                try await rule.run($0, batch)
            }
            total += count
            if count == 0 { return total }
        }
        Issue.record("\(name) never ends")
        return total
    }

    private struct Posted: Decodable {
        var kind: String
        var address: String
        var text: String
        var isReminder: Bool
    }

    private func posted() async throws -> [Posted] {
        try await TestDatabase.current.asSuperuser().read(
            "SELECT kind, address, subject || ' ' || body_text AS text, is_reminder FROM outbox ORDER BY id",
            as: Posted.self
        ).all()
    }

    @Test func `let them expire after their last day, and nothing else`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            var ids: [(PublicNeed.ID, String)] = []
            for state in NeedState.allCases {
                for (day, isOver) in [("2026-06-14", true), ("2026-06-15", false)] {
                    let id = try await stage.make.need(
                        of: stage.structureID, stage.employerID, state: state, expiresOn: try Day(fieldText: day))
                    ids.append((id, isOver && [.open, .paused].contains(state) ? "expired" : state.rawValue))
                }
            }
            #expect(try await run("need.expire", stage) == 2)
            for (id, expected) in ids { #expect(try await stage.need(id).hasPrefix(expected), "\(expected)") }
            #expect(try await run("need.expire", stage) == 0)
            // A day later, as long as it takes: an instant jump of the clock is the same.
            stage.clock.advance(seconds: 86_400)
            #expect(try await run("need.expire", stage, batch: 1) == 2)
        }
    }

    @Test func `close them when their structure closed, or is another's or nobody's`() async throws {
        for change in [
            "status = 'closed', closed_on = '2026-06-01'", "organisation_id = NULL", "organisation_id = $other",
        ] {
            try await RecruitmentStage.run { (stage) async throws in
                let open = try await stage.make.need(of: stage.structureID, stage.employerID)
                let paused = try await stage.make.need(of: stage.structureID, stage.employerID, state: .paused)
                let draft = try await stage.make.need(of: stage.structureID, stage.employerID, state: .draft)
                #expect(try await run("need.structure_left", stage) == 0)
                let set = change.replacing("$other", with: "'\(stage.otherID)'")
                try await TestDatabase.current.tamper("UPDATE structure SET \(set)")
                #expect(try await run("need.structure_left", stage) == 2)
                #expect(try await stage.need(open) == "closed 1")
                #expect(try await stage.need(paused) == "closed 1")
                #expect(try await stage.need(draft) == "draft 1")
                let found = try await NeedStore(stage.database).find(
                    open, on: stage.clock.source.today, as: stage.caller("recruiter"))
                #expect(try found.management?.first()?.reason == "structure_left")
            }
            try await TestDatabase.current.tamper("TRUNCATE organisation, member, structure, need CASCADE")
        }
    }

    @Test func `warn once a period, at the proved address, without a word of the recruiter's own`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            let id = try await stage.make.need(
                "Poste de Zoé Quilleveré", of: stage.structureID, stage.employerID,
                expiresOn: try Day(fieldText: "2026-06-30"))
            let bare = try await stage.make.structure("310000018", "Sans adresse", of: stage.employerID)
            try await stage.make.need(of: bare, stage.employerID, expiresOn: try Day(fieldText: "2026-06-29"))
            #expect(try await run("need.warn", stage) == 1)
            #expect(try await posted().count == 0)
            stage.clock.advance(seconds: 86_400)
            let before = try await NeedStore(stage.database).find(
                id, on: stage.clock.source.today, as: stage.caller("team"))
            #expect(try await run("need.warn", stage) == 1)
            #expect(try await run("need.warn", stage) == 0)
            let mails = try await posted()
            #expect(mails.map(\.kind) == ["need.ending"] && mails.allSatisfy(\.isReminder))
            #expect(mails.first?.address == "recrutement@employeur.example")
            #expect(mails.first?.text.contains("30/06/2026") == true)
            #expect(mails.first?.text.contains("Zoé") == false)
            // That it was warned of is no new version of it.
            let after = try await NeedStore(stage.database).find(
                id, on: stage.clock.source.today, as: stage.caller("team"))
            let versions = [try before.management?.first()?.version, try after.management?.first()?.version]
            #expect(versions == [1, 1])
            // Renewed, it is warned of again.
            stage.clock.advance(seconds: 20 * 86_400)
            #expect(try await run("need.expire", stage) == 2)
            _ = try await NeedStore(stage.database).move(
                id, NeedMove(to: .open), precondition: Precondition(version: 2), as: stage.caller("recruiter"))
            #expect(try await run("need.warn", stage) == 0)
            stage.clock.advance(seconds: 50 * 86_400)
            #expect(try await run("need.warn", stage) == 1)
            #expect(try await posted().count == 2)
        }
    }

    @Test func `do each thing once when two servers ask at once`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            for _ in 0..<10 {
                try await stage.make.need(
                    of: stage.structureID, stage.employerID, expiresOn: try Day(fieldText: "2026-06-20"))
            }
            let rule = try #require(recruitmentRules.first { $0.name == "need.warn" })
            let database = stage.database
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await database.transaction(as: .system(requestID: "clock")) { try await rule.run($0, 10) }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(counts == 10)
            #expect(try await posted().count == 10)
        }
    }
}
