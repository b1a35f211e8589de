/// A Swift name as the database, JSON and query strings write it: `plannedStart` → `planned_start`. One way only.
///
/// Names of properties, which are ASCII. It is asked for each field of each body and row.
public func snakeCased(_ name: String) -> String {
    func isUpper(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5A }
    func isLower(_ byte: UInt8) -> Bool { byte >= 0x61 && byte <= 0x7A }
    let letters = Array(name.utf8)
    guard letters.contains(where: isUpper) else { return name }
    return unsafe String(unsafeUninitializedCapacity: letters.count * 2) { bytes in
        var count = 0
        for (position, letter) in letters.enumerated() {
            if isUpper(letter), position > 0 {
                let afterLower = !isUpper(letters[position - 1])
                let beforeLower = position + 1 < letters.count && isLower(letters[position + 1])
                if afterLower || beforeLower {
                    unsafe bytes[count] = UInt8(ascii: "_")
                    count += 1
                }
            }
            unsafe bytes[count] = isUpper(letter) ? letter | 0x20 : letter
            count += 1
        }
        return count
    }
}
