import Foundation

/// How far the reading of a file is: bytes read, and of how many if that is known.
public typealias FinessProgress = @Sendable (_ bytesRead: Int, _ total: Int?) -> Void

/// The bytes of a file, a piece at a time.
struct ByteSource {
    static let pieceSize = 256 * 1024

    private let handle: FileHandle
    private let total: Int?
    private let progress: FinessProgress
    /// The bytes that were read last.
    private(set) var piece: [UInt8] = []
    private(set) var bytesRead = 0

    init(_ handle: FileHandle, total: Int?, progress: @escaping FinessProgress) {
        self.handle = handle
        self.total = total
        self.progress = progress
    }

    /// Reads the first piece. A pipe gives little at a time, and what a file is must be seen in it.
    mutating func start() throws {
        var first: [UInt8] = []
        while first.count < 64 * 1024, try advance() { first.append(contentsOf: piece) }
        piece = first
    }

    /// Reads the next piece; false at the end.
    mutating func advance() throws -> Bool {
        guard let data = try handle.read(upToCount: ByteSource.pieceSize), !data.isEmpty else {
            piece = []
            return false
        }
        piece = [UInt8](data)
        bytesRead += piece.count
        progress(bytesRead, total)
        return true
    }
}
