import Accounts
import Fields
public import Foundation

/// How mails leave.
public struct MailSettings: Sendable {
    /// By which way.
    public enum Way: Sendable {
        /// A command that takes a mail as `sendmail` does: recipients as its last arguments, the mail on its input. Its words; no shell.
        case command([String])
        /// A folder where each mail becomes a file, `<id>.eml`: something else sends them, or somebody looks at them.
        case directory(URL)
    }

    /// By which way.
    public var way: Way
    /// The address that mails come from.
    public var sender: String
    /// The service's address, in front of links: `https://pa31.example`, without a slash at its end.
    public var publicURL: String
    /// A command that takes longer is killed. Shorter than the first wait before a mail is tried again: two servers never have the
    /// same mail in hand.
    public var timeout = Duration.seconds(30)

    /// The text as an address that mails can come from; nil when it is none.
    public static func sender(_ text: String) -> String? {
        let isPlain =
            text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !text.contains { "<>\"(),;:\\".contains($0) }
        return isPlain && (try? EmailAddress(fieldText: text)) != nil ? text : nil
    }

    /// Settings.
    public init(way: Way, sender: String, publicURL: String) {
        self.way = way
        self.sender = sender
        self.publicURL = publicURL
    }
}
