public import Contract
import Fields
import Foundation
import Postgres

/// The contract of tasks, and of the links that decline reminders.
public struct TaskEndpoints: Sendable {
    let tasks: TaskStore
    let reminders: ReminderStore

    /// The endpoints over their stores.
    public init(tasks: TaskStore, reminders: ReminderStore) {
        self.tasks = tasks
        self.reminders = reminders
    }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/tasks", id: "task_list",
                "What my organisation has to do where no mail can: texts to print, addresses that fail; of the team, its own. The oldest first.",
                access: .member, output: .page(TaskLine.self), run: list),
            Endpoint(
                .get, "/v1/tasks/{id}", id: "task_read", "A task, with the text to print and hand over.",
                access: .member, output: .one(TaskDetail.self), refusals: [MessageRefusals.task],
                idIn: ("/v1/tasks", "items"), run: read, html: page),
            Endpoint(
                .post, "/v1/tasks/{id}/done", id: "task_done",
                "Say that a task is done; its text is forgotten. Twice does no harm.",
                access: .writer, output: .one(TaskDetail.self), refusals: [MessageRefusals.task],
                idIn: ("/v1/tasks", "items"), run: done),
            Endpoint(
                .get, "/v1/reminder-links/{token}", id: "reminder_link_read",
                "Which reminders the link of a reminder declines. Reading it changes nothing.", access: .anyone,
                output: .one(DeclinableReminders.self), refusals: [MessageRefusals.reminderLink], run: offer,
                html: offerPage),
            Endpoint(
                .post, "/v1/reminder-links/{token}", id: "reminder_link_decline",
                "Decline such reminders for this address. Answers, appointments and closures still come. Twice does no harm.",
                access: .anyone, output: .one(DeclinableReminders.self), refusals: [MessageRefusals.reminderLink],
                run: decline, html: declinePage),
        ]
    }

    /// Which tasks, and which page.
    struct TaskFilter: Decodable, Sendable {
        /// Open unless said otherwise.
        var state: TaskState?
        /// How many items.
        var limit: PageLimit?
        /// Where it begins.
        var cursor: Cursor?
    }

    /// The path of a task.
    struct TaskPath: Decodable, Sendable { var id: TaskLine.ID }

    /// The path of a link. Any text: what can't be a secret looks like an unknown one.
    struct LinkPath: Decodable, Sendable { var token: String }

    func list(_ call: Call<Nothing, TaskFilter, Nothing>) async throws -> Answer {
        let limit = call.query.limit ?? .standard
        let rows = try await tasks.list(
            call.query.state ?? .open, limit: limit, cursor: call.query.cursor, as: call.caller)
        return .page(rows, limit: limit.count, list: "tasks", key: ["id"])
    }

    func read(_ call: Call<TaskPath, Nothing, Nothing>) async throws -> Answer {
        .row(try await tasks.find(call.path.id, as: call.caller))
    }

    func page(_ call: Call<TaskPath, Nothing, Nothing>) async throws -> Answer {
        guard let task = try await tasks.find(call.path.id, as: call.caller).first() else {
            throw MessageRefusals.task()
        }
        let text = (task.text ?? "").components(separatedBy: "\n\n").map { paragraph in
            "<p>\(Page.escaped(paragraph).replacingOccurrences(of: "\n", with: "<br>\n"))</p>"
        }
        return .html(
            Page.html(
                .french, title: task.title, "<h1>\(Page.escaped(task.title))</h1>\n" + text.joined(separator: "\n")))
    }

    func done(_ call: Call<TaskPath, Nothing, Nothing>) async throws -> Answer {
        try await tasks.done(call.path.id, as: call.caller, answer: { .row($0) })
    }

    func offer(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        .row(try await reminders.offer(call.path.token, as: call.caller))
    }

    func decline(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        .row(try await reminders.decline(call.path.token, as: call.caller))
    }

    func offerPage(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        _ = try await reminders.offer(call.path.token, as: call.caller)
        return .html(
            Page.html(
                .french, title: "Rappels",
                """
                <h1>Ne plus recevoir ce genre de rappel ?</h1>
                <p>Les réponses, les rendez-vous et les clôtures vous seront toujours envoyés.</p>
                <form method="post"><button type="submit">Ne plus recevoir ces rappels</button></form>
                """))
    }

    func declinePage(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        _ = try await reminders.decline(call.path.token, as: call.caller)
        return .html(
            Page.html(
                .french, title: "Rappels",
                """
                <h1>C'est noté</h1>
                <p>Vous ne recevrez plus ce genre de rappel à cette adresse.</p>
                """))
    }
}
