/// A Swift name as the database, JSON and query strings write it: `plannedStart` → `planned_start`. One way only.
public func snakeCased(_ name: String) -> String {
    var result = ""
    result.reserveCapacity(name.utf8.count + 4)
    let characters = Array(name)
    for (position, character) in characters.enumerated() {
        if character.isUppercase, position > 0 {
            let afterLower = !characters[position - 1].isUppercase
            let beforeLower = position + 1 < characters.count && characters[position + 1].isLowercase
            if afterLower || beforeLower { result.append("_") }
        }
        result.append(contentsOf: character.lowercased())
    }
    return result
}
