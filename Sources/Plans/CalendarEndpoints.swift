public import Contract
import Fields
import NIOCore
import Postgres

/// The contract of calendars: one's own, and what their addresses show.
public struct CalendarEndpoints: Sendable {
    let calendars: CalendarStore

    /// The endpoints over their store.
    public init(calendars: CalendarStore) { self.calendars = calendars }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/calendars", id: "calendar_list", "My calendars, the newest first; never their addresses.",
                access: .member, output: .page(CalendarFeed.self), run: list),
            Endpoint(
                .post, "/v1/calendars", id: "calendar_create",
                "Make a calendar that an agenda subscribes to: my organisation's actions, or for the team the whole plan. Its secret address is shown once.",
                access: .member, output: .one(CreatedCalendarFeed.self, status: 201),
                refusals: [CalendarRefusals.invalid, .alreadyCreated],
                example: ["scope": "organisation", "label": "Agenda"], run: create),
            Endpoint(
                .get, "/v1/calendars/{token}.ics", id: "calendar_read",
                "A calendar (RFC 5545): planned starts and ends, milestones due. The secret address is its only key.",
                access: .anyone, output: .calendar, refusals: [CalendarRefusals.calendar], run: read),
            Endpoint(
                .delete, "/v1/calendars/{id}", id: "calendar_revoke",
                "Take one of my calendars back, at once. Twice does no harm.", access: .member, output: .nothing,
                refusals: [CalendarRefusals.calendar], idIn: ("/v1/calendars", "items"), run: revoke),
        ]
    }

    /// The path of a calendar.
    struct CalendarPath: Decodable, Sendable { var id: CalendarFeed.ID }

    /// The path of an address. Any text: what can't be a secret looks like one that has expired or is unknown.
    struct LinkPath: Decodable, Sendable { var token: String }

    func list(_ call: Call<Nothing, Paging, Nothing>) async throws -> Answer {
        let limit = call.query.limit ?? .standard
        let rows = try await calendars.listOwn(limit: limit, cursor: call.query.cursor, as: call.caller)
        return .page(rows, limit: limit.count, list: "calendars", key: ["id"])
    }

    func create(_ call: Call<Nothing, Nothing, NewCalendarFeed>) async throws -> Answer {
        try await calendars.create(call.body, as: call.caller) { created in
            var answer = Answer.json(
                [
                    "id": .string(created.id.fieldText), "path": .string(created.path),
                    "expires_at": .string(created.expiresAt.fieldText),
                ], status: 201)
            answer.isSecret = true
            return answer
        }
    }

    func read(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        let calendar = try await calendars.read(call.path.token, as: call.caller)
        return Answer(body: ByteBuffer(string: calendar.text), mediaType: Representation.calendar.contentType)
    }

    func revoke(_ call: Call<CalendarPath, Nothing, Nothing>) async throws -> Answer {
        try await calendars.revokeOwn(call.path.id, as: call.caller)
        return .nothing
    }
}
