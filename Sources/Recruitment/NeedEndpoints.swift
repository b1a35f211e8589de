public import Contract
import Fields
import Postgres

/// The contract of needs.
public struct NeedEndpoints: Sendable {
    let needs: NeedStore

    /// The endpoints over their store.
    public init(needs: NeedStore) { self.needs = needs }

    /// Every operation.
    public var all: [Endpoint] { reads + changes }

    private var reads: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/needs", id: "need_list",
                "Open needs, the newest or the nearest first, narrowed down by filters; also as a feed. With `mine`, an employer's "
                    + "own in every state.",
                access: .anyone, output: .page(PublicNeed.self),
                madeOf: [.recruitment, .directory, .reference], run: list, csv: export, atom: feed),
            Endpoint(
                .get, "/v1/needs/{id}", id: "need_read",
                "One need while it is open, also as schema.org's JobPosting; in any state for its employer, the team and "
                    + "prescribers.",
                access: .anyone,
                output: Endpoint.Output.one(PublicNeed.self).adding("management", one: NeedManagement.self)
                    .adding("structure_details", one: NeedStructureDetails.self).adding(
                        "moves", listOf: NeedNextMove.self),
                refusals: [RecruitmentRefusals.need], madeOf: [.recruitment, .directory, .reference],
                idIn: ("/v1/needs", "items"), run: read, jsonld: posting),
            Endpoint(
                .get, "/v1/needs/{id}/history", id: "need_history",
                "Everything that changed on a need, the oldest first: for its employer and the team.", access: .member,
                output: .page(RecruitmentEvent.self), refusals: [RecruitmentRefusals.need],
                idIn: ("/v1/needs", "items"), run: history),
        ]
    }

    private var changes: [Endpoint] {
        [
            Endpoint(
                .post, "/v1/needs", id: "need_create",
                "Write a need for one of one's own structures, as a draft; opened, everybody sees it.", access: .writer,
                output: Self.managed(status: 201),
                refusals: [RecruitmentRefusals.invalidNeed, RecruitmentRefusals.structureClosed],
                example: [
                    "structure": "31FIC0006", "title": "Aide-soignant de nuit", "job": "J1501", "contract": "cdi",
                    "diplomas": ["DEAS"], "hours_per_week": 35, "positions": 2, "night": true,
                ], run: create),
            Endpoint(
                .patch, "/v1/needs/{id}", id: "need_edit", "Change fields of a need: its employer.", access: .writer,
                output: Self.managed(), refusals: [RecruitmentRefusals.need, RecruitmentRefusals.invalidNeed],
                needsVersion: true, example: ["positions": 3, "beginner_welcome": true],
                idIn: ("/v1/needs?mine=true&state=open", "items"), run: edit),
            Endpoint(
                .delete, "/v1/needs/{id}", id: "need_delete", "Delete a draft; what was open once stays.",
                access: .writer, output: .nothing, refusals: [RecruitmentRefusals.need, RecruitmentRefusals.notDraft],
                needsVersion: true, idIn: ("/v1/needs?mine=true&state=draft", "items"), run: delete),
            Endpoint(
                .post, "/v1/needs/{id}/transitions", id: "need_move",
                "Open a need for its period, pause, close or renew it, as its table of transitions allows; the team closes one "
                    + "with a reason.",
                access: .writer, output: Self.managed(),
                refusals: [
                    RecruitmentRefusals.need, RecruitmentRefusals.invalidNeed, RecruitmentRefusals.noContact,
                    RecruitmentRefusals.structureClosed, .transitionForbidden, .transitionIncomplete,
                    .transitionUnexpected,
                ],
                needsVersion: true, example: ["to": "closed", "reason": "Poste pourvu en interne."],
                idIn: ("/v1/needs?mine=true&state=open", "items"), run: move),
        ]
    }

    private static func managed(status: Int = 200) -> Endpoint.Output {
        Endpoint.Output.one(PublicNeed.self, status: status).adding("management", one: NeedManagement.self)
            .adding("moves", listOf: NeedNextMove.self)
    }

    /// The path of one need.
    struct NeedPath: Decodable, Sendable { var id: PublicNeed.ID }

    /// A move that the caller may make now.
    struct NeedNextMove: Decodable, Sendable {
        /// The state it leads to.
        var to: NeedState
        /// What must come with it: of each group, one.
        var needs: [[String]]
    }

    func list(_ call: Call<Nothing, NeedStore.Filter, Nothing>) async throws -> Answer {
        let filter = call.query
        return .page(
            try await needs.list(filter, on: call.today, as: call.caller), limit: (filter.limit ?? .standard).count,
            list: filter.list, key: filter.key, isPublic: !filter.isMine)
    }

    func export(_ call: Call<Nothing, NeedStore.Filter, Nothing>) async throws -> Answer {
        let (filter, day, caller) = (call.query, call.today, call.caller)
        return .csv("besoins-\(day)", isPublic: !filter.isMine, header: PublicNeed.self) { write in
            try await needs.export(filter, on: day, as: caller, write)
        }
    }

    func feed(_ call: Call<Nothing, NeedStore.Filter, Nothing>) async throws -> Answer {
        let filter = call.query
        // What one's own draft says is for no feed reader.
        guard !filter.isMine else {
            throw Problem.malformed(
                fr: "Le flux ne montre que les besoins ouverts : sans mine.",
                en: "The feed shows open needs only: without mine.",
                errors: [FieldProblem("mine", fr: "sans objet pour un flux", en: "not for a feed")])
        }
        return try NeedFeed.answer(
            try await needs.list(filter, on: call.today, as: call.caller), filter: filter, now: call.now)
    }

    func read(_ call: Call<NeedPath, Nothing, Nothing>) async throws -> Answer {
        let found = try await needs.find(call.path.id, on: call.today, as: call.caller)
        var answer = Answer.row(found.need, isPublic: call.caller.member == nil)
        if let management = found.management { answer = answer.adding("management", object: management) }
        if let structure = found.structure { answer = answer.adding("structure_details", object: structure) }
        if let moves = found.moves { answer = answer.adding("moves", moves) }
        // Contacts and structures change without it.
        answer.etag = found.management?.text(0, "version").flatMap { Int($0) }
            .map { [body = answer.body] in .full(version: $0, of: body) }
        return answer
    }

    func posting(_ call: Call<NeedPath, Nothing, Nothing>) async throws -> Answer {
        // The same for everybody: what search engines may show.
        let found = try await needs.find(
            call.path.id, on: call.today, as: .anonymous(requestID: call.caller.requestID))
        guard let need = try found.need.first() else { throw RecruitmentRefusals.need() }
        var answer = Answer.json(JobPosting.document(need), isPublic: true)
        answer.mediaType = Representation.jsonld.contentType
        return answer
    }

    func history(_ call: Call<NeedPath, Paging, Nothing>) async throws -> Answer {
        let limit = call.query.limit ?? .standard
        let rows = try await needs.history(call.path.id, limit: limit, cursor: call.query.cursor, as: call.caller)
        return .page(rows, limit: limit.count, list: "recruitment_history", key: ["position"])
    }

    func create(_ call: Call<Nothing, Nothing, NewNeed>) async throws -> Answer {
        try await needs.create(call.body, as: call.caller) { changed in
            var answer = Answer.changed(changed, status: 201)
            answer.location = changed.need.text(0, "id").map { "/v1/needs/\($0)" }
            return answer
        }
    }

    func edit(_ call: Call<NeedPath, Nothing, NeedChanges>) async throws -> Answer {
        try await needs.edit(call.path.id, call.body, precondition: call.precondition, as: call.caller) {
            .changed($0)
        }
    }

    func delete(_ call: Call<NeedPath, Nothing, Nothing>) async throws -> Answer {
        try await needs.delete(call.path.id, precondition: call.precondition, as: call.caller)
        return .nothing
    }

    func move(_ call: Call<NeedPath, Nothing, NeedMove>) async throws -> Answer {
        try await needs.move(call.path.id, call.body, precondition: call.precondition, as: call.caller) {
            .changed($0)
        }
    }
}

extension Answer {
    /// A need after a change, with the version to change it again.
    fileprivate static func changed(_ changed: NeedStore.Changed, status: Int = 200) -> Answer {
        var answer = Answer.row(changed.need, status: status).adding("management", object: changed.management)
            .adding("moves", changed.moves)
        answer.etag = changed.management.text(0, "version").flatMap { Int($0) }
            .map { [body = answer.body] in .full(version: $0, of: body) }
        return answer
    }
}
