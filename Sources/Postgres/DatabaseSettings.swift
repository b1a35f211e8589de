import Foundation

/// Where the database is and who logs in for what (`security.md` §1).
public struct DatabaseSettings: Sendable {
    /// What a connection is for; each has a login of its own.
    public enum Login: String, Sendable, CaseIterable {
        case app, `public`, `operator`, seal, migrate, backup

        /// The role that is used unless the settings name another.
        public var defaultUser: String { self == .seal ? "pa31_audit_seal" : "pa31_\(rawValue)" }
    }

    /// Host and database: `postgresql:///pa31?host=/run/pa31`. Its user and password, if any, are not used.
    public var url: String
    /// Where the read lane reads instead: standbys of the same database. They must have what was committed (`remote_apply`), or who
    /// has changed something would read what was there before.
    public var readURL: String?
    /// Logins that differ from the role's own name, and their passwords.
    public var users: [Login: (user: String, password: String?)]
    /// Connections of the read lane, each shared by many; `targets.md`: two are faster than four.
    public var readConnections = 2
    /// Connections of the transaction lane; `targets.md`: 8 to 16 writers.
    public var transactionConnections = 8
    /// Connections of the slow lane; `targets.md`: 2 to 4.
    public var slowConnections = 3
    /// How long a caller waits for a connection before it is told `unavailable`.
    public var waitLimit: Duration = .seconds(3)
    /// After how long the server cuts a statement of the read and transaction lanes.
    public var statementTimeout: Duration = .seconds(5)
    /// After how long the server cuts a statement of the slow lane.
    public var slowStatementTimeout: Duration = .seconds(60)

    /// The read lane's name.
    static let readLane = "read"

    /// Settings with the defaults of the roles' own names.
    public init(url: String, users: [Login: (user: String, password: String?)] = [:]) {
        self.url = url
        self.users = users
    }

    /// What a connection of a login is opened with.
    func connection(_ login: Login, lane: String, timeout: Duration) -> ConnectionSettings {
        let (user, password) = users[login] ?? (login.defaultUser, nil)
        let milliseconds = Int(timeout / .milliseconds(1))
        var parameters = [
            // libpq takes a whole URL as `dbname` when it is the first to say so, and later keywords win over it.
            "dbname": lane == Self.readLane && login == .public ? readURL ?? url : url, "user": user,
            "connect_timeout": "5", "client_encoding": "UTF8",
            "fallback_application_name": "pa31-\(lane)", "keepalives_idle": "30", "tcp_user_timeout": "20000",
            // Reports are large statements over few rows: compiling one takes seconds, running it milliseconds.
            // What a search's trigram index lets through for has_word_near() to decide: wide, because two exchanged
            // letters spoil up to four trigrams of a word.
            "options": "-c timezone=UTC -c datestyle=ISO -c client_min_messages=warning -c jit=off "
                + "-c pg_trgm.word_similarity_threshold=0.3 "
                // What is asked for again and again is in memory: joins by an index, not whole tables hashed for a few rows.
                + "-c random_page_cost=1.1 "
                + "-c statement_timeout=\(milliseconds) -c idle_in_transaction_session_timeout=\(milliseconds + 30_000)",
        ]
        if let password { parameters["password"] = password }
        return ConnectionSettings(parameters: parameters, statementTimeout: timeout, label: "pa31-\(lane)")
    }
}
