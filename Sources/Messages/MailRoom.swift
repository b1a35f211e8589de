import Accounts
import Contract
import Fields
public import Logging
public import Postgres
public import ServiceLifecycle

/// Sends what waits in the outbox. Any number of servers may run one: each mail is taken by one of them, and that is committed
/// before it is sent. So whatever is killed, a mail leaves at least once, and once more at most, under the same Message-ID.
public struct MailRoom: Service {
    let database: Database
    let settings: MailSettings
    private let logger: Logger
    private let carrier: MailCarrier

    /// How often it looks when nothing was due.
    private static let pause = Duration.seconds(2)
    /// How long until the next try, in seconds, after the first, the second …; eight tries in all, over a day and a half.
    static let waits = [60, 300, 1800, 7200, 21_600, 21_600, 21_600]
    static let mostTries = waits.count + 1

    /// A mail room as the server's role.
    public init(_ database: Database, settings: MailSettings, logger: Logger) {
        self.database = database
        self.settings = settings
        self.logger = logger
        carrier = MailCarrier(settings: settings)
    }

    /// Sends until the server stops; the mail in hand goes first.
    public func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            var isBusy = false
            do { isBusy = try await turn() } catch {
                logger.warning("mail could not be sent", metadata: ["error.type": "\(type(of: error))"])
            }
            if !isBusy { await cancelWhenGracefulShutdown { try? await Task.sleep(for: Self.pause) } }
        }
    }

    /// Sends everything that is due; returns how many mails left.
    @discardableResult
    public func sendDue() async throws -> Int {
        var count = 0
        while true {
            switch try await claim() {
            case .nothing: return count
            case .again: continue
            case .parcel(let parcel): if try await send(parcel) { count += 1 }
            }
        }
    }

    /// Takes one mail and sends it; false when none is due.
    private func turn() async throws -> Bool {
        switch try await claim() {
        case .nothing: return false
        case .again: return true
        case .parcel(let parcel):
            _ = try await send(parcel)
            return true
        }
    }

    private func send(_ parcel: Parcel) async throws -> Bool {
        let problem = await carrier.carry(parcel.message, id: parcel.id)
        // What was done is written down even when the server is being stopped: otherwise it would be done again.
        try await Task { try await finish(parcel, problem) }.value
        logger.log(
            level: problem == nil ? .info : .warning, problem == nil ? "mail sent" : "mail not sent",
            metadata: [
                "mail.id": "\(parcel.id)", "mail.kind": "\(parcel.kind)", "mail.attempt": "\(parcel.attempt)",
                "mail.error": "\(problem ?? "none")",
            ])
        return problem == nil
    }

    /// Notes what became of a mail, unless another took it meanwhile.
    private func finish(_ parcel: Parcel, _ problem: String?) async throws {
        try await database.transaction(as: .system(requestID: "mail-room")) { transaction in
            let held = try await transaction.rows(
                """
                SELECT count(*) AS value FROM (SELECT FROM outbox WHERE id = \(parcel.id) AND state = 'waiting'
                                                  AND attempts = \(parcel.attempt) FOR UPDATE) AS held
                """, as: Value<Int>.self
            ).first()
            guard held?.value == 1 else { return }
            guard let problem else {
                try await transaction.execute(
                    """
                    UPDATE outbox SET state = 'sent', sent_at = \(transaction.now), error_class = NULL, \(Self.emptied)
                     WHERE (id = \(parcel.id) OR gathered_into = \(parcel.id)) AND state = 'waiting'
                    """)
                return
            }
            guard parcel.attempt >= Self.mostTries else {
                try await transaction.execute(
                    "UPDATE outbox SET error_class = \(problem) WHERE id = \(parcel.id)")
                return
            }
            try await Self.fail(parcel.id, problem, transaction)
        }
    }

    /// What is forgotten once a mail will not be sent any more.
    static let emptied: SQL = "body_text = NULL, link_secret = NULL, attachment = NULL, opt_out_secret = NULL"

    private struct Failed: Decodable {
        var audience: Mail.Audience
        var organisationID: Organisation.ID?
        var aboutKind: String?
        var aboutID: Identifier<Never>?
        var candidateID: Identifier<Never>?
    }

    /// Gives a mail up: whoever can do something about the address gets a task, without text, link or address.
    static func fail(_ id: Identifier<Mail>, _ problem: String, _ transaction: Transaction) async throws {
        try await transaction.record("mail.fail", on: "outbox", id: id.uuid)
        let failed = try await transaction.rows(
            """
            UPDATE outbox SET state = 'failed', error_class = \(problem), \(emptied)
             WHERE (id = \(id) OR gathered_into = \(id)) AND state = 'waiting'
            RETURNING \(columns: Failed.self)
            """, as: Failed.self
        ).all()
        for mail in failed {
            // Who follows a candidate knows the address; the team knows those of recruiters.
            let organisation = mail.audience == .candidate ? mail.organisationID : nil
            try await Outbox.task(
                NewTask(
                    kind: "mail.failed", organisationID: organisation,
                    title: "Un message n'a pas pu être remis : l'adresse est à vérifier", aboutKind: mail.aboutKind,
                    aboutID: mail.aboutID?.uuid, candidateID: organisation == nil ? nil : mail.candidateID?.uuid),
                transaction)
        }
    }
}
