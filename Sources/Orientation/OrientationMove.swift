import Contract
public import Directory
public import Fields
public import Recruitment

/// An orientation to be written: of one person, for one target.
public struct NewOrientation: Decodable, Sendable, Hashable {
    /// The person's file.
    public var candidateID: Candidate.ID
    /// For this need.
    public var needID: PublicNeed.ID?
    /// Or to this structure, spontaneously: its FINESS number or id.
    public var structure: StructureKey?
    /// Or for this session.
    public var sessionID: PublicSession.ID?
    /// What who receives it reads first.
    public var message: String?
    /// Whether it is sent at once.
    public var send: Bool?

    /// An orientation.
    public init(
        candidateID: Candidate.ID, needID: PublicNeed.ID? = nil, structure: StructureKey? = nil,
        sessionID: PublicSession.ID? = nil, message: String? = nil, send: Bool? = nil
    ) {
        self.candidateID = candidateID
        self.needID = needID
        self.structure = structure
        self.sessionID = sessionID
        self.message = message
        self.send = send
    }
}

/// A move of an orientation, with what it takes: the table says which.
public struct OrientationMove: Decodable, Sendable, Hashable {
    /// Where to.
    public var to: OrientationState
    /// On sending: what who receives it reads first.
    public var message: String?
    /// Why it is refused: a code of `/v1/reference/refusal_reasons`.
    public var reason: ReasonCode?
    /// Of a refusal: what the person reads.
    public var toCandidate: String?
    /// Of a refusal: what the prescriber reads.
    public var toPrescriber: String?
    /// When they meet.
    public var appointmentAt: Instant?
    /// Where.
    public var place: String?
    /// What comes before a hire.
    public var priorAction: PriorAction?
    /// First day: of the prior action, the training, the work.
    public var startsOn: Day?
    /// Last day: of the prior action, the training.
    public var endsOn: Day?
    /// The session in which the person is trained.
    public var session: PublicSession.ID?
    /// Or the training, in words.
    public var programme: String?
    /// Type of contract.
    public var contract: ContractCode?
    /// Hours a week.
    public var hoursPerWeek: Double?
    /// How the training ended.
    public var result: TrainingResult?
    /// Why it fell through.
    public var note: String?

    /// A move.
    public init(to: OrientationState) { self.to = to }

    /// A move by the names and texts of its fields, as a command line has them; unknown names and wrong values are refused by name.
    public init(named values: [String: String]) throws {
        let known = Set(Shape.of(OrientationMove.self).fields.map(\.name))
        var errors = values.keys.filter { !known.contains($0) }.sorted().map {
            FieldProblem("/\($0)", fr: "nom inconnu", en: "unknown name")
        }
        errors += values.filter { NationalInsuranceNumber.isIn($0.value) }.map {
            FieldProblem(
                "/\($0.key)", fr: "un numéro de sécurité sociale ne s'écrit pas ici",
                en: "no national insurance number here")
        }
        guard errors.isEmpty else { throw OrientationRefusals.wrong(errors) }
        do { self = try FieldReader.read(OrientationMove.self, from: TextFields(values)) } catch let wrong
            as FieldErrors
        {
            throw OrientationRefusals.wrong(
                wrong.errors.map { FieldProblem("/\($0.pointer)", fr: $0.detail.fr, en: $0.detail.en) })
        }
    }

    /// Names of the fields that came with it.
    var given: Set<String> {
        let all: [(String, Bool)] = [
            ("message", message != nil), ("reason", reason != nil), ("to_candidate", toCandidate != nil),
            ("to_prescriber", toPrescriber != nil), ("appointment_at", appointmentAt != nil), ("place", place != nil),
            ("prior_action", priorAction != nil), ("starts_on", startsOn != nil), ("ends_on", endsOn != nil),
            ("session", session != nil), ("programme", programme != nil), ("contract", contract != nil),
            ("hours_per_week", hoursPerWeek != nil), ("result", result != nil), ("note", note != nil),
        ]
        return Set(all.filter(\.1).map(\.0))
    }

    /// The texts that it leaves, by their kind.
    var texts: [(kind: String, text: String)] {
        [
            ("message", message), ("to_candidate", toCandidate), ("to_prescriber", toPrescriber), ("place", place),
            ("programme", programme), ("note", note),
        ].compactMap { kind, text in text.map { (kind, $0) } }
    }

    /// What is wrong with its values by themselves.
    func check(on today: Day, now: Instant) throws(Refusal) {
        var rules = FieldRules()
        for (kind, text) in texts { rules.text(kind, text, longest: kind == "place" ? 300 : 2000) }
        rules.number("hours_per_week", hoursPerWeek, 1...48)
        func range(_ name: String, _ day: Day?, _ first: Int, _ last: Int) {
            guard let day else { return }
            let (least, most) = (Day(number: today.number + first), Day(number: today.number + last))
            if day < least || day > most {
                rules.refuse(name, fr: "Un jour du \(least) au \(most).", en: "A day from \(least) to \(most).")
            }
        }
        range("starts_on", startsOn, -366, 366)
        range("ends_on", endsOn, -366, 3 * 366)
        if let startsOn, let endsOn, startsOn > endsOn {
            rules.refuse("ends_on", fr: "Pas avant starts_on.", en: "Not before starts_on.")
        }
        if let appointmentAt, appointmentAt < now || appointmentAt > now.adding(seconds: 366 * 86_400) {
            rules.refuse(
                "appointment_at", fr: "Un instant à venir, dans l'année.", en: "An instant to come, within a year.")
        }
        if reason?.text == "other", toPrescriber == nil {
            rules.refuse(
                "to_prescriber", fr: "Le motif « autre » se dit en une phrase au prescripteur.",
                en: "The reason 'other' is told to the prescriber in a sentence.")
        }
        guard rules.errors.isEmpty else { throw OrientationRefusals.wrong(rules.errors) }
    }
}

/// The code of a reason for refusing: `lacking_skills`.
public struct ReasonCode: FieldScalar {
    /// The code.
    public var text: String

    /// A pattern in the contract.
    public static var fieldKind: Shape.Kind { .pattern("^[a-z_]{3,40}$", example: placeholder.text) }
    /// No position is left.
    public static var placeholder: ReasonCode { ReasonCode(text: "lacking_skills") }
    /// The code.
    public var fieldText: String { text }

    init(text: String) { self.text = text }

    /// Reads a code by its form; whether there is such a reason is the database's to say.
    public init(fieldText: String) throws(Expectation) {
        guard (3...40).contains(fieldText.utf8.count),
            fieldText.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x5F })
        else {
            throw Expectation(
                fr: "un code de /v1/reference/refusal_reasons, par exemple lacking_skills",
                en: "a code of /v1/reference/refusal_reasons, for example lacking_skills")
        }
        text = fieldText
    }
}

/// A message between who proposes and who received.
public struct NewOrientationMessage: Decodable, Sendable, Hashable {
    /// What is written, 2,000 characters at most.
    public var text: String

    /// A message.
    public init(text: String) { self.text = text }
}

/// What became of a hired person.
public struct NewCheckpoint: Decodable, Sendable, Hashable {
    /// After how many months: 1, 3, 6, 12.
    public var months: Int
    /// What became of it.
    public var outcome: CheckpointOutcome

    /// A checkpoint's outcome.
    public init(months: Int, outcome: CheckpointOutcome) {
        self.months = months
        self.outcome = outcome
    }
}
