import Accounts
import Fields
import Foundation
import Postgres

extension Make {
    /// A campaign of a funder over 2023, in any state; once submitted it has a report that says nothing.
    public func campaign(
        of funder: Organisation.ID, profile: String = "cnsa", state: String = "draft", reviewer: Member.ID? = nil,
        signatory: Member.ID? = nil, from startsOn: Day = Day(year: 2023, month: 1, day: 1)!,
        to endsOn: Day = Day(year: 2023, month: 12, day: 31)!
    ) async throws -> UUID {
        try await insert { transaction in
            let id = transaction.newID(Identifier<Never>.self)
            let due: Day? = ["final", "cancelled"].contains(state) ? nil : Day(number: endsOn.number + 90)
            try await transaction.execute(
                """
                INSERT INTO campaign (id, funder_id, profile, title, starts_on, ends_on, opens_on, submit_by, review_by, sign_by,
                                      state, due_on, moved_at, reviewer_id, signatory_id, created_at)
                VALUES (\(id), \(funder), \(profile), 'Bilan de test', \(startsOn), \(endsOn), \(endsOn),
                        \(Day(number: endsOn.number + 90)), \(Day(number: endsOn.number + 120)),
                        \(Day(number: endsOn.number + 150)), \(state), \(due), \(transaction.now), \(reviewer), \(signatory),
                        \(transaction.now))
                """)
            if !["draft", "cancelled"].contains(state) { try await report(of: id, transaction) }
            return id.uuid
        }
    }

    private func report(of campaign: Identifier<Never>, _ transaction: Transaction) async throws {
        try await transaction.execute(
            """
            INSERT INTO report (id, campaign_id, number, as_of, frozen_at, document, sha256)
            VALUES (\(transaction.newID(Identifier<Never>.self)), \(campaign), 1, DATE '2022-12-31', \(transaction.now),
                    \(Self.emptyReport), sha256(convert_to(\(Self.emptyReport), 'UTF8')))
            """)
    }

    /// The least that a report can say.
    public static let emptyReport = """
        {"as_of":"2024-01-01","charts":[],"format":"pa31.report/1","funder":{"code":"cnsa","name":"CNSA"},"number":1,"profile":{"code":"cnsa","title":"Essai"},"sheets":[{"code":"money","columns":[{"field":"year","heading":"Année","indicator":null,"kind":"year","total":null}],"rows":[],"subject":"money","title":"Financement","totals":[null],"units":[]}],"title":"Essai"}
        """
}
