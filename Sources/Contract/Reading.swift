import Fields

/// Parameters as an endpoint reads them, for who comes by another way: each unknown or wrong name is refused, all at once.
public func readParameters<T: Decodable>(_ type: T.Type, _ values: [(name: String, value: String)]) throws -> T {
    try Reading.query(type, Shape.of(type), values)
}

/// Path values, parameters and bodies → typed values; every wrong or unknown name is refused, all at once.
enum Reading {
    static func path<T: Decodable>(_ type: T.Type, _ values: [String: String]) throws -> T {
        do { return try FieldReader.read(type, from: TextFields(values)) } catch is FieldErrors {
            // A code that cannot exist identifies nothing.
            throw Problem.notFound()
        }
    }

    static func query<T: Decodable>(
        _ type: T.Type, _ shape: Shape, _ values: [(name: String, value: String)]
    ) throws -> T {
        var errors: [FieldProblem] = []
        var texts: [String: String] = [:]
        for (name, value) in values {
            if !shape.names.contains(name) {
                errors.append(unknown(name, among: shape.names))
            } else if texts.updateValue(value, forKey: name) != nil {
                errors.append(FieldProblem(name, fr: "donné deux fois", en: "given twice"))
            }
        }
        do {
            let value = try FieldReader.read(type, from: TextFields(texts))
            if errors.isEmpty {
                try refuseNationalNumbers(texts.map { .init($0, .string($1)) }, shape.fields, pointing: "")
                return value
            }
        } catch let wrong as FieldErrors {
            errors += wrong.errors.map { FieldProblem(String($0.pointer.dropFirst()), $0.detail) }
        }
        throw refused(errors, Text(fr: "Paramètre refusé : ", en: "Parameter refused: "))
    }

    /// The members of a body; none where none is expected.
    static func document(_ shape: Shape?, _ bytes: [UInt8]) throws -> [JSON.Member] {
        guard shape != nil else {
            guard bytes.isEmpty else {
                throw Problem.malformed(fr: "Aucun corps n'est attendu ici.", en: "No body is expected here.")
            }
            return []
        }
        let document: JSON
        do { document = try JSON.parse(bytes) } catch {
            throw Problem.malformed(
                fr: "Le corps n'est pas du JSON lisible : \(error.detail.fr), à l'octet \(error.offset).",
                en: "The body is not readable JSON: \(error.detail.en), at byte \(error.offset).")
        }
        guard case .object(let members) = document else {
            throw Problem.malformed(fr: "Le corps doit être un objet JSON.", en: "The body must be a JSON object.")
        }
        return members
    }

    /// The member of a PATCH that says which version it changes; it is no field.
    static let baseVersion = "base_version"

    /// Takes `base_version` out of a PATCH's members.
    static func takeBaseVersion(from members: inout [JSON.Member]) throws -> Int? {
        guard let position = members.firstIndex(where: { $0.name == baseVersion }) else { return nil }
        guard let version = members.remove(at: position).value.integer, version >= 1 else {
            throw refused(
                [
                    FieldProblem(
                        "/\(baseVersion)", fr: "attendu : un nombre entier positif",
                        en: "expected: a positive whole number")
                ])
        }
        return version
    }

    static func body<T: Decodable>(_ type: T.Type, _ shape: Shape?, _ members: [JSON.Member]) throws -> T {
        guard let shape else { return try FieldReader.read(type, from: TextFields([:])) }
        var errors = unknownMembers(members, shape.fields, "")
        do {
            let value = try FieldReader.read(type, from: JSONFields(members))
            if errors.isEmpty {
                try refuseNationalNumbers(members, shape.fields)
                return value
            }
        } catch let wrong as FieldErrors {
            errors += wrong.errors.map { FieldProblem($0.pointer, $0.detail) }
        }
        throw refused(errors)
    }

    /// So many wrong fields are told one by one: an answer never grows with the request.
    private static let mostErrors = 20

    private static func refused(
        _ errors: [FieldProblem], _ beginning: Text = Text(fr: "Champ refusé : ", en: "Field refused: ")
    ) -> Refusal {
        let told = errors.prefix(mostErrors)
        let rest = errors.count - told.count
        return Problem.malformed(
            fr: beginning.fr + told.map { "\($0.pointer) (\($0.detail.fr))" }.joined(separator: " ; ")
                + (rest > 0 ? " ; et \(rest) autres." : "."),
            en: beginning.en + told.map { "\($0.pointer) (\($0.detail.en))" }.joined(separator: "; ")
                + (rest > 0 ? "; and \(rest) more." : "."),
            errors: Array(told))
    }

    // MARK: - What is never stored

    /// Refuses a body or parameters whose free texts hold a national insurance number: where it stands is told, what it is never is.
    private static func refuseNationalNumbers(
        _ members: [JSON.Member], _ fields: [Shape.Field], pointing slash: String = "/"
    ) throws(Refusal) {
        let pointers = nationalNumbers(members, fields, "").map { slash + $0.dropFirst() }
        guard pointers.isEmpty else { throw Problem.nationalNumber(at: Array(pointers.prefix(mostErrors))) }
    }

    private static func nationalNumbers(_ members: [JSON.Member], _ fields: [Shape.Field], _ pointer: String)
        -> [String]
    {
        let kinds = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.kind) })
        return members.flatMap { member -> [String] in
            guard let kind = kinds[member.name], !numbered.contains(member.name) else { return [] }
            return nationalNumbers(member.value, kind, "\(pointer)/\(member.name)")
        }
    }

    private static func nationalNumbers(_ value: JSON, _ kind: Shape.Kind, _ pointer: String) -> [String] {
        switch (value, kind) {
        case (.object(let members), .object(_, let fields)): nationalNumbers(members, fields, pointer)
        case (.array(let elements), .array(let kind)):
            elements.enumerated().flatMap { nationalNumbers($1, kind, "\(pointer)/\($0)") }
        // Codes, ids and days have forms of their own: only what takes any text can hold one.
        case (.string(let text), .string): NationalInsuranceNumber.isIn(text) ? [pointer] : []
        default: []
        }
    }

    /// Fields that hold numbers of another kind.
    private static let numbered: Set = ["phone", "siret", "finess"]

    private static func unknownMembers(_ members: [JSON.Member], _ fields: [Shape.Field], _ pointer: String)
        -> [FieldProblem]
    {
        let byName = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0) })
        return members.flatMap { member -> [FieldProblem] in
            guard let field = byName[member.name] else {
                let problem = unknown(member.name, among: fields.map(\.name))
                let name = NationalInsuranceNumber.isIn(member.name) ? "…" : JSONPointer.escaped(member.name)
                return [FieldProblem("\(pointer)/\(name)", problem.detail)]
            }
            return unknownMembers(in: member.value, field.kind, "\(pointer)/\(member.name)")
        }
    }

    private static func unknownMembers(in value: JSON, _ kind: Shape.Kind, _ pointer: String) -> [FieldProblem] {
        switch (value, kind) {
        case (.object(let members), .object(_, let fields)): unknownMembers(members, fields, pointer)
        case (.array(let elements), .array(let kind)):
            elements.enumerated().flatMap { unknownMembers(in: $1, kind, "\(pointer)/\($0)") }
        default: []
        }
    }

    private static func unknown(_ name: String, among names: [String]) -> FieldProblem {
        let known = names.sorted().joined(separator: ", ")
        return FieldProblem(
            NationalInsuranceNumber.isIn(name) ? "…" : String(name.prefix(100)),
            fr: "nom inconnu ; connus : \(known.isEmpty ? "aucun" : known)",
            en: "unknown name; known: \(known.isEmpty ? "none" : known)")
    }
}

extension FieldProblem {
    init(_ pointer: String, _ detail: Text) { self.init(pointer, fr: detail.fr, en: detail.en) }
}

/// RFC 6901.
enum JSONPointer {
    static func escaped(_ name: String) -> String {
        // Scalars: a mark with a combining accent is another character for Swift, and a mark for who reads the pointer.
        name.unicodeScalars.prefix(100).reduce(into: "") { $0 += $1 == "~" ? "~0" : $1 == "/" ? "~1" : String($1) }
    }
}
