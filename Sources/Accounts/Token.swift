import Crypto
public import Fields

/// An opaque token's text: `pa31_<kind>_` + base62 of 32 random bytes + their CRC-32 (`security.md` §4).
///
/// The text is shown once; the database keeps its SHA-256. The checksum lets a mistyped or cut token be refused
/// without asking the database, and lets secret scanners recognise one.
public struct TokenSecret: Sendable {
    /// The whole text: the secret itself.
    public let text: String

    /// What a secret opens.
    public enum Kind: String, Sendable {
        /// The API, for a member.
        case member
        /// A member's first token, once.
        case invitation
        /// A calendar, for an agenda.
        case calendar = "cal"
        /// The page that proves a structure's recruitment address, once.
        case contact
        /// The page that declines reminders.
        case reminder
        /// The page on which a recruiter answers an orientation.
        case answer
        /// The page on which a candidate sees where things stand.
        case my
    }

    /// 32 bytes fill 43 digits of base 62, a CRC-32 six.
    private static let secretLength = 43
    private static let checkLength = 6

    /// A new secret, from the system's generator: never from the injectable id source.
    public static func random(_ kind: Kind = .member) -> TokenSecret {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
        return TokenSecret(bytes, kind)
    }

    init(_ bytes: [UInt8], _ kind: Kind) {
        let body = Self.prefix(kind) + Base62.encode(bytes, width: Self.secretLength)
        text = body + Self.check(body)
    }

    /// Reads a token's text; nil when it cannot be one of ours.
    public init?(_ text: String, _ kind: Kind = .member) {
        guard text.utf8.count == Self.prefix(kind).utf8.count + Self.secretLength + Self.checkLength,
            text.hasPrefix(Self.prefix(kind)),
            Self.check(String(text.dropLast(Self.checkLength))) == text.suffix(Self.checkLength)
        else { return nil }
        self.text = text
    }

    /// What the database keeps and looks up.
    public var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    private static func prefix(_ kind: Kind) -> String { "pa31_\(kind.rawValue)_" }

    private static func check(_ body: String) -> String {
        let crc = CRC32.of(Array(body.utf8))
        return Base62.encode((0..<4).map { UInt8(truncatingIfNeeded: crc >> (24 - 8 * $0)) }, width: checkLength)
    }
}

enum Base62 {
    private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    /// The bytes as one big-endian number, padded to a width.
    static func encode(_ bytes: [UInt8], width: Int) -> String {
        var number = bytes.map(Int.init)
        var out: [Character] = []
        while out.count < width {
            var remainder = 0
            for position in number.indices {
                let value = remainder << 8 | number[position]
                number[position] = value / 62
                remainder = value % 62
            }
            out.append(digits[remainder])
        }
        return String(out.reversed())
    }
}

enum CRC32 {
    /// IEEE 802.3's, reflected.
    static func of(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
    }
}

/// A token as its owner sees it: never its secret.
public struct Token: Decodable, Sendable {
    /// Ids of tokens.
    public typealias ID = Identifier<TokenTag>

    /// Its id.
    public var id: ID
    /// Whose.
    public var memberID: Member.ID
    /// What its owner calls it.
    public var label: String
    /// What it may be used for.
    public var scopes: [Caller.Scope]
    /// Since when.
    public var createdAt: Instant
    /// Until when.
    public var expiresAt: Instant
    /// When it was taken back.
    public var revokedAt: Instant?
    /// Its last use, to the hour.
    public var lastUseAt: Instant?
}
