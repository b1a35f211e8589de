import Synchronization

/// What the server counts of its requests, by route template: never an address, a token or a value from a path.
final class ServerMetrics: Sendable {
    private struct Series: Hashable {
        let method: String
        let route: String
    }

    private struct Counts {
        var byStatus: [Int: Int] = [:]
        var buckets = [Int](repeating: 0, count: ServerMetrics.bounds.count + 1)
        var seconds = 0.0
    }

    private struct State {
        var series: [Series: Counts] = [:]
        var inFlight = 0
        var shed = 0
        var limited: [String: Int] = [:]
        var defects = 0
    }

    /// Upper bounds of the latency histogram, in seconds.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    private let state = Mutex(State())

    /// Counts a request in; false when so many run already that this one is better refused at once than made to wait.
    func begin(atMost limit: Int) -> Bool {
        state.withLock { state in
            guard state.inFlight < limit else {
                state.shed += 1
                return false
            }
            state.inFlight += 1
            return true
        }
    }

    /// Counts a request out.
    func end() { state.withLock { $0.inFlight -= 1 } }

    /// Counts an answer.
    func record(method: String, route: String, status: Int, seconds: Double) {
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        state.withLock { state in
            func count(_ counts: inout Counts) {
                counts.byStatus[status, default: 0] += 1
                counts.buckets[bucket] += 1
                counts.seconds += seconds
            }
            count(&state.series[Series(method: method, route: route), default: Counts()])
        }
    }

    /// Counts a request that a rate limit refused.
    func limited(_ policy: String) { state.withLock { $0.limited[policy, default: 0] += 1 } }

    /// Counts an error of ours.
    func defect() { state.withLock { $0.defects += 1 } }

    /// Everything counted, as Prometheus reads it.
    func write(into text: inout PrometheusText) {
        let state = state.withLock { $0 }
        let series = state.series.sorted { ($0.key.route, $0.key.method) < ($1.key.route, $1.key.method) }
        text.metric("pa31_http_requests_total", "counter", "Requests answered.")
        for (key, counts) in series {
            for (status, count) in counts.byStatus.sorted(by: { $0.key < $1.key }) {
                text.sample(
                    "pa31_http_requests_total",
                    [("method", key.method), ("route", key.route), ("status", String(status))], count)
            }
        }
        text.metric("pa31_http_request_seconds", "histogram", "Time from a request's head to its answer's.")
        for (key, counts) in series {
            text.histogram(
                "pa31_http_request_seconds", [("method", key.method), ("route", key.route)], bounds: Self.bounds,
                counts: counts.buckets, sum: counts.seconds)
        }
        text.metric("pa31_http_requests_in_flight", "gauge", "Requests being answered.")
        text.sample("pa31_http_requests_in_flight", [], state.inFlight)
        text.metric("pa31_http_requests_shed_total", "counter", "Requests refused at once because too many ran.")
        text.sample("pa31_http_requests_shed_total", [], state.shed)
        text.metric("pa31_http_requests_limited_total", "counter", "Requests refused by a rate limit.")
        for (policy, count) in state.limited.sorted(by: { $0.key < $1.key }) {
            text.sample("pa31_http_requests_limited_total", [("policy", policy)], count)
        }
        text.metric("pa31_defects_total", "counter", "Errors of ours: none is normal.")
        text.sample("pa31_defects_total", [], state.defects)
    }
}

/// Text in Prometheus' exposition format, version 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    mutating func metric(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: some CustomStringConvertible) {
        // Labels are templates and fixed words of ours: nothing in them needs escaping.
        let list = labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
        text += "\(name)\(list.isEmpty ? "" : "{\(list)}") \(value)\n"
    }

    mutating func histogram(
        _ name: String, _ labels: [(String, String)], bounds: [Double], counts: [Int], sum: Double
    ) {
        var total = 0
        for (bound, count) in zip(bounds, counts) {
            total += count
            sample(name + "_bucket", labels + [("le", "\(bound)")], total)
        }
        total += counts.last ?? 0
        sample(name + "_bucket", labels + [("le", "+Inf")], total)
        sample(name + "_sum", labels, sum)
        sample(name + "_count", labels, total)
    }
}
