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

        /// One line: of each group in `needs`, one field must be given.
        public init(_ from: [State], to: State, by: [Actor], needs: [[String]] = []) {
            self.from = from
            self.to = to
            self.by = by
            self.needs = needs
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

    /// Refuses a move that the table does not have for this actor, then one that lacks what it needs.
    ///
    /// `given` are the names of the fields that came with it; `label` says the states in words.
    public func check(
        from: State, to: State, by actor: Actor, given: Set<String>, label: (State) -> Text
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
}
