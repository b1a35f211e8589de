import HTTPTypes
import Hummingbird
import Foundation
import NIOCore

/// What the kernel knows of the connection that a request came on.
struct KernelContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who is at the other end: a client, or a proxy.
    let peer: IPAddress?
    /// The request's method, where its path is asked with another.
    var method: HTTPRequest.Method?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress.flatMap(IPAddress.init)
    }
}

/// An address of 4 or 16 bytes. An IPv4 address that came over IPv6 (`::ffff:192.0.2.1`) is the IPv4 one.
struct IPAddress: Sendable, Hashable {
    let bytes: [UInt8]

    init?(_ text: String) {
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        guard let address = try? SocketAddress(ipAddress: bare, port: 0) else { return nil }
        switch address {
        case .v4(let v4):
            var value = v4.address.sin_addr.s_addr
            bytes = unsafe withUnsafeBytes(of: &value) { unsafe Array($0) }
        case .v6(let v6):
            var value = v6.address.sin6_addr
            let all = unsafe withUnsafeBytes(of: &value) { unsafe Array($0) }
            let isMapped = all[..<10].allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
            bytes = isMapped ? Array(all[12...]) : all
        case .unixDomainSocket: return nil
        }
    }

    /// What limits count: an IPv4 address, or the /64 that an IPv6 host usually owns whole (`security.md` §4).
    var counted: [UInt8] { bytes.count == 4 ? bytes : Array(bytes[..<8]) }
}

/// A range of addresses: `10.0.0.0/8`, `::1`.
public struct AddressRange: Sendable, Hashable {
    let address: IPAddress
    let length: Int

    /// Reads a range; nil when it is none.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let address = IPAddress(String(parts[0])) else { return nil }
        let longest = address.bytes.count * 8
        guard let length = parts.count == 2 ? Int(parts[1]) : longest, (0...longest).contains(length) else {
            return nil
        }
        self.address = address
        self.length = length
    }

    func contains(_ other: IPAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        let whole = length / 8
        guard other.bytes[..<whole] == address.bytes[..<whole] else { return false }
        let rest = length % 8
        return rest == 0 || (other.bytes[whole] ^ address.bytes[whole]) >> UInt8(8 - rest) == 0
    }
}

/// Who a request comes from.
enum ClientAddress {
    /// The peer; behind configured proxies the nearest address in `X-Forwarded-For` that is not one of them. What stands
    /// further left in that header was written by the client, who may write anything.
    static func of(_ peer: IPAddress?, forwardedFor: [String], proxies: [AddressRange]) -> IPAddress? {
        guard var nearest = peer, isProxy(nearest, proxies) else { return peer }
        let chain = forwardedFor.flatMap { $0.split(separator: ",") }
        for part in chain.reversed() {
            guard let address = IPAddress(String(part.drop { $0 == " " }.prefix { $0 != " " })) else { return nearest }
            nearest = address
            if !isProxy(address, proxies) { return address }
        }
        return nearest
    }

    private static func isProxy(_ address: IPAddress, _ proxies: [AddressRange]) -> Bool {
        proxies.contains { $0.contains(address) }
    }
}
