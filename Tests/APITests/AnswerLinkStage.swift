import Accounts
import Directory
import Fields
import Foundation
import Orientation
import Postgres
import Recruitment
import TestSupport

/// A prescriber that proposes people, and an employer with a proved address, on 15 June 2026; links as mails carry them.
struct AnswerLinkStage: Sendable {
    let clock: TestClock
    let make: Make
    let prescriberID: Organisation.ID
    let employerID: Organisation.ID
    let structureID: PublicStructure.ID
    let prescriber: String
    let employer: String
    let team: String
    let candidate: Candidate.ID
    let client: TestClient

    static let finess = "310000042"
    static let surname = "Quillévéré"

    static func run(_ body: @Sendable @escaping (AnswerLinkStage) async throws -> Void) async throws {
        let clock = TestClock(at: try Instant(fieldText: "2026-06-15T10:00:00Z"))
        let make = Make(clock: clock.source)
        let prescriberID = try await make.prescriber("mission-locale")
        let employerID = try await make.organisation("employeur", kind: .employer)
        let structureID = try await make.structure(finess, "EHPAD Les Minimes", at: (43.62, 1.44), of: employerID)
        try await make.contact(of: structureID, employerID)
        let member = try await make.member(of: prescriberID, kind: .prescriber)
        let prescriber = try await make.token(of: member)
        let employer = try await make.token(of: try await make.member(of: employerID, kind: .employer))
        let team = try await make.token(
            of: try await make.member(of: try await make.organisation("tme", kind: .platform), kind: .platform))
        let candidate = try await make.candidate(of: prescriberID, referent: member.id, lastName: surname)
        try await withServer(clock: clock.source) { client in
            try await body(
                AnswerLinkStage(
                    clock: clock, make: make, prescriberID: prescriberID, employerID: employerID,
                    structureID: structureID,
                    prescriber: prescriber, employer: employer, team: team, candidate: candidate, client: client))
        }
    }

    /// Sends an orientation; its path.
    @discardableResult
    func send(_ candidate: Candidate.ID? = nil, _ target: String = #""structure":"310000042""#) async throws -> String {
        // What comes later has a later id: mails are told apart by it.
        clock.advance(seconds: 1)
        let answer = try await client.send(
            "POST", "/v1/orientations", token: prescriber,
            body: #"{"candidate_id":"\#(candidate ?? self.candidate)",\#(target),"message":"Motivée.","send":true}"#)
        guard let id = answer.json["id"]?.string else { throw NotSent(text: answer.text) }
        return "/v1/orientations/\(id)"
    }

    struct NotSent: Error { let text: String }

    /// The link of the last mail to somebody.
    func link(_ audience: String) async throws -> String {
        let database = TestDatabase.current.asSuperuser()
        let found = try await database.read(
            """
            SELECT link_path || link_secret AS value FROM outbox
             WHERE audience = \(audience) AND link_secret IS NOT NULL ORDER BY id DESC LIMIT 1
            """, as: Value<String>.self
        ).first()?.value
        await database.close()
        return found ?? ""
    }

    /// What a browser shows of a link.
    func page(_ link: String) async throws -> TestAnswer {
        try await client.send("GET", link, headers: ["Accept": "text/html", "Accept-Language": "fr"])
    }

    /// What comes of sending a page's form, with the hidden fields of the page that is shown now unless others are given.
    func submit(_ link: String, _ fields: String, hidden: String? = nil) async throws -> TestAnswer {
        var hidden = hidden
        if hidden == nil { hidden = Self.hidden(try await page(link).text) }
        return try await client.send(
            "POST", link, body: fields + (hidden ?? ""),
            headers: [
                "Accept": "text/html", "Accept-Language": "fr", "Content-Type": "application/x-www-form-urlencoded",
            ])
    }

    /// The version and the one-time key of a page's first form.
    static func hidden(_ page: String) -> String {
        ["version", "key", "orientation"].reduce(into: "") { fields, name in
            guard let start = page.range(of: "name=\"\(name)\" value=\"")?.upperBound,
                let end = page.range(of: "\"", range: start..<page.endIndex)?.lowerBound
            else { return }
            fields += "&\(name)=\(page[start..<end])"
        }
    }

    /// Where an orientation stands; tokens may have expired by then.
    func state(_ orientation: String) async throws -> String? {
        let database = TestDatabase.current.asSuperuser()
        let id = try Identifier<Orientation>(fieldText: String(orientation.split(separator: "/").last ?? ""))
        let found = try await database.read(
            "SELECT state AS value FROM orientation WHERE id = \(id)", as: Value<String>.self)
        let state = try found.first()?.value
        await database.close()
        return state
    }

    /// Moves an orientation as a member does.
    func move(_ orientation: String, _ body: String, as token: String) async throws -> TestAnswer {
        try await client.move(orientation, body, as: token)
    }
}
