public import Contract
public import Fields
import Postgres
import Recruitment

/// The contract of matches.
public struct MatchEndpoints: Sendable {
    let matches: MatchStore

    /// The endpoints over their store.
    public init(matches: MatchStore) { self.matches = matches }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/candidates/{id}/matches", id: "candidate_match_list",
                "Open needs that suit a person, the best first, criterion by criterion, for authorised prescribers. A score orders; a "
                    + "person decides.",
                access: .member, output: .one(NeedMatches.self),
                refusals: [CandidateRefusals.candidate, OrientationRefusals.objected],
                idIn: ("/v1/candidates", "items"),
                run: needs),
            Endpoint(
                .get, "/v1/needs/{id}/matches", id: "need_match_list",
                "People of one's own files and of those shared whom an open need suits, the best first, for authorised prescribers; no "
                    + "way to reach anybody.",
                access: .member, output: .one(CandidateMatches.self),
                refusals: [RecruitmentRefusals.need, OrientationRefusals.targetNotOpen], idIn: ("/v1/needs", "items"),
                run: candidates),
        ]
    }

    /// The path of one file.
    struct CandidatePath: Decodable, Sendable { var id: Candidate.ID }

    /// The path of one need.
    struct NeedPath: Decodable, Sendable { var id: PublicNeed.ID }

    func needs(_ call: Call<CandidatePath, MatchStore.Filter, Nothing>) async throws -> Answer {
        .json(try await matches.needs(for: call.path.id, call.query, as: call.caller).document(of: "need"))
    }

    func candidates(_ call: Call<NeedPath, MatchStore.Filter, Nothing>) async throws -> Answer {
        .json(try await matches.candidates(for: call.path.id, call.query, as: call.caller).document(of: "candidate"))
    }
}

extension MatchStore.Found {
    /// As the contract has it; `name` is what is compared.
    public func document(of name: String) -> JSON {
        [
            "items": .array(items.map { $0.document(of: name) }),
            "note_fr": JSON(note),
        ]
    }
}

extension MatchStore.Found.Item {
    /// The most that a score can be.
    public var maximum: Int { points.map(\.maximum).reduce(0, +) }
    /// Codes of the hard criteria that fail.
    public var excludedBy: [String] { points.filter(\.excludes).map(\.code) }

    fileprivate func document(of name: String) -> JSON {
        .object([
            .init(name, subject), .init("score", JSON(score)), .init("maximum", JSON(maximum)),
            .init("excluded_by", .array(excludedBy.map(JSON.string))), .init("is_sent", .bool(isSent)),
            .init(
                "criteria",
                .array(
                    points.map {
                        [
                            "code": .string($0.code), "label": .string($0.label), "points": JSON($0.points),
                            "maximum": JSON($0.maximum), "excludes": .bool($0.excludes),
                            "sentence_fr": .string($0.sentenceFr),
                        ]
                    })),
        ])
    }
}
