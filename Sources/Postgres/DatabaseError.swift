public import Fields

/// What went wrong between us and the database, without what the server quotes from rows.
public struct DatabaseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The nature of the failure, decided from the SQLSTATE by one pure table.
    public enum Kind: Sendable, Hashable {
        /// A named constraint said no: the feature maps its name to a refusal.
        case constraint
        /// Two transactions got in each other's way: the same transaction may succeed when run again.
        case mustRetry
        /// The statement ran into its lane's limit, or was cancelled.
        case cancelled
        /// The connection was lost, or none could be made; nothing of the transaction was committed.
        case connection
        /// The connection was lost while the commit was under way: it may or may not have happened.
        case outcomeUnknown
        /// The prepared statement no longer fits the tables (a migration ran): prepare it again.
        case stalePlan
        /// No disk, memory or connections left, or the database only reads.
        case resources
        /// Anything else is a defect of ours.
        case defect
    }

    /// The nature of the failure.
    public var kind: Kind
    /// Five characters, PostgreSQL's appendix A.
    public var sqlState: String
    /// The server's primary message; its DETAIL and context quote rows and are never kept.
    public var message: String
    /// The constraint's name, when one said no.
    public var constraint: String?

    /// A failure.
    public init(kind: Kind, sqlState: String, message: String, constraint: String? = nil) {
        self.kind = kind
        self.sqlState = sqlState
        self.message = message
        self.constraint = constraint
    }

    init(sqlState: String, message: String, constraint: String?) {
        self.init(
            kind: Self.kind(ofSQLState: sqlState), sqlState: sqlState, message: message, constraint: constraint)
    }

    /// State, constraint and primary message.
    public var description: String {
        "\(sqlState)\(constraint.map { " (\($0))" } ?? ""): \(message)"
    }

    /// SQLSTATE → kind: PostgreSQL 15, appendix A.
    public static func kind(ofSQLState state: String) -> Kind {
        switch state {
        case "40001", "40P01": .mustRetry
        case "57014", "55P03": .cancelled
        case "57P01", "57P02", "57P03", "57P05": .connection
        case "0A000", "26000": .stalePlan
        case "25006": .resources
        case _ where state.hasPrefix("23"): .constraint
        case _ where state.hasPrefix("08"): .connection
        case _ where state.hasPrefix("53") || state.hasPrefix("58"): .resources
        default: .defect
        }
    }

    /// What the caller of a feature is told when no feature said it better; nil for a defect.
    public var refusal: Refusal? {
        switch kind {
        case .connection, .resources: Problem.unavailable()
        case .mustRetry: Problem.unavailable()
        case .cancelled: Problem.timeout()
        case .outcomeUnknown: Problem.outcomeUnknown()
        case .constraint, .stalePlan, .defect: nil
        }
    }

    static func lost(_ message: String) -> DatabaseError {
        DatabaseError(kind: .connection, sqlState: "08006", message: message)
    }
}

extension Problem {
    /// The server went away while a change was being committed.
    public static let outcomeUnknown = Problem(
        "service.outcome_unknown", .unavailable,
        fr: "La base s'est interrompue pendant l'enregistrement : relisez avant de recommencer.",
        en: "The database went away while the change was being saved: read it again before you retry.")
}
