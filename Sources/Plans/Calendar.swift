public import Fields

/// A secret address by which an agenda reads days of actions, as its owner sees it: never its secret.
public struct CalendarFeed: Decodable, Sendable {
    /// Ids of feeds.
    public typealias ID = Identifier<CalendarFeed>

    /// What a feed shows.
    public enum Scope: String, FieldEnum {
        /// The actions that its owner's organisation carries or takes part in.
        case organisation
        /// Every action: for the team.
        case plan
    }

    /// Its id.
    public var id: ID
    /// What its owner calls it.
    public var label: String
    /// What it shows.
    public var scope: Scope
    /// Since when.
    public var createdAt: Instant
    /// Until when.
    public var expiresAt: Instant
    /// When it was taken back.
    public var revokedAt: Instant?
    /// Its last use, to the hour.
    public var lastUseAt: Instant?
}

/// A feed to be made.
public struct NewCalendarFeed: Decodable, Sendable, Hashable {
    /// What it shows.
    public var scope: CalendarFeed.Scope
    /// What its owner calls it.
    public var label: String
    /// For how many days, 1 to 366; 366 unless given.
    public var validDays: Int?

    /// A feed.
    public init(scope: CalendarFeed.Scope, label: String, validDays: Int? = nil) {
        self.scope = scope
        self.label = label
        self.validDays = validDays
    }
}

/// A feed just made: its address is never seen again.
public struct CreatedCalendarFeed: Decodable, Sendable {
    /// Its id.
    public var id: CalendarFeed.ID
    /// The address' path: for an agenda, and for nobody else.
    public var path: String
    /// Until when it is good.
    public var expiresAt: Instant
}

/// What a calendar tells of an action.
struct CalendarAction: Decodable, Sendable {
    /// A step with its day.
    struct Step: Decodable, Sendable {
        var id: Identifier<Milestone>
        var title: String
        var dueOn: Day
        var isDone: Bool
    }

    var id: PublicAction.ID
    var code: ActionCode
    var title: String
    var plannedStart: Day
    var plannedEnd: Day
    var updatedAt: Instant
    var milestones: [Step]

    /// Its days, in French: agendas are people's.
    var events: [ICalendar.Event] {
        func event(_ uid: String, _ day: Day, _ summary: String) -> ICalendar.Event {
            ICalendar.Event(uid: "\(uid)@pa31", day: day, stamp: updatedAt, summary: summary)
        }
        return [
            event("\(id)-start", plannedStart, "Début prévu : \(code) \(title)"),
            event("\(id)-end", plannedEnd, "Fin prévue : \(code) \(title)"),
        ]
            + milestones.map {
                event("\($0.id)", $0.dueOn, "\($0.isDone ? "Jalon atteint" : "Jalon") : \($0.title) (\(code))")
            }
    }
}
