public import Contract
import Directory
import Fields
import NIOCore
import Postgres

/// The contract of orientations.
public struct OrientationEndpoints: Sendable {
    let orientations: OrientationStore

    /// The endpoints over their store.
    public init(orientations: OrientationStore) { self.orientations = orientations }

    private static let list = (address: "/v1/orientations", list: "items")

    /// Every operation.
    public var all: [Endpoint] { moving + following }

    private var moving: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/orientations", id: "orientation_list",
                "What one's organisation sent, follows or received, the newest first; the team sees states and dates.",
                access: .member, output: .page(OrientationLine.self), run: list),
            Endpoint(
                .post, "/v1/orientations", id: "orientation_create",
                "Propose a person for a need, to a structure or for a session: a draft, or sent at once.",
                access: .writer, output: Self.moved(status: 201), refusals: Self.sending,
                example: [
                    "candidate_id": "018cc251-f400-7000-8000-000000000000", "structure": "31FIC0001",
                    "message": "Une personne motivée, libre de suite.", "send": true,
                ], run: create),
            Endpoint(
                .get, "/v1/orientations/{id}", id: "orientation_read",
                "One orientation, as far as its reader may see the person, with the moves that are possible now.",
                access: .member, output: Self.moved(),
                refusals: [OrientationRefusals.orientation, CandidateRefusals.tooManyReads],
                idIn: Self.list, run: read),
            Endpoint(
                .post, "/v1/orientations/{id}/transitions", id: "orientation_transition",
                "Move an orientation as its table of transitions allows.", access: .writer, output: Self.moved(),
                refusals: Self.sending + [
                    OrientationRefusals.orientation, OrientationRefusals.expired, .transitionForbidden,
                    .transitionIncomplete,
                    .transitionUnexpected,
                ], needsVersion: true,
                example: [
                    "to": "refused", "reason": "schedule_incompatible",
                    "to_prescriber": "Disponible le matin seulement.",
                ],
                idIn: Self.list, run: move),
        ]
    }

    private var following: [Endpoint] {
        [
            Endpoint(
                .post, "/v1/orientations/{id}/messages", id: "orientation_message",
                "Write to the other side.", access: .writer, output: Self.moved(status: 201),
                refusals: [OrientationRefusals.orientation, OrientationRefusals.invalid],
                example: ["text": "La personne peut venir jeudi."], idIn: Self.list, run: message),
            Endpoint(
                .post, "/v1/orientations/{id}/checkpoints", id: "orientation_checkpoint",
                "What became of a hired person after 1, 3, 6 or 12 months.", access: .writer,
                output: Self.moved(status: 201),
                refusals: [
                    OrientationRefusals.orientation, OrientationRefusals.checkpoint, OrientationRefusals.invalid,
                ], example: ["months": 1, "outcome": "still_there"], idIn: Self.list, run: checkpoint),
            Endpoint(
                .get, "/v1/orientations/{id}/appointment", id: "orientation_appointment",
                "The appointment, as a file for an agenda.", access: .member, output: .calendar,
                refusals: [OrientationRefusals.orientation, OrientationRefusals.noAppointment], idIn: Self.list,
                run: appointment),
            Endpoint(
                .post, "/v1/structures/{id}/answer-time", id: "structure_answer_time",
                "How many days a structure gives itself to answer orientations.", access: .writer,
                output: .one(AnswerTime.self), refusals: [DirectoryRefusals.structure, OrientationRefusals.invalid],
                example: ["days": 20], run: answerTime),
        ]
    }

    private static let sending = [
        OrientationRefusals.invalid, OrientationRefusals.targetNotOpen, OrientationRefusals.noContact,
        OrientationRefusals.alreadySent, OrientationRefusals.objected, CandidateRefusals.candidate,
        CandidateRefusals.noAgreement, CandidateRefusals.notAuthorised,
    ]

    private static func moved(status: Int = 200) -> Endpoint.Output {
        Endpoint.Output.one(Orientation.self, status: status).adding("moves", listOf: OrientationNextMove.self)
    }

    /// The path of one orientation.
    struct OrientationPath: Decodable, Sendable { var id: Orientation.ID }

    /// The path of one structure.
    struct StructurePath: Decodable, Sendable { var id: StructureKey }

    /// A move that the caller may make now.
    struct OrientationNextMove: Decodable, Sendable {
        /// The state it leads to.
        var to: OrientationState
        /// What must come with it: of each group, one.
        var needs: [[String]]
    }

    func list(_ call: Call<Nothing, OrientationStore.Filter, Nothing>) async throws -> Answer {
        let rows = try await orientations.list(call.query, as: call.caller)
        return .page(rows, limit: (call.query.limit ?? .standard).count, list: "orientations", key: ["id"])
    }

    func read(_ call: Call<OrientationPath, Nothing, Nothing>) async throws -> Answer {
        .orientation(try await orientations.find(call.path.id, as: call.caller))
    }

    func create(_ call: Call<Nothing, Nothing, NewOrientation>) async throws -> Answer {
        try await orientations.create(call.body, as: call.caller) { changed in
            var answer = Answer.orientation(changed, status: 201)
            answer.location = changed.row.text(0, "id").map { "/v1/orientations/\($0)" }
            return answer
        }
    }

    func move(_ call: Call<OrientationPath, Nothing, OrientationMove>) async throws -> Answer {
        try await orientations.move(call.path.id, call.body, precondition: call.precondition, as: call.caller) {
            .orientation($0)
        }
    }

    func message(_ call: Call<OrientationPath, Nothing, NewOrientationMessage>) async throws -> Answer {
        try await orientations.addMessage(call.path.id, call.body, as: call.caller) { .orientation($0, status: 201) }
    }

    func checkpoint(_ call: Call<OrientationPath, Nothing, NewCheckpoint>) async throws -> Answer {
        try await orientations.record(call.path.id, call.body, as: call.caller) { .orientation($0, status: 201) }
    }

    func appointment(_ call: Call<OrientationPath, Nothing, Nothing>) async throws -> Answer {
        let text = try await orientations.appointment(call.path.id, as: call.caller)
        return Answer(body: .init(string: text), mediaType: Representation.calendar.contentType)
    }

    func answerTime(_ call: Call<StructurePath, Nothing, AnswerTime>) async throws -> Answer {
        try await orientations.setAnswerTime(call.path.id, call.body, as: call.caller) {
            .json(["days": JSON($0.days)])
        }
    }
}

extension Answer {
    /// An orientation with the version to move it. Its texts and what is seen of the person change without it.
    fileprivate static func orientation(_ changed: OrientationStore.Changed, status: Int = 200) -> Answer {
        var answer = Answer.row(changed.row, status: status).adding("moves", changed.moves)
        answer.isPersonal = true
        answer.rereadAt = changed.row.text(0, "id").map { "/v1/orientations/\($0)" }
        answer.etag = changed.row.text(0, "version").flatMap { Int($0) }
            .map { [body = answer.body] in .full(version: $0, of: body) }
        return answer
    }
}
