import Accounts
public import Contract
public import Fields
import Messages
public import Postgres

/// Opening a file: written down in the transaction that shows it, before anything leaves (`security.md` §3).
extension CandidateStore {
    /// One file, or a refusal when there is none that the caller may know of. The team says why it opens it.
    public func find(_ id: Candidate.ID, reason: String?, as caller: Caller) async throws -> Rows<Candidate> {
        guard let member = caller.member else { throw Problem.unauthenticated() }
        guard !caller.isTeam || reason != nil else { throw CandidateRefusals.reasonRequired() }
        do {
            return try await database.transaction(as: caller) { transaction in
                if caller.isTeam { try await transaction.openFile(id) }
                let rows = try await transaction.rows(Self.one(id, for: member), as: Candidate.self)
                guard !rows.isEmpty else { throw CandidateRefusals.candidate() }
                guard try await transaction.opened(id, by: member, route: "candidate.read", reason: reason) else {
                    throw CandidateRefusals.tooManyReads()
                }
                return rows
            }
        } catch {
            try await database.alert(of: error, as: caller)
            throw Refusal.mapping(error, CandidateRefusals.byConstraint)
        }
    }

    /// A file after a change of the caller's, which shows it: that is a reading too. What changed nothing (`hasChanged`) is nothing else.
    func shown(
        _ id: Candidate.ID, route: String, hasChanged: Bool, _ transaction: Transaction
    ) async throws -> Rows<Candidate> {
        guard let member = transaction.caller.member else { throw Problem.unauthenticated() }
        if hasChanged {
            try await transaction.wrote(to: id, by: member, route: route)
        } else {
            guard try await transaction.opened(id, by: member, route: route) else {
                throw CandidateRefusals.tooManyReads()
            }
        }
        return try await transaction.rows(Self.one(id, for: member), as: Candidate.self)
    }

    /// Who opened a file, the newest first: for the organisation whose it is, and for the data-protection officer, which is written down.
    public func reads(
        _ id: Candidate.ID, limit: PageLimit, cursor: Cursor?, as caller: Caller
    ) async throws -> Rows<FileRead> {
        let before = try cursor?.key(of: "file_reads", Identifier<FileRead>.self)
        return try await database.transaction(as: caller) { transaction in
            let statement: SQL = """
                SELECT f.id, f.at, CASE WHEN o.id IS NOT NULL THEN jsonb_build_object('code', o.code, 'name', o.name) END AS organisation,
                       f.member_id, f.reason, f.route
                  FROM file_read f LEFT JOIN organisation o ON o.id = f.organisation_id
                 WHERE f.candidate_id = \(id) AND (\(before)::uuid IS NULL OR f.id < \(before)::uuid)
                 ORDER BY f.id DESC LIMIT \(limit.count + 1)
                """
            guard caller.isDPO else {
                let current = try await current(id, transaction)
                guard current.access == .own else { throw CandidateRefusals.notYours() }
                return try await transaction.rows(statement, as: FileRead.self)
            }
            let rows = try await transaction.asSystem {
                let found = try await transaction.rows(
                    "SELECT EXISTS (SELECT FROM candidate WHERE id = \(id)) AS value", as: Value<Bool>.self
                ).first()
                guard found?.value == true else { throw CandidateRefusals.candidate() }
                return try await transaction.rows(statement, as: FileRead.self)
            }
            try await transaction.record("file_read.list", on: "candidate", id: id.uuid)
            return rows
        }
    }

    /// A file as a change finds it.
    struct Current: Decodable, Sendable {
        var id: Candidate.ID
        var organisationID: Identifier<OrganisationTag>
        var access: CandidateAccess
        var version: Int
        var objectedAt: Instant?
    }

    /// A file that the caller may know of; 404 otherwise.
    func current(_ id: Candidate.ID, _ transaction: Transaction) async throws -> Current {
        guard let member = transaction.caller.member else { throw CandidateRefusals.candidate() }
        let found = try await transaction.rows(
            """
            SELECT c.id, c.organisation_id, \(Self.access(by: member)) AS access, c.version, c.objected_at
              FROM candidate c \(Self.joins(member)) WHERE c.id = \(id) AND \(Self.isKnown(to: member))
            """, as: Current.self
        ).first()
        guard let found else { throw CandidateRefusals.candidate() }
        return found
    }

    /// The same, locked until the transaction ends, once the rights have been looked at.
    func locked(_ current: Current, _ transaction: Transaction) async throws -> Current {
        struct Now: Decodable { var organisationID: Identifier<OrganisationTag>, version: Int, objectedAt: Instant? }
        let now = try await transaction.rows(
            "SELECT organisation_id, version, objected_at FROM candidate WHERE id = \(current.id) FOR UPDATE",
            as: Now.self
        ).first()
        // Transferred or no longer shared, meanwhile.
        guard let now, now.organisationID == current.organisationID else { throw CandidateRefusals.candidate() }
        var locked = current
        (locked.version, locked.objectedAt) = (now.version, now.objectedAt)
        return locked
    }
}

extension Database {
    /// Tells the team of a member who was refused one file too many for a day: in a transaction of its own, for the refusal took back
    /// everything else.
    public func alert(of error: any Error, as caller: Caller) async throws {
        guard let refusal = error as? Refusal, refusal.problem == CandidateRefusals.tooManyReads,
            let member = caller.member
        else { return }
        try await transaction(as: caller) { transaction in
            try await transaction.record("file_read.alert", on: "member", id: member.id.uuid)
            try await transaction.tellOfManyReads(by: member)
        }
    }
}

extension Transaction {
    /// Lets the team's member see this one file for the rest of the transaction (the policy `candidate_opened_by_team`).
    func openFile(_ id: Candidate.ID) async throws {
        try await execute("SELECT set_config('pa31.file', \(id.fieldText), true)")
    }

    /// Writes down that a member opens a file; false when that would be one file too many for a day, and nothing is written.
    public func opened(
        _ id: Candidate.ID, by member: Caller.Member, route: String, reason: String? = nil
    ) async throws -> Bool {
        // One at a time for each member: many at once would all be below the limit.
        try await execute("SELECT pg_advisory_xact_lock(hashtextextended('file_read ' || \(member.id)::text, 0))")
        return try await execute(
            """
            INSERT INTO file_read (id, candidate_id, member_id, organisation_id, at, reason, route)
            SELECT \(newID(Identifier<FileRead>.self)), \(id), \(member.id), \(member.organisationID), \(now), \(reason), \(route)
              FROM (SELECT count(DISTINCT f.candidate_id) AS files, coalesce(bool_or(f.candidate_id = \(id)), false) AS is_among
                      FROM file_read f
                     WHERE f.member_id = \(member.id)
                       AND f.at >= (SELECT caller_day())::timestamp AT TIME ZONE 'Europe/Paris') AS today
             WHERE today.is_among OR today.files < (SELECT service_rule('reads_per_day'))
            """) == 1
    }

    /// Writes down that a change shows a file to who made it. A right that is exercised (a correction, an objection, an agreement that is
    /// taken back) has no daily limit: past it the team is told, and the change is made.
    func wrote(to id: Candidate.ID, by member: Caller.Member, route: String) async throws {
        guard try await !opened(id, by: member, route: route) else { return }
        try await execute(
            """
            INSERT INTO file_read (id, candidate_id, member_id, organisation_id, at, route)
            VALUES (\(newID(Identifier<FileRead>.self)), \(id), \(member.id), \(member.organisationID), \(now), \(route))
            """)
        try await tellOfManyReads(by: member)
    }

    /// One task for the team about a member, however often.
    func tellOfManyReads(by member: Caller.Member) async throws {
        try await Outbox.task(
            NewTask(
                kind: "candidate.many_reads", organisationID: nil,
                title: "Un membre a ouvert plus de dossiers de candidats qu'en un jour normal",
                aboutKind: "member", aboutID: member.id.uuid), self)
    }
}
