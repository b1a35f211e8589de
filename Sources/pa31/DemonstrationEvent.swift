import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import Yams

/// One event of `history.yaml`.
struct DemonstrationEvent {
    let at: Instant
    let byTeam: Bool
    let action: ActionCode
    let values: [String: String]

    static func read(_ text: String) throws -> [DemonstrationEvent] {
        let list = try Yams.compose(yaml: text)?["events"]?.sequence ?? []
        return try list.map { node in
            var values: [String: String] = [:]
            for (key, value) in node.mapping ?? [:] { values[key.string ?? ""] = value.scalar?.string }
            return DemonstrationEvent(
                at: try Instant(fieldText: values["at"] ?? ""), byTeam: values["by"] == "team",
                action: try ActionCode(fieldText: values["action"] ?? ""), values: values)
        }
    }

    func replay(in database: Database, as caller: Caller) async throws {
        let store = ActionStore(database)
        guard case .full(_, let version) = try await store.find(action, as: caller, on: Day(at)) else { return }
        let precondition = Precondition(version: version)
        if let to = values["move"] {
            let evidence = values["evidence_url"].map {
                ActionMove.NewEvidence(label: values["evidence_label"] ?? $0, url: $0)
            }
            _ = try await store.move(
                action,
                ActionMove(
                    to: try ActionStatus(fieldText: to), reason: values["reason"], blocker: values["blocker"],
                    unblocker: values["unblocker"], evidence: evidence),
                precondition: precondition, as: caller)
        } else if let note = values["note"], values["settlement"] == nil {
            _ = try await store.addNote(
                action, NewNote(kind: try NoteKind(fieldText: values["kind"] ?? ""), text: note), as: caller)
        } else if let funder = values["funder"] {
            _ = try await store.recordSpending(
                action, funder: try OrganisationCode(fieldText: funder), year: Int(values["year"] ?? "") ?? 0,
                SpendingChanges(
                    committedCents: values["committed"].flatMap(Euros.cents),
                    spentCents: values["spent"].flatMap(Euros.cents)),
                precondition: precondition, as: caller)
        } else if try await !replayPart(in: store, as: caller, precondition) {
            _ = try await store.edit(action, try changes(), precondition: precondition, as: caller)
        }
    }

    private func changes() throws -> ActionChanges {
        var changes = ActionChanges()
        if let health = values["health"] { changes.health = .set(try ActionHealth(fieldText: health)) }
        if let day = values["actual_start"] { changes.actualStart = .set(try Day(fieldText: day)) }
        if let day = values["actual_end"] { changes.actualEnd = .set(try Day(fieldText: day)) }
        if let priority = values["priority"] { changes.priority = .set(try ActionPriority(fieldText: priority)) }
        if let places = values["territory"] { changes.territory = .set(try Self.list(places)) }
        if let audiences = values["audiences"] { changes.audiences = .set(try Self.list(audiences)) }
        return changes
    }

    private static func list<Value: FieldScalar>(_ text: String) throws -> [Value] {
        try text.split(separator: ",").map { try Value(fieldText: String($0.drop { $0 == " " })) }
    }

    /// Replays what happens to a part of the action, named by its title; false when this event is of another kind.
    private func replayPart(in store: ActionStore, as caller: Caller, _ precondition: Precondition) async throws -> Bool
    {
        let weight = values["weight"].flatMap { Int($0) }
        if let title = values["milestone"] {
            let new = NewMilestone(title: title, dueOn: try day("due_on"), weight: weight)
            _ = try await store.addMilestone(action, new, as: caller)
        } else if let title = values["milestone_done"] {
            let milestone = try await whole(store, caller).milestones.first { $0.title == title }
            var changes = MilestoneChanges()
            changes.doneOn = .set(try day("done_on"))
            _ = try await store.editMilestone(
                action, try known(milestone?.id, title), changes, precondition: precondition, as: caller)
        } else if let title = values["indicator"] {
            let new = NewIndicator(
                title: title, unit: values["unit"] ?? "", baseline: try number("baseline"),
                target: try number("target"),
                weight: weight)
            _ = try await store.addIndicator(action, new, as: caller)
        } else if let title = values["indicator_of"] {
            let indicator = try await whole(store, caller).indicators.first { $0.title == title }
            try await replayValue(of: try known(indicator, title), in: store, as: caller)
        } else if let text = values["comment"] {
            _ = try await store.addComment(action, NewComment(text: text), as: caller)
        } else {
            return false
        }
        return true
    }

    /// A new value, or a doubt about the latest one, or its settlement.
    private func replayValue(of indicator: Indicator, in store: ActionStore, as caller: Caller) async throws {
        if values["value"] != nil {
            let new = NewIndicatorValue(
                datedOn: try day("dated_on"), value: try number("value"), source: values["source"] ?? "")
            _ = try await store.addValue(action, indicator.id, new, as: caller)
            return
        }
        let latest = try known(indicator.values.last?.id, indicator.title)
        if let motive = values["challenge"] {
            _ = try await store.challenge(action, latest, NewChallenge(motive: motive), as: caller)
        } else {
            let settlement = try Indicator.Settlement(fieldText: values["settlement"] ?? "")
            _ = try await store.settle(
                action, latest, NewSettlement(settlement: settlement, note: values["note"] ?? ""), as: caller)
        }
    }

    private func whole(_ store: ActionStore, _ caller: Caller) async throws -> Action {
        guard case .full(let rows, _) = try await store.find(action, as: caller, on: Day(at)) else {
            throw Self.unknown(action.text)
        }
        return try known(try rows.first(), action.text)
    }

    private func known<Value>(_ value: Value?, _ name: String) throws -> Value {
        guard let value else { throw Self.unknown(name) }
        return value
    }

    private func day(_ name: String) throws -> Day { try Day(fieldText: values[name] ?? "") }

    private func number(_ name: String) throws -> Double { try known(Double(values[name] ?? ""), name) }

    private static func unknown(_ name: String) -> Refusal {
        Problem.malformed(
            fr: "history.yaml : \(name) n'existe pas ou est illisible.",
            en: "history.yaml: \(name) does not exist or cannot be read.")
    }
}
