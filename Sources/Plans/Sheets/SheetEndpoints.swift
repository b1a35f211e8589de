internal import Accounts
public import Contract
import Fields
import Foundation
import NIOCore
import Postgres
import Sheets

/// The contract of the sheet of actions, out and back.
public struct SheetEndpoints: Sendable {
    let sheets: ActionSheetStore
    let imports: SheetImportStore

    /// The endpoints over their stores.
    public init(sheets: ActionSheetStore, imports: SheetImportStore) {
        self.sheets = sheets
        self.imports = imports
    }

    /// A workbook or a CSV file up to 5 MiB (`api.md`).
    static let sheetFile = UploadRule(maximumBytes: SheetReader.maximumBytes, kinds: [.zip], takesText: true)

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/sheets/actions", id: "sheet_actions",
                "The actions that your organisation leads, or all for the team, as a sheet to fill in and send back.",
                access: .member, output: .xlsx, run: workbook, csv: csv),
            Endpoint(
                .post, "/v1/imports", id: "import_create",
                "Send a sheet of actions back: what each of its rows would change. Nothing is applied yet.",
                access: .writer, output: .one(SheetImport.self, status: 201), refusals: [SheetRefusals.sheet],
                upload: Self.sheetFile, example: [:], run: create),
            Endpoint(
                .post, "/v1/imports/{id}/apply", id: "import_apply",
                "Apply a sheet, once: each row like a PATCH with its version as base_version; conflicts are left out and told.",
                access: .writer, output: .one(SheetImport.self),
                refusals: [PlanRefusals.sheetImport, PlanRefusals.applied], run: apply),
        ]
    }

    /// The path of an import.
    struct ImportPath: Decodable, Sendable { var id: Identifier<SheetImport> }

    /// What comes with a sheet: nothing.
    struct NewImport: Decodable, Sendable {}

    func workbook(_ call: Call<Nothing, ActionSheetStore.Filter, Nothing>) async throws -> Answer {
        let file = try await sheets.workbook(call.query, as: call.caller)
        return .file(Representation.xlsx.contentType, name: "actions-\(call.today).xlsx") { write in
            defer { try? file.close() }
            while let chunk = try file.read(upToCount: 64 << 10), !chunk.isEmpty {
                try await write(ByteBuffer(bytes: chunk))
            }
        }
    }

    func csv(_ call: Call<Nothing, ActionSheetStore.Filter, Nothing>) async throws -> Answer {
        var answer = Answer(
            body: ByteBuffer(bytes: try await sheets.csv(call.query, as: call.caller)),
            mediaType: Representation.csv.contentType)
        answer.fileName = "actions-\(call.today).csv"
        return answer
    }

    func create(_ call: Call<Nothing, Nothing, NewImport>) async throws -> Answer {
        guard let upload = call.upload else { throw SheetRefusals.sheet() }
        let table = try await SheetReader.read(upload.location)
        return try await imports.review(table, in: call.language, as: call.caller) { .json($0.json, status: 201) }
    }

    func apply(_ call: Call<ImportPath, Nothing, Nothing>) async throws -> Answer {
        try await imports.apply(call.path.id, in: call.language, as: call.caller) { .json($0.json) }
    }
}
