import Fields

/// How options say what a PATCH changes: left out, it stays; empty, it is taken away.
enum ChangeOption {
    /// Any text.
    static func text(_ text: String?) -> Change<String> { text.map { $0.isEmpty ? .cleared : .set($0) } ?? .unchanged }

    /// A value of one text form.
    static func scalar<Value: FieldScalar>(_ text: String?, _ name: String) throws -> Change<Value> {
        guard let text else { return .unchanged }
        return text.isEmpty ? .cleared : .set(try read(text, name))
    }

    /// Values with commas between them.
    static func list<Value: FieldScalar>(_ text: String?, _ name: String) throws -> Change<[Value]> {
        guard let text else { return .unchanged }
        return .set(try text.split(separator: ",").map { try read(String($0.drop { $0 == " " }), name) })
    }
}
