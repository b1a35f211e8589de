import Accounts
import Directory
import Fields
import Postgres
import Recruitment

extension Make {
    /// A recruitment contact of a structure, proved by its link.
    public func contact(of structure: PublicStructure.ID, _ organisation: Organisation.ID) async throws {
        _ = try await insert { transaction in
            try await transaction.execute(
                """
                INSERT INTO recruitment_contact (id, structure_id, organisation_id, email, state, asked_at, expires_at, proved_at)
                VALUES (\(transaction.newID(RecruitmentContact.ID.self)), \(structure), \(organisation), 'recrutement@employeur.example',
                        'proved', \(transaction.now), \(transaction.now.adding(seconds: 60)), \(transaction.now))
                """)
        }
    }

    /// A need of a structure, in any state; open until sixty days from now unless said otherwise.
    @discardableResult
    public func need(
        _ title: String = "Aide-soignant", of structure: PublicStructure.ID, _ organisation: Organisation.ID,
        state: NeedState = .open, positions: Int = 1, left: Int? = nil, job: String = "J1501", contract: String = "cdi",
        diplomas: [String] = [], insee: String? = "31555", at point: (latitude: Double, longitude: Double)? = nil,
        expiresOn: Day? = nil
    ) async throws -> PublicNeed.ID {
        try await insert { transaction in
            let id = transaction.newID(PublicNeed.ID.self)
            let wasOpen = state != .draft
            let last = expiresOn ?? Day(number: transaction.today.number + 60)
            try await transaction.execute(
                """
                INSERT INTO need (id, structure_id, organisation_id, title, job_version, job, diplomas, contract, positions,
                                  positions_left, insee, latitude, longitude, state, opened_at, expires_on, filled_at, reason,
                                  created_at, updated_at)
                VALUES (\(id), \(structure), \(organisation), \(title), '4.60', \(job), \(list: diplomas)::text[], \(contract),
                        \(positions)::integer, \(state == .filled ? 0 : left ?? positions)::integer, \(insee), \(point?.latitude),
                        \(point?.longitude), \(state), \(wasOpen ? transaction.now : nil), \(wasOpen ? last : nil),
                        \(state == .filled ? transaction.now : nil), \(state == .closed ? "motif de test" : nil),
                        \(transaction.now), \(transaction.now))
                """)
            return id
        }
    }

    /// A session of an organisation, in any state; it begins ten days from now.
    @discardableResult
    public func session(
        _ title: String = "Découverte des métiers", of organisation: Organisation.ID, state: SessionState = .open,
        kind: SessionKind = .jobTest, places: Int = 8, startsOn: Day? = nil
    ) async throws -> PublicSession.ID {
        try await insert { transaction in
            let id = transaction.newID(PublicSession.ID.self)
            let first = startsOn ?? Day(number: transaction.today.number + 10)
            try await transaction.execute(
                """
                INSERT INTO session (id, organisation_id, title, kind, insee, starts_on, ends_on, places, places_left, state,
                                     created_at, updated_at)
                VALUES (\(id), \(organisation), \(title), \(kind), '31555', \(first), \(first), \(places)::integer,
                        \(state == .full ? 0 : places)::integer, \(state), \(transaction.now), \(transaction.now))
                """)
            return id
        }
    }

    /// An address of a session, confirmed by the team or still waiting for it.
    public func contact(
        of session: PublicSession.ID, _ organisation: Organisation.ID, state: SessionContactState = .confirmed
    ) async throws {
        _ = try await insert { transaction in
            try await transaction.execute(
                """
                INSERT INTO session_contact (id, session_id, organisation_id, email, state, asked_at, confirmed_at)
                VALUES (\(transaction.newID(SessionContact.ID.self)), \(session), \(organisation), 'sessions@organisme.example',
                        \(state), \(transaction.now), \(state == .confirmed ? transaction.now : nil))
                """)
        }
    }
}
