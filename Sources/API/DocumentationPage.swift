import Contract
import Fields

/// The contract as one page (`/docs`), made from its document and from nothing else.
enum DocumentationPage {
    /// The document's member with the tables of transitions: one line each of `GET /v1/reference/transitions`.
    static let workflows = "x-workflows"

    static func html(_ document: JSON, _ problems: [Problem]) -> String {
        let operations = (document["paths"]?.members ?? []).flatMap { path in
            path.value.members.map { Operation(method: $0.name.uppercased(), path: path.name, value: $0.value) }
        }
        let index = operations.map {
            "<li><a href=\"#\($0.id)\"><code>\($0.method) \(Page.escaped($0.path))</code></a> \(Page.escaped($0.summary))</li>"
        }
        let schemas = document["components"]?["schemas"]?.members ?? []
        return Page.html(
            .english, title: "The HTTP contract",
            """
            <a class="skip" href="#operations">Skip to the operations</a>
            <h1>The HTTP contract</h1>
            <p>\(Page.escaped(document["info"]?["description"]?.string ?? ""))
            The same for programs: <a href="/v1/openapi.json">OpenAPI 3.1</a>.</p>
            <p>The examples are for a shell and for the demonstration. Set these first; a token comes from
            <code>pa31 token create</code>, in the demonstration from <code>deploy/run</code>.</p>
            <pre tabindex="0"><code>\(Page.escaped(DocumentationExample.preamble))</code></pre>
            <h2>Contents</h2>
            <ul>
            \(index.joined(separator: "\n"))
            </ul>
            <h2 id="operations">Operations</h2>
            \(operations.map(\.html).joined(separator: "\n"))
            <h2 id="workflows">Workflows</h2>
            \(workflowTable(document[workflows]?.elements ?? []))
            <h2 id="schemas">Objects</h2>
            \(schemas.map(schema).joined(separator: "\n"))
            <h2 id="problems">Refusals</h2>
            \(problemTable(problems))
            """)
    }

    /// Who may move what from where to where, what that needs (of each group, one) and which conditions must hold.
    private static func workflowTable(_ lines: [JSON]) -> String {
        func texts(_ value: JSON?) -> [String] { value?.elements.compactMap(\.string) ?? [] }
        return table(
            ["what", "from", "to", "who", "needs", "when"],
            lines.map { line in
                [
                    line["subject"]?.string ?? "", texts(line["from"]).map(code).joined(separator: ", "),
                    code(line["to"]?.string ?? ""), texts(line["by"]).joined(separator: ", "),
                    (line["needs"]?.elements ?? []).map { texts($0).map(code).joined(separator: " or ") }
                        .joined(separator: ", "),
                    texts(line["when"]).map(code).joined(separator: ", "),
                ]
            })
    }

    private struct Operation {
        let method: String
        let path: String
        let value: JSON
        var id: String { value["operationId"]?.string ?? "" }
        var summary: String { value["summary"]?.string ?? "" }

        var html: String {
            """
            <section aria-labelledby="\(id)">
            <h3 id="\(id)"><code>\(method) \(Page.escaped(path))</code></h3>
            <p>\(Page.escaped(summary))</p>
            \(parameters)\(fields)
            <h4>Example</h4>
            <pre tabindex="0"><code>\(Page.escaped(DocumentationExample.command(method, path, value)))</code></pre>
            <h4>Answers</h4>
            \(responses)
            </section>
            """
        }

        private var parameters: String {
            let rows = (value["parameters"]?.elements ?? []).map { parameter -> [String] in
                [
                    code(parameter["name"]?.string ?? ""), parameter["in"]?.string ?? "",
                    parameter["required"] == true ? "yes" : "no", type(parameter["schema"] ?? .null),
                    Page.escaped(parameter["description"]?.string ?? ""),
                ]
            }
            return rows.isEmpty
                ? "" : "<h4>Parameters</h4>\n" + table(["name", "in", "required", "type", "meaning"], rows)
        }

        private var fields: String {
            guard let content = value["requestBody"]?["content"]?.members.first else { return "" }
            return "<h4>Body: \(code(content.name))</h4>\n" + properties(content.value["schema"] ?? .null)
        }

        private var responses: String {
            table(
                ["status", "meaning"],
                (value["responses"]?.members ?? []).map {
                    [$0.name, Page.escaped($0.value["description"]?.string ?? "")]
                })
        }
    }

    private static func schema(_ member: JSON.Member) -> String {
        "<section aria-labelledby=\"schema-\(member.name)\"><h3 id=\"schema-\(member.name)\">\(member.name)</h3>\n"
            + "\(properties(member.value))</section>"
    }

    private static func properties(_ schema: JSON) -> String {
        let required = Set((schema["required"]?.elements ?? []).compactMap(\.string))
        return table(
            ["field", "always there", "type"],
            (schema["properties"]?.members ?? []).map {
                [code($0.name), required.contains($0.name) ? "yes" : "no", type($0.value)]
            })
    }

    private static func problemTable(_ problems: [Problem]) -> String {
        table(
            ["code", "status", "title"],
            problems.map { [code($0.code), String($0.kind.status), Page.escaped($0.title.en)] })
    }

    /// A schema in a few words.
    private static func type(_ schema: JSON) -> String {
        if let reference = schema["$ref"]?.string?.split(separator: "/").last {
            return "<a href=\"#schema-\(reference)\">\(reference)</a>"
        }
        if let options = schema["anyOf"]?.elements { return options.map(type).joined(separator: " or ") }
        if let values = schema["enum"]?.elements {
            return "one of " + values.compactMap(\.string).map(code).joined(separator: ", ")
        }
        let name =
            schema["type"]?.string ?? schema["type"]?.elements.compactMap(\.string).joined(separator: " or ")
            ?? "anything"
        if name == "array" { return "list of " + type(schema["items"] ?? .null) }
        let form = schema["format"]?.string ?? schema["pattern"]?.string
        return name + (form.map { " " + code($0) } ?? "")
    }

    private static func code(_ text: String) -> String { "<code>\(Page.escaped(text))</code>" }

    private static func table(_ headings: [String], _ rows: [[String]]) -> String {
        let head = headings.map { "<th scope=\"col\">\($0)</th>" }.joined()
        let body = rows.map { "<tr>" + $0.map { "<td>\($0)</td>" }.joined() + "</tr>" }.joined(separator: "\n")
        return "<div class=\"scroll\"><table><thead><tr>\(head)</tr></thead>\n<tbody>\n\(body)\n</tbody></table></div>"
    }
}

/// Examples of the contract's operations: made from the document's own example values.
enum DocumentationExample {
    /// What every example stands on.
    static let preamble = #"""
        URL=http://127.0.0.1:8080
        TOKEN=$PA31_TEAM_TOKEN
        etag() { curl -sI -H "Authorization: Bearer $TOKEN" "$URL$1" | tr -d '\r' | sed -n 's/^ETag: //Ip'; }
        found() { curl -s -H "Authorization: Bearer $TOKEN" "$URL$1" | sed -n 's/.*"'"$2"'": *\[{"id": *"\([^"]*\)".*/\1/p'; }
        """#

    /// A command that does the operation on the demonstration.
    static func command(_ method: String, _ path: String, _ operation: JSON) -> String {
        var lines = ["curl" + (method == "GET" ? "" : " -X \(method)") + " \"$URL\(address(path, operation))\""]
        if operation["security"]?.elements.contains([:]) != true {
            lines.append("-H \"Authorization: Bearer $TOKEN\"")
        }
        for parameter in operation["parameters"]?.elements ?? [] where parameter["in"] == "header" {
            switch parameter["name"]?.string {
            case "If-Match":
                // A part's version is its action's.
                let base = path.split(separator: "/").prefix(3).reduce("") { $0 + "/" + $1 }
                lines.append("-H \"If-Match: $(etag \(address(base, operation)))\"")
            case "Idempotency-Key": lines.append("-H \"Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)\"")
            default: break
            }
        }
        if let content = operation["requestBody"]?["content"]?.members.first {
            let example = content.value["example"] ?? [:]
            if content.name == Representation.json.rawValue {
                lines.append("-H 'Content-Type: application/json'")
                lines.append("-d \(quoted(example.text))")
            } else {
                for field in example.members {
                    lines.append("-F \(quoted("\(field.name)=\(field.value.string ?? "")"))")
                }
                let kinds =
                    content.value["schema"]?["properties"]?[Endpoint.fileField]?["contentMediaType"]?.string ?? ""
                let isSheet = kinds.contains(Representation.csv.rawValue)
                lines.append("-F \(Endpoint.fileField)=@\(isSheet ? "actions.xlsx" : "document.pdf")")
            }
        }
        return lines.joined(separator: " \\\n     ")
    }

    /// A text as one word of a shell's.
    private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }

    /// The path with its examples, and what of the query must be there.
    static func address(_ path: String, _ operation: JSON) -> String {
        let query = (operation["parameters"]?.elements ?? []).filter {
            $0["in"] == "query" && $0["required"] == .bool(true)
        }
        .map { "\($0["name"]?.string ?? "")=\(example(of: $0))" }
        return place(path, operation) + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    private static func example(of parameter: JSON) -> String {
        let schema = parameter["schema"]
        let example = schema?["examples"]?.elements.first ?? schema?["enum"]?.elements.first
        return example?.string ?? example?.text ?? "…"
    }

    private static func place(_ path: String, _ operation: JSON) -> String {
        (operation["parameters"]?.elements ?? []).filter { $0["in"] == "path" }.reduce(path) { path, parameter in
            let name = "{\(parameter["name"]?.string ?? "")}"
            if let place = parameter["x-found-in"], let address = place["address"]?.string,
                let list = place["list"]?.string
            {
                return path.replacing(name, with: "$(found \(address) \(list))")
            }
            // A link's secret is in the answer that made it.
            if name == "{token}" { return path.replacing(name, with: "$LINK_SECRET") }
            // What has no list is told by the answer that made it, too.
            if parameter["schema"]?["format"] == "uuid", let variable = parameter["name"]?.string {
                return path.replacing(name, with: "$\(variable.uppercased())")
            }
            return path.replacing(name, with: example(of: parameter))
        }
    }
}
