import Accounts
public import Contract
public import Fields
import Messages
import Postgres

/// How campaigns move: each move is one transaction with its history, its audit row and, for a submission, what it freezes.
extension CampaignStore {
    /// Moves a campaign as its table allows. Of two at once, one waits, then finds another version. `step` is told how far a submission is.
    public func move<T: Sendable>(
        _ id: Campaign.ID, _ move: CampaignMove, precondition: Precondition, as caller: Caller,
        answer: (Found) throws -> T = { $0 }, step: @escaping ReportStep = { _, _ in }
    ) async throws -> T {
        do {
            return try await database.slow(as: caller) { transaction in
                let current = try await current(id, as: caller, locked: true, transaction)
                guard let actor = current.actor(caller) else { throw Problem.forbidden() }
                try await transaction.record(
                    "campaign.transition", on: "campaign", id: id.uuid, details: ["to": .string(move.to.rawValue)])
                if case .stale(let given) = try precondition.compare(with: current.version) {
                    throw ReportRefusals.stale(given: given, current: current.version)
                }
                let asOf = move.asOf ?? lastDay(transaction)
                let areCounted =
                    move.to == .submitted ? try await personsAreCounted(until: current.endsOn, transaction) : true
                let gaps = move.to == .submitted ? try await self.gaps(of: current, asOf: asOf, transaction) : []
                try campaignTransitions.check(
                    from: current.state, to: move.to, by: actor, given: move.given,
                    failing: failing(move, current, gaps, areCounted, asOf, transaction), label: \.label)
                let report =
                    move.to == .submitted ? try await freeze(current, asOf: asOf, gaps: gaps, step, transaction) : nil
                try await write(move, of: current, report, transaction)
                return try answer(try await found(id, as: caller, transaction))
            }
        } catch {
            throw Refusal.mapping(error, ReportRefusals.byConstraint)
        }
    }

    /// The conditions of the table that do not hold now.
    private func failing(
        _ move: CampaignMove, _ current: Current, _ gaps: [CampaignGap], _ areCounted: Bool, _ asOf: Day,
        _ transaction: Transaction
    ) -> [String: Refusal] {
        var failing: [String: Refusal] = [:]
        let missing = gaps.filter { $0.explanation == nil }
        if !missing.isEmpty { failing["nothing_missing"] = ReportRefusals.missing(missing) }
        if asOf < current.endsOn || asOf >= transaction.today {
            failing["period_over"] = ReportRefusals.asOf(current.endsOn, today: transaction.today)
        }
        if !areCounted { failing["persons_counted"] = ReportRefusals.notCounted() }
        if current.endsOn >= transaction.today { failing["period_over"] = ReportRefusals.notOver(current.endsOn) }
        if move.signatory != nil, move.signatory == current.reviewerID {
            failing["signed_by_another"] = ReportRefusals.signsReviewed()
        }
        if move.signatory != nil, move.signatory != transaction.caller.member?.id {
            failing["signed_for_oneself"] = ReportRefusals.signsForAnother()
        }
        return failing
    }

    private func write(
        _ move: CampaignMove, of current: Current, _ report: Report.ID?, _ transaction: Transaction
    ) async throws {
        let member = transaction.caller.member?.id
        let reviewer: Member.ID? =
            switch move.to {
            case .reviewed: member
            case .final: current.reviewerID
            case .draft, .submitted, .fixRequested, .cancelled: nil
            }
        let due = try await due(move.to, current, transaction)
        try await transaction.execute(
            """
            UPDATE campaign
               SET state = \(move.to), due_on = \(due), moved_at = \(transaction.now),
                   reviewer_id = \(reviewer), signatory_id = \(move.to == .final ? move.signatory : nil), reminded_on = NULL,
                   version = version + 1
             WHERE id = \(current.id)
            """)
        if move.to == .cancelled {
            // Of a period that is not over nothing was shown yet.
            try await transaction.execute(
                """
                DELETE FROM person_period p
                 WHERE p.starts_on = \(current.startsOn) AND p.ends_on = \(current.endsOn) AND p.ends_on >= \(transaction.today)
                   AND NOT EXISTS (SELECT FROM campaign c
                                    WHERE c.starts_on = p.starts_on AND c.ends_on = p.ends_on AND c.state <> 'cancelled')
                """)
        }
        try await transaction.execute(
            """
            INSERT INTO campaign_move (id, campaign_id, from_state, to_state, at, member_id, organisation_id, text, report_id)
            VALUES (\(transaction.newID(Identifier<Never>.self)), \(current.id), \(current.state), \(move.to), \(transaction.now),
                    \(member), \(transaction.caller.member?.organisationID), \(move.comment ?? move.reason), \(report))
            """)
    }

    /// By when the next step is owed: the campaign's own day, or later when it is reached late.
    private func due(_ state: CampaignState, _ current: Current, _ transaction: Transaction) async throws -> Day? {
        func days(_ rule: String) async throws -> Day {
            transaction.today.adding(days: try await transaction.serviceRule(rule))
        }
        return switch state {
        case .submitted: max(current.reviewBy, try await days("report_review_days"))
        case .reviewed: max(current.signBy, try await days("report_sign_days"))
        case .fixRequested: try await days("report_fix_days")
        case .draft, .final, .cancelled: nil
        }
    }

    /// The clock counts a quarter's persons within the hour of its end; a report before that would lack them for good.
    private func personsAreCounted(until day: Day, _ transaction: Transaction) async throws -> Bool {
        try await transaction.rows("SELECT persons_are_counted(\(day)) AS value", as: Value<Bool>.self).first()?.value
            ?? false
    }

    // MARK: - Freezing

    /// Freezes the next numbered report with its files, in the submission's own transaction.
    private func freeze(
        _ current: Current, asOf: Day, gaps: [CampaignGap], _ step: @escaping ReportStep, _ transaction: Transaction
    ) async throws -> Report.ID {
        let request = ReportRequest(
            campaign: current.id, title: current.title, startsOn: current.startsOn, endsOn: current.endsOn, asOf: asOf,
            number: current.reportCount + 1, frozenAt: transaction.now, gaps: gaps)
        let profile = try profiles.find(current.profile)
        let builder = ReportBuilder(profile: profile, request: request, transaction: transaction, step: step)
        let document = try await builder.build()
        let id = transaction.newID(Report.ID.self)
        let canonical = document.canonical
        try await transaction.execute(
            """
            INSERT INTO report (id, campaign_id, number, as_of, frozen_at, frozen_by, document, sha256)
            VALUES (\(id), \(current.id), \(current.reportCount + 1)::integer, \(asOf), \(transaction.now),
                    \(transaction.caller.member?.id), \(String(decoding: canonical, as: UTF8.self)),
                    \(bytes: CanonicalJSON.sha256(canonical))::bytea)
            """)
        for file in try document.files() {
            try await transaction.execute(
                """
                INSERT INTO report_file (id, report_id, format, sheet, content, sha256)
                VALUES (\(transaction.newID(Identifier<Never>.self)), \(id), \(file.format), \(file.sheet),
                        \(bytes: file.content)::bytea, \(bytes: CanonicalJSON.sha256(file.content))::bytea)
                """)
        }
        step(profile.sheets.count + 2, profile.sheets.count + 2)
        return id
    }
}
