import Accounts
import Fields
import Orientation
import TestSupport

/// Two prescribers that may send, a third that may not yet, an employer, the team; a file of the first.
struct CandidateScene {
    let make = Make()
    let ownID: Organisation.ID
    let otherID: Organisation.ID
    let member: Caller.Member
    let otherMember: Caller.Member
    let own: String
    let reader: String
    let other: String
    let unauthorised: String
    let employer: String
    let team: String
    let candidate: Candidate.ID

    var path: String { "/v1/candidates/\(candidate)" }

    init() async throws {
        ownID = try await make.prescriber("mission-locale")
        otherID = try await make.prescriber("cap-emploi")
        let unauthorisedID = try await make.prescriber("nouveau", authorisation: .notSet)
        member = try await make.member(of: ownID, kind: .prescriber)
        otherMember = try await make.member(of: otherID, kind: .prescriber)
        own = try await make.token(of: member)
        other = try await make.token(of: otherMember)
        reader = try await make.token(of: try await make.member(of: ownID, kind: .prescriber, role: .reader))
        unauthorised = try await make.token(of: try await make.member(of: unauthorisedID, kind: .prescriber))
        employer = try await make.token(
            of: try await make.member(
                of: try await make.organisation("employeur", kind: .employer), kind: .employer))
        team = try await make.token(
            of: try await make.member(
                of: try await make.organisation("equipe", kind: .platform), kind: .platform))
        candidate = try await make.candidate(of: ownID, referent: member.id)
    }

    static let new = """
        {"first_name":"Dominique","last_name":"Fictif","email":"Dominique@Exemple.example","phone":"01 99 00 00 02",\
        "insee":"31555","birth_year":1985,"situation":"career_change","diplomas":["DEAES"],"jobs":["K1302","J1501"],\
        "contracts":["cdi"],"licence":true,"mobility_km":25,"hours_min":24,"hours_max":35,"experience_years":2.5,\
        "experience":"Aide à domicile","lawful_basis":"public_task","notice_version":"2024-01",\
        "notice_given_on":"2024-01-15","notice_channel":"in_person"}
        """

    /// The present version's tag.
    func tag(_ client: TestClient, _ path: String? = nil, as token: String? = nil) async throws -> [String: String] {
        let answer = try await client.send("GET", path ?? self.path, token: token ?? own)
        return ["If-Match": answer.headers["etag"] ?? ""]
    }
}
