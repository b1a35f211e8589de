public import Fields

/// A field that one structure lacks and the one merged into it has.
public struct MergeOffer: Decodable, Sendable, Hashable {
    /// Which.
    public var field: StructureField
    /// What the merged one says.
    public var value: JSON
}

/// A merge of one structure into another, done or rehearsed.
public struct StructureMerge: Sendable {
    /// FINESS number of the one that becomes the other.
    public var from: String
    /// FINESS number of the one that stays.
    public var into: String
    /// What the one that stays lacks and could take.
    public var offered: [MergeOffer]
    /// What it takes.
    public var taken: [StructureField]
    /// Whether it was done.
    public var isApplied: Bool
}

/// A merge that was undone, or would be.
public struct StructureUnmerge: Sendable {
    /// FINESS number of the one that is itself again.
    public var from: String
    /// FINESS number of the one it had been merged into.
    public var into: String
    /// What it is again.
    public var status: StructureStatus
    /// Fields that the other one gives up again.
    public var restored: [StructureField]
    /// Fields that it keeps, because somebody wrote or verified them since.
    public var kept: [StructureField]
    /// Whether it was done.
    public var isApplied: Bool
}

/// Why two structures may be one.
public enum DuplicateReason: String, FieldEnum {
    case sameSiret = "same_siret"
    /// The same kind and who runs it, at the same point.
    case samePlace = "same_place"
    /// The same kind, within 200 m, names that are alike.
    case nearName = "near_name"

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .sameSiret: Text(fr: "même SIRET", en: "same SIRET")
        case .samePlace: Text(fr: "même gestionnaire et même point", en: "same legal entity and point")
        case .nearName: Text(fr: "noms proches à moins de 200 m", en: "like names within 200 m")
        }
    }
}

/// Two open structures that may be one.
public struct StructureDuplicate: Decodable, Sendable {
    /// FINESS number of the first, the smaller one.
    public var finess: String
    /// FINESS number of the other.
    public var otherFiness: String
    /// The first's name.
    public var usualName: String
    /// The other's name.
    public var otherUsualName: String
    /// The first's kind, by its short name.
    public var kindName: String
    /// The first's commune, in the département.
    public var commune: String?
    /// Why they may be one.
    public var reasons: [DuplicateReason]
    /// Metres between them; nil when one has no point.
    public var distanceM: Int?
    /// How alike their names are: 0 to 1, pg_trgm, without case and accents.
    public var similarity: Double
}
