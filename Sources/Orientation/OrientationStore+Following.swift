import Accounts
import Contract
public import Directory
public import Fields
import Messages
import Postgres

/// What goes on beside the moves: messages, what became of a hired person, how long a structure takes to answer.
extension OrientationStore {
    /// A message between who proposes and who received; the other side is told that there is one.
    public func addMessage<T: Sendable>(
        _ id: Orientation.ID, _ new: NewOrientationMessage, as caller: Caller, answer: (Changed) throws -> T = { $0 }
    ) async throws -> T {
        try await change(id, "orientation.message", as: caller, answer: answer) { transaction, current, actor in
            var rules = FieldRules()
            rules.text("text", new.text, longest: 2000)
            guard rules.errors.isEmpty else { throw OrientationRefusals.wrong(rules.errors) }
            try await write([("message", new.text)], of: id, transaction)
            try await event(of: id, kind: "message", from: nil, to: nil, by: actor, transaction)
            guard current.state != .draft else { return }
            try await transaction.asSystem {
                try await OrientationNotices.tellOfMessage(current, from: actor, transaction)
            }
        }
    }

    /// What became of a hired person after some months, by who follows it.
    public func record<T: Sendable>(
        _ id: Orientation.ID, _ new: NewCheckpoint, as caller: Caller, answer: (Changed) throws -> T = { $0 }
    ) async throws -> T {
        try await change(id, "checkpoint.record", as: caller, answer: answer) { transaction, _, actor in
            guard actor == .prescriber else { throw OrientationRefusals.notYours() }
            let due = try await transaction.rows(
                "SELECT due_on FROM checkpoint WHERE orientation_id = \(id) AND months = \(new.months)::bigint FOR UPDATE",
                as: DueDay.self
            ).first()
            guard let due else { throw OrientationRefusals.checkpoint() }
            // A few days early is a phone call; weeks early is the wrong one.
            guard due.dueOn.number - 15 <= transaction.today.number else {
                throw OrientationRefusals.wrong([
                    FieldProblem("/months", fr: "Pas avant le \(due.dueOn).", en: "Not before \(due.dueOn).")
                ])
            }
            try await transaction.execute(
                """
                UPDATE checkpoint
                   SET outcome = \(new.outcome), recorded_at = \(transaction.now), recorded_by = \(caller.member?.id)
                 WHERE orientation_id = \(id) AND months = \(new.months)::bigint
                """)
            try await event(
                of: id, kind: "checkpoint", from: nil, to: nil, by: .prescriber, reason: "after_\(new.months)_months",
                transaction)
        }
    }

    /// One change beside the moves: rights, audit, body, and the orientation as it is then.
    private func change<T: Sendable>(
        _ id: Orientation.ID, _ operation: String, as caller: Caller, answer: (Changed) throws -> T,
        _ body: (Transaction, Current, OrientationActor) async throws -> Void
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await current(id, locked: true, transaction)
                guard let actor = current.actor(caller), caller.mayWrite else { throw OrientationRefusals.notYours() }
                try await transaction.record(operation, on: "orientation", id: id.uuid)
                try await body(transaction, current, actor)
                return try answer(try await shown(current, transaction))
            }
        } catch {
            throw Refusal.mapping(error, OrientationRefusals.byConstraint)
        }
    }

    /// The appointment as a file for an agenda.
    public func appointment(_ id: Orientation.ID, as caller: Caller) async throws -> String {
        try await database.transaction(as: caller) { transaction in
            let current = try await current(id, locked: false, transaction)
            guard current.actor(caller) != nil else { throw OrientationRefusals.orientation() }
            struct Found: Decodable { var appointmentAt: Instant?, updatedAt: Instant, host: String?, place: String? }
            let found = try await transaction.rows(
                """
                SELECT o.appointment_at, o.updated_at, coalesce(s.usual_name, h.name) AS host,
                       (SELECT w.text FROM orientation_text w WHERE w.orientation_id = o.id AND w.kind = 'place'
                         ORDER BY w.id DESC LIMIT 1) AS place
                  FROM orientation o LEFT JOIN structure s ON s.id = o.structure_id LEFT JOIN session x ON x.id = o.session_id
                  LEFT JOIN organisation h ON h.id = x.organisation_id WHERE o.id = \(id)
                """, as: Found.self
            ).first()
            guard let found, let at = found.appointmentAt else { throw OrientationRefusals.noAppointment() }
            return ICalendar.appointment(
                uid: "\(id.fieldText)@pa31", at: at, stamp: found.updatedAt, summary: "Entretien : \(found.host ?? "")",
                location: found.place)
        }
    }

    // MARK: - A structure's own time to answer

    /// How long a structure gives itself to answer.
    public func setAnswerTime<T: Sendable>(
        _ key: StructureKey, _ new: AnswerTime, as caller: Caller, answer: (AnswerTime) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let one: SQL =
                    if case .finess(let number) = key { "finess = \(number)" } else if case .id(let id) = key {
                        "id = \(id)"
                    } else { "false" }
                let found = try await transaction.rows(
                    "SELECT id, organisation_id FROM structure WHERE \(one)", as: Attached.self
                ).first()
                guard let found else { throw DirectoryRefusals.structure() }
                guard let member = caller.member, caller.mayWrite, found.organisationID == member.organisationID else {
                    throw OrientationRefusals.notYours()
                }
                try await transaction.record("answer_time.set", on: "structure", id: found.id.uuid)
                try await transaction.execute(
                    """
                    INSERT INTO answer_time (structure_id, days, set_at, set_by)
                    VALUES (\(found.id), greatest(least(\(new.days)::bigint, 1000), -1000), \(transaction.now), \(member.id))
                    ON CONFLICT ON CONSTRAINT answer_time_key DO UPDATE SET days = excluded.days, set_at = excluded.set_at, set_by = excluded.set_by
                    """)
                return try answer(new)
            }
        } catch {
            throw Refusal.mapping(error, OrientationRefusals.byConstraint)
        }
    }
}

private struct DueDay: Decodable { var dueOn: Day }
private struct Attached: Decodable { var id: PublicStructure.ID, organisationID: Identifier<OrganisationTag>? }

/// How long a structure gives itself to answer an orientation.
public struct AnswerTime: Decodable, Sendable, Hashable {
    /// Days: 15 to 45.
    public var days: Int

    /// So many days.
    public init(days: Int) { self.days = days }
}
