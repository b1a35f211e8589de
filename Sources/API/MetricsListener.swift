import Contract
import Fields
import HTTPTypes
import Hummingbird
import NIOCore
import Postgres

/// What only the machine itself may ask: figures for Prometheus, and what readiness is made of. A second listener, on the
/// loopback address, so that no proxy rule is needed to keep it from the public.
struct MetricsListener: Sendable {
    let metrics: ServerMetrics
    let cache: AnswerCache
    let database: Database
    let sealing: Database

    func responder() -> RouterResponder<KernelContext> {
        let router = Router(context: KernelContext.self)
        router.get("/metrics") { _, _ in
            text(await figures(), status: .ok, mediaType: "text/plain; version=0.0.4; charset=utf-8")
        }
        router.get("/readyz") { _, _ in
            let checks = await readiness()
            let isReady = checks.allSatisfy { $0.value == "ok" }
            let document = JSON.object(checks.map { .init($0.name, .string($0.value)) })
            return text(document.text, status: isReady ? .ok : .serviceUnavailable, mediaType: "application/json")
        }
        return router.buildResponder()
    }

    private func text(_ text: String, status: HTTPResponse.Status, mediaType: String) -> Response {
        Response(
            status: status, headers: [.contentType: mediaType, .cacheControl: "private, no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private func figures() async -> String {
        var text = PrometheusText()
        metrics.write(into: &text)
        let lanes =
            database.statistics + sealing.statistics.filter { $0.lane == "transaction" }.map { ("seal", $0.counts) }
        func each(_ name: String, _ type: String, _ help: String, _ value: (LaneStatistics) -> Int) {
            text.metric(name, type, help)
            for lane in lanes { text.sample(name, [("lane", lane.lane)], value(lane.counts)) }
        }
        each("pa31_pool_size", "gauge", "The most connections a lane opens.") { $0.size }
        each("pa31_pool_in_use", "gauge", "Connections in use.") { $0.lent }
        each("pa31_pool_waiting", "gauge", "Callers waiting for a connection.") { $0.waiting }
        each("pa31_pool_loans_total", "counter", "Times a connection was lent; in the read lane, statements sent.") {
            $0.loans
        }
        each("pa31_pool_batches_total", "counter", "Batches that the statements of the read lane went out in.") {
            $0.batches
        }
        each("pa31_pool_refusals_total", "counter", "Callers that got no connection in time.") { $0.refusals }
        each("pa31_pool_opened_total", "counter", "Connections opened.") { $0.opened }
        text.metric("pa31_pool_wait_seconds", "histogram", "How long callers waited for a connection.")
        for lane in lanes {
            text.histogram(
                "pa31_pool_wait_seconds", [("lane", lane.lane)], bounds: LaneStatistics.waitBounds,
                counts: lane.counts.waits, sum: lane.counts.waitSeconds)
        }
        text.metric("pa31_database_errors_total", "counter", "Errors of the database by class.")
        for lane in lanes {
            for (kind, count) in lane.counts.errors.sorted(by: { $0.key.word < $1.key.word }) {
                text.sample("pa31_database_errors_total", [("lane", lane.lane), ("class", kind.word)], count)
            }
        }
        let kept = cache.statistics
        text.metric("pa31_cache_bytes", "gauge", "Memory that public answers are kept in.")
        text.sample("pa31_cache_bytes", [], kept.bytes)
        text.metric("pa31_cache_answers", "gauge", "Public answers kept.")
        text.sample("pa31_cache_answers", [], kept.answers)
        text.metric(
            "pa31_cache_requests_total", "counter",
            "Requests that could be answered from memory, and whether they were.")
        text.sample("pa31_cache_requests_total", [("outcome", "hit")], kept.hits)
        text.sample("pa31_cache_requests_total", [("outcome", "miss")], kept.misses)
        if let waiting = await waitingForSeal() {
            text.metric("pa31_queue_length", "gauge", "What waits to be worked off.")
            text.sample("pa31_queue_length", [("queue", "audit_pending")], waiting)
        }
        return text.text
    }

    private func waitingForSeal() async -> Int? {
        try? await database.transaction(as: .system(requestID: "metrics")) { transaction in
            try await transaction.rows("SELECT count(*) AS value FROM audit_pending", as: Value<Int>.self).first()?
                .value
        }
    }

    private func readiness() async -> [(name: String, value: String)] {
        func check(_ body: () async throws -> Void) async -> String {
            do { try await body() } catch { return Refusal(from: error)?.problem.code ?? "failed" }
            return "ok"
        }
        let read = await check { _ = try await database.read("SELECT 1::bigint AS value", as: Value<Int>.self) }
        let write = await check {
            _ = try await database.transaction(as: .system(requestID: "readyz")) { transaction in
                try await transaction.rows(
                    "SELECT 1::bigint AS value WHERE current_setting('transaction_read_only') = 'off'",
                    as: Value<Int>.self
                ).isEmpty ? { throw Problem.unavailable() }() : ()
            }
        }
        let seal = await check { _ = try await sealing.read("SELECT 1::bigint AS value", as: Value<Int>.self) }
        return [("read", read), ("write", write), ("seal", seal)]
    }
}
