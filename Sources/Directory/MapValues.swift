public import Fields

/// A point on the map, `latitude,longitude` in WGS84 degrees.
public struct GeoPoint: FieldScalar {
    /// North of the equator, −90 to 90.
    public var latitude: Double
    /// East of Greenwich, −180 to 180.
    public var longitude: Double

    /// Two numbers.
    public static var fieldKind: Shape.Kind {
        .pattern(#"^-?[0-9]{1,2}(\.[0-9]{1,15})?,-?[0-9]{1,3}(\.[0-9]{1,15})?$"#, example: placeholder.fieldText)
    }
    /// The Capitole.
    public static var placeholder: GeoPoint { GeoPoint(latitude: 43.6045, longitude: 1.4442) }
    /// Both, with a comma.
    public var fieldText: String { "\(latitude),\(longitude)" }

    /// A point.
    public init(latitude: Double, longitude: Double) {
        self.latitude = latitude
        self.longitude = longitude
    }

    /// Reads `43.6045,1.4442`.
    public init(fieldText: String) throws(Expectation) {
        guard let numbers = MapNumbers.read(fieldText, count: 2), (-90...90).contains(numbers[0]),
            (-180...180).contains(numbers[1])
        else {
            throw Expectation(
                fr: "latitude,longitude en degrés, par exemple 43.6045,1.4442",
                en: "latitude,longitude in degrees, for example 43.6045,1.4442")
        }
        self.init(latitude: numbers[0], longitude: numbers[1])
    }
}

/// A rectangle on the map, as GeoJSON orders it: west, south, east, north.
public struct GeoBox: FieldScalar {
    /// Its western edge, in degrees.
    public var west: Double
    /// Its southern edge.
    public var south: Double
    /// Its eastern edge.
    public var east: Double
    /// Its northern edge.
    public var north: Double

    /// Four numbers.
    public static var fieldKind: Shape.Kind {
        .pattern(#"^-?[0-9.]{1,20}(,-?[0-9.]{1,20}){3}$"#, example: placeholder.fieldText)
    }
    /// Around Toulouse.
    public static var placeholder: GeoBox {
        GeoBox(west: 1.3, south: 43.5, east: 1.6, north: 43.7)
    }
    /// The four, with commas.
    public var fieldText: String { "\(west),\(south),\(east),\(north)" }

    private init(west: Double, south: Double, east: Double, north: Double) {
        self.west = west
        self.south = south
        self.east = east
        self.north = north
    }

    /// Reads `1.3,43.5,1.6,43.7`.
    public init(fieldText: String) throws(Expectation) {
        guard let numbers = MapNumbers.read(fieldText, count: 4), numbers[0] <= numbers[2], numbers[1] <= numbers[3],
            (-180...180).contains(numbers[0]), (-180...180).contains(numbers[2]), (-90...90).contains(numbers[1]),
            (-90...90).contains(numbers[3])
        else {
            throw Expectation(
                fr: "ouest,sud,est,nord en degrés, par exemple 1.3,43.5,1.6,43.7",
                en: "west,south,east,north in degrees, for example 1.3,43.5,1.6,43.7")
        }
        self.init(west: numbers[0], south: numbers[1], east: numbers[2], north: numbers[3])
    }
}

/// A distance in kilometres, more than 0.
public struct Kilometres: FieldScalar {
    /// How many.
    public var number: Double

    /// A decimal number.
    public static var fieldKind: Shape.Kind {
        .pattern(#"^[0-9]{1,5}(\.[0-9]{1,6})?$"#, example: placeholder.fieldText)
    }
    /// 30 km.
    public static var placeholder: Kilometres { Kilometres(number: 30) }
    /// The number.
    public var fieldText: String { String(number) }

    private init(number: Double) { self.number = number }

    /// Reads `30` or `2.5`.
    public init(fieldText: String) throws(Expectation) {
        guard let numbers = MapNumbers.read(fieldText, count: 1), numbers[0] > 0, numbers[0] < 100_000 else {
            throw Expectation(fr: "une distance en kilomètres, par exemple 30", en: "a distance in km, for example 30")
        }
        self.init(number: numbers[0])
    }
}

/// Plain decimal numbers between commas.
enum MapNumbers {
    static func read(_ text: String, count: Int) -> [Double]? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == count else { return nil }
        let numbers = parts.compactMap { part -> Double? in
            // No exponent, no "nan", no hexadecimal: what Double would read and nobody means.
            guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2D }),
                part.utf8.count <= 20
            else { return nil }
            return Double(part)
        }
        return numbers.count == count ? numbers : nil
    }
}

/// A FINESS category by its code or the name people use: 500, EHPAD.
public struct KindName: FieldScalar {
    /// As written.
    public var text: String

    /// A short text.
    public static var fieldKind: Shape.Kind { .pattern(#"^[\s\S]{1,60}$"#, example: placeholder.text) }
    /// Whether it is a category's code, which is three digits and no name.
    var isCode: Bool { text.utf8.count == 3 && text.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    /// EHPAD.
    public static var placeholder: KindName { KindName(text: "EHPAD") }
    /// The text.
    public var fieldText: String { text }

    private init(text: String) { self.text = text }

    /// Reads 1 to 60 characters; whether there is such a kind is the directory's to say.
    public init(fieldText: String) throws(Expectation) {
        guard (1...60).contains(fieldText.count) else {
            throw Expectation(fr: "un code ou un nom de catégorie, par exemple EHPAD", en: "a kind, for example EHPAD")
        }
        text = fieldText
    }
}

/// The FINESS number of a legal entity (EJ) or a structure (ET): nine letters or digits.
public struct FinessCode: FieldScalar {
    /// The number.
    public var text: String

    /// Nine characters.
    public static var fieldKind: Shape.Kind { .pattern("^[0-9A-Za-z]{9}$", example: placeholder.text) }
    /// A legal entity of Haute-Garonne.
    public static var placeholder: FinessCode { FinessCode(text: "310780671") }
    /// The number.
    public var fieldText: String { text }

    private init(text: String) { self.text = text }

    /// Reads nine letters or digits; the key is not judged (`domain.md` §6).
    public init(fieldText: String) throws(Expectation) {
        guard fieldText.utf8.count == 9, fieldText.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isLetter) }) else {
            throw Expectation(fr: "un numéro FINESS de 9 caractères", en: "a FINESS number of 9 characters")
        }
        text = fieldText.uppercased()
    }
}
