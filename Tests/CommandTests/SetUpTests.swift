import Accounts
import Fields
import Foundation
import TestSupport
import Testing

/// What an operator does first: the database, the team, tokens, the audit log, settings.
@Suite(.database) struct `The command line` {
    @Test func `says whether the database is up to date, and leaves one that is`() async throws {
        try await withCommand { command in
            #expect(try await command.succeed("migrate", "--check") == "La base est à jour.\n")
            #expect(try await command.succeed("migrate", "--lang", "en") == "Nothing to do.\n")
            #expect(try await command.json("migrate")["applied"] == [])
            // A folder with one file more.
            let sql = command.folder.appendingPathComponent("sql")
            try FileManager.default.copyItem(at: TestCluster.sql, to: sql)
            try "SELECT 1;".write(
                to: sql.appendingPathComponent("migrations/9999_more.sql"), atomically: true, encoding: .utf8)
            let behind = try await command.run("migrate", "--check", environment: ["PA31_SQL_DIRECTORY": sql.path])
            #expect(behind.status == 2)
            #expect(behind.errors.contains("9999_more"))
        }
    }

    @Test func `makes the team's first member once`() async throws {
        try await withCommand { command in
            try await command.team()
            let again = try await command.run(
                "member", "create", "--first", "--organisation", "tme", "--name", "Autre", "--email",
                "autre@exemple.example")
            #expect(again.status == 2)
            #expect(again.errors.contains("[account.taken]"))
            #expect(again.errors.contains("--as"))
            #expect(try await command.json("member", "list").elements.count == 2)
            // A list carries ids, never names and addresses.
            let list = try await command.succeed("member", "list")
            #expect(!list.contains("exemple.example"))
            #expect(!list.contains("Prénom"))
        }
    }

    @Test func `is for the team, and says whose member must be named`() async throws {
        try await withCommand { command in
            try await command.team()
            let nobody = try await command.run("member", "list", environment: ["PA31_MEMBER": ""])
            #expect(nobody.status == 2)
            #expect(nobody.errors.contains("[auth.required]"))
            let partner = ["PA31_MEMBER": "porteur@exemple.example"]
            let teamOnly = [
                ["member", "list"], ["token", "list"], ["organisation", "list"], ["audit", "verify"],
                ["audit", "seal"],
                ["plan", "status"], ["plan", "export"],
                ["report", "preview", "--profile", "cnsa", "--quarter", "2022-T1"],
                ["token", "create", "--member", "porteur@exemple.example"], ["plan", "import", "plan.yaml"],
                ["organisation", "save", "x", "--name", "X", "--kind", "partner"],
                ["organisation", "import", "x.csv"], ["token", "revoke", "x"], ["member", "disable", "x"],
                ["member", "create", "--organisation", "porteur", "--name", "X", "--email", "x@exemple.example"],
            ]
            for arguments in teamOnly {
                let refused = try await command.run(arguments, environment: partner)
                #expect(refused.status == 2, "\(arguments)")
                #expect(refused.errors.contains("[auth.forbidden]"), "\(arguments): \(refused.errors)")
                #expect(refused.output == "", "\(arguments)")
            }
            let unknown = try await command.run("member", "list", "--as", "inconnu@exemple.example")
            #expect(unknown.errors.contains("[member.not_found]"))
        }
    }

    @Test func `shows a token once, lists it without its secret and takes it back`() async throws {
        try await withCommand { command in
            try await command.team()
            let made = try await command.json(
                "token", "create", "--member", "porteur@exemple.example", "--label", "tableur", "--days", "2",
                "--read-only")
            let secret = try #require(made["token"]?.string)
            let id = try #require(made["id"]?.string)
            #expect(TokenSecret(secret) != nil)
            let plain = try await command.succeed("token", "create", "--member", "porteur@exemple.example")
            #expect(TokenSecret(plain.trimmingCharacters(in: .newlines)) != nil)
            let list = try await command.succeed("token", "list")
            #expect(list.contains(id) && list.contains("tableur"))
            #expect(!list.contains(secret))
            #expect(try await command.json("token", "list").elements.last?["scopes"] == ["read"])
            try await command.succeed("token", "revoke", id)
            let revoked = try await command.json("token", "list").elements.filter { $0["revoked_at"] != .null }
            #expect(revoked.compactMap { $0["id"]?.string } == [id])
            let long = try await command.run(
                "token", "create", "--member", "porteur@exemple.example", "--days", "367")
            #expect(long.status == 2)
            #expect(long.errors.contains("/valid_days"))
        }
    }

    @Test func `imports organisations after a rehearsal, and names every wrong cell`() async throws {
        try await withCommand { command in
            try await command.team()
            let file = try command.file("org.csv", "code;nom;type\ncd31;Département;financeur\n")
            let rehearsal = try await command.succeed("organisation", "import", file)
            #expect(rehearsal.contains("+ cd31"))
            #expect(rehearsal.contains("--apply"))
            #expect(!(try await command.succeed("organisation", "list")).contains("cd31"))
            #expect(try await command.json("organisation", "import", file, "--apply")["created"] == ["cd31"])
            #expect(try await command.succeed("organisation", "import", file, "--apply").contains("Rien à faire."))
            let wrong = try command.file("faux.csv", "code;nom;type\nCD;Département;ami\n")
            let refused = try await command.run("organisation", "import", wrong, "--apply")
            #expect(refused.status == 2)
            #expect(refused.errors.contains("\(wrong):2:1") && refused.errors.contains("\(wrong):2:3"))
        }
    }

    @Test func `makes a key, seals with it and verifies: a signed head tells a cut tail`() async throws {
        try await withCommand { command in
            try await command.team()
            let key = command.path("audit.key")
            try await command.succeed("audit", "key", "--write", key)
            let rights = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? Int
            #expect(rights == 0o600)
            #expect(AuditKey(text: try command.text("audit.key")) != nil)
            let again = try await command.run("audit", "key", "--write", key)
            #expect(again.status == 2)
            let environment = ["PA31_AUDIT_KEY_FILE": key, "PA31_AUDIT_HEAD_FILE": command.path("heads")]
            #expect(try await command.succeed("audit", "seal", environment: environment).hasPrefix("4 "))
            let good = try await command.run("audit", "verify", environment: environment)
            #expect(good.status == 0)
            #expect(good.output.contains("4 ligne(s) scellée(s), 0 en attente, 0 anomalie(s)."))
            try await TestDatabase.current.tamper(
                """
                DELETE FROM field_change WHERE audit_id = (SELECT audit_id FROM audit_seal WHERE position = 4);
                DELETE FROM audit_log WHERE id = (SELECT audit_id FROM audit_seal WHERE position = 4);
                DELETE FROM audit_seal WHERE position = 4
                """)
            let cut = try await command.run(["audit", "verify", "--lang", "en", "--json"], environment: environment)
            #expect(cut.status == 1)
            let findings = try JSON.parse(Array(cut.output.utf8))["findings"]?.elements
            #expect(findings == ["cut tail: the chain ends at 3, the known head is at 4"])
            #expect(try await command.run("check", environment: environment).status == 1)
        }
    }

    @Test func `checks everything, and says what is missing`() async throws {
        try await withCommand { command in
            try await command.loaded()
            let key = command.path("audit.key")
            try await command.succeed("audit", "key", "--write", key)
            var environment = [
                "PA31_AUDIT_KEY_FILE": key, "PA31_LOG_DIRECTORY": command.path("logs"),
                "PA31_BACKUP_DIRECTORY": command.path("backups"),
            ]
            let complete = try await command.run("check", environment: environment)
            #expect(complete.status == 0, "\(complete.output)")
            #expect(complete.output.split(separator: "\n").allSatisfy { $0.hasPrefix("✓") })
            // What the purge can't reach is no fault; it is said whose it is, for how long.
            environment["PA31_BACKUP_DIRECTORY"] = ""
            let unreached = try await command.run("check", environment: environment)
            #expect(unreached.status == 0 && unreached.output.contains("PA31_BACKUP_DIRECTORY n'est pas donné"))
            #expect(unreached.output.contains("35 jours") && !unreached.output.contains("PA31_LOG_DIRECTORY"))
            // A backup of long ago that is still there is one; the purge deletes it, and nothing beside it.
            let backups = URL(fileURLWithPath: command.path("backups"))
            try FileManager.default.createDirectory(at: backups, withIntermediateDirectories: true)
            for name in ["pa31.dump", "audit.key"] {
                _ = FileManager.default.createFile(
                    atPath: backups.appendingPathComponent(name).path, contents: Data("x".utf8),
                    attributes: [.modificationDate: Date(timeIntervalSinceNow: -37 * 86_400)])
            }
            environment["PA31_BACKUP_DIRECTORY"] = backups.path
            let late = try await command.run("check", environment: environment)
            #expect(late.status == 1 && late.output.contains("pa31.dump a passé sa durée (backup)"))
            let dry = try await command.run("privacy", "purge", environment: environment)
            #expect(dry.status == 0 && dry.output.contains("35 jours"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: backups.path).count == 2)
            _ = try await command.succeed("privacy", "purge", "--apply", environment: environment)
            #expect(try FileManager.default.contentsOfDirectory(atPath: backups.path) == ["audit.key"])
            let unsigned = try await command.run("check", "--json")
            #expect(unsigned.status == 1)
            let lines = try JSON.parse(Array(unsigned.output.utf8)).elements
            #expect(lines.filter { $0["ok"] == false }.compactMap { $0["check"]?.string } == ["réglages"])
            let wrong = try await command.run(
                "check", environment: ["PA31_AUDIT_KEY_FILE": key, "PA31_PORT": "99999", "PA31_LOG_LEVEL": "loud"])
            #expect(wrong.status == 1)
            #expect(wrong.output.contains("PA31_PORT"))
        }
    }

    @Test func `shows its settings, without the secrets among them`() async throws {
        try await withCommand { command in
            let environment = ["PA31_APP_DATABASE_PASSWORD": "MARQUEUR-SECRET", "PA31_PORT": "8123"]
            for arguments in [["settings"], ["settings", "--json"]] {
                let outcome = try await command.run(arguments, environment: environment)
                #expect(outcome.status == 0)
                #expect(!(outcome.output + outcome.errors).contains("MARQUEUR-SECRET"))
                #expect(outcome.output.contains("PA31_APP_DATABASE_PASSWORD"))
                #expect(outcome.output.contains("8123"))
            }
            let lines = try await command.json("settings").elements
            #expect(lines.first { $0["variable"] == "PA31_DATABASE_URL" }?["is_given"] == true)
            #expect(lines.first { $0["variable"] == "PA31_PORT" }?["is_given"] == false)
        }
    }
}
