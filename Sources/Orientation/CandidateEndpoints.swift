public import Contract
import Fields
import Postgres

/// The contract of candidates' files.
public struct CandidateEndpoints: Sendable {
    let candidates: CandidateStore

    /// The endpoints over their store.
    public init(candidates: CandidateStore) { self.candidates = candidates }

    /// Every operation.
    public var all: [Endpoint] { files + agreements + statistics + sharing + transfers }

    private static let own = ("/v1/candidates", "items")

    private var files: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/candidates", id: "candidate_list",
                "Files of one's own organisation and those shared with it, the newest first; no way to reach anybody.",
                access: .member, output: .page(CandidateSummary.self), run: list),
            Endpoint(
                .post, "/v1/candidates", id: "candidate_create",
                "Open a person's file: members of prescribers. Similar files of one's own organisation are named.",
                access: .writer,
                output: Endpoint.Output.one(Candidate.self, status: 201)
                    .adding("possible_duplicates", listOf: CandidateDuplicate.self),
                refusals: [CandidateRefusals.invalid],
                example: [
                    "first_name": "Camille", "last_name": "Exemple (fictif)", "email": "camille@exemple.example",
                    "insee": "31555", "birth_year": 1990, "situation": "job_seeker", "diplomas": ["DEAES"],
                    "jobs": ["K1302"], "licence": true, "vehicle": true, "mobility_km": 20,
                    "lawful_basis": "public_task", "notice_version": "2024-01", "notice_given_on": "2024-01-15",
                    "notice_channel": "in_person",
                ], run: create),
            Endpoint(
                .get, "/v1/candidates/{id}", id: "candidate_read",
                "One person's file. Each reading is written down, and told to the organisation whose file it is; the team says why.",
                access: .member, output: .one(Candidate.self),
                refusals: [
                    CandidateRefusals.candidate, CandidateRefusals.tooManyReads, CandidateRefusals.reasonRequired,
                    CandidateRefusals.invalid,
                ], idIn: Self.own, run: read),
            Endpoint(
                .patch, "/v1/candidates/{id}", id: "candidate_edit",
                "Change fields of a file: the organisation whose it is.", access: .writer,
                output: .one(Candidate.self), refusals: Self.changing, needsVersion: true,
                example: ["mobility_km": 30, "weekend": true], idIn: Self.own, run: edit),
            Endpoint(
                .get, "/v1/candidates/{id}/reads", id: "candidate_reads",
                "Who opened a file, the newest first: for the organisation whose it is, and for the data-protection officer.",
                access: .member,
                output: .page(FileRead.self), refusals: [CandidateRefusals.candidate], idIn: Self.own, run: reads),
        ]
    }

    private static let changing = [
        CandidateRefusals.candidate, CandidateRefusals.invalid, CandidateRefusals.tooManyReads,
    ]

    private var agreements: [Endpoint] {
        [
            Endpoint(
                .post, "/v1/candidates/{id}/agreements", id: "candidate_agree",
                "Write down what a person agrees to: to be sent to recruiters, to be in a pool, to have a disability counted.",
                access: .writer, output: .one(Candidate.self, status: 201), refusals: Self.changing,
                example: [
                    "kind": "orientation", "text_version": "2024-01", "given_on": "2024-01-15", "channel": "in_person",
                ], idIn: Self.own, run: agree),
            Endpoint(
                .post, "/v1/candidates/{id}/agreements/{agreement}/withdrawal", id: "candidate_agreement_withdraw",
                "A person takes an agreement back, with every other of its kind: nothing goes on that needed it.",
                access: .writer, output: .one(Candidate.self),
                refusals: Self.changing + [CandidateRefusals.agreement], idIn: Self.own, run: withdraw),
            Endpoint(
                .post, "/v1/candidates/{id}/objection", id: "candidate_object",
                "A person objects: nothing is sent any more, and what is on its way ends. Twice does no harm.",
                access: .writer, output: .one(Candidate.self), refusals: Self.changing, idIn: Self.own, run: object),
            Endpoint(
                .delete, "/v1/candidates/{id}/objection", id: "candidate_object_end",
                "A person objects no more: the organisation whose file it is. Twice does no harm.", access: .writer,
                output: .one(Candidate.self), refusals: Self.changing, idIn: Self.own, run: objectNoMore),
        ]
    }

    private var statistics: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/candidates/{id}/statistics", id: "candidate_statistics_read",
                "What is only ever counted of a person: for the organisation whose file it is, and nobody else.",
                access: .member, output: .one(CandidateStatistics.self),
                refusals: [CandidateRefusals.candidate, CandidateRefusals.tooManyReads], idIn: Self.own,
                run: readStatistics),
            Endpoint(
                .put, "/v1/candidates/{id}/statistics", id: "candidate_statistics_write",
                "Write all of it: what is left out is emptied. Disability only with an agreement of its own.",
                access: .writer, output: .one(CandidateStatistics.self),
                refusals: Self.changing + [CandidateRefusals.noAgreement], needsVersion: true,
                example: ["sex": "not_said", "rsa": false, "diploma_level": 3], idIn: Self.own, run: writeStatistics),
        ]
    }

    /// The path of one file.
    struct CandidatePath: Decodable, Sendable { var id: Candidate.ID }

    /// The path of one agreement of a file.
    struct AgreementPath: Decodable, Sendable {
        var id: Candidate.ID
        var agreement: CandidateAgreement.ID
    }

    /// Why a file is opened.
    struct Reason: Decodable, Sendable {
        /// Why: the team says so, and the referent reads it. 300 characters at most.
        var reason: String?
    }

    func list(_ call: Call<Nothing, CandidateStore.Filter, Nothing>) async throws -> Answer {
        let rows = try await candidates.list(call.query, as: call.caller)
        return .page(rows, limit: (call.query.limit ?? .standard).count, list: "candidates", key: ["id"])
    }

    func create(_ call: Call<Nothing, Nothing, NewCandidate>) async throws -> Answer {
        try await candidates.create(call.body, as: call.caller) { created in
            var answer = Answer.candidate(created.candidate, status: 201)
                .adding(
                    "possible_duplicates",
                    .array(
                        created.duplicates.map {
                            ["id": .string($0.id.fieldText), "reason": .string($0.reason.rawValue)]
                        }))
            answer.location = created.candidate.text(0, "id").map { "/v1/candidates/\($0)" }
            return answer
        }
    }

    func read(_ call: Call<CandidatePath, Reason, Nothing>) async throws -> Answer {
        .candidate(try await candidates.find(call.path.id, reason: call.query.reason, as: call.caller))
    }

    func edit(_ call: Call<CandidatePath, Nothing, CandidateChanges>) async throws -> Answer {
        try await candidates.edit(call.path.id, call.body, precondition: call.precondition, as: call.caller) {
            .candidate($0)
        }
    }

    func reads(_ call: Call<CandidatePath, Paging, Nothing>) async throws -> Answer {
        let limit = call.query.limit ?? .standard
        let rows = try await candidates.reads(call.path.id, limit: limit, cursor: call.query.cursor, as: call.caller)
        return .page(rows, limit: limit.count, list: "file_reads", key: ["id"])
    }

    func agree(_ call: Call<CandidatePath, Nothing, NewAgreement>) async throws -> Answer {
        try await candidates.agree(call.path.id, call.body, as: call.caller) { .candidate($0, status: 201) }
    }

    func withdraw(_ call: Call<AgreementPath, Nothing, Nothing>) async throws -> Answer {
        try await candidates.withdraw(call.path.id, call.path.agreement, as: call.caller) { .candidate($0) }
    }

    func object(_ call: Call<CandidatePath, Nothing, Nothing>) async throws -> Answer {
        try await candidates.object(call.path.id, true, as: call.caller) { .candidate($0) }
    }

    func objectNoMore(_ call: Call<CandidatePath, Nothing, Nothing>) async throws -> Answer {
        try await candidates.object(call.path.id, false, as: call.caller) { .candidate($0) }
    }

    func readStatistics(_ call: Call<CandidatePath, Nothing, Nothing>) async throws -> Answer {
        .statistics(try await candidates.statistics(call.path.id, as: call.caller))
    }

    func writeStatistics(_ call: Call<CandidatePath, Nothing, NewStatistics>) async throws -> Answer {
        try await candidates.write(call.body, of: call.path.id, precondition: call.precondition, as: call.caller) {
            .statistics($0)
        }
    }
}

extension Answer {
    /// A file with the version to change it. Kept for a retry without what it says: it is read again, with the rights of then.
    static func candidate(_ rows: Rows<Candidate>, status: Int = 200) -> Answer {
        var answer = Answer.row(rows, status: status)
        // Names of members and organisations change without it.
        answer.etag = rows.text(0, "version").flatMap { Int($0) }
            .map { [body = answer.body] in .full(version: $0, of: body) }
        answer.isPersonal = true
        answer.rereadAt = rows.text(0, "id").map { "/v1/candidates/\($0)" }
        return answer
    }

    fileprivate static func statistics(_ rows: Rows<CandidateStatistics>) -> Answer {
        var answer = Answer.row(rows)
        answer.etag = rows.text(0, "version").flatMap { Int($0) }.map { .full(version: $0) }
        return answer
    }
}
