internal import Fields

extension PlanFile {
    /// Reads a whole plan, or throws everything that is wrong with the file.
    public static func read(
        yaml bytes: [UInt8], file: String, organisations: [PlanOrganisation]
    ) throws(PlanFileProblems) -> PlanFile {
        var reader = PlanFileYAMLReader(file: file, organisations: organisations)
        let root = try reader.root(bytes, required: ["plan", "axes", "actions"])
        let header = reader.header(root["plan"])
        let axes = reader.axes(root["axes"])
        let rows = reader.rows(root["actions"])
        var checker = PlanFileChecker(
            period: reader.period, axes: axes, organisations: reader.organisations, log: reader.log)
        let actions = checker.actions(rows)
        guard let header, let axes, checker.log.cells.isEmpty else { throw PlanFileProblems(cells: checker.log.cells) }
        return PlanFile(header: header, axes: axes, actions: actions)
    }

    /// Reads what a plan's CSV does not say: the header and the axes. The actions of the file are not looked at.
    public static func readHeader(
        yaml bytes: [UInt8], file: String, organisations: [PlanOrganisation]
    ) throws(PlanFileProblems) -> (Header, [Axis]) {
        var reader = PlanFileYAMLReader(file: file, organisations: organisations)
        let root = try reader.root(bytes, required: ["plan", "axes"])
        let header = reader.header(root["plan"])
        let axes = reader.axes(root["axes"])
        guard let header, let axes, reader.log.cells.isEmpty else { throw PlanFileProblems(cells: reader.log.cells) }
        return (header, axes.sorted { $0.code < $1.code })
    }
}

/// Takes a plan's YAML apart. Values are read by `PlanFileValues`, so that a cell means the same in YAML and in CSV.
struct PlanFileYAMLReader {
    var log: PlanFileLog
    var organisations: PlanFileOrganisations
    private(set) var period: ClosedRange<Day>?

    init(file: String, organisations: [PlanOrganisation]) {
        log = PlanFileLog(file: file)
        self.organisations = PlanFileOrganisations(organisations)
    }

    /// The document's top-level values; a document that cannot be read at all is thrown.
    mutating func root(_ bytes: [UInt8], required: [String]) throws(PlanFileProblems) -> [String: PlanFileNode] {
        guard let node = PlanFileNode.parse(bytes, log: &log) else {
            throw PlanFileProblems(cells: log.cells)
        }
        return members(node, required: required, optional: ["plan", "axes", "actions"]) ?? [:]
    }

    mutating func header(_ node: PlanFileNode?) -> PlanFile.Header? {
        guard let node,
            let members = members(
                node, required: ["code", "title", "starts_on", "ends_on"], optional: ["fictional", "invariants"])
        else { return nil }
        let code = value(members["code"], PlanFileValues.slug)
        let title = value(members["title"], PlanFileValues.title)
        let fictional = members["fictional"] == nil ? false : value(members["fictional"], PlanFileValues.boolean)
        let start = value(members["starts_on"], PlanFileValues.day)
        let end = value(members["ends_on"], PlanFileValues.day)
        if let start, let end {
            if start <= end {
                period = start...end
            } else if let node = members["ends_on"] {
                log.add(
                    node.place, fr: "la fin précède le début (\(start))",
                    en: "the end comes before the start (\(start))")
            }
        }
        let invariants = invariants(members["invariants"])
        guard let code, let title, let fictional, let start, let end else { return nil }
        return PlanFile.Header(
            code: code, title: title, fictional: fictional, startsOn: start, endsOn: end, invariants: invariants)
    }

    private mutating func invariants(_ node: PlanFileNode?) -> PlanFile.Invariants {
        var invariants = PlanFile.Invariants()
        guard let node,
            let members = members(node, required: [], optional: ["actions", "axes", "budget", "funders"])
        else { return invariants }
        if let node = members["actions"] { invariants.actions = value(node, PlanFileValues.count) }
        if let node = members["axes"] { invariants.axes = value(node, PlanFileValues.count) }
        if let node = members["budget"] { invariants.budgetCents = value(node, PlanFileValues.cents) }
        guard let node = members["funders"] else { return invariants }
        guard case .map(let funders, _) = node else {
            wrongKind(node, fr: "attendu : des paires financeur: montant", en: "expected: pairs funder: amount")
            return invariants
        }
        for (key, node) in funders {
            let cents = value(node, PlanFileValues.cents)
            do throws(PlanFileReason) {
                let funder = try organisations.funder(key.value)
                if let cents { invariants.funderCents[funder] = cents }
            } catch {
                log.add(key, error)
            }
        }
        return invariants
    }

    /// The axes, or nil when any is wrong: then no action can be told that its axis is unknown.
    mutating func axes(_ node: PlanFileNode?) -> [PlanFile.Axis]? {
        guard let node, let items = list(node) else { return nil }
        if items.isEmpty {
            log.add(node.place, fr: "un plan a au moins un axe", en: "a plan has at least one axis")
        }
        let wrongBefore = log.cells.count
        var axes: [PlanFile.Axis] = []
        for item in items {
            guard let members = members(item, required: ["code", "title"], optional: []) else { continue }
            let code = value(members["code"], PlanFileValues.axisCode)
            let title = value(members["title"], PlanFileValues.title)
            guard let code, let title, let node = members["code"] else { continue }
            if axes.contains(where: { $0.code == code }) {
                log.add(node.place, fr: "axe donné deux fois", en: "axis given twice")
            }
            axes.append(PlanFile.Axis(code: code, title: title))
        }
        return items.isEmpty || log.cells.count > wrongBefore ? nil : axes
    }

    mutating func rows(_ node: PlanFileNode?) -> [PlanFileRow] {
        guard let node, let items = list(node) else { return [] }
        guard items.count <= PlanFile.maximumActions else {
            log.add(items[PlanFile.maximumActions].place, PlanFileReason.tooManyActions)
            return []
        }
        return items.compactMap { row($0) }
    }

    private mutating func row(_ node: PlanFileNode) -> PlanFileRow? {
        guard
            let members = members(
                node, required: ["code", "title", "axis", "lead", "planned_start", "planned_end"],
                optional: ["description", "partners", "status", "funding"])
        else { return nil }
        var row = PlanFileRow(line: node.place.line)
        row.code = text(members["code"])
        row.title = text(members["title"])
        row.description = optionalText(members["description"])
        row.axis = text(members["axis"])
        row.lead = text(members["lead"])
        row.plannedStart = text(members["planned_start"])
        row.plannedEnd = text(members["planned_end"])
        row.status = optionalText(members["status"])
        row.partners = (members["partners"].flatMap { list($0) } ?? []).compactMap { text($0) }
        for item in members["funding"].flatMap({ list($0) }) ?? [] {
            guard let line = self.members(item, required: ["funder", "year", "planned"], optional: []) else { continue }
            // A zero written here is kept as a line: somebody announced it. In CSV a grid full of zeros says nothing.
            row.funding.append(
                PlanFileRow.Money(
                    funder: text(line["funder"]), year: text(line["year"]), planned: text(line["planned"]),
                    place: (line["year"] ?? item).place))
        }
        return row
    }

    // MARK: - Nodes

    /// The values of a mapping; unknown and missing keys are reported. Nil when it is none.
    private mutating func members(
        _ node: PlanFileNode, required: [String], optional: [String]
    ) -> [String: PlanFileNode]? {
        guard case .map(let pairs, let place) = node else {
            wrongKind(node, fr: "attendu : des clés et leurs valeurs", en: "expected: keys and their values")
            return nil
        }
        var members: [String: PlanFileNode] = [:]
        let known = required + optional.filter { !required.contains($0) }
        for (key, value) in pairs {
            guard known.contains(key.value) else {
                let nearest = PlanFileWords.nearest(key.value, in: known.map { (PlanFileWords.folded($0), $0) })
                log.add(
                    key, fr: "clé inconnue" + (nearest.map { " : vouliez-vous dire « \($0) » ?" } ?? ""),
                    en: "unknown key" + (nearest.map { ": did you mean \"\($0)\"?" } ?? ""))
                continue
            }
            members[key.value] = value
        }
        for key in required where !pairs.contains(where: { $0.key.value == key }) {
            var place = place
            place.heading = place.heading.isEmpty ? key : "\(place.heading).\(key)"
            log.add(place, fr: "cette clé manque", en: "this key is missing")
        }
        return members
    }

    /// The values of a list; nothing at all stands for an empty one. Nil when it is none.
    private mutating func list(_ node: PlanFileNode) -> [PlanFileNode]? {
        switch node {
        case .list(let items, _): return items
        case .text(_, isNull: true): return []
        default:
            wrongKind(node, fr: "attendu : une liste", en: "expected: a list")
            return nil
        }
    }

    /// A value that must be there.
    private mutating func text(_ node: PlanFileNode?) -> PlanFileCell? {
        switch node {
        case nil: return nil
        case .text(let cell, isNull: false): return cell
        case .text(let cell, isNull: true):
            log.add(cell, fr: "la valeur manque", en: "the value is missing")
            return nil
        case .list(_, let place), .map(_, let place):
            log.add(place, fr: "attendu : un texte", en: "expected: a text")
            return nil
        }
    }

    /// A value that may be left empty.
    private mutating func optionalText(_ node: PlanFileNode?) -> PlanFileCell? {
        if case .text(_, isNull: true) = node { nil } else { text(node) }
    }

    private mutating func value<Value>(
        _ node: PlanFileNode?, _ read: (String) throws(PlanFileReason) -> Value
    ) -> Value? {
        text(node).flatMap { log.note($0, read) }
    }

    private mutating func wrongKind(_ node: PlanFileNode, fr: String, en: String) {
        log.add(node.place, fr: fr, en: en)
    }
}
