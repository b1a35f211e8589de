public import Contract
import Fields
import NIOCore

/// The contract of public figures.
public struct StatsEndpoints: Sendable {
    let stats: StatsStore

    /// The endpoints over their store.
    public init(stats: StatsStore) { self.stats = stats }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/stats", id: "stats_read",
                "The plan at a glance, the directory, open needs and sessions, persons of closed quarters (five or more). What the "
                    + "figures mean: /v1/reference/indicators.",
                access: .anyone, output: .one(PublicStats.self), madeOf: PublicData.allCases, run: read),
            Endpoint(
                .get, "/v1/stats/{figure}.svg", id: "stats_picture",
                "A small picture of public figures, for other websites to show: actions, structures, needs, orientations.",
                access: .anyone, output: .svg, madeOf: PublicData.allCases, run: picture),
        ]
    }

    /// The path of a picture.
    struct FigurePath: Decodable, Sendable {
        /// Which one.
        var figure: StatsFigure
    }

    func read(_ call: Call<Nothing, Nothing, Nothing>) async throws -> Answer {
        var answer = Answer.json(try await stats.read(), isPublic: true)
        answer.etag = .content(of: answer.body)
        return answer
    }

    func picture(_ call: Call<FigurePath, Nothing, Nothing>) async throws -> Answer {
        let drawn = try await stats.chart(call.path.figure).svg(id: call.path.figure.rawValue)
        var answer = Answer(
            body: ByteBuffer(string: drawn), mediaType: Representation.svg.contentType, isPublic: true)
        answer.etag = .content(of: answer.body)
        return answer
    }
}
