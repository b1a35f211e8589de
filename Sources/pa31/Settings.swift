import API
import Accounts
import ArgumentParser
import Configuration
import Contract
import Fields
import Foundation
import Logging
import Messages
import Postgres
import Privacy

/// What the program is told from outside, read once. Each value is an environment variable `PA31_…`.
struct Settings {
    /// One setting, for the reader and for `pa31 settings`.
    struct Entry {
        let key: String
        let fallback: String?
        let isSecret: Bool
        let meaning: Text

        /// The environment variable.
        var variable: String { key.uppercased().replacingOccurrences(of: ".", with: "_") }
    }

    static let entries: [Entry] =
        [
            entry("pa31.database.url", nil, "hôte et base PostgreSQL", "PostgreSQL host and database"),
            entry(
                "pa31.read.database.url", nil, "serveurs PostgreSQL de secours pour les lectures publiques",
                "PostgreSQL standbys for public reads"),
            entry("pa31.host", "127.0.0.1", "adresse d'écoute", "address to listen on"),
            entry("pa31.port", "8080", "port d'écoute", "port to listen on"),
            entry(
                "pa31.metrics.port", "9180", "port local de /metrics ; 0 : aucun",
                "loopback port of /metrics; 0: none"),
            entry(
                "pa31.files.directory", nil, "dossier des fichiers reçus ; sans lui, aucun n'est accepté",
                "folder of received files; without it none is taken"),
            entry(
                "pa31.trusted.proxies", nil, "mandataires dont X-Forwarded-For est cru : 127.0.0.1, 10.0.0.0/8",
                "proxies whose X-Forwarded-For is believed: 127.0.0.1, 10.0.0.0/8"),
            entry("pa31.rate.token", "1200", "demandes par minute et par jeton", "requests a minute for each token"),
            entry(
                "pa31.rate.address", "600", "demandes sans jeton par minute et par adresse",
                "requests without a token a minute for each address"),
            entry(
                "pa31.cache.mb", "8", "mémoire des réponses publiques, en Mo ; 0 : aucune",
                "memory for public answers, in MB; 0: none"),
            entry(
                "pa31.rate.bad.tokens", "30", "mauvais jetons par minute et par adresse",
                "bad tokens a minute for each address"),
            entry(
                "pa31.sql.directory", nil, "dossier sql/ (sinon cherché près du programme)",
                "the sql/ folder (else looked for near the program)"),
            entry(
                "pa31.audit.key.file", nil, "clé qui signe le journal (pa31 audit key)",
                "key that signs the audit log (pa31 audit key)"),
            entry(
                "pa31.audit.head.file", nil, "fichier où s'ajoutent les têtes signées",
                "file to which signed heads are appended"),
            entry(
                "pa31.public.url", nil, "adresse du service telle qu'on l'atteint : https://pa31.example",
                "the service's address as people reach it: https://pa31.example"),
            entry(
                "pa31.mail.command", nil, "commande qui envoie un courriel, comme /usr/sbin/sendmail -i",
                "command that sends a mail, such as /usr/sbin/sendmail -i"),
            entry(
                "pa31.mail.directory", nil, "ou dossier où chaque courriel devient un fichier",
                "or folder where each mail becomes a file"),
            entry("pa31.mail.from", nil, "adresse d'où partent les courriels", "address that mails come from"),
            entry(
                "pa31.clock", "on", "échéances et rappels : on, off", "what is due and reminders: on, off"),
            entry(
                "pa31.controller", nil, "responsables des traitements, pour la page publique",
                "controllers of personal data, for the public page"),
            entry(
                "pa31.privacy.contact", nil, "comment les joindre au sujet des données personnelles",
                "how to reach them about personal data"),
            entry(
                "pa31.erasure.ledger", nil, "fichier où les effacements sont aussi écrits, hors de la base",
                "file to which erasures are written too, outside of the database"),
            entry(
                "pa31.log.directory", nil, "dossier des journaux, un fichier par jour ; sans lui, la sortie d'erreur",
                "folder of the logs, one file a day; without it, standard error"),
            entry(
                "pa31.backup.directory", nil, "dossier des sauvegardes, que la purge efface passé leur durée",
                "folder of the backups, which the purge deletes past their time"),
            entry(
                "pa31.member", nil, "membre par défaut des commandes (--as)", "default member of the commands (--as)"),
            entry(
                "pa31.log.level", "info", "détail des journaux : debug, info, warning, error",
                "log detail: debug, info, warning, error"),
        ]
        + DatabaseSettings.Login.allCases.flatMap { login in
            [
                entry(
                    "pa31.\(login.rawValue).database.user", login.defaultUser, "rôle PostgreSQL : \(login.rawValue)",
                    "PostgreSQL role: \(login.rawValue)"),
                entry(
                    "pa31.\(login.rawValue).database.password", nil, "son mot de passe", "its password", isSecret: true),
            ]
        }

    private static func entry(_ key: String, _ fallback: String?, _ fr: String, _ en: String, isSecret: Bool = false)
        -> Entry
    {
        Entry(key: key, fallback: fallback, isSecret: isSecret, meaning: Text(fr: fr, en: en))
    }

    private let values: [String: String]

    /// Reads the environment.
    static func read() throws -> Settings {
        let reader = ConfigReader(provider: EnvironmentVariablesProvider())
        var values: [String: String] = [:]
        for entry in entries {
            if let value = reader.string(forKey: ConfigKey(entry.key), isSecret: entry.isSecret), !value.isEmpty {
                values[entry.key] = value
            }
        }
        return Settings(values: values)
    }

    /// The value that was given, or the default.
    subscript(key: String) -> String? { values[key] ?? Self.entries.first { $0.key == key }?.fallback }

    /// Whether a value was given.
    func isGiven(_ key: String) -> Bool { values[key] != nil }

    var member: String? { self["pa31.member"] }

    private static let wrong = Problem(
        "settings.invalid", .invalid, fr: "Réglage manquant ou faux.", en: "Setting missing or wrong.")

    /// Where the database is and who logs in.
    func database() throws -> DatabaseSettings {
        guard let url = self["pa31.database.url"] else {
            throw Self.wrong(
                fr:
                    "PA31_DATABASE_URL manque, par exemple postgresql:///pa31?host=/run/pa31 (deploy/run écrit .data/env).",
                en:
                    "PA31_DATABASE_URL is missing, for example postgresql:///pa31?host=/run/pa31 (deploy/run writes .data/env)."
            )
        }
        let readURL = self["pa31.read.database.url"]
        for (name, url) in [("PA31_DATABASE_URL", url), ("PA31_READ_DATABASE_URL", readURL ?? url)] {
            guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") else {
                throw Self.wrong(
                    fr: "\(name) doit commencer par postgresql://.", en: "\(name) must begin with postgresql://.")
            }
        }
        var settings = DatabaseSettings(url: url)
        settings.readURL = readURL
        for login in DatabaseSettings.Login.allCases {
            let user = self["pa31.\(login.rawValue).database.user"] ?? login.defaultUser
            settings.users[login] = (user, self["pa31.\(login.rawValue).database.password"])
        }
        return settings
    }

    /// The folder with the migrations: the setting's, or the first `sql/` on the way up from the program.
    func sqlDirectory() throws -> URL {
        if let path = self["pa31.sql.directory"] { return URL(fileURLWithPath: path) }
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        var folder = program.deletingLastPathComponent()
        for _ in 0..<6 {
            let candidate = folder.appendingPathComponent("sql")
            if FileManager.default.fileExists(atPath: candidate.appendingPathComponent("migrations").path) {
                return candidate
            }
            folder.deleteLastPathComponent()
        }
        throw Self.wrong(
            fr: "Dossier sql/ introuvable : donnez PA31_SQL_DIRECTORY.",
            en: "No sql/ folder found: set PA31_SQL_DIRECTORY.")
    }

    /// The sealer's key, if a file is named; a file that is no key is refused.
    func auditKey() throws -> AuditKey? {
        guard let path = self["pa31.audit.key.file"] else { return nil }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), let key = AuditKey(text: text) else {
            throw Self.wrong(
                fr: "PA31_AUDIT_KEY_FILE ne mène pas à une clé : pa31 audit key --write \(path).",
                en: "PA31_AUDIT_KEY_FILE leads to no key: pa31 audit key --write \(path).")
        }
        return key
    }

    /// The file of signed heads, if one is named.
    var auditJournal: URL? { self["pa31.audit.head.file"].map { URL(fileURLWithPath: $0) } }

    /// A whole number in a range, or what is wrong with it.
    private func number(_ key: String, _ range: ClosedRange<Int>) throws -> Int {
        guard let number = self[key].flatMap(Int.init), range.contains(number) else {
            let variable = Entry(key: key, fallback: nil, isSecret: false, meaning: Text(fr: "", en: "")).variable
            throw Self.wrong(
                fr: "\(variable) doit être un nombre de \(range.lowerBound) à \(range.upperBound).",
                en: "\(variable) must be a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// The proxies that are believed, by address or range.
    private func proxies() throws -> [AddressRange] {
        try (self["pa31.trusted.proxies"] ?? "").split { $0 == "," || $0 == " " }.map { text in
            guard let range = AddressRange(String(text)) else {
                throw Self.wrong(
                    fr: "PA31_TRUSTED_PROXIES : « \(text) » n'est ni une adresse ni une plage comme 10.0.0.0/8.",
                    en: "PA31_TRUSTED_PROXIES: '\(text)' is neither an address nor a range such as 10.0.0.0/8.")
            }
            return range
        }
    }

    /// The folder of received files, made if it is not there.
    func filesDirectory() throws -> URL? {
        guard let path = self["pa31.files.directory"] else { return nil }
        let folder = URL(fileURLWithPath: path)
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Self.wrong(
                fr: "PA31_FILES_DIRECTORY : \(path) ne peut pas être créé.",
                en: "PA31_FILES_DIRECTORY: \(path) cannot be made.")
        }
        return folder
    }

    /// The service's address, without a slash at its end.
    func publicURL() throws -> String? {
        guard let text = self["pa31.public.url"] else { return nil }
        let isAddress =
            text.wholeMatch(of: /https?:\/\/[A-Za-z0-9.:\[\]-]+(\/[A-Za-z0-9._~\/-]*[A-Za-z0-9._~-])?/) != nil
        guard isAddress else {
            throw Self.wrong(
                fr: "PA31_PUBLIC_URL : une adresse comme https://pa31.example, sans barre à la fin.",
                en: "PA31_PUBLIC_URL: an address such as https://pa31.example, without a slash at its end.")
        }
        return text
    }

    /// How mails leave; nil when nothing says so.
    func mail() throws -> MailSettings? {
        let (command, folder) = (self["pa31.mail.command"], self["pa31.mail.directory"])
        guard command != nil || folder != nil else { return nil }
        guard command == nil || folder == nil else {
            throw Self.wrong(
                fr: "PA31_MAIL_COMMAND ou PA31_MAIL_DIRECTORY, pas les deux.",
                en: "PA31_MAIL_COMMAND or PA31_MAIL_DIRECTORY, not both.")
        }
        guard let url = try publicURL() else {
            throw Self.wrong(
                fr: "PA31_PUBLIC_URL manque : les liens des courriels commencent par elle.",
                en: "PA31_PUBLIC_URL is missing: links in mails begin with it.")
        }
        guard let text = self["pa31.mail.from"], let sender = MailSettings.sender(text) else {
            throw Self.wrong(
                fr: "PA31_MAIL_FROM : l'adresse d'où partent les courriels, comme nepasrepondre@pa31.example.",
                en: "PA31_MAIL_FROM: the address that mails come from, such as noreply@pa31.example.")
        }
        let words = (command ?? "").split(separator: " ").map(String.init)
        let way: MailSettings.Way = folder.map { .directory(URL(fileURLWithPath: $0)) } ?? .command(words)
        return MailSettings(way: way, sender: sender, publicURL: url)
    }

    /// Whether this server lets happen what is due.
    private func clock() throws -> Bool {
        guard let word = self["pa31.clock"], ["on", "off"].contains(word) else {
            throw Self.wrong(fr: "PA31_CLOCK : on ou off.", en: "PA31_CLOCK: on or off.")
        }
        return word == "on"
    }

    /// Who answers for personal data, and where erasures are written too.
    var privacy: PrivacySettings {
        PrivacySettings(
            controllers: self["pa31.controller"], contact: self["pa31.privacy.contact"],
            ledger: self["pa31.erasure.ledger"].map { ErasureFile(URL(fileURLWithPath: $0)) })
    }

    /// Where logs go, a file a day; nil for standard error.
    var logDirectory: URL? { self["pa31.log.directory"].map { URL(fileURLWithPath: $0) } }

    /// Folders whose files the register gives a time: those that are named.
    var keptFolders: [KeptFolder] {
        KeptFolder.Kind.allCases.compactMap { kind in
            self[Self.key(of: kind)].map { KeptFolder(kind, URL(fileURLWithPath: $0)) }
        }
    }

    /// The setting that names such a folder.
    static func key(of kind: KeptFolder.Kind) -> String {
        switch kind {
        case .mails: "pa31.mail.directory"
        case .logs: "pa31.log.directory"
        case .backups: "pa31.backup.directory"
        }
    }

    /// Everything `serve` needs.
    func server() throws -> ServerSettings {
        var settings = ServerSettings(
            host: self["pa31.host"] ?? "127.0.0.1", port: try number("pa31.port", 0...65535), database: try database(),
            auditKey: try auditKey(), auditJournal: auditJournal, sqlDirectory: try sqlDirectory())
        let metricsPort = try number("pa31.metrics.port", 0...65535)
        settings.metricsPort = metricsPort == 0 ? nil : metricsPort
        settings.filesDirectory = try filesDirectory()
        settings.privacy = privacy
        settings.keptFolders = keptFolders
        settings.proxies = try proxies()
        // A standby may show later what was heard of here: an answer made of it would be kept for ever.
        settings.cacheBytes = settings.database.readURL == nil ? try number("pa31.cache.mb", 0...1024) << 20 : 0
        settings.rateLimits.perToken = try number("pa31.rate.token", 1...10_000_000)
        settings.rateLimits.perAddress = try number("pa31.rate.address", 1...10_000_000)
        settings.rateLimits.badTokens = try number("pa31.rate.bad.tokens", 1...10_000_000)
        settings.mail = try mail()
        settings.publicURL = try publicURL()
        settings.runsClock = try clock()
        return settings
    }

    /// The log level asked for.
    func logLevel() throws -> Logger.Level {
        guard let level = self["pa31.log.level"].flatMap(Logger.Level.init(rawValue:)) else {
            throw Self.wrong(
                fr: "PA31_LOG_LEVEL : debug, info, warning ou error.",
                en: "PA31_LOG_LEVEL: debug, info, warning or error.")
        }
        return level
    }
}

struct SettingsCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "settings",
            abstract: said(
                "Montre les réglages lus, sans les secrets.", "Shows the settings as read, without secrets."),
            discussion: said("Exemple :\n  pa31 settings --json", "Example:\n  pa31 settings --json"))
    }

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Session.guarded {
            let settings = try Settings.read()
            let lines = Settings.entries.map { entry in
                let value = settings[entry.key]
                return (
                    entry: entry, value: entry.isSecret && value != nil ? "•••" : value ?? "",
                    origin: settings.isGiven(entry.key) ? said("donné", "given") : said("par défaut", "default")
                )
            }
            if common.json {
                return Output.json(
                    .array(
                        lines.map {
                            [
                                "variable": .string($0.entry.variable), "value": .string($0.value),
                                "is_given": .bool(settings.isGiven($0.entry.key)),
                            ]
                        }))
            }
            Output.table(
                headings: [
                    said("variable", "variable"), said("valeur", "value"), said("origine", "origin"),
                    said("sens", "meaning"),
                ],
                lines.map { [$0.entry.variable, $0.value, $0.origin, $0.entry.meaning(language)] })
        }
    }
}
