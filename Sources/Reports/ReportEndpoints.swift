public import Contract
public import Fields
public import Foundation
import NIOCore

/// The contract of reports: what was frozen, in every form, and what would be.
public struct ReportEndpoints: Sendable {
    let reports: ReportStore
    let schema: URL?

    /// The endpoints over their store; `sql` is the folder that holds the JSON Schema.
    public init(reports: ReportStore, sql: URL?) {
        self.reports = reports
        schema = sql?.appendingPathComponent("reference/report.schema.json")
    }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/reports/preview", id: "report_preview",
                "What a report of some quarters would be, as of a past day. Nothing is frozen. The team.",
                access: .member, output: .anyJSON, refusals: [ReportRefusals.profile, ReportRefusals.sheet],
                run: { try await preview($0, .json) }, csv: { try await preview($0, .csv) },
                xlsx: { try await preview($0, .xlsx) }, html: { try await preview($0, .html) }),
            Endpoint(
                .get, "/v1/reports/{id}", id: "report_read",
                "A frozen report: the very files that were made then; its funder's and the team's, and everybody's once the "
                    + "team gave it to the public. JSON Schema: /v1/reference/report_schema.",
                access: .anyone, output: .anyJSON,
                refusals: [ReportRefusals.report, ReportRefusals.sheet, ReportRefusals.damagedReport],
                run: { try await read($0, .json) }, csv: { try await read($0, .csv) },
                xlsx: { try await read($0, .xlsx) }, html: { try await read($0, .html) }),
            Endpoint(
                .get, "/v1/reports/{id}/diff/{other}", id: "report_diff",
                "What moved from one report to another of the same funder, by how much, and the notes that say why.",
                access: .anyone, output: .one(ReportDiff.self),
                refusals: [ReportRefusals.report, ReportRefusals.damagedReport, ReportRefusals.unlike], run: diff,
                html: diffPage),
            Endpoint(
                .post, "/v1/reports/{id}/publication", id: "report_publish",
                "Give the last report of a final campaign to the public. The team. It can't be taken back; twice does no harm.",
                access: .writer, output: .one(ReportReference.self),
                refusals: [ReportRefusals.report, ReportRefusals.unpublishable], run: publish),
            Endpoint(
                .get, "/v1/reference/report_schema", id: "report_schema",
                "The JSON Schema of a report's JSON.", access: .anyone, output: .anyJSON, run: schema),
        ]
    }

    /// The path of a report.
    struct ReportPath: Decodable, Sendable { var id: Report.ID }
    /// The path of two reports.
    struct DiffPath: Decodable, Sendable {
        /// The later one.
        var id: Report.ID
        /// The earlier one.
        var other: Report.ID
    }

    /// Who the CSV is for.
    enum Dialect: String, FieldEnum { case french, rfc4180 }

    /// Which part of a report, of a CSV.
    struct ReportPart: Decodable, Sendable {
        /// Of a CSV: which sheet; the first unless given.
        var sheet: String?
        /// Of a CSV: french (unless given) or rfc4180.
        var dialect: Dialect?

        func form(_ representation: Representation) -> ReportForm {
            switch representation {
            case .csv: .csv(sheet: sheet, dialect: dialect == .rfc4180 ? .rfc4180 : .french)
            case .xlsx: .xlsx
            case .html: .html(alone: false)
            default: .json
            }
        }
    }

    /// What to preview.
    struct PreviewQuery: Decodable, Sendable {
        /// The layout: cnsa, ars, cd31.
        var profile: ProfileCode
        /// The period's first quarter.
        var quarter: ReportQuarter
        /// Its last one; the first unless given.
        var until: ReportQuarter?
        /// As at the end of this past day; yesterday unless given.
        var asOf: Day?
        /// Of a CSV: which sheet; the first unless given.
        var sheet: String?
        /// Of a CSV: french (unless given) or rfc4180.
        var dialect: Dialect?
    }

    private func answer(
        _ file: (bytes: [UInt8], name: String), _ representation: Representation, isPublic: Bool
    ) -> Answer {
        var answer = Answer(
            body: ByteBuffer(bytes: file.bytes), mediaType: representation.contentType, isPublic: isPublic)
        answer.etag = .content(of: answer.body)
        if [.csv, .xlsx].contains(representation) { answer.fileName = file.name }
        return answer
    }

    func preview(
        _ call: Call<Nothing, PreviewQuery, Nothing>, _ representation: Representation
    ) async throws -> Answer {
        let query = call.query
        let preview = try await reports.preview(
            query.profile, from: query.quarter, until: query.until ?? query.quarter, asOf: query.asOf, as: call.caller)
        let form = ReportPart(sheet: query.sheet, dialect: query.dialect).form(representation)
        return answer(try preview.rendered(as: form), representation, isPublic: false)
    }

    func read(
        _ call: Call<ReportPath, ReportPart, Nothing>, _ representation: Representation
    ) async throws -> Answer {
        let file = try await reports.rendered(call.path.id, as: call.query.form(representation), for: call.caller)
        return answer(file, representation, isPublic: call.caller.member == nil)
    }

    func diff(_ call: Call<DiffPath, Nothing, Nothing>) async throws -> Answer {
        .json(
            try await reports.diff(call.path.id, since: call.path.other, as: call.caller).json,
            isPublic: call.caller.member == nil)
    }

    func diffPage(_ call: Call<DiffPath, Nothing, Nothing>) async throws -> Answer {
        .html(
            try await reports.diff(call.path.id, since: call.path.other, as: call.caller).page,
            isPublic: call.caller.member == nil)
    }

    func publish(_ call: Call<ReportPath, Nothing, Nothing>) async throws -> Answer {
        try await reports.publish(call.path.id, as: call.caller) { .json($0.json) }
    }

    func schema(_ call: Call<Nothing, Nothing, Nothing>) async throws -> Answer {
        guard let schema, let bytes = try? Data(contentsOf: schema), let json = try? JSON.parse(Array(bytes)) else {
            throw Problem.unavailable()
        }
        return .json(json, isPublic: true)
    }
}

extension ReportReference {
    /// As an answer has it.
    public var json: JSON {
        [
            "id": .string(id.fieldText), "number": JSON(number), "as_of": .string(asOf.fieldText),
            "frozen_at": .string(frozenAt.fieldText), "sha256": .string(sha256),
            "published_at": JSON(publishedAt?.fieldText),
        ]
    }
}
