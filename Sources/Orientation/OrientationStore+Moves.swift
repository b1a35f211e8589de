import Accounts
public import Contract
public import Fields
import Postgres
import Recruitment

/// How orientations move: each move is one transaction with its history, its audit row, its notices and what follows elsewhere.
extension OrientationStore {
    /// Moves an orientation as its table allows.
    public func move<T: Sendable>(
        _ id: Orientation.ID, _ move: OrientationMove, precondition: Precondition, as caller: Caller,
        answer: (Changed) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await current(id, locked: true, transaction)
                guard let actor = current.actor(caller), caller.mayWrite else { throw OrientationRefusals.notYours() }
                try await transaction.record(
                    "orientation.transition", on: "orientation", id: id.uuid, details: ["to": .string(move.to.rawValue)]
                )
                if case .stale(let given) = try precondition.compare(with: current.version) {
                    throw OrientationRefusals.stale(given: given, current: current.version)
                }
                try move.check(on: transaction.today, now: transaction.now)
                try await apply(move, to: current, by: actor, transaction)
                return try answer(try await shown(try await self.current(id, locked: false, transaction), transaction))
            }
        } catch {
            try await tellTeam(error, about: ("orientation", id.uuid))
            throw Refusal.mapping(error, OrientationRefusals.byConstraint)
        }
    }

    /// Makes one move of a locked orientation, whoever makes it: the table's checks, the row, its texts and event, what follows for
    /// the target and the person's other orientations, and the notices.
    func apply(
        _ move: OrientationMove, to current: Current, by actor: OrientationActor, isReceiversAnswer: Bool = false,
        _ transaction: Transaction
    ) async throws {
        var failing: [String: Refusal] = [:]
        if current.state == .draft, move.to == .sent {
            failing["sendable"] = try await notSendable(current, transaction)
        }
        if current.state == .expired, let closedAt = current.closedAt {
            let days = try await number("expired_accept_days", transaction)
            if Day(closedAt).number + days < transaction.today.number {
                failing["recently_expired"] = OrientationRefusals.expired()
            }
        }
        if move.to == .pool { failing["pool_agreement"] = try await noPoolAgreement(current, transaction) }
        try orientationTransitions.check(
            from: current.state, to: move.to, by: actor, given: move.given, failing: failing, label: \.label)
        let receiver = move.to == .sent && current.state == .draft ? try await receiver(of: current, transaction) : nil
        try await followTarget(from: current, to: move.to, transaction)
        if let session = move.session { try await check(trainingSession: session, transaction) }
        let isAnswer = isReceiversAnswer || (actor.isReceiver && Self.answers.contains(move.to))
        try await update(current, move, by: actor, receiver: receiver, isAnswer: isAnswer, transaction)
        try await write(move.texts, of: current.id, transaction)
        try await event(
            of: current.id, kind: "moved", from: current.state, to: move.to, by: actor, reason: move.reason?.text,
            transaction)
        try await transaction.asSystem {
            if move.to == .hired { try await makeOthersObsolete(current, transaction) }
            if current.state == .hired { try await restoreOthers(current, transaction) }
            // What expired may still be answered.
            if (move.to.isFinal && move.to != .expired) || move.to == .accepted {
                endLinks(of: current.id, transaction)
            }
            try await OrientationNotices.tell(current, move, by: actor, transaction)
        }
    }

    /// What counts as the structure's answer when it gives it; opening a link is none.
    private static let answers: [OrientationState] = [.refused, .appointment, .priorAction, .pool, .accepted]

    /// Nobody is trained in a session that is not held.
    private func check(trainingSession id: PublicSession.ID, _ transaction: Transaction) async throws {
        let isHeld = try await transaction.rows(
            "SELECT state IN ('open', 'full', 'held') AS value FROM session WHERE id = \(id)", as: Value<Bool>.self
        ).first()?.value
        guard isHeld == true else {
            throw OrientationRefusals.wrong([
                FieldProblem("/session", fr: "Aucune session ouverte ou tenue.", en: "No session that is open or held.")
            ])
        }
    }

    private func number(_ rule: String, _ transaction: Transaction) async throws -> Int {
        try await transaction.rows("SELECT service_rule(\(rule)) AS value", as: Value<Int>.self).first()?.value ?? 0
    }

    private func noPoolAgreement(_ current: Current, _ transaction: Transaction) async throws -> Refusal? {
        // Whether the person agreed is not the recruiter's to read, but for this.
        let hasAgreed = try await transaction.asSystem {
            try await transaction.rows(
                """
                SELECT EXISTS (SELECT FROM candidate_agreement a
                                WHERE a.candidate_id = \(current.candidateID) AND a.kind = 'pool' AND a.withdrawn_on IS NULL
                                  AND a.given_on + make_interval(months => service_rule('pool_months')) > \(transaction.today)::date) AS value
                """, as: Value<Bool>.self
            ).first()?.value
        }
        return hasAgreed == true ? nil : CandidateRefusals.noAgreement()
    }

    /// A need's positions and a session's places follow, in the same transaction.
    private func followTarget(from current: Current, to state: OrientationState, _ transaction: Transaction)
        async throws
    {
        if let need = current.needID {
            if state == .hired { try await NeedStore.take(need, transaction) }
            if current.state == .hired { try await NeedStore.giveBack(need, transaction) }
        }
        guard let session = current.sessionID else { return }
        if [.accepted, .inTraining].contains(state), !current.hasPlace {
            try await SessionStore.takePlace(session, transaction)
        }
        if current.hasPlace, [.refused, .withdrawn, .expired, .obsolete].contains(state) {
            try await SessionStore.givePlaceBack(session, transaction)
        }
    }

    // MARK: - The row

    private func update(
        _ current: Current, _ move: OrientationMove, by actor: OrientationActor,
        receiver: Identifier<OrganisationTag>?, isAnswer: Bool, _ transaction: Transaction
    ) async throws {
        let (to, now) = (move.to, transaction.now)
        let holdsPlace = current.sessionID != nil && [.accepted, .inTraining, .hired, .completed].contains(to)
        var session = move.session
        if to != .inTraining { session = nil }
        let priorStarts = to == .priorAction ? move.startsOn : nil
        let priorEnds = to == .priorAction ? move.endsOn : nil
        let isHire = to == .hired
        // A hire that fell through leaves none of it; what was said stays in the history.
        let changed = try await transaction.execute(
            """
            UPDATE orientation o
               SET state = \(to), former_state = CASE WHEN \(to == .obsolete) THEN o.state END,
                   due_on = \(Self.dueDay(to, move, from: current.state, on: transaction.today)),
                   receiver_id = coalesce(\(receiver)::uuid, o.receiver_id),
                   sent_at = CASE WHEN \(to == .sent) AND o.sent_at IS NULL THEN \(now)::timestamptz ELSE o.sent_at END,
                   opened_at = coalesce(o.opened_at, CASE WHEN \(actor.isReceiver && to != .refused) THEN \(now)::timestamptz END),
                   answered_at = coalesce(o.answered_at, CASE WHEN \(isAnswer) THEN \(now)::timestamptz END),
                   closed_at = CASE WHEN \(to.isFinal) THEN \(now)::timestamptz END,
                   visible_until = \(Self.lastVisibleDay(to, move, on: transaction.today)),
                   reason = \(to == .refused ? move.reason?.text : nil),
                   appointment_at = coalesce(\(move.appointmentAt)::timestamptz, o.appointment_at),
                   prior_action = coalesce(\(move.priorAction)::text, o.prior_action),
                   prior_starts_on = coalesce(\(priorStarts)::date, o.prior_starts_on),
                   prior_ends_on = coalesce(\(priorEnds)::date, o.prior_ends_on),
                   training_session_id = coalesce(\(session)::uuid, o.training_session_id),
                   training_starts_on = \(Self.trainingDay("starts_on", move, session)),
                   training_ends_on = \(Self.trainingDay("ends_on", move, session)),
                   training_result = \(to == .completed ? move.result : nil),
                   hired_at = \(isHire ? now : nil)::timestamptz, hire_contract = \(isHire ? move.contract : nil)::text,
                   hire_starts_on = \(isHire ? move.startsOn : nil)::date,
                   hire_hours = \(isHire ? move.hoursPerWeek : nil)::numeric(4,1),
                   has_place = \(holdsPlace), reminded = CASE WHEN \(to == .sent) THEN 0 ELSE o.reminded END, told_on = NULL
             WHERE o.id = \(current.id)
            """)
        // Policies let the caller change it, or it was not the caller's to move.
        guard changed == 1 else { throw OrientationRefusals.orientation() }
        if isHire { try await makeCheckpoints(current.id, transaction) }
    }

    private static func trainingDay(_ name: String, _ move: OrientationMove, _ session: PublicSession.ID?) -> SQL {
        let column: SQL = "\(unsafeTextNeverFromInput: name)"
        let given = name == "starts_on" ? move.startsOn : move.endsOn
        switch move.to {
        case .inTraining where move.programme != nil || move.session != nil:
            return
                "coalesce(\(given)::date, (SELECT x.\(column) FROM session x WHERE x.id = \(session)), o.training_\(column))"
        case .completed where name == "ends_on": return "\(given)::date"
        default: return "o.training_\(column)"
        }
    }

    /// The structure's own time to answer, or everybody's.
    static let answerDays: SQL = """
        coalesce((SELECT a.days FROM answer_time a WHERE a.structure_id = o.structure_id), service_rule('answer_days'))
        """

    /// The last day of who owes the next step (`domain.md` §4.3).
    private static func dueDay(
        _ state: OrientationState, _ move: OrientationMove, from: OrientationState, on today: Day
    ) -> SQL {
        if from == .obsolete, state.isOpen { return restoredDueDay(state, on: today) }
        return switch state {
        case .sent: "\(today)::date + \(answerDays)"
        case .underReview: "CASE WHEN o.state = 'pool' THEN \(today)::date + \(answerDays) ELSE o.due_on END"
        case .appointment:
            """
            greatest(CASE WHEN o.state = 'pool' THEN \(today)::date + \(answerDays) ELSE o.due_on END,
                     (\(move.appointmentAt)::timestamptz AT TIME ZONE 'Europe/Paris')::date + service_rule('reminder_last_days'))
            """
        case .priorAction: "greatest(\(move.endsOn)::date, \(today)::date) + service_rule('follow_up_days')"
        case .accepted: "\(today)::date + service_rule('follow_up_days')"
        case .pool: endOfPool
        case .inTraining: trainingDay("ends_on", move, move.session)
        case .draft, .hired, .refused, .withdrawn, .expired, .obsolete, .completed: "NULL"
        }
    }

    /// The day of what stands again where it stood: fresh, where the old one may be past.
    private static func restoredDueDay(_ state: OrientationState, on today: Day) -> SQL {
        switch state {
        case .priorAction: "greatest(o.prior_ends_on, \(today)::date) + service_rule('follow_up_days')"
        case .accepted: "\(today)::date + service_rule('follow_up_days')"
        case .inTraining: "greatest(o.training_ends_on, \(today)::date)"
        case .pool: "greatest(\(today)::date + service_rule('follow_up_days'), \(endOfPool))"
        default: "\(today)::date + \(answerDays)"
        }
    }

    private static let endOfPool: SQL = """
        (SELECT max(a.given_on + make_interval(months => service_rule('pool_months')))::date FROM candidate_agreement a
          WHERE a.candidate_id = o.candidate_id AND a.kind = 'pool' AND a.withdrawn_on IS NULL)
        """

    /// The last day on which who received it sees the person.
    private static func lastVisibleDay(_ state: OrientationState, _ move: OrientationMove, on today: Day) -> SQL {
        switch state {
        case .hired: "(\(move.startsOn)::date + make_interval(months => service_rule('hired_mask_months')))::date"
        case .refused, .withdrawn, .expired, .obsolete, .completed: "\(today)::date + service_rule('mask_days')"
        default: "NULL"
        }
    }

    // MARK: - What follows from a hire

    /// 1, 3, 6 and 12 months after the first day of work.
    private func makeCheckpoints(_ id: Orientation.ID, _ transaction: Transaction) async throws {
        try await transaction.asSystem {
            for months in [1, 3, 6, 12] {
                try await transaction.execute(
                    """
                    INSERT INTO checkpoint (id, orientation_id, months, due_on)
                    SELECT \(transaction.newID(Identifier<Never>.self)), o.id, \(months)::integer,
                           (o.hire_starts_on + make_interval(months => \(months)::integer))::date
                      FROM orientation o WHERE o.id = \(id)
                    """)
            }
        }
    }

    /// The person's other open orientations are of no use while the hire holds; their recruiters learn that the person is no longer
    /// available, never why or where.
    private func makeOthersObsolete(_ hired: Current, _ transaction: Transaction) async throws {
        let others = try await transaction.rows(
            """
            SELECT \(columns: Current.self, of: "o") FROM orientation o
             WHERE o.candidate_id = \(hired.candidateID) AND o.id <> \(hired.id) AND o.due_on IS NOT NULL
             ORDER BY o.id FOR UPDATE
            """, as: Current.self
        ).all()
        for other in others { try await apply(OrientationMove(to: .obsolete), to: other, by: .system, transaction) }
    }

    /// What that hire had made obsolete stands where it stood, with a new day; the checkpoints that nobody recorded go.
    private func restoreOthers(_ fallen: Current, _ transaction: Transaction) async throws {
        try await transaction.execute("DELETE FROM checkpoint WHERE orientation_id = \(fallen.id)")
        let others = try await transaction.rows(
            """
            SELECT \(columns: Current.self, of: "o") FROM orientation o
             WHERE o.candidate_id = \(fallen.candidateID) AND o.state = 'obsolete' AND o.closed_at = \(fallen.hiredAt)::timestamptz
               -- Not where another is on its way to the same target since.
               AND NOT EXISTS (SELECT FROM orientation l
                                WHERE l.candidate_id = o.candidate_id AND l.due_on IS NOT NULL AND l.target_kind = o.target_kind
                                  AND coalesce(l.need_id, l.session_id, l.structure_id) = coalesce(o.need_id, o.session_id, o.structure_id))
             ORDER BY o.id FOR UPDATE
            """, as: Current.self
        ).all()
        for other in others {
            guard let state = other.formerState else { continue }
            // Its place may be taken by now: then it stays what it is.
            do {
                try await transaction.apart {
                    try await apply(OrientationMove(to: state), to: other, by: .system, transaction)
                }
            } catch is Refusal { continue }
        }
    }

    /// A final answer spends the recruiter's links: from then on they only show what was answered.
    private func endLinks(of id: Orientation.ID, _ transaction: Transaction) {
        transaction.queue(
            "UPDATE orientation_link SET spent_at = \(transaction.now) WHERE orientation_id = \(id) AND spent_at IS NULL"
        )
    }

    // MARK: - When the person stops

    /// What ends with an agreement or an objection: everything on its way, or what is kept in pools.
    public var stopping: CandidateStopping {
        { candidate, stop, transaction in
            let which: SQL = stop == .poolWithdrawn ? "o.state = 'pool'" : "o.due_on IS NOT NULL"
            try await transaction.asSystem {
                let open = try await transaction.rows(
                    """
                    SELECT \(columns: Current.self, of: "o") FROM orientation o
                     WHERE o.candidate_id = \(candidate) AND \(which) ORDER BY o.id FOR UPDATE
                    """, as: Current.self
                ).all()
                for orientation in open {
                    try await apply(OrientationMove(to: .withdrawn), to: orientation, by: .candidate, transaction)
                }
            }
        }
    }
}
