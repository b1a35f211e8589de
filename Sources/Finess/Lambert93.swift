import Foundation

/// The projection of metropolitan France (EPSG:2154): a conic on the GRS80 ellipsoid.
///
/// RGF93, its datum, is WGS84 to within a metre. Method and constants: IGN, NT/G 71, algorithms 2 and 4.
enum Lambert93 {
    private static let exponent = 0.725_607_765_053_267
    private static let constant = 11_754_255.426_096
    private static let originX = 700_000.0
    private static let originY = 12_655_612.049_876
    private static let eccentricity = 0.081_819_191_042_815_8

    /// What X and Y can be in France, a few kilometres around it included.
    static let xRange = 80_000.0...1_260_000.0
    static let yRange = 6_030_000.0...7_130_000.0

    /// Degrees north and east of a point in metres.
    static func degrees(x: Double, y: Double) -> (latitude: Double, longitude: Double) {
        let radius = hypot(x - originX, y - originY)
        let angle = atan2(x - originX, originY - y)
        let isometric = exp(-log(radius / constant) / exponent)
        var latitude = 2 * atan(isometric) - .pi / 2
        // Each step gains two digits; six leave less than a micrometre.
        for _ in 0..<6 {
            let sine = eccentricity * sin(latitude)
            latitude = 2 * atan(pow((1 + sine) / (1 - sine), eccentricity / 2) * isometric) - .pi / 2
        }
        return (latitude * 180 / .pi, 3 + angle / exponent * 180 / .pi)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
    }

    /// Whether a file's words for a projection mean this one: `LAMBERT_93`, `EPSG:2154 RGF93/Lambert-93`.
    static func isMeant(by projection: String) -> Bool {
        if projection.hasSuffix("LAMBERT_93") { return true }
        let folded = String(decoding: projection.utf8.filter(isLetterOrDigit).map { $0 | 0x20 }, as: UTF8.self)
        return folded.contains("lambert93") || folded.contains("epsg2154") || folded == "l93" || folded == "rgf93"
    }
}
