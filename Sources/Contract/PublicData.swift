/// What public answers are made of. A change of it is told to every server by its name: `sql/functions/public_changes.sql`.
public enum PublicData: String, Sendable, CaseIterable {
    /// Plans, axes, actions and all their parts.
    case plan
    /// Structures and who runs them.
    case directory
    /// Needs and sessions.
    case recruitment
    /// Lists that ship with the product.
    case reference
    /// Persons and answers of closed quarters, and from how many on they are told.
    case figures

    /// The channel that changes are told on.
    public static let channel = "pa31_public"
}
