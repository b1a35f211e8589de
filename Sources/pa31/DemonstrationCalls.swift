import API
import Accounts
import Contract
import Fields
import Foundation
import NIOCore
import Messages
import Postgres
import Synchronization
import Yams

/// Replays `recruitment.yaml`: fictional people and employers, through the operations of the contract themselves, with the
/// clock's rules working between the days, so that every state is one that the service made.
struct DemonstrationCalls {
    private let database: Database
    private let endpoints: [Endpoint]
    private let rules: [ClockRule]
    private let members: [String: Caller]
    private let clock: SteppingClock
    private let today: Day

    /// A clock that shows the instant of the event that is being replayed.
    private final class SteppingClock: Sendable {
        private let instant: Mutex<Instant>
        init(_ start: Instant) { instant = Mutex(start) }
        var now: Instant { instant.withLock { $0 } }
        func step(to next: Instant) { instant.withLock { $0 = next } }
    }

    /// One line of the file.
    struct Event {
        /// How many days before the day of loading, as a negative number.
        let day: Int
        /// At what time of that day, UTC.
        let time: String
        /// The organisation's code, or `nobody` for who holds a link.
        let by: String
        /// `POST /v1/needs`; `PROVE 31FIC0001` uses the link of a recruitment contact.
        let call: String
        /// The body, `$names` not replaced yet.
        let body: JSON?
        /// The name under which what the answer tells of an id is kept.
        let name: String?
        /// Whether the state may forbid it by now: a need was filled, the clock was quicker.
        let mayFail: Bool
    }

    init(_ database: Database, members: [String: Caller]) {
        let clock = SteppingClock(database.clock.now())
        today = database.clock.today
        self.clock = clock
        self.database = database.at(TimeSource { clock.now })
        self.members = members
        endpoints = Server.operations(self.database).endpoints
        rules = Server.clockRules(self.database)
    }

    static func read(_ text: String) throws -> [Event] {
        let list = try Yams.compose(yaml: text)?["events"]?.sequence ?? []
        return try list.map { node in
            guard let day = node["day"]?.int, let time = node["time"]?.string, let by = node["by"]?.string,
                let call = node["call"]?.string
            else {
                throw refused("un événement sans day, time, by ou call", "an event without day, time, by or call")
            }
            return Event(
                day: day, time: time, by: by, call: call, body: node["body"].map(json), name: node["name"]?.string,
                mayFail: node["may_fail"]?.bool ?? false)
        }
    }

    private static func json(_ node: Node) -> JSON {
        switch node {
        case .mapping(let mapping):
            .object(mapping.map { JSON.Member($0.key.string ?? "", json($0.value)) })
        case .sequence(let sequence): .array(sequence.map(json))
        case .scalar(let scalar):
            if node.tag.description == Tag.Name.null.rawValue {
                .null
            } else if let value = node.bool, scalar.style == .plain {
                .bool(value)
            } else if scalar.style == .plain, node.int != nil || node.float != nil,
                scalar.string == "0" || !scalar.string.hasPrefix("0")
            {
                .number(scalar.string)
            } else {
                .string(scalar.string)
            }
        case .alias: .null
        }
    }

    /// Replays the events in their order, then lets the clock work until today; returns how many events.
    func replay(_ events: [Event], progress: (Int, Int) -> Void) async throws -> Int {
        try await use()
        var names: [String: String] = [:]
        var passed = (events.first?.day ?? 0)
        for (index, event) in events.enumerated() {
            while passed < event.day {
                passed += 1
                try await morning(of: passed)
            }
            clock.step(to: try instant(event.day, event.time))
            do { try await replay(event, &names) } catch let refusal as Refusal {
                guard event.mayFail, [.conflict, .notFound, .invalid].contains(refusal.problem.kind) else {
                    let place = "\(index + 1) (\(event.day) \(event.call))"
                    throw Self.refused(
                        "événement \(place) : \(refusal.detail.fr)", "event \(place): \(refusal.detail.en)")
                }
            }
            progress(index + 1, events.count)
        }
        while passed < 0 {
            passed += 1
            try await morning(of: passed)
        }
        return events.count
    }

    /// Notes that all members used the service up to now: accounts that nobody used since the plan's beginning would be closed on the way.
    private func use() async throws {
        try await database.transaction(as: .system(requestID: "demo")) { transaction in
            try await transaction.record("demonstration.use", on: "member")
            try await transaction.execute("UPDATE member SET last_use_on = \(today)")
        }
    }

    private func instant(_ day: Int, _ time: String) throws -> Instant {
        try Instant(fieldText: "\(Day(number: today.number + day).fieldText)T\(time):00Z")
    }

    /// The clock's work of a day, as the server would have done it that morning.
    private func morning(of day: Int) async throws {
        clock.step(to: try instant(day, "06:00"))
        // What is forgotten is looked at once a week: that is enough here, and much sooner done.
        for rule in rules where !rule.name.hasPrefix("privacy.") || day.isMultiple(of: 7) {
            while try await database.transaction(as: .system(requestID: "clock"), { try await rule.run($0, 200) }) > 0 {
            }
        }
    }

    private func work(_ rule: ClockRule) async throws -> Int {
        try await database.transaction(as: .system(requestID: "clock")) { try await rule.run($0, 200) }
    }

    private func replay(_ event: Event, _ names: inout [String: String]) async throws {
        let words = event.call.split(separator: " ", maxSplits: 1).map(String.init)
        let target = replacing(words.count > 1 ? words[1] : "", names)
        let caller = event.by == "nobody" ? .anonymous(requestID: "demo") : members[event.by]
        guard let caller else { throw Self.refused("membre inconnu : \(event.by)", "unknown member: \(event.by)") }
        if words[0] == "PROVE" { return try await prove(target) }
        guard let method = Method(rawValue: words[0]), let (endpoint, path) = find(method, target) else {
            throw Self.refused("opération inconnue", "unknown operation")
        }
        var request = Request(path: path, caller: caller, now: clock.now)
        if let body = event.body { request.body = .bytes(Array(replacing(body.text, names).utf8)) }
        if endpoint.needsVersion { request.ifMatch = try await version(of: target, as: caller) }
        let answer = try await endpoint.respond(request)
        if let name = event.name {
            let document = try JSON.parse(Array(answer.body.readableBytesView))
            names[name] = document["id"]?.string ?? answer.location?.split(separator: "/").last.map(String.init)
        }
    }

    /// The version that a change must name: that of the thing it changes.
    private func version(of target: String, as caller: Caller) async throws -> String? {
        var parts = target.split(separator: "/").map(String.init)
        if ["transitions", "messages", "checkpoints"].contains(parts.last) { parts.removeLast() }
        guard let (endpoint, path) = find(.get, "/" + parts.joined(separator: "/")) else { return nil }
        let answer = try await endpoint.respond(Request(path: path, caller: caller, now: clock.now))
        return answer.etag?.header
    }

    /// The endpoint that a path leads to, with the values of its placeholders.
    private func find(_ method: Method, _ target: String) -> (Endpoint, [String: String])? {
        let parts = target.split(separator: "/")
        for endpoint in endpoints where endpoint.method == method {
            let places = endpoint.path.split(separator: "/")
            guard places.count == parts.count else { continue }
            var values: [String: String] = [:]
            let fits = zip(places, parts).allSatisfy { place, part in
                guard place.hasPrefix("{") else { return place == part }
                values[String(place.dropFirst().dropLast())] = String(part)
                return true
            }
            if fits { return (endpoint, values) }
        }
        return nil
    }

    /// As if the owner of a recruitment address had used the link of the mail: its secret is in no mail that a demonstration reads.
    private func prove(_ finess: String) async throws {
        guard let team = members["tme"] else { return }
        try await database.transaction(as: team) { transaction in
            try await transaction.record("recruitment_contact.prove", on: "recruitment_contact")
            try await transaction.execute(
                """
                UPDATE recruitment_contact SET state = 'proved', proved_at = \(transaction.now), secret_hash = NULL
                 WHERE state = 'pending' AND structure_id = (SELECT id FROM structure WHERE finess = \(finess))
                """)
        }
    }

    /// `$need3x` becomes its id, `D-12` the day twelve days before today.
    private func replacing(_ text: String, _ names: [String: String]) -> String {
        var text = text.replacing(#/\bD([+-]\d+)/#) { match in
            Day(number: today.number + (Int(match.output.1) ?? 0)).fieldText
        }
        guard text.contains("$") else { return text }
        // The longest first: $n12 is not $n1 and a 2.
        for (name, value) in names.sorted(by: { $0.key.count > $1.key.count }) {
            text = text.replacingOccurrences(of: "$\(name)", with: value)
        }
        return text
    }

    private static func refused(_ fr: String, _ en: String) -> Refusal {
        Problem.malformed(fr: "recruitment.yaml : \(fr)", en: "recruitment.yaml: \(en)")
    }
}
