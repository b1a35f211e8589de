public import Fields

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
    enum Given: Sendable, Hashable { case nothing, version(Int), publicTag, unreadable }
    let given: Given

    /// A version that is known: the CLI's, a test's.
    public init(version: Int) { given = .version(version) }

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

    /// Returns the version that the caller says is current: 428 without one.
    public func required() throws(Refusal) -> Int {
        switch given {
        case .version(let version): return version
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
        }
    }
}
