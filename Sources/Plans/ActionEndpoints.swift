import Accounts
public import Contract
import Fields
import Postgres

/// The contract of plans and actions.
public struct ActionEndpoints: Sendable {
    let actions: ActionStore
    let plans: PlanStore
    let files: FileStore

    /// The endpoints over their stores.
    public init(actions: ActionStore, plans: PlanStore, files: FileStore) {
        self.actions = actions
        self.plans = plans
        self.files = files
    }

    /// A file of evidence: documents and pictures up to 10 MiB (`api.md`).
    static let evidenceFile = UploadRule(maximumBytes: 10 << 20, kinds: FileKind.allCases)

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/plan", id: "plan_read",
                "The plan: its period, its figures, its progress, today or as of a past day.", access: .anyone,
                output: .one(PlanSummary.self).explained, refusals: [PlanRefusals.plan], madeOf: [.plan], run: readPlan),
            Endpoint(
                .get, "/v1/axes", id: "axis_list",
                "The axes of the plan with their progress, today or as of a past day.", access: .anyone,
                output: .page(AxisSummary.self).explained, madeOf: [.plan], run: listAxes),
            Endpoint(
                .get, "/v1/actions", id: "action_list", "Public actions by code, narrowed down by filters.",
                access: .anyone, output: .page(PublicAction.self), madeOf: [.plan, .reference], run: list, csv: export),
            Endpoint(
                .get, "/v1/actions/{code}", id: "action_read",
                "One action: its public columns, and all of it for its lead, its partners and the team.",
                access: .anyone,
                output: .either(PublicAction.self, Action.self).adding("moves", listOf: ActionNextMove.self).explained,
                refusals: [PlanRefusals.action], madeOf: [.plan, .reference], run: read),
            Endpoint(
                .patch, "/v1/actions/{code}", id: "action_edit",
                "Change fields of an action: health, actual dates and description for its lead, the rest for the team.",
                access: .writer, output: .one(Action.self), refusals: [PlanRefusals.action, PlanRefusals.invalid],
                needsVersion: true, example: ["health": "attainable"], run: edit),
            Endpoint(
                .post, "/v1/actions/{code}/transitions", id: "action_move",
                "Move an action to another status, as the table of transitions allows.", access: .writer,
                output: .one(Action.self),
                refusals: [
                    PlanRefusals.action, .transitionForbidden, .transitionIncomplete, PlanRefusals.invalid,
                ], needsVersion: true, example: ["to": "paused", "reason": "Attente de la convention signée."],
                run: move),
            Endpoint(
                .post, "/v1/actions/{code}/notes", id: "action_note", "Add a dated note to an action.",
                access: .writer, output: .one(Action.self, status: 201),
                refusals: [PlanRefusals.action, PlanRefusals.invalid],
                example: ["kind": "result", "text": "Douze personnes formées en mai."], run: note),
            Endpoint(
                .post, "/v1/actions/{code}/evidence/files", id: "action_evidence_file",
                "Add a file that proves what an action did: PDF, PNG, JPEG or ZIP, up to 10 MiB.", access: .writer,
                output: .one(Action.self, status: 201), refusals: [PlanRefusals.action, PlanRefusals.invalid],
                upload: Self.evidenceFile, example: ["label": "Feuilles d'émargement"], run: storeEvidence),
            Endpoint(
                .post, "/v1/actions/{code}/evidence", id: "action_evidence",
                "Add a link that proves what an action did.", access: .writer,
                output: .one(Action.self, status: 201), refusals: [PlanRefusals.action, PlanRefusals.invalid],
                example: ["label": "Feuilles d'émargement", "url": "https://exemple.example/emargement.pdf"],
                run: evidence),
            Endpoint(
                .get, "/v1/actions/{code}/evidence/{id}/file", id: "action_evidence_read",
                "A file of evidence, for the action's lead, its partners and the team.", access: .member,
                output: .file, refusals: [PlanRefusals.action, PlanRefusals.evidence],
                idIn: ("/v1/actions/A2.11", "evidence"), run: readEvidence),
            Endpoint(
                .patch, "/v1/actions/{code}/funding/{funder}/{year}", id: "action_spending",
                "Record what was committed and spent of a funder's money in a year.", access: .writer,
                output: .one(Action.self),
                refusals: [PlanRefusals.action, PlanRefusals.funding, PlanRefusals.invalid], needsVersion: true,
                example: ["spent_cents": 450000], run: spending),
            Endpoint(
                .get, "/v1/actions/{code}/history", id: "action_history",
                "Everything that changed on an action, the oldest first: who, for whom, when, from, to.",
                access: .member, output: .page(ActionEvent.self), refusals: [PlanRefusals.action], run: history),
        ]
    }

    /// The path of one action.
    struct ActionPath: Decodable, Sendable { var code: ActionCode }

    /// How computed figures are asked for.
    struct FigureQuery: Decodable, Sendable {
        /// As at the end of this past day.
        var asOf: Day?
        /// Whether each figure comes with its rule and its inputs.
        var explain: Bool?
    }

    /// The path of a funding line.
    struct FundingPath: Decodable, Sendable {
        var code: ActionCode
        var funder: OrganisationCode
        var year: PlanYear
    }

    /// The path of a file of evidence.
    struct EvidencePath: Decodable, Sendable {
        var code: ActionCode
        var id: Identifier<Action.Evidence>
    }

    /// A move that the caller may make now.
    struct ActionNextMove: Decodable, Sendable {
        /// The status it leads to.
        var to: ActionStatus
        /// What must come with it: of each group, one.
        var needs: [[String]]
    }
    func readPlan(_ call: Call<Nothing, FigureQuery, Nothing>) async throws -> Answer {
        let past = call.query.asOf
        let answer = Answer.row(try await plans.summary(on: call.today, asOf: past), isPublic: true)
        guard call.query.explain == true else { return answer }
        let parts = try await plans.parts(on: call.today, asOf: past)
        return answer.explained([parts.mean(of: nil), parts.late(on: past ?? call.today)])
    }

    func listAxes(_ call: Call<Nothing, FigureQuery, Nothing>) async throws -> Answer {
        let past = call.query.asOf
        let rows = try await plans.axes(on: call.today, asOf: past)
        let answer = Answer.page(rows, limit: rows.count, list: "axes", key: [], isPublic: true)
        guard call.query.explain == true else { return answer }
        let parts = try await plans.parts(on: call.today, asOf: past)
        return answer.explained(
            try rows.all().map { axis in parts.filter { $0.axis == axis.code }.mean(of: axis.code) })
    }

    func list(_ call: Call<Nothing, ActionStore.Filter, Nothing>) async throws -> Answer {
        let rows = try await actions.list(call.query, on: call.today, as: call.caller)
        return .page(
            rows, limit: (call.query.limit ?? .standard).count, list: "actions", key: ["code"],
            isPublic: !call.query.isInternal)
    }

    func read(_ call: Call<ActionPath, FigureQuery, Nothing>) async throws -> Answer {
        let (past, day) = (call.query.asOf, call.query.asOf ?? call.today)
        let explain = call.query.explain == true
        switch try await actions.find(call.path.code, as: call.caller, on: call.today, asOf: past) {
        case .full(let rows, let version):
            // What is past is no version to change, and makes no move.
            var answer = Answer.row(rows, etag: past == nil ? .full(version: version, day: call.today) : nil)
            if past == nil { answer = answer.adding("moves", try await actions.moves(call.path.code, as: call.caller)) }
            return explain ? answer.explained(try rows.first()?.explanations(on: day) ?? []) : answer
        case .publicView(let rows, let version):
            let answer = Answer.row(
                rows, etag: past == nil ? .publicView(version: version, day: call.today) : nil,
                isPublic: call.caller.member == nil)
            return explain ? answer.explained(try rows.first()?.explanations(on: day) ?? []) : answer
        }
    }

    func export(_ call: Call<Nothing, ActionStore.Filter, Nothing>) async throws -> Answer {
        let (filter, day, caller) = (call.query, call.today, call.caller)
        return .csv("actions-\(filter.asOf ?? day)", isPublic: !filter.isInternal, header: ActionLine.self) { write in
            try await actions.export(filter, on: day, as: caller, write)
        }
    }

    func edit(_ call: Call<ActionPath, Nothing, ActionChanges>) async throws -> Answer {
        try await actions.edit(call.path.code, call.body, precondition: call.precondition, as: call.caller) {
            .changed($0, call.today)
        }
    }

    func move(_ call: Call<ActionPath, Nothing, ActionMove>) async throws -> Answer {
        try await actions.move(call.path.code, call.body, precondition: call.precondition, as: call.caller) {
            .changed($0, call.today)
        }
    }

    func note(_ call: Call<ActionPath, Nothing, NewNote>) async throws -> Answer {
        try await actions.addNote(call.path.code, call.body, as: call.caller) { .changed($0, call.today, status: 201) }
    }

    func evidence(_ call: Call<ActionPath, Nothing, ActionMove.NewEvidence>) async throws -> Answer {
        try await actions.addEvidence(call.path.code, call.body, as: call.caller) {
            .changed($0, call.today, status: 201)
        }
    }

    func storeEvidence(_ call: Call<ActionPath, Nothing, NewEvidenceFile>) async throws -> Answer {
        guard let upload = call.upload else { throw PlanRefusals.evidence() }
        return try await actions.addEvidenceFile(call.path.code, call.body, upload, in: files, as: call.caller) {
            .changed($0, call.today, status: 201)
        }
    }

    func readEvidence(_ call: Call<EvidencePath, Nothing, Nothing>) async throws -> Answer {
        let kind = try await actions.evidenceFile(call.path.code, call.path.id, as: call.caller)
        let id = call.path.id.fieldText
        return .file(kind.rawValue, name: "\(call.path.code)-\(id).\(kind.nameExtension)", try files.stream(id))
    }

    func spending(_ call: Call<FundingPath, Nothing, SpendingChanges>) async throws -> Answer {
        try await actions.recordSpending(
            call.path.code, funder: call.path.funder, year: call.path.year.number, call.body,
            precondition: call.precondition, as: call.caller
        ) { .changed($0, call.today) }
    }

    func history(_ call: Call<ActionPath, Paging, Nothing>) async throws -> Answer {
        let limit = call.query.limit ?? .standard
        let rows = try await actions.history(
            call.path.code, limit: limit, cursor: call.query.cursor, as: call.caller)
        return .page(rows, limit: limit.count, list: "history", key: ["position"])
    }
}

extension Endpoint.Output {
    /// The same, to which `?explain=true` adds how figures came about.
    fileprivate var explained: Self { adding("explanation", listOf: Explanation.self) }
}

extension Answer {
    /// The same object with how its figures came about. Its version says nothing of that: it has none any more.
    fileprivate func explained(_ explanations: [Explanation]) -> Answer {
        var answer = adding("explanation", .array(explanations.map(\.json)))
        answer.etag = nil
        return answer
    }
}
