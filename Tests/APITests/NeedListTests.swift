import Accounts
import Fields
import Foundation
import Recruitment
import TestSupport
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite(.database) struct `The needs that are open` {
    /// Six open needs, one a minute, in Toulouse and Saint-Gaudens; and what nobody is shown.
    private func fill(_ stage: NeedStage) async throws {
        func add(
            _ title: String, in commune: String = "31555", job: String = "J1501", contract: String = "cdi",
            diplomas: [String] = [], state: NeedState = .open, expiresOn: Day? = nil, set: String = "title = title"
        ) async throws {
            stage.clock.advance(seconds: 60)
            let isNear = commune == "31555"
            try await stage.make.need(
                title, of: isNear ? stage.structureID : stage.otherID, stage.employerID, state: state, job: job,
                contract: contract, diplomas: diplomas, insee: commune, at: isNear ? (43.62, 1.44) : (43.108, 0.723),
                expiresOn: expiresOn)
            // Flags that the builder has no words for.
            try await TestDatabase.current.tamper("UPDATE need SET \(set) WHERE title = $$\(title)$$")
        }
        try await add("Aide-soignante de nuit", diplomas: ["deas-35830"], set: "night = true, weekend = true")
        try await add("Infirmière coordinatrice", job: "J1506", diplomas: ["dei"], set: "licence_required = true")
        try await add("Agent d'étage", job: "J1301", contract: "cdd_under_6_months", set: "beginner_welcome = true")
        try await add("Éducateur", in: "31483", job: "K1207", set: "split_shifts = true, vehicle_required = true")
        try await add("Vivier d'aides-soignants", in: "31483", diplomas: ["deas-40692"], set: "opening = 'pool'")
        try await add("Psychologue", job: "K1104", contract: "apprenticeship")
        for state in NeedState.allCases where state != .open { try await add("Caché \(state)", state: state) }
        try await add("Passé", expiresOn: Day(fieldText: "2026-06-14"))
        try await add("Dernier jour", expiresOn: Day(fieldText: "2026-06-15"))
        try await TestDatabase.current.tamper(
            "DELETE FROM need WHERE title = 'Dernier jour' AND expires_on < '2026-06-15'")
    }

    static let newest = [
        "Dernier jour", "Psychologue", "Vivier d'aides-soignants", "Éducateur", "Agent d'étage",
        "Infirmière coordinatrice", "Aide-soignante de nuit",
    ]

    static let searches: [(String, [String])] = [
        ("", newest), ("q=infirmiere", ["Infirmière coordinatrice"]),
        ("q=INFIRMI%C3%88RE", ["Infirmière coordinatrice"]),
        ("q=infirmeire", ["Infirmière coordinatrice"]), ("q=orelia", ["Vivier d'aides-soignants", "Éducateur"]),
        ("q=deas%20nuit", ["Aide-soignante de nuit"]), ("q=cach%C3%A9", []), ("q=%27%26%7C%3A*", []),
        ("rome=j1506", ["Infirmière coordinatrice"]), ("contract=cdd_under_6_months", ["Agent d'étage"]),
        ("commune=31483", ["Vivier d'aides-soignants", "Éducateur"]),
        // Any registration of the diploma.
        ("diploma=deas", ["Vivier d'aides-soignants", "Aide-soignante de nuit"]),
        ("diploma=deas-35830", ["Vivier d'aides-soignants", "Aide-soignante de nuit"]), ("diploma=astrologue", []),
        ("structure=310000018", ["Vivier d'aides-soignants", "Éducateur"]), ("structure=310000000", []),
        ("opening=pool", ["Vivier d'aides-soignants"]), ("beginner=true", ["Agent d'étage"]),
        ("night=true&weekend=true", ["Aide-soignante de nuit"]), ("split_shifts=true", ["Éducateur"]),
        ("licence=true", ["Infirmière coordinatrice"]), ("vehicle=true", ["Éducateur"]),
        ("near=43.108,0.723", ["Éducateur", "Vivier d'aides-soignants"]),
        ("near=43.108,0.723&radius_km=300&night=true", ["Aide-soignante de nuit"]),
        ("near=43.62,1.44&radius_km=5&rome=K1104", ["Psychologue"]),
    ]

    @Test func `are searched, in every form`() async throws {
        try await NeedStage.run { stage, client in
            try await fill(stage)
            for (query, expected) in Self.searches {
                let answer = try await client.send("GET", "/v1/needs?\(query)")
                #expect(answer.titles == expected, "\(query) \(answer.status)")
                let csv = try await client.send("GET", "/v1/needs?\(query)", headers: ["Accept": "text/csv"])
                #expect(csv.text.split(separator: "\r\n").count == expected.count + 1, "\(query)")
                let feed = try await client.send(
                    "GET", "/v1/needs?\(query)", headers: ["Accept": "application/atom+xml"])
                #expect(feed.text.components(separatedBy: "<entry>").count == expected.count + 1, "\(query)")
                // Whoever asks with a token sees the same.
                let prescriber = try await client.send("GET", "/v1/needs?\(query)", token: stage.token("prescriber"))
                #expect(prescriber.titles == expected, "\(query)")
            }
            for (query, pointer) in [
                ("radius_km=3", "radius_km"), ("state=draft", "state"), ("rome=1234", "rome"),
                ("contract=C", "contract"),
                ("night=peut-%C3%AAtre", "night"), ("nonsense=1", "nonsense"), ("cursor=abc", "cursor"),
            ] {
                let refused = try await client.send("GET", "/v1/needs?\(query)")
                #expect(refused.status == 400 && refused.pointers == [pointer], "\(query)")
            }
            #expect(try await client.send("GET", "/v1/needs?mine=true").status == 401)
        }
    }

    @Test func `are paged without a gap or a double`() async throws {
        try await NeedStage.run { stage, client in
            try await fill(stage)
            for (query, name) in [
                ("", ""), ("near=43.108,0.723&radius_km=200", ""), ("q=aide", ""), ("mine=true", "employer"),
                ("mine=true", "team"),
            ] {
                let token = stage.token(name)
                let whole = try await client.send("GET", "/v1/needs?\(query)", token: token).titles
                var paged: [String] = []
                var cursor: String?
                repeat {
                    let page = try await client.send(
                        "GET", "/v1/needs?\(query)&limit=1" + (cursor.map { "&cursor=\($0)" } ?? ""), token: token)
                    paged += page.titles
                    cursor = page.json["next_cursor"]?.string
                } while cursor != nil && paged.count < 30
                #expect(paged == whole && paged.count > 1, "\(query)")
            }
        }
    }

    @Test func `are an employer's own in every state, all of them for the team, and nobody else's`() async throws {
        try await NeedStage.run { stage, client in
            try await fill(stage)
            for (name, count) in [("employer", 13), ("reader", 13), ("team", 13), ("stranger", 0), ("prescriber", 0)] {
                let own = try await client.send("GET", "/v1/needs?mine=true", token: stage.token(name))
                #expect(own.titles.count == count, "\(name)")
                #expect(own.headers["cache-control"] == "private, no-store")
            }
            let drafts = try await client.send("GET", "/v1/needs?mine=true&state=draft", token: stage.token("employer"))
            #expect(drafts.titles == ["Caché draft"])
            let feed = try await client.send(
                "GET", "/v1/needs?mine=true", token: stage.token("employer"),
                headers: ["Accept": "application/atom+xml"])
            #expect(feed.status == 400)
        }
    }

    @Test func `are those of open structures that are still their employer's`() async throws {
        try await NeedStage.run { stage, client in
            let id = try await stage.make.need("Visible", of: stage.structureID, stage.employerID)
            for change in [
                "organisation_id = NULL", "organisation_id = (SELECT id FROM organisation WHERE code = 'autre')",
                "status = 'closed', closed_on = '2026-06-01'",
            ] {
                #expect(try await client.send("GET", "/v1/needs/\(id)").status == 200)
                let before = "organisation_id = '\(stage.employerID)', status = 'open', closed_on = NULL"
                try await TestDatabase.current.tamper(
                    "UPDATE structure SET \(change) WHERE finess = '\(NeedStage.finess)'")
                #expect(try await client.send("GET", "/v1/needs").titles == [], "\(change)")
                #expect(try await client.send("GET", "/v1/needs/\(id)").status == 404, "\(change)")
                #expect(try await client.send("GET", "/v1/needs/\(id)", token: stage.token("stranger")).status == 404)
                try await TestDatabase.current.tamper(
                    "UPDATE structure SET \(before) WHERE finess = '\(NeedStage.finess)'")
            }
        }
    }

    @Test func `make their structure one that recruits`() async throws {
        try await NeedStage.run { stage, client in
            func recruiting(_ value: Bool) async throws -> [String] {
                try await client.send("GET", "/v1/structures?recruiting=\(value)").structures
            }
            #expect(try await recruiting(true) == [])
            try await stage.make.need(of: stage.structureID, stage.employerID)
            try await stage.make.need(of: stage.otherID, stage.employerID, state: .paused)
            #expect(try await recruiting(true) == ["42"])
            #expect(try await recruiting(false) == ["18", "59"])
        }
    }

    @Test func `make a feed that is XML, whatever their words are`() async throws {
        try await NeedStage.run { stage, client in
            let words = "<b>&\"'</b>]]> \u{1F469}\u{200D}\u{2695}\u{FE0F} \u{8}é"
            try await stage.make.need(words, of: stage.structureID, stage.employerID)
            let feed = try await client.send("GET", "/v1/needs", headers: ["Accept": "application/atom+xml"])
            #expect(feed.headers["content-type"] == "application/atom+xml; charset=utf-8")
            let reader = FeedReader()
            let parser = XMLParser(data: Data(feed.body))
            parser.delegate = reader
            #expect(parser.parse(), "\(feed.text)")
            // RFC 4287: what a feed and an entry must have.
            #expect(
                reader.names.isSuperset(of: [
                    "feed", "id", "title", "updated", "author", "name", "entry", "link", "summary",
                ]))
            #expect(reader.titles.last?.hasPrefix(words.replacingOccurrences(of: "\u{8}", with: "\u{FFFD}")) == true)
            let posting = try await client.send("GET", "/v1/needs", token: nil)
            let id = try #require(posting.json["items"]?.elements.first?["id"]?.string)
            let document = try await client.send(
                "GET", "/v1/needs/\(id)", headers: ["Accept": "application/ld+json"])
            #expect(document.json["title"]?.string == words)
        }
    }
}

/// The names of a feed's elements, and its titles.
private final class FeedReader: NSObject, XMLParserDelegate {
    var names: Set<String> = []
    var titles: [String] = []
    private var text = ""

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String] = [:]
    ) {
        names.insert(name)
        text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        if name == "title" { titles.append(text) }
    }
}
