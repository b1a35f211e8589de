import Crypto
import Fields
import Foundation
import NIOCore
import Postgres

/// The chain over the audit log: each link covers its row, the row's changes and the link before it.
enum AuditChain {
    static let start = [UInt8](repeating: 0, count: 32)

    /// SHA-256 of a row's canonical form: the same writer as every answer, ids of audit rows left out, so that two rows
    /// that were exchanged can be told from two that were altered.
    static func rowHash(_ rows: Rows<AuditRow>, _ index: Int) -> [UInt8] {
        var buffer = ByteBuffer()
        rows.writeJSON(row: index, into: &buffer)
        return Array(SHA256.hash(data: Array(buffer.readableBytesView)))
    }

    /// SHA-256 of previous link, position (8 bytes, big-endian), the row's id (16 bytes) and its hash.
    static func link(after previous: [UInt8], position: Int, id: UUID, rowHash: [UInt8]) -> [UInt8] {
        let number = (0..<8).map { UInt8(truncatingIfNeeded: position >> (56 - 8 * $0)) }
        let id = unsafe withUnsafeBytes(of: id.uuid) { unsafe Array($0) }
        return Array(SHA256.hash(data: previous + number + id + rowHash))
    }
}

/// The end of the chain at some moment, signed with a key that the database does not hold.
public struct AuditHead: Sendable, Hashable {
    /// How many rows were sealed.
    public var position: Int
    /// The last link, in hexadecimal.
    public var chainHash: String
    /// Ed25519 over `position chainHash`, base64.
    public var signature: String

    /// The line of the journal: position, link, signature.
    public var line: String { "\(position) \(chainHash) \(signature)" }

    /// Reads a line; nil when it is none.
    public init?(line: String) {
        let parts = line.split(separator: " ")
        guard parts.count == 3, let position = Int(parts[0]), position > 0, parts[1].utf8.count == 64 else {
            return nil
        }
        self.position = position
        chainHash = String(parts[1])
        signature = String(parts[2])
    }

    init(position: Int, chainHash: [UInt8], key: AuditKey) {
        self.position = position
        self.chainHash = chainHash.hexadecimal
        signature = key.sign("\(position) \(self.chainHash)")
    }
}

/// The sealer's signing key, kept in a file outside the database.
public struct AuditKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// A new key.
    public static func random() -> AuditKey { AuditKey(key: Curve25519.Signing.PrivateKey()) }

    private init(key: Curve25519.Signing.PrivateKey) { self.key = key }

    /// Reads the file's text; nil when it is no key.
    public init?(text: String) {
        guard let data = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: data)
        else { return nil }
        self.key = key
    }

    /// What the file holds.
    public var text: String { key.rawRepresentation.base64EncodedString() }

    func sign(_ message: String) -> String {
        ((try? key.signature(for: Data(message.utf8))) ?? Data()).base64EncodedString()
    }

    func signed(_ head: AuditHead) -> Bool {
        guard let signature = Data(base64Encoded: head.signature) else { return false }
        return key.publicKey.isValidSignature(signature, for: Data("\(head.position) \(head.chainHash)".utf8))
    }
}

extension [UInt8] {
    var hexadecimal: String {
        let digits = Array<UInt8>("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    init(hexadecimal text: String) {
        let digits = text.compactMap(\.hexDigitValue)
        self = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
