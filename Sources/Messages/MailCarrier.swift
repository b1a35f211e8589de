import Dispatch
import Fields
import Foundation

/// Hands one mail over.
struct MailCarrier: Sendable {
    let settings: MailSettings

    /// What became of a mail: nil when it was handed over, otherwise what went wrong, in a word that tells of nobody.
    func carry(_ message: MimeMessage, id: Identifier<Mail>) async -> String? {
        switch settings.way {
        case .directory(let folder):
            return Self.write(message.bytes(lineEnd: "\r\n"), to: folder, name: "\(id.fieldText).eml")
        case .command(let words):
            let bytes = message.bytes(lineEnd: "\n")
            let seconds =
                Double(settings.timeout.components.seconds)
                + Double(settings.timeout.components.attoseconds) / 1e18
            // An address never begins with a hyphen (Outbox.check); what follows `--` is none of the command's options in any case.
            let arguments = words + ["--", message.recipient]
            // On a thread of its own, and to its end: a server that stops lets the mail in hand go first.
            return await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    continuation.resume(returning: MailCommand.run(arguments, input: bytes, seconds: seconds))
                }
            }
        }
    }

    /// Whole or not at all: whoever looks into the folder finds no half mail.
    private static func write(_ bytes: [UInt8], to folder: URL, name: String) -> String? {
        let files = FileManager.default
        let hidden = folder.appendingPathComponent(".\(name).part")
        let final = folder.appendingPathComponent(name)
        do {
            try files.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try? files.removeItem(at: hidden)
            guard files.createFile(atPath: hidden.path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
            else { return "not_written" }
            // A mail that was tried before has the same name: it is replaced by itself.
            guard unsafe rename(hidden.path, final.path) == 0 else { return "not_written" }
            return nil
        } catch {
            return "not_written"
        }
    }
}
