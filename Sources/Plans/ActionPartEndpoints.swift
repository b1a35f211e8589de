public import Contract
import Fields
import Postgres

/// The contract of an action's milestones and indicators.
public struct ActionPartEndpoints: Sendable {
    let actions: ActionStore

    /// The endpoints over their store.
    public init(actions: ActionStore) { self.actions = actions }

    private static let action = "/v1/actions/{code}"

    /// Where the demonstration's action has a part, for the documentation.
    private static func found(_ list: String) -> (address: String, list: String) { ("/v1/actions/A2.11", list) }

    /// Every operation.
    public var all: [Endpoint] { milestones + indicators + together }

    private var together: [Endpoint] {
        [
            Endpoint(
                .get, Self.action + "/comments", id: "action_comment_list",
                "What the team and the action's organisations said to one another, the oldest first.", access: .member,
                output: .page(ActionComment.self), refusals: [PlanRefusals.action], run: comments),
            Endpoint(
                .post, Self.action + "/comments", id: "action_comment",
                "Say something about an action to the other side: the team, or its lead and partners.", access: .writer,
                output: .one(ActionComment.self, status: 201), refusals: [PlanRefusals.action, PlanRefusals.invalid],
                example: ["text": "Pouvez-vous joindre la convention signée ?"], run: comment),
            Endpoint(
                .post, "/v1/actions/changes", id: "action_bulk",
                "Change the same fields of many actions in one go; without `apply`, only say what would change.",
                access: .writer, output: .one(BulkOutcome.self),
                refusals: [PlanRefusals.action, PlanRefusals.invalid],
                example: ["selection": ["axis": "A2", "status": "in_progress"], "changes": ["health": "attainable"]],
                run: bulk),
        ]
    }

    private var milestones: [Endpoint] {
        let refusals = [PlanRefusals.action, PlanRefusals.milestone, PlanRefusals.invalid]
        return [
            Endpoint(
                .post, Self.action + "/milestones", id: "milestone_add", "Add a milestone to an action.",
                access: .writer, output: .one(Action.self, status: 201), refusals: refusals,
                example: ["title": "Convention signée", "due_on": "2024-06-30", "weight": 2], run: addMilestone),
            Endpoint(
                .patch, Self.action + "/milestones/{id}", id: "milestone_edit",
                "Change a milestone, or say on which day it was reached.", access: .writer, output: .one(Action.self),
                refusals: refusals, needsVersion: true, example: ["done_on": "2024-06-12"],
                idIn: Self.found("milestones"), run: editMilestone),
            Endpoint(
                .delete, Self.action + "/milestones/{id}", id: "milestone_remove",
                "Take a milestone away; the history keeps it.", access: .writer, output: .one(Action.self),
                refusals: refusals, needsVersion: true, idIn: Self.found("milestones"), run: removeMilestone),
        ]
    }

    private var indicators: [Endpoint] {
        let refusals = [PlanRefusals.action, PlanRefusals.indicator, PlanRefusals.invalid]
        let values = [PlanRefusals.action, PlanRefusals.value, PlanRefusals.challenge, PlanRefusals.invalid]
        return [
            Endpoint(
                .post, Self.action + "/indicators", id: "indicator_add", "Add an indicator to an action.",
                access: .writer, output: .one(Action.self, status: 201), refusals: refusals,
                example: ["title": "Tuteurs formés", "unit": "personnes", "baseline": 0, "target": 60],
                run: addIndicator),
            Endpoint(
                .patch, Self.action + "/indicators/{id}", id: "indicator_edit", "Change an indicator; its values stay.",
                access: .writer, output: .one(Action.self), refusals: refusals, needsVersion: true,
                example: ["target": 80], idIn: Self.found("indicators"), run: editIndicator),
            Endpoint(
                .delete, Self.action + "/indicators/{id}", id: "indicator_remove",
                "Take an indicator away that has no value yet.", access: .writer, output: .one(Action.self),
                refusals: refusals, needsVersion: true, idIn: Self.found("indicators"), run: removeIndicator),
            Endpoint(
                .post, Self.action + "/indicators/{id}/values", id: "indicator_value_add",
                "Add a dated value to an indicator.", access: .writer, output: .one(Action.self, status: 201),
                refusals: refusals,
                example: ["dated_on": "2024-05-31", "value": 42, "source": "Feuilles d'émargement"],
                idIn: Self.found("indicators"), run: addValue),
            Endpoint(
                .post, Self.action + "/values/{id}/challenge", id: "indicator_value_challenge",
                "Say why a value is doubted.", access: .writer, output: .one(Action.self), refusals: values,
                example: ["motive": "La feuille de mai manque."], idIn: Self.found("values"), run: challenge),
            Endpoint(
                .post, Self.action + "/values/{id}/settlement", id: "indicator_value_settle",
                "Settle a doubt about a value: it is kept, or withdrawn and no longer counted. The team's to do.",
                access: .writer, output: .one(Action.self), refusals: values,
                example: ["settlement": "kept", "note": "Feuille retrouvée."], idIn: Self.found("values"), run: settle),
        ]
    }

    /// The path of an action.
    struct ActionPath: Decodable, Sendable { var code: ActionCode }

    /// The path of one of its parts.
    struct PartPath<Part>: Decodable, Sendable {
        var code: ActionCode
        var id: Identifier<Part>
    }

    func comments(_ call: Call<ActionPath, Paging, Nothing>) async throws -> Answer {
        let limit = call.query.limit ?? .standard
        let rows = try await actions.comments(call.path.code, limit: limit, cursor: call.query.cursor, as: call.caller)
        return .page(rows, limit: limit.count, list: "comments", key: ["id"])
    }

    func comment(_ call: Call<ActionPath, Nothing, NewComment>) async throws -> Answer {
        try await actions.addComment(call.path.code, call.body, as: call.caller) { .row($0, status: 201) }
    }

    func bulk(_ call: Call<Nothing, Nothing, BulkChanges>) async throws -> Answer {
        try await actions.edit(call.body, as: call.caller) { .json($0.json) }
    }

    func addMilestone(_ call: Call<ActionPath, Nothing, NewMilestone>) async throws -> Answer {
        try await actions.addMilestone(call.path.code, call.body, as: call.caller) {
            .changed($0, call.today, status: 201)
        }
    }

    func editMilestone(_ call: Call<PartPath<Milestone>, Nothing, MilestoneChanges>) async throws -> Answer {
        try await actions.editMilestone(
            call.path.code, call.path.id, call.body, precondition: call.precondition, as: call.caller
        ) { .changed($0, call.today) }
    }

    func removeMilestone(_ call: Call<PartPath<Milestone>, Nothing, Nothing>) async throws -> Answer {
        try await actions.removeMilestone(
            call.path.code, call.path.id, precondition: call.precondition, as: call.caller
        ) { .changed($0, call.today) }
    }

    func addIndicator(_ call: Call<ActionPath, Nothing, NewIndicator>) async throws -> Answer {
        try await actions.addIndicator(call.path.code, call.body, as: call.caller) {
            .changed($0, call.today, status: 201)
        }
    }

    func editIndicator(_ call: Call<PartPath<Indicator>, Nothing, IndicatorChanges>) async throws -> Answer {
        try await actions.editIndicator(
            call.path.code, call.path.id, call.body, precondition: call.precondition, as: call.caller
        ) { .changed($0, call.today) }
    }

    func removeIndicator(_ call: Call<PartPath<Indicator>, Nothing, Nothing>) async throws -> Answer {
        try await actions.removeIndicator(
            call.path.code, call.path.id, precondition: call.precondition, as: call.caller
        ) { .changed($0, call.today) }
    }

    func addValue(_ call: Call<PartPath<Indicator>, Nothing, NewIndicatorValue>) async throws -> Answer {
        try await actions.addValue(call.path.code, call.path.id, call.body, as: call.caller) {
            .changed($0, call.today, status: 201)
        }
    }

    func challenge(_ call: Call<PartPath<Indicator.Value>, Nothing, NewChallenge>) async throws -> Answer {
        try await actions.challenge(call.path.code, call.path.id, call.body, as: call.caller) {
            .changed($0, call.today)
        }
    }

    func settle(_ call: Call<PartPath<Indicator.Value>, Nothing, NewSettlement>) async throws -> Answer {
        try await actions.settle(call.path.code, call.path.id, call.body, as: call.caller) {
            .changed($0, call.today)
        }
    }
}

extension Answer {
    /// An action after a change, with the version to change it again.
    static func changed(_ rows: Rows<Action>, _ day: Day, status: Int = 200) -> Answer {
        .row(
            rows, status: status, etag: rows.text(0, "version").flatMap { Int($0) }.map { .full(version: $0, day: day) }
        )
    }
}
