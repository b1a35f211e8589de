import Crypto
public import Fields
import Postgres

/// One operation of the API: its place, its contract and its code in one value, so that nothing is served undescribed.
public struct Endpoint: Sendable {
    /// HTTP's method.
    public let method: Method
    /// The route's template: `/v1/actions/{code}`.
    public let path: String
    /// Whether its path holds a link's secret.
    public let hasSecretPath: Bool
    /// The operation's name in the contract.
    public let id: String
    /// One sentence of documentation.
    public let summary: String
    /// Who may call it.
    public let access: Access
    /// Its path's values.
    public let pathShape: Shape
    /// Its parameters.
    public let queryShape: Shape
    /// Its body; nil when it takes none.
    public let bodyShape: Shape?
    /// What it answers.
    public let output: Output
    /// What it may refuse beside what every endpoint may.
    public let refusals: [Problem]
    /// Whether `If-Match` is required.
    public let needsVersion: Bool
    /// What its public answers are made of, so that they may be kept in memory until it changes; nil when they may not.
    public let madeOf: [PublicData]?
    /// What file it takes with a form; nil when its body is JSON.
    public let upload: UploadRule?
    /// A body that works on the demonstration, for the documentation.
    public let example: JSON?
    /// For the documentation: which list, at which address, holds the `{id}` of its path.
    public let idIn: (address: String, list: String)?
    /// What it can answer with, the preferred first.
    public let mediaTypes: [Representation]
    /// Its code.
    public let respond: @Sendable (Request) async throws -> Answer

    /// What an endpoint answers when all is well.
    public struct Output: Sendable {
        /// The status.
        public var status: Int
        /// What the body is.
        public var content: Content
        /// Members that it has beside, when they are asked for.
        public var extras: [Shape.Field] = []
        /// Whether it may send the client to another address instead (307).
        public var mayRedirect = false

        /// What the body is.
        public enum Content: Sendable {
            case json(Shape.Kind)
            case page(Shape.Kind)
            case either(Shape.Kind, Shape.Kind)
            /// Something for people or browsers.
            case other(Representation)
        }

        /// A page for people.
        public static let html = Output(status: 200, content: .other(.html))
        /// A file that was received before.
        public static let file = Output(status: 200, content: .other(.file))
        /// A workbook of a spreadsheet.
        public static let xlsx = Output(status: 200, content: .other(.xlsx))
        /// How pages look.
        public static let css = Output(status: 200, content: .other(.css))
        /// A picture.
        public static let svg = Output(status: 200, content: .other(.svg))
        /// Days, for an agenda.
        public static let calendar = Output(status: 200, content: .other(.calendar))
        /// Done, with nothing to say.
        public static let nothing = Output(status: 204, content: .json(.json))

        /// One object of a row type.
        public static func one(_ type: any (Decodable & Sendable).Type, status: Int = 200) -> Output {
            Output(status: status, content: .json(kind(type)))
        }
        /// One object of either row type, by what the caller may see.
        public static func either(
            _ first: any (Decodable & Sendable).Type, _ second: any (Decodable & Sendable).Type
        ) -> Output {
            Output(status: 200, content: .either(kind(first), kind(second)))
        }
        /// A page of a list.
        public static func page(_ type: any (Decodable & Sendable).Type) -> Output {
            Output(status: 200, content: .page(kind(type)))
        }
        /// The same with a member that is there when it is asked for.
        public func adding(_ name: String, listOf type: any (Decodable & Sendable).Type) -> Output {
            var output = self
            output.extras.append(
                Shape.Field(name: name, kind: .array(Self.kind(type)), isOptional: true, isChange: true))
            return output
        }
        /// The same with one object that is there when the caller may see it.
        public func adding(_ name: String, one type: any (Decodable & Sendable).Type) -> Output {
            var output = self
            output.extras.append(Shape.Field(name: name, kind: Self.kind(type), isOptional: true, isChange: true))
            return output
        }
        /// The same, which may also send the client to another address (307).
        public var redirecting: Output {
            var output = self
            output.mayRedirect = true
            return output
        }
        /// Any JSON.
        public static let anyJSON = Output(status: 200, content: .json(.json))

        private static func kind(_ type: any (Decodable & Sendable).Type) -> Shape.Kind {
            .object(Shape.name(of: type), Shape.of(type).fields)
        }
    }

    /// The form's part that holds the file.
    public static let fileField = "file"

    /// Declares an operation. `csv`, `geojson`, `jsonld`, `atom`, `xlsx` and `html` are its other representations; `upload` makes its body a form with a file.
    public init<Path: Decodable & Sendable, Query: Decodable & Sendable, Body: Decodable & Sendable>(
        _ method: Method, _ path: String, id: String, _ summary: String, access: Access, output: Output,
        refusals: [Problem] = [], needsVersion: Bool = false, madeOf: [PublicData]? = nil, upload: UploadRule? = nil,
        example: JSON? = nil,
        idIn: (address: String, list: String)? = nil,
        run: @escaping @Sendable (Call<Path, Query, Body>) async throws -> Answer,
        csv: (@Sendable (Call<Path, Query, Body>) async throws -> Answer)? = nil,
        geojson: (@Sendable (Call<Path, Query, Body>) async throws -> Answer)? = nil,
        jsonld: (@Sendable (Call<Path, Query, Body>) async throws -> Answer)? = nil,
        atom: (@Sendable (Call<Path, Query, Body>) async throws -> Answer)? = nil,
        xlsx: (@Sendable (Call<Path, Query, Body>) async throws -> Answer)? = nil,
        html: (@Sendable (Call<Path, Query, Body>) async throws -> Answer)? = nil
    ) {
        self.method = method
        self.path = path
        hasSecretPath = path.contains("{token}")
        self.id = id
        self.summary = summary
        self.access = access
        self.output = output
        self.refusals = refusals
        self.needsVersion = needsVersion
        self.madeOf = madeOf
        self.upload = upload
        self.example = example
        self.idIn = idIn
        let pathShape = Shape.of(Path.self)
        let queryShape = Shape.of(Query.self)
        let bodyShape = Body.self == Nothing.self ? nil : Shape.of(Body.self)
        self.pathShape = pathShape
        self.queryShape = queryShape
        self.bodyShape = bodyShape
        let main: Representation = if case .other(let mediaType) = output.content { mediaType } else { .json }
        let forms: [(Representation, (@Sendable (Call<Path, Query, Body>) async throws -> Answer)?)] = [
            (.csv, csv), (.geojson, geojson), (.jsonld, jsonld), (.atom, atom), (.xlsx, xlsx), (.html, html),
        ]
        mediaTypes = [main] + forms.filter { $0.1 != nil }.map(\.0)
        let isIdempotent = method == .post && access != .anyone
        let mayMerge = method == .patch && needsVersion
        respond = { request in
            try access.check(request.caller)
            let pathValues = try Reading.path(Path.self, request.path)
            let query = try Reading.query(Query.self, queryShape, request.query)
            var members: [JSON.Member]
            var upload: Upload?
            switch request.body {
            case .bytes(let bytes): members = try Reading.document(bodyShape, bytes)
            case .form(let fields, let file):
                members = fields.map { JSON.Member($0.name, .string($0.value)) }
                upload = file
            }
            var precondition = Precondition(header: request.ifMatch)
            if mayMerge {
                let base = try Reading.takeBaseVersion(from: &members)
                precondition = Precondition(header: request.ifMatch, base: base, fields: members)
            }
            var caller = request.caller
            if isIdempotent, let key = request.idempotencyKey {
                caller.idempotency = try Self.idempotency(key, id, request)
            }
            let call = Call(
                path: pathValues, query: query, body: try Reading.body(Body.self, bodyShape, members), caller: caller,
                precondition: precondition, upload: upload, language: request.language, now: request.now)
            if [.csv, .geojson].contains(request.mediaType) { try Self.checkWhole(request.query) }
            let form = forms.first { $0.0 == request.mediaType }?.1
            return try await (form ?? run)(call)
        }
    }

    private static func idempotency(_ key: String, _ operation: String, _ request: Request) throws(Refusal)
        -> IdempotencyKey
    {
        var hash = SHA256()
        func add(_ bytes: [UInt8]) {
            hash.update(data: Array("\(bytes.count):".utf8))
            hash.update(data: bytes)
        }
        for (name, value) in request.path.sorted(by: { $0.key < $1.key }) { add(Array("\(name)=\(value)".utf8)) }
        for (name, value) in request.query { add(Array("\(name)=\(value)".utf8)) }
        switch request.body {
        case .bytes(let bytes): add(bytes)
        case .form(let fields, let upload):
            for (name, value) in fields { add(Array("\(name)=\(value)".utf8)) }
            add(upload.sha256)
        }
        guard let key = IdempotencyKey(key, operation: operation, requestHash: Array(hash.finalize())) else {
            throw Problem.malformed(
                fr: "Une clé Idempotency-Key a 1 à 255 caractères ASCII visibles.",
                en: "An Idempotency-Key has 1 to 255 visible ASCII characters.",
                errors: [FieldProblem("Idempotency-Key", fr: "clé illisible", en: "unreadable key")])
        }
        return key
    }

    /// A file of a list holds every match: it has no pages.
    private static func checkWhole(_ query: [(name: String, value: String)]) throws(Refusal) {
        let paging = query.map(\.name).filter { ["limit", "cursor"].contains($0) }
        guard paging.isEmpty else {
            throw Problem.malformed(
                fr: "Un fichier (CSV, GeoJSON) contient tout : sans limit ni cursor.",
                en: "A file (CSV, GeoJSON) holds every match: no limit, no cursor.",
                errors: paging.map { FieldProblem($0, fr: "sans objet pour un fichier", en: "not for a file") })
        }
    }

    /// What any endpoint of this access may refuse, then its own.
    public var allRefusals: [Problem] {
        var all: [Problem] = [
            .malformed, .notAcceptable, .tooLarge, .tooMany, .unavailable, .timeout, .unauthenticated,
        ]
        if access != .anyone { all.append(.forbidden) }
        if !pathShape.fields.isEmpty { all.append(.notFound) }
        if bodyShape != nil { all += [.unsupportedMediaType, .invalid] }
        if bodyShape != nil || queryShape.fields.contains(where: { $0.kind == .string }) { all.append(.nationalNumber) }
        if method != .get { all.append(.outcomeUnknown) }
        if takesIdempotencyKey { all.append(.idempotencyKeyReused) }
        if needsVersion { all += [.versionRequired, .stale] }
        if mayMerge { all.append(.conflictingChange) }
        return all + refusals.filter { !all.contains($0) }
    }
}

extension Endpoint {
    /// Whether it makes its change once for an `Idempotency-Key`.
    public var takesIdempotencyKey: Bool { method == .post && access != .anyone }
    /// Whether a `base_version` may stand for `If-Match`.
    public var mayMerge: Bool { method == .patch && needsVersion }
}

extension Endpoint {
    /// The values of its path in an address; nil when the address is another's.
    public func values(in address: String) -> [String: String]? {
        let (names, parts) = (path.split(separator: "/"), address.split(separator: "/"))
        guard names.count == parts.count else { return nil }
        var values: [String: String] = [:]
        for (name, part) in zip(names, parts) {
            if name.hasPrefix("{"), name.hasSuffix("}") {
                values[String(name.dropFirst().dropLast())] = String(part)
            } else if name != part {
                return nil
            }
        }
        return values
    }
}

extension Access {
    /// 401 for nobody, 403 for somebody whose role or token does not do.
    public func check(_ caller: Caller) throws(Refusal) {
        switch self {
        case .anyone: return
        case .member, .writer:
            guard let member = caller.member else { throw Problem.unauthenticated() }
            guard self == .writer else {
                guard member.scopes.contains(.read) else { throw Problem.forbidden() }
                return
            }
            guard caller.mayWrite else {
                throw Problem.forbidden(
                    fr: "Votre rôle (\(member.role.rawValue)) ou votre jeton ne permet que de lire.",
                    en: "Your role (\(member.role.rawValue)) or your token only reads.")
            }
        }
    }
}
