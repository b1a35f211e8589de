import Accounts
import Contract
import Fields
import Foundation
import Logging
import Messages
import Orientation
import Postgres
import Privacy
import TestSupport
import Testing

@testable import API

/// One person's life on the platform, with a marker in every text field; then an erasure; then a search everywhere.
struct MarkerLife: Sendable {
    let stage: AnswerLinkStage
    let mails: URL

    /// What is planted, by the column that it lies in.
    static let markers: [String: String] = [
        "candidate.first_name": "Zqfirstname", "candidate.last_name": "Zqlastname",
        "candidate.email": "zqaddress@exemple.example",
        "candidate.phone": "+33199887766", "candidate.experience": "Zqexperience",
        "candidate_share.purpose": "Zqpurpose",
        "candidate_transfer.reason": "Zqtransferreason", "candidate_transfer.answer": "Zqtransferanswer",
        "file_read.reason": "Zqreadreason",
        "orientation_text.text": "Zqmessage", "task.text": "Zqlastname", "rights_request.text": "Zqcorrection",
        "rights_request.answer": "Zqanswered",
    ]
    /// Further texts of orientations.
    static let texts = [
        "Zqmessage", "Zqtocandidate", "Zqtoprescriber", "Zqplace", "Zqprogramme", "Zqnote", "Zqsecondmessage",
    ]
    static let all = Set(markers.values).union(texts)

    private func send(
        _ method: String, _ path: String, _ token: String?, _ body: String? = nil, _ headers: [String: String] = [:]
    )
        async throws -> TestAnswer
    {
        let answer = try await stage.client.send(method, path, token: token, body: body, headers: headers)
        #expect((200..<300).contains(answer.status), "\(method) \(path): \(answer.status) \(answer.text)")
        return answer
    }

    /// Lives it; the file's path.
    func live() async throws -> String {
        let prescriber = stage.prescriber
        let today = Day(stage.clock.now)
        let created = try await send(
            "POST", "/v1/candidates", prescriber,
            """
            {"first_name":"Zqfirstname","last_name":"Zqlastname","email":"zqaddress@exemple.example","phone":"+33199887766","insee":"31555",
             "birth_year":1985,"experience":"Zqexperience","jobs":["J1501"],"lawful_basis":"public_task","notice_version":"1",
             "notice_given_on":"\(today)","notice_channel":"in_person"}
            """, ["Idempotency-Key": "zq"])
        let id = created.json["id"]?.string ?? ""
        let path = "/v1/candidates/\(id)"
        _ = try await send(
            "POST", "\(path)/agreements", prescriber,
            #"{"kind":"orientation","text_version":"1","given_on":"\#(today)","channel":"in_person"}"#)
        let partner = try await stage.make.prescriber("partenaire")
        let partnerToken = try await stage.make.token(of: try await stage.make.member(of: partner, kind: .prescriber))
        _ = try await send(
            "POST", "\(path)/shares", prescriber,
            #"{"to":"partenaire","purpose":"Zqpurpose","access":"read","days":30}"#)
        let transfer = try await send(
            "POST", "\(path)/transfer", prescriber, #"{"to":"partenaire","reason":"Zqtransferreason"}"#)
        let transferPath = "/v1/transfers/\(transfer.json["id"]?.string ?? "")"
        let seen = try await send("GET", transferPath, partnerToken)
        _ = try await send(
            "POST", transferPath, partnerToken, #"{"to":"refused","reason":"Zqtransferanswer"}"#,
            ["If-Match": seen.headers["etag"] ?? ""])
        _ = try await send("GET", "\(path)?reason=Zqreadreason", stage.team)
        try await orient(id)
        _ = try await send("GET", path, prescriber)
        try await withoutAddress(id)
        try await ask(id)
        return path
    }

    private func orient(_ id: String) async throws {
        let need = try await stage.make.need(of: stage.structureID, stage.employerID, positions: 5)
        func new(_ target: String) async throws -> String {
            let sent = try await send(
                "POST", "/v1/orientations", stage.prescriber,
                #"{"candidate_id":"\#(id)",\#(target),"message":"Zqmessage","send":true}"#)
            return "/v1/orientations/\(sent.json["id"]?.string ?? "")"
        }
        func move(_ path: String, _ body: String, _ token: String) async throws {
            let answer = try await stage.move(path, body, as: token)
            #expect(answer.status == 200, "\(body): \(answer.text)")
        }
        let refused = try await new(#""structure":"\#(AnswerLinkStage.finess)""#)
        _ = try await send("POST", "\(refused)/messages", stage.prescriber, #"{"text":"Zqsecondmessage"}"#)
        try await move(
            refused,
            #"{"to":"refused","reason":"schedule_incompatible","to_candidate":"Zqtocandidate","to_prescriber":"Zqtoprescriber"}"#,
            stage.employer)
        let trained = try await new(#""need_id":"\#(need)""#)
        let soon = stage.clock.now.adding(seconds: 3 * 86_400).fieldText
        try await move(trained, #"{"to":"under_review"}"#, stage.employer)
        try await move(trained, #"{"to":"appointment","appointment_at":"\#(soon)","place":"Zqplace"}"#, stage.employer)
        try await move(trained, #"{"to":"accepted"}"#, stage.employer)
        let (first, last) = (
            Day(number: Day(stage.clock.now).number + 3), Day(number: Day(stage.clock.now).number + 90)
        )
        try await move(
            trained, #"{"to":"in_training","programme":"Zqprogramme","starts_on":"\#(first)","ends_on":"\#(last)"}"#,
            stage.prescriber)
        try await move(trained, #"{"to":"accepted","note":"Zqnote"}"#, stage.prescriber)
    }

    /// A letter to print, as for a person without an address.
    private func withoutAddress(_ id: String) async throws {
        let candidate = try Identifier<Candidate>(fieldText: id)
        try await stage.make.insert { transaction in
            try await Outbox.task(
                NewTask(
                    kind: "mail.print", organisationID: stage.prescriberID, title: "À imprimer", aboutKind: "candidate",
                    aboutID: candidate.uuid, candidateID: candidate.uuid, text: "Bonjour Zqlastname"), transaction)
        }
    }

    /// A correction, by the person's own link, and its answer.
    private func ask(_ id: String) async throws {
        let link = try await stage.link("candidate")
        _ = try await stage.client.send("POST", "\(link)/code")
        let code = try await value(
            "SELECT substring(body_text FROM '[0-9]{6}') FROM outbox WHERE kind = 'privacy.code' ORDER BY id DESC LIMIT 1"
        )
        _ = try await send("POST", "\(link)/correction", nil, #"{"code":"\#(code)","text":"Zqcorrection"}"#)
        let requests = try await send("GET", "/v1/rights-requests", stage.prescriber)
        let request = requests.json["items"]?.elements.first?["id"]?.string ?? ""
        _ = try await send(
            "POST", "/v1/rights-requests/\(request)/decision", stage.prescriber,
            #"{"outcome":"done","answer":"Zqanswered"}"#)
    }

    func value(_ statement: SQL) async throws -> String {
        let database = TestDatabase.current.asSuperuser()
        let found = try await database.read("SELECT (\(statement))::text AS value", as: Value<String>.self).first()?
            .value
        await database.close()
        return found ?? ""
    }

    func mailRoom() throws -> MailRoom {
        let sender = try #require(MailSettings.sender("noreply@pa31.example"))
        return MailRoom(
            stage.client.server.database,
            settings: MailSettings(way: .directory(mails), sender: sender, publicURL: "https://pa31.example"),
            logger: Logger(label: "test"))
    }

    /// Lets the clock's rules work, and the mails leave.
    func tick() async throws {
        let database = stage.client.server.database
        let system = Caller.system(requestID: "clock")
        for rule in RightsStore(database).clockRules + Purge(database).clockRules {
            while try await database.transaction(as: system, { try await rule.run($0, 100) }) > 0 {}
        }
        _ = try await mailRoom().sendDue()
        for rule in RightsStore(database).clockRules {
            while try await database.transaction(as: system, { try await rule.run($0, 100) }) > 0 {}
        }
        try await Purge(database).forgetFiles(in: [KeptFolder(.mails, mails)])
    }

    /// What people read of a mail, but for whom it goes to: its subject, its texts, undone from how they travel.
    static func words(of mail: String) -> String {
        var parts: [String] = []
        var base64 = ""
        for line in mail.components(separatedBy: "\r\n") where !line.hasPrefix("To:") {
            if !line.isEmpty, line.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+/=".contains($0)) }) {
                base64 += line
                continue
            }
            parts.append(Data(base64Encoded: base64).map { String(decoding: $0, as: UTF8.self) } ?? base64)
            base64 = ""
            let encoded = line.range(of: "=?utf-8?B?").map { line[$0.upperBound...].prefix { $0 != "?" } }
            // What stands in an id or a boundary is nobody's word.
            let isSubject = line.hasPrefix("Subject:") || line.hasPrefix(" ")
            parts.append(
                encoded.flatMap { Data(base64Encoded: String($0)) }.map { String(decoding: $0, as: UTF8.self) }
                    ?? (isSubject ? line : ""))
        }
        return parts.joined(separator: "\n")
    }

    /// The words of every mail of a folder.
    static func words(in folder: URL) throws -> String {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .map { words(of: try String(contentsOf: $0, encoding: .utf8)) }.joined(separator: "\n")
    }

    /// Everything that lists and files tell, to whoever had a part in this life.
    func exports() async throws -> String {
        let endpoints = EndpointMatrix.endpoints.filter {
            $0.method == .get && !$0.path.contains("{")
        }
        var told = ""
        for endpoint in endpoints {
            for token in [stage.prescriber, stage.employer, stage.team, nil] {
                for type in ["application/json", "text/csv"] {
                    told += try await stage.client.send("GET", endpoint.path, token: token, headers: ["Accept": type])
                        .text
                }
            }
        }
        return told
    }

    /// Where a marker still is: lines of the dump, each with its table.
    func found(_ marker: String, in dump: String) -> [String] {
        dump.components(separatedBy: "COPY public.").filter { $0.range(of: marker, options: .caseInsensitive) != nil }
            .map { String($0.prefix { $0 != " " }) }
    }
}

@Suite(.database) struct `An erased person` {
    @Test func `is nowhere any more: no table, dump, file, log or mail, and the audit still verifies`() async throws {
        try await AnswerLinkStage.run { stage in
            let mails = FileManager.default.temporaryDirectory.appendingPathComponent("mails-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: mails, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: mails) }
            let life = MarkerLife(stage: stage, mails: mails)
            let path = try await life.live()
            #expect(try await life.exports().contains("Zq"), "lists tell of a person who is there")
            let before = try await TestDatabase.current.dump()
            for marker in MarkerLife.all {
                let tables = life.found(marker, in: before)
                #expect(!tables.isEmpty, "\(marker) was planted")
                #expect(
                    tables.filter { $0.hasPrefix("audit_") || $0 == "field_change" } == [], "\(marker) in the audit log"
                )
                for hash: SQL in [
                    "encode(sha256(convert_to(\(marker), 'UTF8')), 'hex')", "md5(\(marker))",
                    "encode(sha256(convert_to(lower(\(marker)), 'UTF8')), 'hex')",
                ] {
                    let hashed = life.found(try await life.value("SELECT \(hash)"), in: before)
                    #expect(hashed.filter { $0.hasPrefix("audit_") || $0 == "field_change" } == [], "\(marker)'s hash")
                }
            }
            let sealing = TestDatabase.current.asSealer(clock: stage.clock.source)
            let sealer = AuditSealer(sealing, key: nil, journal: nil, logger: Logger(label: "test"))
            try await sealer.seal()
            try await life.tick()
            #expect(try MarkerLife.words(in: mails).contains("Zqplace"), "the appointment's place came with a mail")

            let asked = try await stage.client.send("POST", "\(path)/erasure", token: stage.prescriber)
            #expect(asked.status == 201)
            stage.clock.advance(seconds: 73 * 3600)
            try await life.tick()
            try await sealer.seal()
            let after = try await TestDatabase.current.dump()
            for marker in MarkerLife.all { #expect(life.found(marker, in: after) == [], "\(marker)") }
            #expect(try await !life.exports().localizedCaseInsensitiveContains("zq"), "lists and files")
            let secret = "zqaddress@exemple.example"
            let hash = try await life.value("SELECT encode(sha256(convert_to(\(secret), 'UTF8')), 'hex')")
            #expect(!after.contains(hash), "the address' hash")
            #expect(!stage.client.log.text.localizedCaseInsensitiveContains("zq"))
            // The last mail went to the person: its address is in that head, and nothing else of the person in any mail.
            let mailed = try MarkerLife.words(in: mails)
            #expect(mailed.contains("Votre dossier a été effacé"), "they were read")
            #expect(!mailed.localizedCaseInsensitiveContains("zq"))
            // Two days later that head is gone too: the folder tells of nobody.
            for name in try FileManager.default.contentsOfDirectory(atPath: mails.path) {
                let written = Date(timeIntervalSince1970: Double(stage.clock.now.microseconds) / 1_000_000)
                try FileManager.default.setAttributes(
                    [.modificationDate: written], ofItemAtPath: mails.appendingPathComponent(name).path)
            }
            func addressed() throws -> Int {
                try FileManager.default.contentsOfDirectory(at: mails, includingPropertiesForKeys: nil)
                    .filter { try String(contentsOf: $0, encoding: .utf8).contains(secret) }.count
            }
            #expect(try addressed() == 1)
            stage.clock.advance(seconds: 49 * 3600)
            try await life.tick()
            #expect(try addressed() == 0)
            for file in try FileManager.default.contentsOfDirectory(
                at: stage.client.files, includingPropertiesForKeys: nil)
            {
                #expect(try Data(contentsOf: file).range(of: Data("Zq".utf8)) == nil)
            }
            #expect(try await AuditVerifier(stage.client.server.database).verify().findings == [])
            #expect(try await stage.client.send("GET", path, token: stage.prescriber).status == 404)
            // What was kept for a retry of its creation leads nowhere.
            #expect(
                !after.contains(path.suffix(36) + "\t")
                    || life.found(String(path.suffix(36)), in: after).allSatisfy {
                        ["audit_log", "erasure_ledger", "field_change", "rights_request"].contains($0)
                    })
            await sealing.close()
        }
    }

    /// A new text column about a person must be planted too.
    @Test func `is searched for by every text column of the register that is about a person`() async throws {
        let database = TestDatabase.current.asSuperuser()
        let columns = try await database.read(
            """
            SELECT r.table_name || '.' || r.column_name AS value FROM retention_column r
              JOIN information_schema.columns c ON c.table_schema = 'public' AND c.table_name = r.table_name AND c.column_name = r.column_name
             WHERE r.line IN ('candidate', 'disability', 'orientation_text', 'checkpoint', 'rights', 'reads', 'task_text') AND c.data_type = 'text'
            """, as: Value<String>.self
        ).all().map(\.value)
        await database.close()
        // Codes of lists, and what is worked out from the name.
        let coded: Set = [
            "candidate.insee", "candidate.situation", "candidate.search_text", "candidate_statistics.sex",
            "checkpoint.outcome",
        ]
        #expect(Set(columns).subtracting(coded).subtracting(MarkerLife.markers.keys) == [])
        #expect(Set(MarkerLife.markers.keys).subtracting(columns) == [])
    }
}
