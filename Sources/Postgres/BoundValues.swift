/// A statement's values as libpq wants them: texts that end with NUL, one after another.
struct BoundValues: Sendable {
    private var bytes: [CChar] = []
    /// Where each begins; nil is NULL.
    private var starts: [Int?] = []

    /// The most values that the protocol can count.
    static let maximum = 65_535

    init(_ values: [String?]) throws(DatabaseError) {
        guard values.count <= Self.maximum else {
            throw DatabaseError(kind: .defect, sqlState: "54000", message: "\(values.count) bound values")
        }
        starts.reserveCapacity(values.count)
        for value in values {
            guard let value else {
                starts.append(nil)
                continue
            }
            guard !value.utf8.contains(0) else {
                throw DatabaseError(kind: .defect, sqlState: "22021", message: "a bound text contains NUL")
            }
            starts.append(bytes.count)
            bytes.append(contentsOf: value.utf8.lazy.map { CChar(bitPattern: $0) })
            bytes.append(0)
        }
    }

    /// Lends how many there are and where each is.
    func withPointers<T>(_ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?) -> T) -> T {
        bytes.withUnsafeBufferPointer { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: starts.count) { pointers in
                for (place, start) in starts.enumerated() {
                    pointers.initializeElement(
                        at: place, to: start.flatMap { start in bytes.baseAddress.map { $0 + start } })
                }
                return body(Int32(starts.count), UnsafePointer(pointers.baseAddress))
            }
        }
    }
}
