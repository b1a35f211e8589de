public import Fields

/// What a sheet that was sent would change, or has changed, row by row.
public struct SheetImport: Decodable, Sendable {
    /// What comes, or came, of a row.
    public enum State: String, FieldEnum {
        /// It holds what stands there already.
        case unchanged
        /// It would change something.
        case change
        /// It changes something that somebody else changed meanwhile; nothing of it is applied.
        case conflict
        /// It breaks a rule, or a cell of it can't be read; nothing of it is applied.
        case refused
        /// It changed something.
        case applied
    }

    /// How many rows there are of each state.
    public struct Counts: Decodable, Sendable, Hashable {
        /// All rows.
        public var rows: Int
        /// Those that hold what stands there already.
        public var unchanged: Int
        /// Those that would change something.
        public var changes: Int
        /// Those that change what somebody else changed meanwhile.
        public var conflicts: Int
        /// Those that can't be applied.
        public var refused: Int
        /// Those that changed something.
        public var applied: Int
    }

    /// One field that a row changes.
    public struct FieldEdit: Decodable, Sendable, Hashable {
        /// The field.
        public var field: String
        /// What stands there now.
        public var from: JSON?
        /// What the row has.
        public var to: JSON?
    }

    /// One field that changed since the sheet was downloaded.
    public struct Conflict: Decodable, Sendable, Hashable {
        /// The field.
        public var field: String
        /// What the row has.
        public var yours: JSON?
        /// What stands there now.
        public var current: JSON?
    }

    /// What is wrong with a cell.
    public struct Problem: Decodable, Sendable, Hashable {
        /// The heading of its column.
        public var column: String
        /// What stands there.
        public var value: String
        /// Why it can't be taken, in the language that was asked for.
        public var reason: String
    }

    /// One row of the sheet.
    public struct Row: Decodable, Sendable, Hashable {
        /// Its number in the sheet.
        public var line: Int
        /// The action's code.
        public var code: String
        /// What comes of it.
        public var state: State
        /// What it changes.
        public var changes: [FieldEdit]
        /// What somebody else changed meanwhile.
        public var conflicts: [Conflict]
        /// What is wrong with it.
        public var problems: [Problem]
    }

    /// Its id: what is applied.
    public var id: Identifier<SheetImport>
    /// Until when it can be applied.
    public var expiresAt: Instant
    /// When it was applied; null while it is a preview.
    public var appliedAt: Instant?
    /// How many rows there are of each state.
    public var counts: Counts
    /// The rows, as the sheet has them.
    public var rows: [Row]

    /// Rows and what they add up to.
    init(id: Identifier<SheetImport>, expiresAt: Instant, appliedAt: Instant? = nil, rows: [Row]) {
        func count(_ state: State) -> Int { rows.count { $0.state == state } }
        self.id = id
        self.expiresAt = expiresAt
        self.appliedAt = appliedAt
        self.rows = rows
        counts = Counts(
            rows: rows.count, unchanged: count(.unchanged), changes: count(.change), conflicts: count(.conflict),
            refused: count(.refused), applied: count(.applied))
    }
}

extension SheetImport {
    /// The document that the contract describes.
    public var json: JSON {
        [
            "id": .string(id.fieldText), "expires_at": .string(expiresAt.fieldText),
            "applied_at": JSON(appliedAt?.fieldText),
            "counts": [
                "rows": JSON(counts.rows), "unchanged": JSON(counts.unchanged), "changes": JSON(counts.changes),
                "conflicts": JSON(counts.conflicts), "refused": JSON(counts.refused), "applied": JSON(counts.applied),
            ],
            "rows": .array(rows.map(\.json)),
        ]
    }
}

extension SheetImport.Row {
    fileprivate var json: JSON {
        [
            "line": JSON(line), "code": .string(code), "state": .string(state.rawValue),
            "changes": .array(
                changes.map { ["field": .string($0.field), "from": $0.from ?? .null, "to": $0.to ?? .null] }),
            "conflicts": .array(
                conflicts.map {
                    ["field": .string($0.field), "yours": $0.yours ?? .null, "current": $0.current ?? .null]
                }),
            "problems": .array(
                problems.map {
                    ["column": .string($0.column), "value": .string($0.value), "reason": .string($0.reason)]
                }),
        ]
    }
}
