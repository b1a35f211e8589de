import Fields
import Foundation

/// A mail as it goes over the wire (RFC 5322, 2045-2047, 2231): text and HTML, an iCalendar file beside them. Everything that is not
/// ASCII is encoded, so that no byte of a text can be taken for the mail's own structure.
struct MimeMessage: Sendable {
    var id: String
    var sender: String
    var recipient: String
    var at: Instant
    var text: MailText
    var calendar: String?

    /// The whole mail. `lineEnd` is CRLF in files, LF for commands that speak with the system's own mailer.
    func bytes(lineEnd: String) -> [UInt8] {
        let parts = [
            Self.part("text/plain; charset=utf-8", text.text), Self.part("text/html; charset=utf-8", text.html),
        ]
        // The boundary comes with the mail's own id; base64 holds no hyphen, so it stands in no part.
        let boundary = "-=_" + id.prefix { $0 != "@" }.filter { $0 != "-" }.suffix(20)
        var body = Self.multipart("alternative", parts, boundary: boundary + "-a")
        if let calendar {
            let file = Self.part(
                "text/calendar; charset=utf-8; name=\"rendez-vous.ics\"", calendar,
                "Content-Disposition: attachment; filename=\"rendez-vous.ics\"")
            body = Self.multipart("mixed", [body, file], boundary: boundary + "-m")
        }
        // A long subject's head goes on in lines of its own.
        let lines = head.flatMap { $0.split(separator: "\n").map(String.init) } + body
        return Array(lines.joined(separator: lineEnd).utf8) + Array(lineEnd.utf8)
    }

    private var head: [String] {
        var lines = [
            "From: \(Self.encoded("Plateforme Autonomie 31")) <\(sender)>", "To: <\(recipient)>",
            "Subject: \(Self.encoded(text.subject))", "Date: \(Self.date(at))", "Message-ID: <\(id)>",
            "MIME-Version: 1.0", "Content-Language: fr",
            // No absence is to answer this (RFC 3834).
            "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All",
        ]
        if let optOut = text.optOut { lines.append("List-Unsubscribe: <\(optOut)>") }
        return lines
    }

    /// Lines of one part: its heading, an empty line, base64.
    private static func part(_ type: String, _ text: String, _ more: String...) -> [String] {
        let encoded = Data(text.utf8).base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed])
        return ["Content-Type: \(type)", "Content-Transfer-Encoding: base64"] + more + [""]
            + encoded.split(separator: "\n").map(String.init)
    }

    private static func multipart(_ kind: String, _ parts: [[String]], boundary: String) -> [String] {
        ["Content-Type: multipart/\(kind); boundary=\"\(boundary)\"", ""]
            + parts.flatMap { ["--\(boundary)"] + $0 + [""] } + ["--\(boundary)--", ""]
    }

    /// A text in a head: as it is when it is plain ASCII, otherwise words of at most 75 characters (RFC 2047), never cut within a
    /// character, one a line.
    static func encoded(_ text: String) -> String {
        let isPlain =
            text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?") && text.utf8.count <= 60
        guard !isPlain else { return text }
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if (words.last?.count ?? 0) + bytes.count > 42 { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\n ")
    }

    /// `Sat, 28 Nov 2026 07:30:00 +0000`.
    static func date(_ instant: Instant) -> String {
        let text = instant.fieldText
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard let day = try? Day(fieldText: String(text.prefix(10))) else { return "" }
        let (year, month, number) = day.parts
        // 1 January 1970 was a Thursday.
        let name = days[((day.number % 7) + 7) % 7]
        let padded = number < 10 ? "0\(number)" : "\(number)"
        return "\(name), \(padded) \(months[month - 1]) \(year) \(text.dropFirst(11).prefix(8)) +0000"
    }
}
