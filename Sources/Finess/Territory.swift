/// Where points can be: boxes around the parts of France, a few kilometres of sea included.
enum Territory {
    private struct Box {
        let departements: Set<String>
        let latitude: ClosedRange<Double>
        let longitude: ClosedRange<Double>
    }

    private static let metropolitan = Box(departements: [], latitude: 41.2...51.2, longitude: -5.3...9.7)

    private static let overseas = [
        Box(departements: ["971", "977", "978"], latitude: 15.7...18.2, longitude: -63.3 ... -60.9),
        Box(departements: ["972"], latitude: 14.3...15.0, longitude: -61.4 ... -60.7),
        Box(departements: ["973"], latitude: 2.0...6.0, longitude: -54.8 ... -51.4),
        Box(departements: ["974"], latitude: -21.5 ... -20.8, longitude: 55.1...55.9),
        Box(departements: ["975"], latitude: 46.7...47.2, longitude: -56.5 ... -56.0),
        Box(departements: ["976"], latitude: -13.1 ... -12.5, longitude: 44.9...45.4),
        Box(departements: ["986"], latitude: -14.5 ... -13.1, longitude: -178.3 ... -176.0),
        Box(departements: ["987"], latitude: -28.0 ... -7.0, longitude: -155.0 ... -134.0),
        Box(departements: ["988"], latitude: -23.5 ... -17.5, longitude: 157.0...172.0),
    ]

    private static let overseasDepartements = overseas.reduce(into: Set<String>()) { $0.formUnion($1.departements) }

    /// Whether a point can be in a département; in any, when it is not known.
    static func contains(latitude: Double, longitude: Double, departement: String?) -> Bool {
        func isIn(_ box: Box) -> Bool { box.latitude.contains(latitude) && box.longitude.contains(longitude) }
        guard let departement else { return isIn(metropolitan) || overseas.contains(where: isIn) }
        if !overseasDepartements.contains(departement) { return isIn(metropolitan) }
        return overseas.contains { $0.departements.contains(departement) && isIn($0) }
    }

    /// Whether coordinates in metres may be Lambert 93 there.
    static func isMetropolitan(_ departement: String?) -> Bool {
        departement.map { !overseasDepartements.contains($0) } ?? true
    }

    /// The register's own codes of overseas départements.
    private static let registerCodes = [
        "9A": "971", "9B": "972", "9C": "973", "9D": "974", "9E": "975", "9F": "976", "9J": "986",
    ]

    /// A département as INSEE numbers it, and whether leading zeros were put back; nil for a name.
    static func departement(_ text: String) -> (code: String, isRestored: Bool)? {
        let isNumber = CellForms.isDigits(text)
        if isNumber, text.utf8.count == 2 { return (text, false) }
        let code = text.uppercased()
        if let known = registerCodes[code] { return (known, false) }
        let bytes = Array(code.utf8)
        switch bytes.count {
        case 1 where isNumber && bytes != [0x30]: return ("0" + code, true)
        case 2 where code == "2A" || code == "2B": return (code, false)
        case 3 where isNumber && bytes[0] == 0x39 && (bytes[1] == 0x37 || bytes[1] == 0x38): return (code, false)
        case 3 where isNumber && bytes[0] == 0x30: return (String(code.dropFirst()), false)
        default: return nil
        }
    }

    /// The département of a commune or, nearly always, of a postal code.
    static func departement(ofCode code: String) -> String {
        if code.hasPrefix("97") || code.hasPrefix("98") { return String(code.prefix(3)) }
        switch code.prefix(3) {
        case "200", "201": return "2A"
        case "202", "206": return "2B"
        default: return String(code.prefix(2))
        }
    }

    /// The commune's code from the département's and three digits of its own. Overseas, the register's three digits
    /// include the département's last: 9A and 123 make 97123.
    static func insee(departement: String, commune: String) -> String? {
        guard commune.utf8.count <= 3, commune.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let three = String(repeating: "0", count: 3 - commune.utf8.count) + commune
        guard departement.utf8.count == 3 else { return departement + three }
        if departement.utf8.last == three.utf8.first || departement == "986" { return departement.prefix(2) + three }
        return three.hasPrefix("0") ? departement + three.dropFirst() : nil
    }
}
