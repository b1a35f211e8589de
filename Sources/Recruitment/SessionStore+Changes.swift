import Accounts
public import Contract
public import Fields
public import Postgres
import Reference

/// A session's fields as a change finds and leaves them.
struct SessionValues: Decodable, Sendable, Hashable {
    var title: String
    var description: String?
    var kind: SessionKind
    var jobVersion: RomeVersion?
    var job: RomeCode?
    var insee: PlaceCode
    var place: String?
    var startsOn: Day
    var endsOn: Day
    var places: Int

    init(_ new: NewSession) {
        title = new.title
        description = new.description
        kind = new.kind
        jobVersion = new.jobVersion
        job = new.job
        insee = new.insee
        place = new.place
        startsOn = new.startsOn
        endsOn = new.endsOn ?? new.startsOn
        places = new.places
    }

    /// The same after a PATCH.
    func applying(_ changes: SessionChanges) -> SessionValues {
        var new = self
        new.title = changes.title.applied(to: title) ?? title
        new.description = changes.description.applied(to: description)
        new.kind = changes.kind.applied(to: kind) ?? kind
        new.job = changes.job.applied(to: job)
        new.jobVersion = changes.jobVersion.applied(to: new.job == job ? jobVersion : nil)
        new.insee = changes.insee.applied(to: insee) ?? insee
        new.place = changes.place.applied(to: place)
        new.startsOn = changes.startsOn.applied(to: startsOn) ?? startsOn
        new.endsOn = changes.endsOn.applied(to: endsOn) ?? endsOn
        new.places = changes.places.applied(to: places) ?? places
        return new
    }

    /// What is wrong with it by itself. `before` is what stood there: a day that was good when it was written stays good.
    func check(_ rules: inout FieldRules, before: SessionValues? = nil, on today: Day) {
        rules.text("title", title, longest: 150)
        rules.text("description", description, longest: 5000)
        rules.text("place", place, longest: 300)
        rules.number("places", places, 1...2000)
        if before?.startsOn != startsOn { rules.day("starts_on", startsOn, on: today) }
        if before?.endsOn != endsOn { rules.day("ends_on", endsOn, on: today) }
        if endsOn < startsOn {
            rules.refuse("ends_on", fr: "Pas avant starts_on.", en: "Not before starts_on.")
        }
        if job == nil, jobVersion != nil {
            rules.refuse("job_version", fr: "Va avec un métier (job).", en: "Goes with a job.")
        }
    }

    static let columns: SQL =
        "title, description, kind, job_version, job, insee, place, starts_on, ends_on, places"

    var values: SQL {
        """
        \(title)::text, \(description)::text, \(kind)::text, \(jobVersion)::text, \(job)::text, \(insee)::text, \(place)::text,
        \(startsOn)::date, \(endsOn)::date, \(places)::integer
        """
    }
}

/// How sessions change: each operation is one transaction with its history and its audit row.
extension SessionStore {
    /// What a change gives back.
    public struct Changed: Sendable {
        /// The session.
        public var session: Rows<PublicSession>
        /// What its organiser and the team see beside.
        public var management: Rows<SessionManagement>
        /// The moves that the caller may make now.
        public var moves: JSON
    }

    /// Writes a draft.
    public func create<T: Sendable>(
        _ new: NewSession, as caller: Caller, answer: (Changed) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let member = try organiser(caller, of: new.kind)
                let id = transaction.newID(PublicSession.ID.self)
                try await transaction.record("session.create", on: "session", id: id.uuid)
                var rules = FieldRules()
                var values = SessionValues(new)
                values.check(&rules, on: transaction.today)
                try await resolve(&values, &rules, transaction)
                try await transaction.execute(
                    """
                    INSERT INTO session (id, organisation_id, places_left, created_at, updated_at, \(SessionValues.columns))
                    VALUES (\(id), \(member.organisationID), \(values.places)::integer, \(transaction.now), \(transaction.now),
                            \(values.values))
                    """)
                return try answer(try await changed(id, transaction))
            }
        } catch {
            throw Refusal.mapping(error, RecruitmentRefusals.byConstraint)
        }
    }

    private func organiser(_ caller: Caller, of kind: SessionKind) throws(Refusal) -> Caller.Member {
        guard let member = caller.member, caller.mayWrite else { throw RecruitmentRefusals.notYourSession() }
        let kinds = SessionKind.organised(by: member.organisationKind)
        guard kinds.contains(kind) else { throw RecruitmentRefusals.mayNotOrganise(kinds) }
        return member
    }

    /// Changes fields of a session that is neither cancelled nor held.
    public func edit<T: Sendable>(
        _ id: PublicSession.ID, _ changes: SessionChanges, precondition: Precondition, as caller: Caller,
        answer: (Changed) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            id, operation: "session.edit", as: caller, answer: answer,
            may: { if case .set(let kind) = changes.kind { _ = try organiser(caller, of: kind) } }
        ) { transaction, current in
            try await RowVersion.check(precondition, of: "session", id.uuid, version: current.version, transaction)
            guard current.state != .cancelled, current.state != .held else {
                throw RecruitmentRefusals.over(current.state)
            }
            var rules = FieldRules()
            rules.required(changes.cleared)
            let before = try await transaction.rows(
                "SELECT \(columns: SessionValues.self) FROM session WHERE id = \(id)", as: SessionValues.self
            ).first()
            guard let before else { throw RecruitmentRefusals.session() }
            var values = before.applying(changes)
            values.check(&rules, before: before, on: transaction.today)
            let left = min(max(values.places, 0), 10_000) - current.taken
            if left < 0 {
                rules.refuse(
                    "places", fr: "\(current.taken) déjà prises.", en: "\(current.taken) are taken already.")
            }
            try await resolve(&values, &rules, transaction)
            // More places than were taken: there is room again. None: it is full.
            let state: SQL =
                "CASE WHEN state IN ('open', 'full') THEN CASE WHEN \(left)::integer = 0 THEN 'full' ELSE 'open' END ELSE state END"
            try await transaction.execute(
                """
                UPDATE session SET (state, places_left, \(SessionValues.columns)) = (\(state), \(left)::integer, \(values.values))
                 WHERE id = \(id)
                   AND (places_left, \(SessionValues.columns)) IS DISTINCT FROM (\(left)::integer, \(values.values))
                """)
        }
    }

    /// Moves a session as its table allows.
    public func move<T: Sendable>(
        _ id: PublicSession.ID, _ move: SessionMove, precondition: Precondition, as caller: Caller,
        answer: (Changed) throws -> T = { $0 }
    ) async throws -> T {
        try await change(id, operation: "session.transition", as: caller, answer: answer) { transaction, current in
            try await RowVersion.check(precondition, of: "session", id.uuid, version: current.version, transaction)
            try sessionTransitions.check(
                from: current.state, to: move.to, by: .organiser, given: move.reason == nil ? [] : ["reason"],
                label: \.label)
            try await transaction.execute(
                "UPDATE session SET state = \(move.to), reason = \(move.reason) WHERE id = \(id)")
        }
    }

    // MARK: - One change

    /// One changed session: locked, rights checked, recorded, changed, read again.
    private func change<T: Sendable>(
        _ id: PublicSession.ID, operation: String, as caller: Caller, answer: (Changed) throws -> T,
        may: () throws -> Void = {},
        _ body: (Transaction, Current) async throws -> Void
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await current(id, locked: true, transaction)
                guard current.actor(caller) == .organiser else { throw RecruitmentRefusals.notYourSession() }
                try may()
                try await transaction.record(operation, on: "session", id: id.uuid)
                try await body(transaction, current)
                return try answer(try await changed(id, transaction))
            }
        } catch {
            throw Refusal.mapping(error, RecruitmentRefusals.byConstraint)
        }
    }

    private func changed(_ id: PublicSession.ID, _ transaction: Transaction) async throws -> Changed {
        let current = try await current(id, locked: false, transaction)
        return Changed(
            session: try await Self.row(id, transaction), management: try await Self.management(id, transaction),
            moves: moves(current, by: transaction.caller))
    }

    private struct Known: Decodable {
        var jobVersion: RomeVersion?
        var insee: PlaceCode?
    }

    /// Finds what the fields refer to, and refuses what there is not, with everything else that is wrong.
    private func resolve(
        _ values: inout SessionValues, _ rules: inout FieldRules, _ transaction: Transaction
    ) async throws {
        let known = try await transaction.rows(
            """
            SELECT (SELECT j.version FROM rome_job j
                     WHERE j.code = \(values.job) AND (\(values.jobVersion)::text IS NULL OR j.version = \(values.jobVersion))
                     ORDER BY j.version = '4.60' DESC LIMIT 1) AS job_version,
                   present_commune(\(values.insee)) AS insee
            """, as: Known.self
        ).first()
        if values.job != nil, known?.jobVersion == nil {
            rules.refuse("job", fr: "Aucun métier de ce code ROME.", en: "No job of this ROME code.")
        }
        if known?.insee == nil {
            rules.refuse(
                "insee", fr: "Aucune commune du département de ce code INSEE (ce n'est pas un code postal).",
                en: "No commune of the département has this INSEE code (it is no postal code).")
        }
        guard rules.errors.isEmpty else {
            throw RecruitmentRefusals.wrong(RecruitmentRefusals.invalidSession, rules.errors)
        }
        values.jobVersion = known?.jobVersion
        if let insee = known?.insee { values.insee = insee }
    }
}

extension SessionStore {
    /// Takes one of a session's places; with the last one it is full. Part of the acceptance's own transaction, which has been
    /// recorded: two at once come one after the other, and the one that finds none left is refused.
    public static func takePlace(_ id: PublicSession.ID, _ transaction: Transaction) async throws {
        let (state, left) = try await places(of: id, transaction)
        if state == .full { throw RecruitmentRefusals.full() }
        guard state == .open, left > 0 else { throw RecruitmentRefusals.sessionNotOpen() }
        try await transaction.execute(
            """
            UPDATE session SET places_left = places_left - 1, state = CASE places_left WHEN 1 THEN 'full' ELSE state END
             WHERE id = \(id)
            """)
    }

    /// Gives a place back that an acceptance had taken: a full session is open again.
    public static func givePlaceBack(_ id: PublicSession.ID, _ transaction: Transaction) async throws {
        _ = try await places(of: id, transaction)
        try await transaction.execute(
            """
            UPDATE session SET places_left = least(places, places_left + 1), state = CASE state WHEN 'full' THEN 'open' ELSE state END
             WHERE id = \(id)
            """)
    }

    private struct Places: Decodable {
        var state: SessionState
        var placesLeft: Int
    }

    private static func places(
        of id: PublicSession.ID, _ transaction: Transaction
    ) async throws -> (SessionState, Int) {
        let found = try await transaction.rows(
            "SELECT \(columns: Places.self) FROM session WHERE id = \(id) FOR UPDATE", as: Places.self
        ).first()
        guard let found else { throw RecruitmentRefusals.session() }
        return (found.state, found.placesLeft)
    }
}
