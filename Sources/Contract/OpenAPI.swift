public import Fields

/// The contract's single written form: OpenAPI 3.1, made from the same values that are the routes.
public enum OpenAPI {
    /// The document for a list of endpoints.
    public static func document(_ endpoints: [Endpoint]) -> JSON {
        var paths: [JSON.Member] = []
        for endpoint in endpoints where !paths.contains(where: { $0.name == endpoint.path }) {
            let operations = endpoints.filter { $0.path == endpoint.path }
                .map { JSON.Member($0.method.rawValue.lowercased(), operation($0)) }
            paths.append(.init(endpoint.path, .object(operations)))
        }
        var components = Components()
        for endpoint in endpoints { components.add(endpoint) }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Plateforme Autonomie 31", "version": "1",
                "description":
                    "Plan d'actions, annuaire et orientation en Haute-Garonne. Instants in UTC, days in Europe/Paris, money in integer cents.",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "paths": .object(paths),
            "components": [
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
                "schemas": .object(components.schemas),
            ],
        ]
    }

    /// Names of schemas that stand for different things: the document could hold one of them only.
    public static func ambiguousNames(_ endpoints: [Endpoint]) -> [String] {
        var components = Components()
        for endpoint in endpoints { components.add(endpoint) }
        return components.ambiguous.sorted()
    }

    private static func operation(_ endpoint: Endpoint) -> JSON {
        var members: [JSON.Member] = [
            .init("operationId", .string(endpoint.id)), .init("summary", .string(endpoint.summary)),
            .init("security", endpoint.access == .anyone ? [[:], ["token": []]] : [["token": []]]),
        ]
        var parameters =
            endpoint.pathShape.fields.map { field in
                guard field.name == "id", let place = endpoint.idIn else { return parameter(field, in: "path") }
                let found: JSON = ["address": .string(place.address), "list": .string(place.list)]
                return .object(parameter(field, in: "path").members + [.init("x-found-in", found)])
            }
            + endpoint.queryShape.fields.map { parameter($0, in: "query") }
        parameters += headers(endpoint)
        if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
        if let body = endpoint.bodyShape { members.append(.init("requestBody", requestBody(body, endpoint))) }
        members.append(.init("responses", responses(endpoint)))
        return .object(members)
    }

    private static func headers(_ endpoint: Endpoint) -> [JSON] {
        var headers: [JSON] = []
        if endpoint.needsVersion {
            let alternative = endpoint.mayMerge ? " Or give base_version in the body." : ""
            headers.append([
                "name": "If-Match", "in": "header", "required": .bool(!endpoint.mayMerge),
                "schema": ["type": "string", "examples": ["\"7.2024-05-31\""]],
                "description": .string("The ETag of the version that is changed." + alternative),
            ])
        }
        if endpoint.takesIdempotencyKey {
            headers.append([
                "name": "Idempotency-Key", "in": "header", "required": false,
                "schema": ["type": "string", "pattern": "^[!-~]{1,255}$"],
                "description":
                    "A key of your own: the same request with the same key is done once, and answered alike for 24 hours.",
            ])
        }
        return headers
    }

    private static func requestBody(_ body: Shape, _ endpoint: Endpoint) -> JSON {
        var fields = body.fields
        if endpoint.mayMerge {
            fields.append(.init(name: Reading.baseVersion, kind: .integer, isOptional: true, isChange: true))
        }
        var schema = object(fields, closed: true)
        var mediaType = Representation.json.rawValue
        if let upload = endpoint.upload {
            mediaType = "multipart/form-data"
            let file: JSON = [
                "type": "string", "contentMediaType": .string(upload.names),
                "maxLength": JSON(upload.maximumBytes),
            ]
            schema = object(fields, closed: true, additional: [.init(Endpoint.fileField, file)])
        }
        var content: [JSON.Member] = [.init("schema", schema)]
        if let example = endpoint.example { content.append(.init("example", example)) }
        return ["required": true, "content": .object([.init(mediaType, .object(content))])]
    }

    /// The success' forms: JSON by its schema, the others by their media type.
    private static func content(_ endpoint: Endpoint) -> JSON {
        .object(
            endpoint.mediaTypes.flatMap { mediaType -> [JSON.Member] in
                switch mediaType {
                case .json: [.init(mediaType.rawValue, ["schema": schema(of: endpoint)])]
                case .file: FileKind.allCases.map { .init($0.rawValue, [:]) }
                case .xlsx: [.init(mediaType.rawValue, [:])]
                case .geojson, .jsonld: [.init(mediaType.rawValue, ["schema": ["type": "object"]])]
                case .csv, .html, .css, .calendar, .atom, .svg:
                    [.init(mediaType.rawValue, ["schema": ["type": "string"]])]
                }
            })
    }

    private static func schema(of endpoint: Endpoint) -> JSON {
        let extras = endpoint.output.extras
        return extras.isEmpty
            ? plainSchema(of: endpoint)
            : [
                "allOf": [
                    plainSchema(of: endpoint),
                    [
                        "type": "object",
                        "properties": .object(extras.map { JSON.Member($0.name, schema($0.kind)) }),
                    ],
                ]
            ]
    }

    private static func plainSchema(of endpoint: Endpoint) -> JSON {
        switch endpoint.output.content {
        case .other: [:]
        case .json(let kind): reference(kind)
        case .either(let first, let second): ["anyOf": [reference(first), reference(second)]]
        case .page(let kind):
            [
                "type": "object", "required": ["items", "next_cursor"],
                "properties": [
                    "items": ["type": "array", "items": reference(kind)],
                    "next_cursor": ["type": ["string", "null"]],
                ],
            ]
        }
    }

    private static func responses(_ endpoint: Endpoint) -> JSON {
        let success: JSON =
            endpoint.output.status == 204
            ? ["description": "Done"] : ["description": "Success", "content": content(endpoint)]
        var responses: [JSON.Member] = [.init(String(endpoint.output.status), success)]
        if endpoint.method == .get {
            responses.append(.init("304", ["description": "Not modified since the ETag in If-None-Match"]))
        }
        if endpoint.output.mayRedirect {
            responses.append(
                .init("307", ["description": "It is another now: the address is in Location, and in the body"]))
        }
        var forms: [JSON.Member] = [
            .init("application/problem+json", ["schema": ["$ref": "#/components/schemas/Problem"]])
        ]
        if endpoint.mediaTypes.contains(.html) {
            forms.append(.init(Representation.html.rawValue, ["schema": ["type": "string"]]))
        }
        let byStatus = Dictionary(grouping: endpoint.allRefusals, by: \.kind.status)
        for (status, problems) in byStatus.sorted(by: { $0.key < $1.key }) {
            responses.append(
                .init(
                    String(status),
                    [
                        "description": .string(problems.map { "`\($0.code)`: \($0.title.en)" }.joined(separator: " ")),
                        "content": .object(forms),
                    ]))
        }
        return .object(responses)
    }

    private static func parameter(_ field: Shape.Field, in place: String) -> JSON {
        [
            "name": .string(field.name), "in": .string(place), "required": .bool(!field.isOptional),
            "schema": schema(field.kind),
        ]
    }

    private static func object(
        _ fields: [Shape.Field], closed: Bool = false, additional: [JSON.Member] = []
    ) -> JSON {
        var members: [JSON.Member] = [
            .init("type", "object"),
            .init(
                "properties",
                .object(fields.map { .init($0.name, $0.isOptional ? nullable($0) : reference($0.kind)) } + additional)),
        ]
        let required =
            fields.filter { !$0.isOptional || (!closed && !$0.isChange) }.map { JSON.string($0.name) }
            + additional.map { .string($0.name) }
        if !required.isEmpty { members.append(.init("required", .array(required))) }
        if closed { members.append(.init("additionalProperties", false)) }
        return .object(members)
    }

    private static func nullable(_ field: Shape.Field) -> JSON {
        ["anyOf": [reference(field.kind), ["type": "null"]]]
    }

    /// A named schema by reference, any other in place.
    private static func reference(_ kind: Shape.Kind) -> JSON {
        if case .object(let name, _) = kind { return ["$ref": .string("#/components/schemas/\(name)")] }
        if case .array(let element) = kind { return ["type": "array", "items": reference(element)] }
        return schema(kind)
    }

    private static func schema(_ kind: Shape.Kind) -> JSON {
        switch kind {
        case .string: ["type": "string"]
        case .integer: ["type": "integer"]
        case .number: ["type": "number"]
        case .boolean: ["type": "boolean"]
        case .uuid: ["type": "string", "format": "uuid"]
        case .instant: ["type": "string", "format": "date-time"]
        case .day: ["type": "string", "format": "date"]
        case .pattern(let pattern, let example):
            ["type": "string", "pattern": .string(pattern), "examples": [.string(example)]]
        case .cases(let all): ["type": "string", "enum": .array(all.map(JSON.string))]
        case .array(let element): ["type": "array", "items": reference(element)]
        case .object(_, let fields): object(fields)
        case .json: [:]
        }
    }

    /// The named schemas that the operations refer to.
    private struct Components {
        private var shapes: [String: JSON] = [:]
        private(set) var ambiguous: Set<String> = []
        var schemas: [JSON.Member] = [
            .init(
                "Problem",
                [
                    "type": "object",
                    "description": "RFC 9457, with our code, the request's number and the wrong fields.",
                    "required": ["type", "title", "status", "detail", "code", "instance", "request_id"],
                    "properties": [
                        "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
                        "detail": ["type": "string"], "code": ["type": "string"], "instance": ["type": "string"],
                        "request_id": ["type": "string"],
                        "errors": [
                            "type": "array",
                            "items": [
                                "type": "object", "required": ["pointer", "detail"],
                                "properties": ["pointer": ["type": "string"], "detail": ["type": "string"]],
                            ],
                        ],
                    ],
                ])
        ]

        mutating func add(_ endpoint: Endpoint) {
            for field in endpoint.bodyShape?.fields ?? [] { add(field.kind, closed: true) }
            for field in endpoint.output.extras { add(field.kind, closed: false) }
            switch endpoint.output.content {
            case .json(let kind), .page(let kind): add(kind, closed: false)
            case .either(let first, let second):
                add(first, closed: false)
                add(second, closed: false)
            case .other: break
            }
        }

        mutating func add(_ kind: Shape.Kind, closed: Bool) {
            switch kind {
            case .array(let element): add(element, closed: closed)
            case .object(let name, let fields):
                let shape = object(fields, closed: false)
                guard shapes[name] == nil else {
                    if shapes[name] != shape { ambiguous.insert(name) }
                    return
                }
                shapes[name] = shape
                schemas.append(.init(name, object(fields, closed: closed)))
                for field in fields { add(field.kind, closed: closed) }
            default: break
            }
        }
    }
}
