public import Contract
import Fields
import Postgres

/// The contract of sessions.
public struct SessionEndpoints: Sendable {
    let sessions: SessionStore

    /// The endpoints over their store.
    public init(sessions: SessionStore) { self.sessions = sessions }

    /// Every operation.
    public var all: [Endpoint] { reads + changes + contacts }

    private var reads: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/sessions", id: "session_list",
                "Open sessions (training, immersion, job test, forum, coach), the next to begin first. With `mine`, an "
                    + "organiser's own in every state.",
                access: .anyone, output: .page(PublicSession.self),
                madeOf: [.recruitment, .plan, .reference], run: list, csv: export),
            Endpoint(
                .get, "/v1/sessions/{id}", id: "session_read",
                "One session while it is open; in any state for its organiser, the team and prescribers.",
                access: .anyone,
                output: Endpoint.Output.one(PublicSession.self).adding("management", one: SessionManagement.self)
                    .adding("contacts", listOf: SessionContact.self).adding("moves", listOf: SessionNextMove.self),
                refusals: [RecruitmentRefusals.session], madeOf: [.recruitment, .plan, .reference],
                idIn: ("/v1/sessions", "items"), run: read),
            Endpoint(
                .get, "/v1/sessions/{id}/history", id: "session_history",
                "Everything that changed on a session, the oldest first: for its organiser and the team.",
                access: .member, output: .page(RecruitmentEvent.self), refusals: [RecruitmentRefusals.session],
                idIn: ("/v1/sessions?mine=true", "items"), run: history),
        ]
    }

    private var changes: [Endpoint] {
        [
            Endpoint(
                .post, "/v1/sessions", id: "session_create",
                "Write a session as a draft: partners, training providers and the team; employers immersions and job tests.",
                access: .writer, output: Self.managed(status: 201), refusals: [RecruitmentRefusals.invalidSession],
                example: [
                    "title": "Tester le métier d'aide à domicile", "kind": "job_test", "job": "K1304", "insee": "31555",
                    "starts_on": "2027-03-01", "ends_on": "2027-03-05", "places": 8,
                ], run: create),
            Endpoint(
                .patch, "/v1/sessions/{id}", id: "session_edit", "Change fields of a session: its organiser.",
                access: .writer, output: Self.managed(),
                refusals: [
                    RecruitmentRefusals.session, RecruitmentRefusals.invalidSession, RecruitmentRefusals.sessionNotOpen,
                ],
                needsVersion: true, example: ["places": 10], idIn: ("/v1/sessions?mine=true&state=open", "items"),
                run: edit),
            Endpoint(
                .post, "/v1/sessions/{id}/transitions", id: "session_move",
                "Open, cancel or hold a session, as its table of transitions allows.", access: .writer,
                output: Self.managed(),
                refusals: [
                    RecruitmentRefusals.session, RecruitmentRefusals.invalidSession, .transitionForbidden,
                    .transitionIncomplete, .transitionUnexpected,
                ],
                needsVersion: true, example: ["to": "cancelled", "reason": "Formatrice indisponible."],
                idIn: ("/v1/sessions?mine=true&state=open", "items"), run: move),
        ]
    }

    private var contacts: [Endpoint] {
        [
            Endpoint(
                .post, "/v1/sessions/{id}/contact", id: "session_contact_give",
                "Give the address that a session's orientations go to; it counts once the team confirms it.",
                access: .writer, output: .one(GivenSessionContact.self, status: 201),
                refusals: [
                    RecruitmentRefusals.session, RecruitmentRefusals.invalidSession, RecruitmentRefusals.sessionNotOpen,
                    RecruitmentRefusals.contactConflict,
                ],
                example: ["email": "inscriptions@organisme.example"],
                idIn: ("/v1/sessions?mine=true&state=open", "items"),
                run: giveContact),
            Endpoint(
                .post, "/v1/sessions/{id}/contact/confirm", id: "session_contact_confirm",
                "Confirm the address that a session's organiser gave: the team, once it knows that it is theirs.",
                access: .writer, output: .one(GivenSessionContact.self),
                refusals: [RecruitmentRefusals.session, RecruitmentRefusals.noSessionContact],
                idIn: ("/v1/sessions?mine=true&state=open", "items"), run: confirmContact),
        ]
    }

    private static func managed(status: Int = 200) -> Endpoint.Output {
        Endpoint.Output.one(PublicSession.self, status: status).adding("management", one: SessionManagement.self)
            .adding("moves", listOf: SessionNextMove.self)
    }

    /// The path of one session.
    struct SessionPath: Decodable, Sendable { var id: PublicSession.ID }

    /// A move that the caller may make now.
    struct SessionNextMove: Decodable, Sendable {
        /// The state it leads to.
        var to: SessionState
        /// What must come with it: of each group, one.
        var needs: [[String]]
    }

    func list(_ call: Call<Nothing, SessionStore.Filter, Nothing>) async throws -> Answer {
        let filter = call.query
        return .page(
            try await sessions.list(filter, on: call.today, as: call.caller), limit: (filter.limit ?? .standard).count,
            list: filter.list, key: filter.key, isPublic: !filter.isMine)
    }

    func export(_ call: Call<Nothing, SessionStore.Filter, Nothing>) async throws -> Answer {
        let (filter, day, caller) = (call.query, call.today, call.caller)
        return .csv("sessions-\(day)", isPublic: !filter.isMine, header: PublicSession.self) { write in
            try await sessions.export(filter, on: day, as: caller, write)
        }
    }

    func read(_ call: Call<SessionPath, Nothing, Nothing>) async throws -> Answer {
        let found = try await sessions.find(call.path.id, as: call.caller)
        var answer = Answer.row(found.session, isPublic: call.caller.member == nil)
        if let management = found.management { answer = answer.adding("management", object: management) }
        if let contacts = found.contacts { answer = answer.adding("contacts", contacts) }
        if let moves = found.moves { answer = answer.adding("moves", moves) }
        answer.etag = found.management?.text(0, "version").flatMap { Int($0) }
            .map { [body = answer.body] in .full(version: $0, of: body) }
        return answer
    }

    func history(_ call: Call<SessionPath, Paging, Nothing>) async throws -> Answer {
        let limit = call.query.limit ?? .standard
        let rows = try await sessions.history(call.path.id, limit: limit, cursor: call.query.cursor, as: call.caller)
        return .page(rows, limit: limit.count, list: "recruitment_history", key: ["position"])
    }

    func create(_ call: Call<Nothing, Nothing, NewSession>) async throws -> Answer {
        try await sessions.create(call.body, as: call.caller) { changed in
            var answer = Answer.changed(changed, status: 201)
            answer.location = changed.session.text(0, "id").map { "/v1/sessions/\($0)" }
            return answer
        }
    }

    func edit(_ call: Call<SessionPath, Nothing, SessionChanges>) async throws -> Answer {
        try await sessions.edit(call.path.id, call.body, precondition: call.precondition, as: call.caller) {
            .changed($0)
        }
    }

    func move(_ call: Call<SessionPath, Nothing, SessionMove>) async throws -> Answer {
        try await sessions.move(call.path.id, call.body, precondition: call.precondition, as: call.caller) {
            .changed($0)
        }
    }

    func giveContact(_ call: Call<SessionPath, Nothing, NewSessionContact>) async throws -> Answer {
        try await sessions.giveContact(call.path.id, call.body, as: call.caller) { .row($0, status: 201) }
    }

    func confirmContact(_ call: Call<SessionPath, Nothing, Nothing>) async throws -> Answer {
        try await sessions.confirmContact(call.path.id, as: call.caller) { .row($0) }
    }
}

extension Answer {
    /// A session after a change, with the version to change it again.
    fileprivate static func changed(_ changed: SessionStore.Changed, status: Int = 200) -> Answer {
        var answer = Answer.row(changed.session, status: status).adding("management", object: changed.management)
            .adding("moves", changed.moves)
        answer.etag = changed.management.text(0, "version").flatMap { Int($0) }
            .map { [body = answer.body] in .full(version: $0, of: body) }
        return answer
    }
}
