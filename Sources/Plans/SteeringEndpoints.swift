public import Contract
import Fields
import Postgres

/// The contract of steering: what needs attention, counts, coverage of the territory.
public struct SteeringEndpoints: Sendable {
    let steering: SteeringStore

    /// The endpoints over their store.
    public init(steering: SteeringStore) { self.steering = steering }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/steering/actions", id: "steering_list",
                "Actions that need attention, among those the caller sees whole: late, stale, blocked and by whom, due in "
                    + "30 days, without news, under-spent or over-committed, without evidence.",
                access: .member, output: .page(SteeringLine.self), run: list, csv: exportList),
            Endpoint(
                .get, "/v1/steering/counts", id: "steering_counts",
                "How many actions need what, by axis, lead organisation, funder or grouping of communes.",
                access: .member,
                output: .page(SteeringCount.self), run: counts, csv: exportCounts),
            Endpoint(
                .get, "/v1/plan/coverage", id: "plan_coverage",
                "How groupings and communes are covered by actions, and which are not.", access: .member,
                output: .page(Coverage.self), run: coverage, csv: exportCoverage),
        ]
    }

    /// How counts are asked for.
    struct CountQuery: Decodable, Sendable {
        /// Axes unless asked.
        var by: SteeringGroup?
        /// As at the end of this past day.
        var asOf: Day?
    }

    func list(_ call: Call<Nothing, SteeringStore.Filter, Nothing>) async throws -> Answer {
        let rows = try await steering.list(call.query, on: call.today, as: call.caller)
        return .page(rows, limit: (call.query.limit ?? .standard).count, list: "steering", key: ["code"])
    }

    func exportList(_ call: Call<Nothing, SteeringStore.Filter, Nothing>) async throws -> Answer {
        let (filter, day, caller) = (call.query, call.today, call.caller)
        let name = [filter.view?.rawValue, (filter.asOf ?? day).fieldText].compactMap { $0 }.joined(separator: "-")
        return .csv("steering-\(name)", isPublic: false, header: SteeringLine.self) { write in
            try await steering.export(filter, on: day, as: caller, write)
        }
    }

    func counts(_ call: Call<Nothing, CountQuery, Nothing>) async throws -> Answer {
        let rows = try await steering.counts(
            by: call.query.by ?? .axis, on: call.today, asOf: call.query.asOf, as: call.caller)
        return .page(rows, limit: rows.count, list: "steering_counts", key: [])
    }

    func exportCounts(_ call: Call<Nothing, CountQuery, Nothing>) async throws -> Answer {
        let (query, day, caller) = (call.query, call.today, call.caller)
        let group = query.by ?? .axis
        return .csv("steering-by-\(group.rawValue)-\(query.asOf ?? day)", isPublic: false, header: SteeringCount.self) {
            write in
            try await write(try await steering.counts(by: group, on: day, asOf: query.asOf, as: caller))
        }
    }

    func coverage(_ call: Call<Nothing, SteeringStore.CoverageFilter, Nothing>) async throws -> Answer {
        let rows = try await steering.coverage(call.query, as: call.caller)
        return .page(rows, limit: (call.query.limit ?? .standard).count, list: "coverage", key: ["code"])
    }

    func exportCoverage(_ call: Call<Nothing, SteeringStore.CoverageFilter, Nothing>) async throws -> Answer {
        let (filter, caller) = (call.query, call.caller)
        return .csv("coverage-\(call.today)", isPublic: false, header: Coverage.self) { write in
            try await write(try await steering.wholeCoverage(filter, as: caller))
        }
    }
}
