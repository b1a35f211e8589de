public import Accounts
import Contract
public import Fields
public import Postgres

/// What is behind the links that are sent to recruiters and candidates (`security.md` §4). Reading changes nothing; used, expired and
/// unknown links look alike.
public struct AnswerLinkStore: Sendable {
    let database: Database
    let orientations: OrientationStore

    /// A store in a database.
    public init(_ database: Database) {
        self.database = database
        orientations = OrientationStore(database)
    }

    /// What a recruiter's link shows.
    public struct Offer: Sendable {
        /// The orientation: without identity once its answer is given.
        public var row: Rows<LinkedOrientation>
        /// The answers that are possible now, and what each needs.
        public var moves: JSON
        /// Their states.
        public var states: [OrientationState]
        /// Reasons for refusing: code and words.
        public var reasons: [Reason]
    }

    /// A reason for refusing.
    public struct Reason: Decodable, Sendable {
        /// Its code.
        public var code: String
        /// What it is called.
        public var labelFr: String
    }

    /// What a good link is about.
    struct Linked: Decodable {
        var linkID: Identifier<LinkForm>
        var orientationID: Orientation.ID?
        var candidateID: Candidate.ID?
        var isSpent: Bool
        var formKey: LinkForm.Key?

        /// Whether a form with this key was taken already: it is sent again, by two clicks or a page loaded anew.
        func took(_ key: LinkForm.Key?) -> Bool { key != nil && key == formKey }
    }

    /// What a link is about; from then on this transaction reaches that, and nothing else. No caller is known yet: a function of the
    /// closed list looks for it (`security.md` §1).
    func linked(_ text: String, _ kind: TokenSecret.Kind, _ transaction: Transaction) async throws -> Linked {
        guard let secret = TokenSecret(text, kind) else { throw OrientationRefusals.link() }
        let found = try await transaction.rows(
            "SELECT \(columns: Linked.self) FROM orientation_of_link(\(bytes: secret.hash)::bytea)", as: Linked.self
        ).first()
        guard let found, (kind == .answer) == (found.orientationID != nil) else { throw OrientationRefusals.link() }
        let about = found.orientationID?.fieldText ?? found.candidateID?.fieldText ?? ""
        try await transaction.execute("SELECT set_config('pa31.link', \(about), true)")
        return found
    }

    // MARK: - Recruiters

    /// What a recruiter's link shows. That who the person is was shown is written down.
    public func offer(_ text: String, as caller: Caller) async throws -> Offer {
        try await database.transaction(as: caller.asNobody) { transaction in
            try await offer(try await linked(text, .answer, transaction), transaction)
        }
    }

    private func offer(_ linked: Linked, _ transaction: Transaction) async throws -> Offer {
        guard let id = linked.orientationID else { throw OrientationRefusals.link() }
        let row = try await transaction.rows(Self.shown(id, isSpent: linked.isSpent), as: LinkedOrientation.self)
        guard !row.isEmpty else { throw OrientationRefusals.link() }
        guard !linked.isSpent, let state = row.text(0, "state").flatMap(OrientationState.init(rawValue:)) else {
            return Offer(row: row, moves: .array([]), states: [], reasons: [])
        }
        try await transaction.asSystem {
            _ = try await transaction.execute(
                """
                INSERT INTO file_read (id, candidate_id, organisation_id, at, route)
                SELECT \(transaction.newID(Identifier<FileRead>.self)), o.candidate_id, o.receiver_id, \(transaction.now), 'answer_link.read'
                  FROM orientation o WHERE o.id = \(id) AND o.opened_at IS NOT NULL AND \(OrientationStore.isVisible)
                """)
        }
        return Offer(
            row: row, moves: orientationTransitions.moves(from: state, by: .recruiterLink),
            states: orientationTransitions.allowed(from: state, by: .recruiterLink).map(\.to),
            reasons: try await transaction.rows(
                """
                SELECT \(columns: Reason.self) FROM refusal_reason
                 WHERE code NOT IN ('no_position', 'structure_closed', 'candidate_withdrew', 'duplicate') ORDER BY label_fr
                """, as: Reason.self
            ).all())
    }

    /// An orientation as a link shows it; of one that is spent only what was answered.
    private static func shown(_ id: Orientation.ID, isSpent: Bool) -> SQL {
        let isShown: SQL = isSpent ? "false" : "true"
        return """
            SELECT \(OrientationStore.target) AS target, jsonb_build_object('code', p.code, 'name', p.name) AS organisation,
                   CASE WHEN \(isShown) THEN \(OrientationStore.person(for: .recruiter)) END AS candidate,
                   CASE WHEN \(isShown) THEN o.state END AS state,
                   CASE WHEN NOT \(isShown) THEN coalesce(
                       (SELECT e.to_state FROM orientation_event e
                         WHERE e.orientation_id = o.id AND e.actor IN ('recruiter', 'recruiter_link')
                           AND e.to_state IN ('accepted', 'refused') ORDER BY e.position DESC LIMIT 1), 'closed') END AS answer,
                   o.sent_at, CASE WHEN \(isShown) THEN o.due_on END AS due_on,
                   CASE WHEN \(isShown) AND o.state = 'appointment' THEN o.appointment_at END AS appointment_at,
                   CASE WHEN \(isShown) AND o.state = 'appointment' THEN
                       (SELECT w.text FROM orientation_text w WHERE w.orientation_id = o.id AND w.kind = 'place'
                         ORDER BY w.id DESC LIMIT 1) END AS place,
                   -- A text may name the person.
                   (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', w.kind, 'text', w.text, 'organisation', g.name, 'at', w.at)
                                              ORDER BY w.id), '[]')
                      FROM orientation_text w LEFT JOIN organisation g ON g.id = w.organisation_id
                     WHERE w.orientation_id = o.id AND w.kind = 'message' AND \(isShown) AND \(OrientationStore.isVisible)) AS messages,
                   o.version
              FROM orientation o \(OrientationStore.joins)
             WHERE o.id = \(id)
            """
    }

    /// Answers an orientation by a link. `accepted` and `refused` spend it. A page's form says which version it shows, and has a key.
    public func answer(_ text: String, _ answer: LinkAnswer, isForm: Bool = false, as caller: Caller) async throws
        -> Offer
    {
        do {
            return try await database.transaction(as: caller.asNobody) { transaction in
                guard let id = try await linked(text, .answer, transaction).orientationID else {
                    throw OrientationRefusals.link()
                }
                let current = try await locked(id, transaction)
                // Again, now that nobody else answers it.
                let linked = try await linked(text, .answer, transaction)
                if linked.took(answer.key) { return try await offer(linked, transaction) }
                guard !linked.isSpent else { throw OrientationRefusals.link() }
                try await transaction.record(
                    "orientation.answer", on: "orientation", id: id.uuid, details: ["to": .string(answer.to.rawValue)])
                try Self.check(answer.version, answer.key, isForm: isForm, current)
                var move = OrientationMove(to: answer.to)
                (move.reason, move.toCandidate, move.toPrescriber) = (
                    answer.reason, answer.toCandidate, answer.toPrescriber
                )
                move.appointmentAt = try answer.appointmentAt ?? Self.instant(answer.appointmentLocal)
                move.place = answer.place
                try move.check(on: transaction.today, now: transaction.now)
                try await orientations.apply(move, to: current, by: .recruiterLink, transaction)
                try await keep(answer.key, of: linked, transaction)
                return try await offer(try await self.linked(text, .answer, transaction), transaction)
            }
        } catch {
            throw Refusal.mapping(error, OrientationRefusals.byConstraint)
        }
    }

    // MARK: - Both

    /// A second answer that crossed the first is told, not made.
    static func check(
        _ version: String?, _ key: LinkForm.Key?, isForm: Bool, _ current: OrientationStore.Current
    ) throws(Refusal) {
        guard isForm || version != nil else { return }
        guard let version, Int(version) == current.version, key != nil || !isForm else {
            throw OrientationRefusals.changed()
        }
    }

    /// Remembers the form that was taken.
    func keep(_ key: LinkForm.Key?, of linked: Linked, _ transaction: Transaction) async throws {
        guard let key else { return }
        try await transaction.asSystem {
            _ = try await transaction.execute(
                "UPDATE orientation_link SET form_key = \(key) WHERE id = \(linked.linkID)")
        }
    }

    func locked(_ id: Orientation.ID, _ transaction: Transaction) async throws -> OrientationStore.Current {
        let found = try await transaction.rows(
            "SELECT \(columns: OrientationStore.Current.self, of: "o") FROM orientation o WHERE o.id = \(id) FOR UPDATE",
            as: OrientationStore.Current.self
        ).first()
        guard let found else { throw OrientationRefusals.link() }
        return found
    }

    /// What a clock in Paris shows, as an instant.
    private static func instant(_ local: String?) throws(Refusal) -> Instant? {
        guard let local else { return nil }
        let parts = local.split(separator: "T")
        guard parts.count == 2, let day = try? Day(fieldText: String(parts[0])),
            let midday = try? Instant(fieldText: "\(day.fieldText)T12:00:00Z")
        else { throw wrongAppointment }
        // The offset of that day at noon is that of every hour people meet at.
        let shown = midday.parisMinute.suffix(5)
        let hours = (Int(shown.prefix(2)) ?? 12) - 12
        guard let instant = try? Instant(fieldText: "\(day.fieldText)T\(parts[1].prefix(5)):00+0\(hours):00") else {
            throw wrongAppointment
        }
        return instant
    }

    private static let wrongAppointment = OrientationRefusals.wrong([
        FieldProblem(
            "/appointment_local", fr: "Un jour et une heure, par exemple 2026-12-01T10:30.",
            en: "A day and a time, for example 2026-12-01T10:30.")
    ])

    // MARK: - Renewal

    /// Sends a fresh link to the address that is known and proved, whatever the old one's state, if there is something behind it; who
    /// asks learns nothing. Not more than one in ten minutes.
    public func renew(_ text: String, _ kind: TokenSecret.Kind, as caller: Caller) async throws {
        guard let secret = TokenSecret(text, kind) else { return }
        try await database.transaction(as: .system(requestID: caller.requestID)) { transaction in
            struct Found: Decodable {
                var id: Identifier<LinkForm>, orientationID: Orientation.ID?, candidateID: Candidate.ID?
            }
            // Who asks twice at once is answered one after the other.
            let found = try await transaction.rows(
                "SELECT \(columns: Found.self) FROM orientation_link WHERE secret_hash = \(bytes: secret.hash)::bytea FOR UPDATE",
                as: Found.self
            ).first()
            guard let found else { return }
            let isAsked = try await transaction.rows(
                """
                SELECT EXISTS (SELECT FROM orientation_link n
                                WHERE (n.orientation_id = \(found.orientationID) OR n.candidate_id = \(found.candidateID))
                                  AND n.id <> \(found.id) AND n.made_at > \(transaction.now.adding(seconds: -600))) AS value
                """, as: Value<Bool>.self
            ).first()?.value
            guard isAsked == false else { return }
            try await transaction.record("link.renew", on: "orientation_link", id: found.id.uuid)
            if let id = found.orientationID {
                try await OrientationNotices.renew(id, transaction)
            } else if let candidate = found.candidateID {
                try await OrientationNotices.renew(candidate, transaction)
            }
        }
    }
}

extension Caller {
    /// Who holds a link is whoever reads its mail: a token beside it changes nothing.
    var asNobody: Caller { .anonymous(requestID: requestID) }
}
