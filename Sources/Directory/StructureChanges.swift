public import Fields
import Postgres
public import Reference

/// What a PATCH of a structure may change: its own presentation, address and numbers. The register decides its number, its
/// kind and who runs it.
public struct StructureChanges: Decodable, Sendable, Hashable {
    /// The name people know.
    public var usualName: Change<String> = .unchanged
    /// SIRET, 14 digits.
    public var siret: Change<SIRET> = .unchanged
    /// Number and street.
    public var street: Change<String> = .unchanged
    /// Building, hamlet, post box.
    public var addressExtra: Change<String> = .unchanged
    /// Postal code.
    public var postalCode: Change<String> = .unchanged
    /// As on an envelope.
    public var city: Change<String> = .unchanged
    /// INSEE code of its commune.
    public var insee: Change<String> = .unchanged
    /// WGS84 degrees; with the longitude.
    public var latitude: Change<Double> = .unchanged
    /// WGS84 degrees; with the latitude.
    public var longitude: Change<Double> = .unchanged
    /// Switchboard.
    public var phone: Change<String> = .unchanged
    /// Its own address, of nobody in particular.
    public var email: Change<String> = .unchanged
    /// Its site.
    public var website: Change<String> = .unchanged
    /// When it is open, in the syntax of OpenStreetMap.
    public var openingHours: Change<String> = .unchanged
    /// For whom it is.
    public var publics: Change<[StructurePublic]> = .unchanged
    /// For a home autonomy service: with or without care.
    public var sadType: Change<SADType> = .unchanged
    /// Who authorises it.
    public var authorisingBody: Change<AuthorisingBody> = .unchanged
    /// Places.
    public var capacity: Change<Int> = .unchanged
    /// Where it works.
    public var serviceArea: Change<[PlaceCode]> = .unchanged
    /// That it recruits, until this day; 60 days ahead at most.
    public var recruitingUntil: Change<Day> = .unchanged

    /// Changes nothing; set what is to change.
    public init() {}

    /// Refuses numbers that no column can hold; the rest is the constraints' to refuse.
    func check() throws(Refusal) {
        if case .set(let number) = capacity, !(0...10_000).contains(number) { throw DirectoryRefusals.capacity }
        let isOff = [latitude, longitude].contains {
            if case .set(let number) = $0 { abs(number) > 180 } else { false }
        }
        if isOff { throw DirectoryRefusals.point }
    }

    /// One column that is to change.
    struct Assignment {
        /// The column.
        var column: String
        /// Its new value.
        var value: SQL
        /// Whether the column keeps who wrote it and when.
        var hasSource = true
    }

    /// The columns that are to change, with their new values.
    var assignments: [Assignment] {
        var all: [Assignment] = []
        func add<Value>(_ field: StructureField, _ change: Change<Value>, _ value: (Value?) -> SQL) {
            if change.isChange { all.append(Assignment(column: field.rawValue, value: value(change.applied(to: nil)))) }
        }
        add(.usualName, usualName) { "\($0)" }
        add(.siret, siret) { "\($0)" }
        add(.street, street) { "\($0)" }
        add(.addressExtra, addressExtra) { "\($0)" }
        add(.postalCode, postalCode) { "\($0)" }
        add(.city, city) { "\($0)" }
        add(.insee, insee) { "coalesce(present_commune(\($0)), \($0))" }
        // A centimetre: what is smaller is no place, and may be too small for a sine.
        func rounded(_ degrees: Double?) -> Double? { degrees.map { ($0 * 1e7).rounded() / 1e7 } }
        add(.latitude, latitude) { "\(rounded($0))::double precision" }
        add(.longitude, longitude) { "\(rounded($0))::double precision" }
        add(.phone, phone) { "\($0)" }
        add(.email, email) { "\($0)" }
        add(.website, website) { "\($0)" }
        add(.openingHours, openingHours) { "\($0)" }
        add(.publics, publics) { "\(list: $0 ?? [])::text[]" }
        add(.sadType, sadType) { "\($0)" }
        add(.authorisingBody, authorisingBody) { "\($0)" }
        add(.capacity, capacity) { "\($0)::integer" }
        add(.serviceArea, serviceArea) { "\(list: $0 ?? [])::text[]" }
        if recruitingUntil.isChange {
            all.append(
                Assignment(
                    column: "recruiting_until", value: "\(recruitingUntil.applied(to: nil))::date", hasSource: false))
        }
        return all
    }
}
