import Crypto
public import Fields
public import NIOCore

/// An entity tag: the version, and which representation of it (`api.md` *Conventions*).
///
/// The version of an answer without a token counts public changes only, so its tag is marked and cannot be used for
/// a change.
public struct ETag: Sendable, Hashable {
    /// The header's value.
    public var header: String

    /// The tag of an internal representation.
    public static func full(version: Int, day: Day? = nil) -> ETag { ETag("\(version)", day) }
    /// The tag of what the public sees.
    public static func publicView(version: Int, day: Day? = nil) -> ETag { ETag("\(version).public", day) }

    /// The tag of an internal representation that also shows what its version does not count: a hash of it stands beside.
    public static func full(version: Int, of body: ByteBuffer) -> ETag {
        let hash = Array(SHA256.hash(data: Array(body.readableBytesView)).prefix(12))
        return ETag(header: "\"\(version).\(Base64URL.encode(hash))\"")
    }

    /// The tag of an answer that has no version: made from its bytes.
    public static func content(of body: ByteBuffer) -> ETag {
        let hash = Array(SHA256.hash(data: Array(body.readableBytesView)).prefix(12))
        return ETag(header: "\"c.\(Base64URL.encode(hash))\"")
    }

    init(header: String) { self.header = header }

    private init(_ value: String, _ day: Day?) {
        header = "\"\(value)\(day.map { ".\($0)" } ?? "")\""
    }

    /// Whether an `If-None-Match` header names this tag; proxies that weaken tags are forgiven.
    public func matches(ifNoneMatch value: String) -> Bool {
        value.split(separator: ",").contains { candidate in
            let tag = candidate.trimmed
            return tag == "*" || tag == header || tag == "W/" + header
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var part = self
        while part.first == " " { part.removeFirst() }
        while part.last == " " { part.removeLast() }
        return part
    }
}

/// What `If-Match` said.
public struct Precondition: Sendable, Hashable {
    enum Given: Sendable, Hashable {
        case nothing, version(Int), publicTag, unreadable
        /// `base_version` of a PATCH, with the fields it changes.
        case base(Int, [JSON.Member])
        /// Both `If-Match` and `base_version`.
        case both
    }
    let given: Given

    /// A version that is known: the CLI's, a test's.
    public init(version: Int) { given = .version(version) }

    /// The version that fields were read at, which may be an older one: a row of a sheet.
    public init(base: Int, fields: [JSON.Member]) { given = .base(base, fields) }

    /// Reads the header, or takes the `base_version` that came with the fields of a PATCH.
    init(header: String?, base: Int?, fields: [JSON.Member]) {
        guard let base else {
            self.init(header: header)
            return
        }
        self.init(header == nil ? .base(base, fields) : .both)
    }

    private init(_ given: Given) { self.given = given }

    /// Reads the header: `"7"`, `W/"7.2024-05-31"`.
    public init(header: String?) {
        guard let header, !header.isEmpty else {
            given = .nothing
            return
        }
        var tag = header[...].trimmed
        if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
        guard tag.count > 2, tag.hasPrefix("\""), tag.hasSuffix("\"") else {
            given = .unreadable
            return
        }
        let parts = tag.dropFirst().dropLast().split(separator: ".", omittingEmptySubsequences: false)
        if parts.count > 1, parts[1] == "public" {
            given = .publicTag
        } else if let version = Int(parts[0]), version >= 0, String(version) == parts[0], !parts.joined().contains("\"")
        {
            given = .version(version)
        } else {
            given = .unreadable
        }
    }

    /// How the caller's version and the current one go together.
    public enum Outcome: Sendable, Hashable {
        /// It is the current one.
        case current
        /// It is another: the whole change is refused.
        case stale(Int)
        /// It is an older one, and the fields given may be merged with what changed since.
        case merge(since: Int, fields: [JSON.Member])
    }

    /// Compares with the current version: 428 without one.
    public func compare(with current: Int) throws(Refusal) -> Outcome {
        switch given {
        case .version(let version): return version == current ? .current : .stale(version)
        case .base(let version, let fields):
            // A version from the future can't be merged from.
            return version == current
                ? .current : version < current ? .merge(since: version, fields: fields) : .stale(version)
        case .nothing: throw Problem.versionRequired()
        case .publicTag:
            throw Problem.stale(
                fr: "Cet ETag vient d'une lecture sans jeton : relisez avec votre jeton, puis recommencez.",
                en: "This ETag comes from an answer without a token: read again with your token, then retry.")
        case .unreadable:
            throw Problem.malformed(
                fr: "L'en-tête If-Match doit porter un ETag de ce service, par exemple \"7\".",
                en: "The If-Match header must carry an ETag of this service, for example \"7\".",
                errors: [FieldProblem("If-Match", fr: "ETag illisible", en: "unreadable ETag")])
        case .both:
            throw Problem.malformed(
                fr: "Donnez l'en-tête If-Match ou base_version, pas les deux.",
                en: "Give the If-Match header or base_version, not both.",
                errors: [FieldProblem("/base_version", fr: "en double avec If-Match", en: "beside If-Match")])
        }
    }

    /// Equal, or the same number written otherwise: `60` and `60.000`.
    public static func isSame(_ left: JSON, _ right: JSON) -> Bool {
        if case .number(let left) = left, case .number(let right) = right, let number = Double(left) {
            return number == Double(right)
        }
        return left == right
    }

    /// Refuses when a given field changed since to something else: 409 with both values. `changed` are the names of the
    /// fields that changed since, `values` what stands there now.
    public static func merge(_ fields: [JSON.Member], changed: Set<String>, values: JSON) throws(Refusal) {
        let conflicts = fields.filter { field in
            changed.contains(field.name) && !isSame(values[field.name] ?? .null, field.value)
        }
        guard !conflicts.isEmpty else { return }
        let names = conflicts.map(\.name).joined(separator: ", ")
        throw Problem.conflictingChange(
            fr:
                "Modifié entre-temps par quelqu'un d'autre : \(names). Choisissez entre les deux valeurs, puis recommencez.",
            en: "Changed meanwhile by somebody else: \(names). Choose between the two values, then retry.",
            errors: conflicts.map {
                FieldProblem("/\($0.name)", fr: "modifié entre-temps", en: "changed meanwhile")
            },
            extras: [
                .init(
                    "conflicts",
                    .array(
                        conflicts.map { field in
                            [
                                "field": .string(field.name), "yours": field.value,
                                "current": values[field.name] ?? .null,
                            ]
                        }))
            ])
    }
}
