public import Accounts
internal import Contract
public import Fields
public import Foundation
public import Postgres
internal import Sheets

/// Where the sheet of actions comes from.
public struct ActionSheetStore: Sendable {
    let database: Database
    let actions: ActionStore

    /// A store in a database.
    public init(_ database: Database) {
        self.database = database
        actions = ActionStore(database)
    }

    /// What a sheet may be narrowed down by; all must hold.
    public struct Filter: Decodable, Sendable {
        /// An axis' code.
        public var axis: String?
        /// The lead organisation's code.
        public var lead: OrganisationCode?

        /// Every action of the caller's.
        public init(axis: String? = nil, lead: OrganisationCode? = nil) {
            self.axis = axis
            self.lead = lead
        }
    }

    /// The caller's actions as a workbook: those its organisation leads, or all for the team. The file has no name any more, and
    /// is gone once it is closed.
    public func workbook(_ filter: Filter, as caller: Caller) async throws -> FileHandle {
        let columns = Self.columns(for: caller)
        let writer = try SheetWriter(
            title: "Actions", columns: columns.map { $0.column(isLocked: Self.isLocked($0, for: caller)) })
        try await lines(filter, as: caller) { line in try writer.row(columns.map(line.cell)) }
        return try writer.finish()
    }

    /// The same as CSV, as spreadsheets in French want it.
    public func csv(_ filter: Filter, as caller: Caller) async throws -> [UInt8] {
        let columns = Self.columns(for: caller)
        var writer = CSVWriter(dialect: .french)
        writer.row(columns.map { .text($0.heading) })
        try await lines(filter, as: caller) { line in writer.row(columns.map(line.cell)) }
        return writer.bytes
    }

    static func columns(for caller: Caller) -> [ActionSheetColumn] {
        ActionSheetColumn.allCases.filter { $0 != .isPublic || caller.isTeam }
    }

    static func isLocked(_ column: ActionSheetColumn, for caller: Caller) -> Bool {
        !caller.mayWrite || !column.isField || column.isTeams && !caller.isTeam
    }

    private func lines(
        _ filter: Filter, as caller: Caller, _ body: (ActionSheetLine) throws -> Void
    ) async throws {
        try await database.slow(as: caller) { transaction in
            try await transaction.batches(
                of: """
                    SELECT \(columns: ActionSheetLine.self) FROM action_view AS a
                     WHERE (\(caller.isTeam) OR a.lead_organisation_id = \(caller.member?.organisationID))
                       AND (\(filter.axis)::text IS NULL OR a.axis = \(filter.axis))
                       AND (\(filter.lead)::text IS NULL OR a.lead->>'code' = \(filter.lead))
                     ORDER BY a.code
                    """, as: ActionSheetLine.self
            ) { rows in
                for line in try rows.all() { try body(line) }
            }
        }
    }
}
