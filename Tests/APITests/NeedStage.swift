import Accounts
import Directory
import Fields
import Foundation
import Recruitment
import TestSupport

/// An employer that recruits in two structures, and those who look for it, on 15 June 2026.
struct NeedStage: Sendable {
    let clock: TestClock
    let make: Make
    let employerID: Organisation.ID
    let partnerID: Organisation.ID
    /// In Toulouse, with a proved contact.
    let structureID: PublicStructure.ID
    /// In Saint-Gaudens, without.
    let otherID: PublicStructure.ID
    /// Tokens by who holds them: `employer`, `reader` (the employer's), `stranger` (another employer), `prescriber`, `partner`, `team`.
    let tokens: [String: String]

    static let finess = "310000042"
    static let other = "310000018"
    static let body =
        #"{"structure":"310000042","title":"Aide-soignant de nuit","job":"J1501","contract":"cdi","diplomas":["deas"]}"#

    init() async throws {
        clock = TestClock(at: try Instant(fieldText: "2026-06-15T10:00:00Z"))
        make = Make(clock: clock.source)
        employerID = try await make.organisation("employeur", kind: .employer)
        partnerID = try await make.organisation("partenaire")
        structureID = try await make.structure(
            Self.finess, "EHPAD Les Minimes", at: (43.62, 1.44), of: employerID)
        otherID = try await make.structure(
            Self.other, "EHPAD ORÉLIA", insee: "31483", at: (43.108, 0.723), of: employerID)
        try await make.contact(of: structureID, employerID)
        try await make.structure("310000059", "IME Toulouse", kind: "183", at: (43.60, 1.45))
        let make = make
        func token(
            _ id: Organisation.ID, _ kind: Caller.OrganisationKind, _ role: Caller.Role = .editor
        ) async throws -> String {
            try await make.token(of: try await make.member(of: id, kind: kind, role: role))
        }
        tokens = [
            "employer": try await token(employerID, .employer),
            "reader": try await token(employerID, .employer, .reader),
            "stranger": try await token(try await make.organisation("autre", kind: .employer), .employer),
            "prescriber": try await token(try await make.organisation("mission", kind: .prescriber), .prescriber),
            "partner": try await token(partnerID, .partner),
            "team": try await token(try await make.organisation("tme", kind: .platform), .platform),
        ]
    }

    static func run(_ body: @Sendable @escaping (NeedStage, TestClient) async throws -> Void) async throws {
        let stage = try await NeedStage()
        try await withServer(clock: stage.clock.source) { try await body(stage, $0) }
    }

    func token(_ name: String) -> String? { tokens[name] }
}

extension TestClient {
    /// Moves a need or a session at the version that a reading shows.
    func move(_ path: String, _ body: String, as token: String?) async throws -> TestAnswer {
        let etag = try await send("GET", path, token: token).headers["etag"] ?? ""
        return try await send("POST", path + "/transitions", token: token, body: body, headers: ["If-Match": etag])
    }
}

extension TestAnswer {
    /// The titles of a page's items.
    var titles: [String] { json["items"]?.elements.compactMap { $0["title"]?.string } ?? [] }
    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }
}
