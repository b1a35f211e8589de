public import Fields

/// How a workflow moves: *from × to × who × what is needed*, the one source of the checks, the answers, the reference
/// endpoint, the documentation and the test matrix (`architecture.md` rule 6).
public struct TransitionTable<State: FieldEnum, Actor: FieldEnum>: Sendable {
    /// One line of the table.
    public struct Row: Sendable {
        /// The states it leads from.
        public var from: [State]
        /// The state it leads to.
        public var to: State
        /// Who may take it.
        public var by: [Actor]
        /// What must come with it: of each group of fields, one.
        public var needs: [[String]]
        /// What may come with it beside; nil when nothing is refused.
        public var takes: [String]?
        /// Names of conditions of the data that must hold, such as `proved_contact`.
        public var when: [String]

        /// One line: of each group in `needs`, one field must be given; with `takes`, no field beyond those two may be.
        public init(
            _ from: [State], to: State, by: [Actor], needs: [[String]] = [], takes: [String]? = nil, when: [String] = []
        ) {
            self.from = from
            self.to = to
            self.by = by
            self.needs = needs
            self.takes = takes
            self.when = when
        }

        /// Names of fields given that this line has no use for.
        func unexpected(_ given: Set<String>) -> [String] {
            guard let takes else { return [] }
            return given.subtracting(takes).subtracting(needs.joined()).sorted()
        }
    }

    /// What moves: `action`, `need` …
    public var subject: String
    /// The lines.
    public var rows: [Row]

    /// A table.
    public init(_ subject: String, _ rows: [Row]) {
        self.subject = subject
        self.rows = rows
    }

    /// The lines that an actor may take from a state.
    public func allowed(from state: State, by actor: Actor) -> [Row] {
        rows.filter { $0.from.contains(state) && $0.by.contains(actor) }
    }

    /// The line for a move, whoever makes it; nil when the state forbids it to everybody.
    private func line(from: State, to: State, by actor: Actor?) -> Row? {
        rows.first { row in
            row.from.contains(from) && row.to == to && (actor.map { row.by.contains($0) } ?? true)
        }
    }

    /// Refuses a move that the table does not have for this actor, then one whose conditions do not hold, then one that lacks
    /// what it needs or brings what it does not take.
    ///
    /// `given` are the names of the fields that came with it; `label` says the states in words; `failing` has the refusal of each
    /// condition (`when`) that does not hold now.
    public func check(
        from: State, to: State, by actor: Actor, given: Set<String>, failing: [String: Refusal] = [:],
        label: (State) -> Text
    ) throws(Refusal) {
        guard let row = line(from: from, to: to, by: actor) else {
            let allowed = allowed(from: from, by: actor)
            let extras = [JSON.Member("allowed", moves(from: from, by: actor))]
            let names = (
                fr: allowed.map { "\($0.to.rawValue) (\(label($0.to).fr))" }.joined(separator: ", "),
                en: allowed.map { $0.to.rawValue }.joined(separator: ", ")
            )
            let othersMay = line(from: from, to: to, by: nil) != nil
            throw Problem.transitionForbidden(
                fr: "De « \(label(from).fr) », on ne passe pas à « \(label(to).fr) »"
                    + (othersMay ? " à votre titre" : "") + ". Possible maintenant : "
                    + (names.fr.isEmpty ? "rien" : names.fr) + ".",
                en: "From '\(from.rawValue)' one does not move to '\(to.rawValue)'"
                    + (othersMay ? " in your role" : "") + ". Allowed now: "
                    + (names.en.isEmpty ? "nothing" : names.en) + ".",
                extras: extras)
        }
        for condition in row.when {
            if let refusal = failing[condition] { throw refusal }
        }
        let unexpected = row.unexpected(given)
        guard unexpected.isEmpty else {
            throw Problem.transitionUnexpected(
                fr: "Ce passage ne prend pas : \(unexpected.joined(separator: ", ")).",
                en: "This move does not take: \(unexpected.joined(separator: ", ")).",
                errors: unexpected.map {
                    FieldProblem(
                        "/\($0)", fr: "sans objet pour passer à « \(label(to).fr) »",
                        en: "not for a move to '\(to.rawValue)'")
                })
        }
        let missing = row.needs.filter { given.isDisjoint(with: $0) }
        guard missing.isEmpty else {
            throw Problem.transitionIncomplete(
                fr: "Ce passage demande : "
                    + missing.map { $0.joined(separator: " ou ") }.joined(separator: ", ") + ".",
                en: "This move needs: " + missing.map { $0.joined(separator: " or ") }.joined(separator: ", ") + ".",
                errors: missing.map { group in
                    FieldProblem(
                        "/\(group[0])", fr: "obligatoire pour passer à « \(label(to).fr) »",
                        en: "required to move to '\(to.rawValue)'")
                })
        }
    }

    /// What an actor may do from a state, and what each move needs, as answers tell it.
    public func moves(from state: State, by actor: Actor) -> JSON {
        .array(allowed(from: state, by: actor).map(json))
    }

    private func json(_ row: Row) -> JSON {
        ["to": .string(row.to.rawValue), "needs": .array(row.needs.map { .array($0.map(JSON.string)) })]
    }

    /// The table as the reference endpoint shows it.
    public var json: JSON {
        .array(
            rows.map { row in
                [
                    "subject": .string(subject), "from": .array(row.from.map { .string($0.rawValue) }),
                    "to": .string(row.to.rawValue), "by": .array(row.by.map { .string($0.rawValue) }),
                    "needs": .array(row.needs.map { .array($0.map(JSON.string)) }),
                    "when": .array(row.when.map(JSON.string)),
                ]
            })
    }
}

extension Problem {
    /// The state does not allow the move, at all or to this caller.
    public static let transitionForbidden = Problem(
        "transition.forbidden", .conflict,
        fr: "Ce changement d'état n'est pas possible.", en: "This change of state is not possible.")
    /// The move needs fields that were not given.
    public static let transitionIncomplete = Problem(
        "transition.incomplete", .invalid,
        fr: "Il manque des informations pour ce changement d'état.",
        en: "This change of state lacks required information.")
    /// The move was given fields that it has no use for.
    public static let transitionUnexpected = Problem(
        "transition.unexpected_field", .invalid,
        fr: "Ce changement d'état ne prend pas cette information.",
        en: "This change of state does not take this information.")
}
