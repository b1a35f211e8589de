public import Contract
import Fields
import Postgres

/// The contract of what was written about an action, put right or taken away, and of its money's lines.
public struct ActionRecordEndpoints: Sendable {
    let actions: ActionStore
    let files: FileStore

    /// The endpoints over their stores.
    public init(actions: ActionStore, files: FileStore) {
        self.actions = actions
        self.files = files
    }

    private static let action = "/v1/actions/{code}"

    /// Where the demonstration's action has a part, for the documentation.
    private static func found(_ list: String) -> (address: String, list: String) { ("/v1/actions/A2.11", list) }

    /// Every operation.
    public var all: [Endpoint] { notes + evidence + funding }

    private var notes: [Endpoint] {
        [
            Endpoint(
                .patch, Self.action + "/notes/{id}", id: "note_edit",
                "Put a note right: who wrote it, in their organisation, and the team. The history keeps the former text.",
                access: .writer, output: .one(Action.self),
                refusals: [PlanRefusals.action, PlanRefusals.note, PlanRefusals.invalid], needsVersion: true,
                example: ["text": "Treize personnes formées en mai."], idIn: Self.found("notes"), run: editNote),
            Endpoint(
                .delete, Self.action + "/notes/{id}", id: "note_remove",
                "Take a note away; the history keeps it.", access: .writer, output: .one(Action.self),
                refusals: [PlanRefusals.action, PlanRefusals.note], needsVersion: true, idIn: Self.found("notes"),
                run: removeNote),
        ]
    }

    private var evidence: [Endpoint] {
        [
            Endpoint(
                .patch, Self.action + "/evidence/{id}", id: "evidence_edit",
                "Put evidence right: its label, a link's address. A file's bytes never change.", access: .writer,
                output: .one(Action.self),
                refusals: [PlanRefusals.action, PlanRefusals.evidence, PlanRefusals.invalid], needsVersion: true,
                example: ["label": "Feuilles d'émargement de mai"], idIn: Self.found("evidence"), run: editEvidence),
            Endpoint(
                .delete, Self.action + "/evidence/{id}", id: "evidence_remove",
                "Take evidence away, a file with its bytes; the history keeps its label. A done action keeps its last.",
                access: .writer, output: .one(Action.self),
                refusals: [PlanRefusals.action, PlanRefusals.evidence, PlanRefusals.evidenceNeeded],
                needsVersion: true, idIn: Self.found("evidence"), run: removeEvidence),
        ]
    }

    private var funding: [Endpoint] {
        [
            Endpoint(
                .post, Self.action + "/funding", id: "funding_add",
                "Add a funder's money for a year. The team's to do; the next import of the plan's file says what stays planned.",
                access: .writer, output: .one(Action.self, status: 201),
                refusals: [PlanRefusals.action, PlanRefusals.fundingExists, PlanRefusals.invalid],
                example: ["funder": "cnsa", "year": 2022, "planned_cents": 500000], run: addFunding),
            Endpoint(
                .delete, Self.action + "/funding/{funder}/{year}", id: "funding_remove",
                "Take a funding line away on which nothing was committed nor spent. The team's to do.",
                access: .writer, output: .one(Action.self),
                refusals: [PlanRefusals.action, PlanRefusals.funding, PlanRefusals.fundingUsed], needsVersion: true,
                run: removeFunding),
        ]
    }

    typealias ActionPath = ActionPartEndpoints.ActionPath
    typealias NotePath = ActionPartEndpoints.PartPath<Action.Note>
    typealias EvidencePath = ActionPartEndpoints.PartPath<Action.Evidence>

    func editNote(_ call: Call<NotePath, Nothing, NoteChanges>) async throws -> Answer {
        try await actions.editNote(
            call.path.code, call.path.id, call.body, precondition: call.precondition, as: call.caller
        ) { .changed($0, call.today) }
    }

    func removeNote(_ call: Call<NotePath, Nothing, Nothing>) async throws -> Answer {
        try await actions.removeNote(
            call.path.code, call.path.id, precondition: call.precondition, as: call.caller
        ) { .changed($0, call.today) }
    }

    func editEvidence(_ call: Call<EvidencePath, Nothing, EvidenceChanges>) async throws -> Answer {
        try await actions.editEvidence(
            call.path.code, call.path.id, call.body, precondition: call.precondition, as: call.caller
        ) { .changed($0, call.today) }
    }

    func removeEvidence(_ call: Call<EvidencePath, Nothing, Nothing>) async throws -> Answer {
        try await actions.removeEvidence(
            call.path.code, call.path.id, precondition: call.precondition, in: files, as: call.caller
        ) { .changed($0, call.today) }
    }

    func addFunding(_ call: Call<ActionPath, Nothing, NewFunding>) async throws -> Answer {
        try await actions.addFunding(call.path.code, call.body, as: call.caller) {
            .changed($0, call.today, status: 201)
        }
    }

    func removeFunding(_ call: Call<ActionEndpoints.FundingPath, Nothing, Nothing>) async throws -> Answer {
        try await actions.removeFunding(
            call.path.code, funder: call.path.funder, year: call.path.year.number, precondition: call.precondition,
            as: call.caller
        ) { .changed($0, call.today) }
    }
}
