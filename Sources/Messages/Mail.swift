public import Accounts
public import Fields
public import Foundation

/// A mail to be sent once the transaction that it tells of is committed. No surname, diploma or reason in it: only what happened,
/// and the link (`security.md` §4).
public struct Mail: Sendable {
    /// Whom a mail is for; it says why they get it.
    public enum Audience: String, FieldEnum {
        /// Who recruits for a structure, or organises a session.
        case recruiter
        /// A candidate.
        case candidate
        /// A member who follows candidates.
        case prescriber
        /// A member of any organisation.
        case organisation
        /// The platform's team.
        case team
    }

    /// The one link of a mail.
    public struct Link: Sendable, Hashable {
        /// What it says.
        public var label: String
        /// Its path on this service, without the secret: `/v1/contacts/`.
        public var path: String
        /// What its path ends with: whoever has it is let in. Forgotten once the mail is sent.
        public var secret: String?

        /// A link.
        public init(label: String, path: String, secret: String? = nil) {
            self.label = label
            self.path = path
            self.secret = secret
        }
    }

    /// What it says, dotted: `contact.prove`. Reminders are declined by kind.
    public var kind: String
    /// Whom it is for.
    public var audience: Audience
    /// The organisation that it is about, or that follows the person: without an address, it gets a task instead.
    public var organisationID: Organisation.ID?
    /// Where it goes.
    public var address: String?
    /// Or the member whom it goes to: the address is looked up when it is sent, for the server reads none.
    public var memberID: Member.ID?
    /// Its subject, one line.
    public var subject: String
    /// What it says, in French; the greeting and who sends it are added.
    public var paragraphs: [String]
    /// Its link.
    public var link: Link?
    /// An iCalendar file.
    public var attachment: String?
    /// What kind of thing it is about.
    public var aboutKind: String?
    /// Which one.
    public var aboutID: UUID?
    /// The candidate whom it is about.
    public var candidateID: UUID?
    /// Whether it only reminds: gathered into one a day, so many a week, and may be declined. Answers, appointments and closures
    /// are none.
    public var isReminder: Bool

    /// A mail.
    public init(
        kind: String, audience: Audience, organisationID: Organisation.ID? = nil, address: String? = nil,
        memberID: Member.ID? = nil, subject: String, paragraphs: [String], link: Link? = nil,
        attachment: String? = nil, aboutKind: String? = nil, aboutID: UUID? = nil, candidateID: UUID? = nil,
        isReminder: Bool = false
    ) {
        self.kind = kind
        self.audience = audience
        self.organisationID = organisationID
        self.address = address
        self.memberID = memberID
        self.subject = subject
        self.paragraphs = paragraphs
        self.link = link
        self.attachment = attachment
        self.aboutKind = aboutKind
        self.aboutID = aboutID
        self.candidateID = candidateID
        self.isReminder = isReminder
    }
}

/// Something for an organisation to do, or for the team.
public struct NewTask: Sendable {
    /// What is to be done, dotted: `mail.print`.
    public var kind: String
    /// Whose it is; nil for the team, whose tasks hold no text and are about no candidate.
    public var organisationID: Organisation.ID?
    /// What is to be done, in a few words, in French: no name of a person, no address, no link.
    public var title: String
    /// What kind of thing it is about.
    public var aboutKind: String?
    /// Which one.
    public var aboutID: UUID?
    /// The candidate whom it is about.
    public var candidateID: UUID?
    /// What to print and hand over.
    public var text: String?

    /// A task.
    public init(
        kind: String, organisationID: Organisation.ID?, title: String, aboutKind: String? = nil, aboutID: UUID? = nil,
        candidateID: UUID? = nil, text: String? = nil
    ) {
        self.kind = kind
        self.organisationID = organisationID
        self.title = title
        self.aboutKind = aboutKind
        self.aboutID = aboutID
        self.candidateID = candidateID
        self.text = text
    }
}
