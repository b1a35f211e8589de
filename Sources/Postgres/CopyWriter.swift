/// Rows on their way into a COPY … FROM STDIN in PostgreSQL's text format, sent as fast as the server takes them.
public struct CopyWriter: ~Copyable {
    private let connection: Connection
    private var pending: [UInt8] = []
    private static let chunk = 64 * 1024

    init(_ connection: Connection) {
        self.connection = connection
        pending.reserveCapacity(Self.chunk + 4096)
    }

    /// Appends one row; nil is NULL.
    public mutating func row(_ cells: [String?]) async throws {
        for (position, cell) in cells.enumerated() {
            if position > 0 { pending.append(0x09) }
            guard let cell else {
                pending.append(0x5C)
                pending.append(UInt8(ascii: "N"))
                continue
            }
            for byte in cell.utf8 {
                switch byte {
                case 0x5C: pending += [0x5C, 0x5C]
                case 0x09: pending += [0x5C, UInt8(ascii: "t")]
                case 0x0A: pending += [0x5C, UInt8(ascii: "n")]
                case 0x0D: pending += [0x5C, UInt8(ascii: "r")]
                default: pending.append(byte)
                }
            }
        }
        pending.append(0x0A)
        if pending.count >= Self.chunk { try await flush() }
    }

    mutating func flush() async throws {
        guard !pending.isEmpty else { return }
        try await connection.copyIn(pending)
        pending.removeAll(keepingCapacity: true)
    }
}

extension Transaction {
    /// A COPY … FROM STDIN whose rows the body writes. A body that throws ends the COPY, and the transaction rolls back.
    public func copyIn<T>(
        _ statement: SQL, rows body: (inout CopyWriter) async throws -> T
    ) async throws -> T {
        try await connection.startCopy(statement)
        do {
            var writer = CopyWriter(connection)
            let value = try await body(&writer)
            try await writer.flush()
            _ = try await connection.endCopyIn(failing: nil)
            return value
        } catch {
            _ = try? await connection.endCopyIn(failing: "the source failed")
            throw error
        }
    }
}
