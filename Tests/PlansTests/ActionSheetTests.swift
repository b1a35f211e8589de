import Accounts
import Fields
import Foundation
import Testing

@testable import Plans

/// What the sheet's columns are to whom.
@Suite struct `The columns of the sheet of actions` {
    private func caller(
        _ kind: Caller.OrganisationKind, _ role: Caller.Role, _ scopes: Set<Caller.Scope> = [.read, .write]
    ) -> Caller {
        .member(
            Caller.Member(
                id: .placeholder, organisationID: .placeholder, organisationKind: kind, role: role, scopes: scopes),
            requestID: "r")
    }

    private func open(_ caller: Caller) -> [String] {
        ActionSheetStore.columns(for: caller).filter { !ActionSheetStore.isLocked($0, for: caller) }.map(\.heading)
    }

    @Test func `are open where their reader may change the field, and nowhere else`() {
        let leads = ["Début réel", "Fin réelle", "Météo", "Description", "Territoire", "Publics visés"]
        #expect(open(caller(.partner, .editor)) == leads)
        #expect(open(caller(.partner, .manager)) == leads)
        #expect(open(caller(.partner, .reader)) == [])
        #expect(open(caller(.partner, .editor, [.read])) == [])
        #expect(
            open(caller(.platform, .editor)) == ["Intitulé", "Début prévu", "Fin prévue"] + leads + [
                "Public", "Priorité",
            ])
        #expect(open(caller(.platform, .reader)) == [])
    }

    @Test func `are what a PATCH may change, but for what is fixed`() {
        let fields = Set(Shape.of(ActionChanges.self).names)
        #expect(Set(ActionSheetColumn.allCases.filter(\.isField).map(\.rawValue)) == fields)
        let teams = ActionSheetColumn.allCases.filter(\.isTeams).map(\.rawValue)
        var changes = ActionChanges()
        changes.title = .set("x")
        changes.plannedStart = .set(.placeholder)
        changes.plannedEnd = .set(.placeholder)
        changes.isPublic = .set(true)
        changes.health = .set(.secured)
        changes.priority = .set(.high)
        #expect(Set(teams) == Set(changes.teamOnly))
    }

    @Test func `are known by their headings, however people write them`() {
        for column in ActionSheetColumn.allCases {
            #expect(ActionSheetColumn.named(column.heading) == column)
            #expect(ActionSheetColumn.named(column.heading.uppercased()) == column)
            #expect(ActionSheetColumn.named(column.rawValue) == column)
            #expect(
                ActionSheetColumn.named(" \(column.heading.folding(options: .diacriticInsensitive, locale: nil)) ")
                    == column)
        }
        #expect(ActionSheetColumn.named("Date de début prévue") == .plannedStart)
        #expect(ActionSheetColumn.named("Date de fin réelle") == .actualEnd)
        for heading in ["", "Budget", "Début", "Fin", "Porteur"] {
            #expect(ActionSheetColumn.named(heading) == nil, "\(heading)")
        }
    }

    @Test func `hold what fits a spreadsheet's list and note`() {
        for column in ActionSheetColumn.allCases {
            for isLocked in [true, false] {
                let shown = column.column(isLocked: isLocked)
                #expect((shown.note ?? "").unicodeScalars.count <= 255)
                #expect(shown.heading.unicodeScalars.count <= 32)
                if case .choice(let words) = shown.kind {
                    #expect(words.joined(separator: ",").utf8.count <= 255)
                    #expect(words.allSatisfy { !$0.contains(",") && !$0.contains("\"") })
                }
            }
        }
    }

    @Test func `read each word that they write, and the contract's too`() throws {
        for health in ActionHealth.allCases {
            #expect(try ActionSheetWords.health(health.label.fr.uppercased()) == health)
            #expect(try ActionSheetWords.health(health.rawValue) == health)
        }
        for status in ActionStatus.allCases { #expect(try ActionSheetWords.status(status.label.fr) == status) }
        #expect(try ActionSheetWords.boolean("VRAI"))
        #expect(try !ActionSheetWords.boolean("Non"))
        let error = #expect(throws: PlanFileReason.self) { try ActionSheetWords.health("super") }
        #expect(error?.text.fr == "attendu : sécurisée, atteignable, besoin d'appui, compromise, non renseignée")
    }
}
