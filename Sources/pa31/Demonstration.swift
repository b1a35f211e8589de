import Accounts
import Contract
import Directory
import Fields
import Foundation
import Plans
import Postgres

/// The fictional plan of `deploy/demo` and its three years, replayed through the same Stores as everything else.
struct Demonstration {
    private let database: Database

    init(_ database: Database) { self.database = database }

    enum State { case empty, demonstration, real }

    private struct Instance: Decodable, Sendable { var isDemonstration: Bool }

    /// What this database is: what was loaded marked it; organisations without a mark are real.
    func state() async throws -> State {
        let marked = try await database.read("SELECT is_demonstration FROM instance", as: Instance.self).first()
        if let marked { return marked.isDemonstration ? .demonstration : .real }
        let count = try await database.read("SELECT count(*) AS value FROM organisation", as: Value<Int>.self).first()
        return count?.value == 0 ? .empty : .real
    }

    /// The address of an organisation's fictional member.
    static func address(of organisation: String) -> String { "demo@\(organisation).example" }

    /// Who leads the action that the walk-through changes.
    func leadOfFirstAction() async throws -> String {
        struct Lead: Decodable, Sendable { var code: String }
        let lead = try await database.read(
            """
            SELECT lead->>'code' AS code FROM action_view
             WHERE status = 'in_progress' AND lead->>'code' <> 'tme' ORDER BY code LIMIT 1
            """, as: Lead.self
        ).first()
        return lead?.code ?? "tme"
    }

    private static let problem = Problem(
        "demo.refused", .conflict, fr: "Démonstration refusée.", en: "Demonstration refused.")

    /// Loads everything into an empty database; returns how many events were replayed.
    func load(from folder: URL, session: Session, progress: (Int, Int) -> Void) async throws -> Int {
        guard try await state() == .empty else {
            throw Self.problem(
                fr: "La démonstration ne se charge que dans une base vide.",
                en: "The demonstration is loaded into an empty database only.")
        }
        func bytes(_ name: String) throws -> [UInt8] { try InputFile.bytes(folder.appendingPathComponent(name).path) }
        let start = try Instant(fieldText: "2021-12-15T09:00:00Z")
        let past = database.at(.fixed(start))
        let system = session.caller
        let organisations = try OrganisationFile.read(try bytes("organisations.csv"), file: "organisations.csv")
        // Marked before anything else: a load cut short is a demonstration too, never taken for real data.
        try await past.transaction(as: system) { transaction in
            try await transaction.record("demo.load", on: "instance")
            try await transaction.execute(
                "INSERT INTO instance (is_demonstration, made_at) VALUES (true, \(transaction.now))")
        }
        _ = try await OrganisationStore(past).save(organisations, as: system, apply: true)
        var members: [String: Caller] = [:]
        for organisation in organisations {
            let address = Self.address(of: organisation.code.text)
            let new = MemberStore.New(
                organisation: organisation.code, name: "Membre fictif", email: try EmailAddress(fieldText: address),
                role: .manager)
            _ = try await MemberStore(past).create(new, as: system)
            members[organisation.code.text] = .member(
                try await MemberStore(past).find(address, as: system).caller, requestID: system.requestID)
        }
        guard let team = members["tme"] else {
            throw Self.problem(fr: "organisations.csv : il manque tme.", en: "organisations.csv: tme is missing.")
        }
        try await loadDirectory(
            [
                session.settings.sqlDirectory().appendingPathComponent(Self.directory),
                folder.appendingPathComponent("structures.csv"),
            ],
            as: team)
        let importer = PlanImport(past)
        let plan = try PlanFile.read(
            yaml: try bytes("plan.yaml"), file: "plan.yaml", organisations: try await importer.organisations(as: team))
        _ = try await importer.run(plan, apply: true, retire: false, as: team)
        let leads = Dictionary(uniqueKeysWithValues: plan.actions.map { ($0.code.text, $0.lead) })
        let events = try DemonstrationEvent.read(String(decoding: try bytes("history.yaml"), as: UTF8.self))
        let calls = try DemonstrationCalls.read(String(decoding: try bytes("recruitment.yaml"), as: UTF8.self))
        let total = events.count + calls.count
        for (index, event) in events.enumerated() {
            let by = event.byTeam ? team : leads[event.action.text].flatMap { members[$0] } ?? team
            try await event.replay(in: database.at(.fixed(event.at)), as: by)
            progress(index + 1, total)
        }
        _ = try await DemonstrationCalls(database, members: members).replay(calls) { done, _ in
            progress(events.count + done, total)
        }
        return total
    }

    /// The real structures of the département, as FINESS publishes them; it ships with the product.
    private static let directory = "reference/finess/haute_garonne.csv"

    /// The real directory, and the fictional structures of the fictional employers beside it.
    private func loadDirectory(_ files: [URL], as team: Caller) async throws {
        var options = StructureImport.Options()
        options.apply = true
        // The extraction does not tell its day: older than any that its reader will bring.
        options.fileDate = Day(year: 2025, month: 6, day: 1)
        _ = try await StructureImport(database).run(files, options, as: team) { _ in }
    }
}
