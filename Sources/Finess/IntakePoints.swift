import Fields

/// Points from coordinates: which ones to trust, in which projection they are, and in which order.
extension Intake {
    mutating func point(_ row: Row, _ establishment: inout Establishment) {
        guard let point = point(row, departement: establishment.departement) else { return }
        establishment.latitude = point.latitude
        establishment.longitude = point.longitude
    }

    /// A row's point in degrees, or nil; degrees are believed before metres.
    mutating func point(_ row: Row, departement: String?) -> (latitude: Double, longitude: Double)? {
        if let latitude = text(.latitude, row), let longitude = text(.longitude, row) {
            return degrees(latitude, longitude, row, departement)
        }
        if let point = text(.point, row) {
            let parts = point.split { $0 == "," || $0 == ";" || $0 == " " }.map(String.init)
            if parts.count == 2 { return degrees(parts[0], parts[1], row, departement) }
            unreadable(point, row, .point)
            return nil
        }
        guard let x = text(.x, row), let y = text(.y, row) else { return nil }
        return metres(x, y, projection: text(.projection, row), row, departement)
    }

    private mutating func unreadable(_ value: String, _ row: Row, _ column: Column) {
        warn(
            .coordinatesForm, row, column, value, fr: "coordonnées illisibles ; non gardées",
            en: "coordinates that cannot be read; not kept")
    }

    private mutating func degrees(
        _ latitudeText: String, _ longitudeText: String, _ row: Row, _ departement: String?
    ) -> (latitude: Double, longitude: Double)? {
        let value = "\(latitudeText) \(longitudeText)"
        guard let latitude = CellForms.number(latitudeText), let longitude = CellForms.number(longitudeText) else {
            unreadable(value, row, .latitude)
            return nil
        }
        if Territory.contains(latitude: latitude, longitude: longitude, departement: departement) {
            return (latitude, longitude)
        }
        if Territory.contains(latitude: longitude, longitude: latitude, departement: departement) {
            swapped(row, .latitude, value)
            return (longitude, latitude)
        }
        outside(row, .latitude, value)
        return nil
    }

    private mutating func swapped(_ row: Row, _ column: Column, _ value: String) {
        warn(
            .coordinatesSwapped, row, column, value, fr: "interverties : remises en ordre",
            en: "swapped: put in order")
    }

    private mutating func outside(_ row: Row, _ column: Column, _ value: String) {
        warn(
            .outsideFrance, row, column, value, fr: "hors du territoire de l'établissement ; non gardé",
            en: "outside the establishment's territory; not kept")
    }

    private mutating func metres(
        _ xText: String, _ yText: String, projection: String?, _ row: Row, _ departement: String?
    ) -> (latitude: Double, longitude: Double)? {
        let value = "\(xText) \(yText)"
        guard let first = CellForms.number(xText), let second = CellForms.number(yText) else {
            unreadable(value, row, .x)
            return nil
        }
        if let projection, !Lambert93.isMeant(by: projection) {
            let name = Intake.projectionName(projection)
            warn(
                .otherProjection, row, .projection, value, detail: name, fr: "projection « \(name) » non convertie",
                en: "projection '\(name)' not converted")
            return nil
        }
        // Nobody's northing is anybody's easting in Lambert 93, so an exchange is certain.
        let isSwapped = Lambert93.xRange.contains(second) && Lambert93.yRange.contains(first)
        let (x, y) = isSwapped ? (second, first) : (first, second)
        guard Lambert93.xRange.contains(x), Lambert93.yRange.contains(y), Territory.isMetropolitan(departement) else {
            outside(row, .x, value)
            return nil
        }
        let point = Lambert93.degrees(x: x, y: y)
        guard Territory.contains(latitude: point.latitude, longitude: point.longitude, departement: departement) else {
            outside(row, .x, value)
            return nil
        }
        if isSwapped { swapped(row, .x, value) }
        return point
    }

    /// The projection among the words on a point's source: `1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,UTM_N20` → `UTM_N20`.
    static func projectionName(_ source: String) -> String {
        shortened(source.split(separator: ",").last.map { $0.trimmingPrefix(" ") }.map(String.init) ?? source)
    }
}
