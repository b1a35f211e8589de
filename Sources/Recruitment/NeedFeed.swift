import Contract
import Directory
import Fields
import NIOCore
import Postgres

/// Open needs as an Atom feed (RFC 4287), a page at a time: the next is in the `Link` header.
enum NeedFeed {
    static func answer(_ rows: Rows<PublicNeed>, filter: NeedStore.Filter, now: Instant) throws -> Answer {
        let limit = (filter.limit ?? .standard).count
        let needs = try rows.all()
        // The same cursor as in JSON.
        let page = Answer.page(rows, limit: limit, list: filter.list, key: filter.key, isPublic: true)
        let updated = needs.prefix(limit).compactMap(\.openedAt).max() ?? Instant(microseconds: 0)
        var xml = """
            <?xml version="1.0" encoding="utf-8"?>
            <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr">
              <id>urn:uuid:0192f0a0-0000-7000-8000-000000000031</id>
              <title>Plateforme Autonomie 31 : besoins de recrutement</title>
              <updated>\(updated)</updated>
              <author><name>Plateforme Autonomie 31</name></author>
              <link rel="alternate" type="application/json" href="/v1/needs"/>

            """
        for need in needs.prefix(limit) { xml += entry(need) }
        xml += "</feed>\n"
        var answer = Answer(
            body: ByteBuffer(string: xml), mediaType: Representation.atom.contentType, isPublic: true)
        answer.nextCursor = page.nextCursor
        return answer
    }

    private static func entry(_ need: PublicNeed) -> String {
        let place = need.commune.map { ", \($0)" } ?? ""
        let positions = need.positionsLeft == 1 ? "1 poste" : "\(need.positionsLeft) postes"
        let summary =
            "\(need.structure.usualName)\(place). \(need.jobLabel) (\(need.job)), \(need.contractLabel), \(positions)."
            + (need.description.map { "\n\n" + $0 } ?? "")
        return """
              <entry>
                <id>urn:uuid:\(need.id)</id>
                <title>\(escaped(need.title + place))</title>
                <updated>\(need.openedAt ?? Instant(microseconds: 0))</updated>
                <link rel="alternate" type="application/json" href="/v1/needs/\(need.id)"/>
                <category scheme="urn:rome" term="\(need.job)" label="\(escaped(need.jobLabel))"/>
                <summary>\(escaped(summary))</summary>
              </entry>

            """
    }

    /// XML 1.0 has no place for most control characters, written in whatever way.
    private static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\t", "\n", "\r": out.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
