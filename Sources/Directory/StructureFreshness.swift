public import Fields

/// Where one field of a structure comes from, and how old it is.
public struct StructureFreshness: Decodable, Sendable, Hashable {
    /// What is fresh is at most so many days old (*proposed*).
    static let days = 365

    /// The field.
    public var field: StructureField
    /// Who said it: `organisation`, `team`, or the file (`finess`, `file`).
    public var source: String
    /// When it was written or verified; of a file, the newest that had the structure.
    public var on: Day
    /// How many days ago that was.
    public var days: Int
    /// Whether that is at most a year.
    public var isFresh: Bool

    /// As answers tell it.
    public var json: JSON {
        [
            "field": .string(field.rawValue), "source": .string(source), "on": .string(on.fieldText),
            "days": JSON(days),
            "is_fresh": .bool(isFresh),
        ]
    }
}

extension PublicStructure {
    /// Each known field with its source and its age on a day, in the order of `StructureField`.
    public func freshness(on day: Day) -> [StructureFreshness] {
        StructureField.allCases.filter(isKnown).map { field in
            let own = fieldSources[field.rawValue]
            let date = own?["on"]?.string.flatMap { try? Day(fieldText: $0) } ?? seenOn
            let age = max(0, day.number - date.number)
            return StructureFreshness(
                field: field, source: own?["source"]?.string ?? source.rawValue, on: date, days: age,
                isFresh: age <= StructureFreshness.days)
        }
    }

    /// The last day on which somebody verified it or wrote one of its fields; nil when nobody ever did.
    public var keptOn: Day? {
        let written = fieldSources.members.compactMap { $0.value["on"]?.string }.compactMap {
            try? Day(fieldText: $0)
        }
        return (written + [verifiedOn].compactMap(\.self)).max()
    }

    /// Whether a field says something.
    func isKnown(_ field: StructureField) -> Bool {
        switch field {
        case .usualName, .kind: true
        case .legalName: legalName != nil
        case .legalEntity: legalEntity != nil
        case .siret: siret != nil
        case .street: street != nil
        case .addressExtra: addressExtra != nil
        case .postalCode: postalCode != nil
        case .city: city != nil
        case .insee: insee != nil
        case .latitude: latitude != nil
        case .longitude: longitude != nil
        case .phone: phone != nil
        case .email: email != nil
        case .website: website != nil
        case .openingHours: openingHours != nil
        case .publics: !publics.isEmpty
        case .sadType: sadType != nil
        case .authorisingBody: authorisingBody != nil
        case .capacity: capacity != nil
        case .serviceArea: !serviceArea.isEmpty
        case .openedOn: openedOn != nil
        case .authorisedOn: authorisedOn != nil
        case .status: fieldSources["status"] != nil
        case .closedOn: closedOn != nil
        }
    }
}
