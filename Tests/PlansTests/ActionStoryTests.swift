import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@Suite struct `An action's history` {
    private func event(_ operation: String, _ changes: [ActionEvent.FieldChange]) throws -> ActionEvent {
        ActionEvent(
            id: .placeholder, position: 1, at: try Instant(fieldText: "2023-06-30T22:05:00Z"), operation: operation,
            member: "Camille Exemple", organisation: "Porteur", requestID: "x", changes: changes)
    }

    private func change(_ part: String, _ field: String, _ from: JSON?, _ to: JSON?) -> ActionEvent.FieldChange {
        .init(part: part, field: field, from: from, to: to)
    }

    @Test func `reads as a story, in Paris time and in words`() throws {
        let moved = try event(
            "action.transition",
            [
                change("action", "status", "in_progress", "blocked"), change("action", "blocker", nil, "convention"),
                change("action", "unblocker", nil, "CD31"),
            ])
        #expect(
            ActionStory.lines(moved, in: .french) == [
                "2023-07-01 00:05  Porteur, Camille Exemple : statut", "    statut : en cours → bloquée",
                "    frein : convention", "    qui peut le lever : CD31",
            ])
        #expect(ActionStory.lines(moved, in: .english)[1] == "    status : in progress → blocked")
    }

    @Test func `tells a new part in one line, a changed one by its fields, one taken away by its name`() throws {
        let added = try event(
            "action.milestone",
            [
                change("milestone Bilan", "due_on", nil, "2023-12-01"),
                change("milestone Bilan", "title", nil, "Bilan"),
                change("milestone Bilan", "weight", nil, 3),
            ])
        #expect(ActionStory.lines(added, in: .french)[1...] == ["    + jalon « Bilan » : échéance 2023-12-01, poids 3"])
        let spent = try event(
            "action.spending", [change("funding_line cnsa 2023", "spent_cents", 0, 123_456)])
        #expect(
            ActionStory.lines(spent, in: .french)[1...] == [
                "    financement « cnsa 2023 », réalisé : 0,00 € → 1 234,56 €"
            ])
        let gone = try event(
            "action.milestone",
            [change("milestone Bilan", "due_on", "2023-12-01", nil), change("milestone Bilan", "title", "Bilan", nil)])
        #expect(ActionStory.lines(gone, in: .french)[1...] == ["    − jalon « Bilan »"])
        let value = try event(
            "action.value", [change("indicator_value Tuteurs", "value", nil, .number("27.000"))])
        #expect(ActionStory.lines(value, in: .french)[1...] == ["    + valeur de « Tuteurs » : valeur 27"])
    }

    @Test func `leaves out what a new action starts with, and tells two partners apart`() throws {
        let imported = try event(
            "plan.import",
            [
                change("action", "audiences", nil, .array([])), change("action", "priority", nil, "normal"),
                change("action", "status", nil, "planned"), change("action_partner", "organisation", nil, "a"),
                change("action_partner", "organisation", nil, "b"),
            ])
        #expect(
            ActionStory.lines(imported, in: .french)[1...] == [
                "    statut : prévue", "    + partenaire : organisme a", "    + partenaire : organisme b",
            ])
    }
}
