import Foundation
import TestSupport
import Testing

/// What a formatter cannot see in the sources.
@Suite struct `The sources` {
    static let root = TestCluster.root

    struct File: Sendable {
        let path: String
        let lines: [String]
        /// `Plans` of `Sources/Plans/Action.swift`.
        var target: String { String(path.split(separator: "/")[1]) }
    }

    static func files(_ folders: String...) -> [File] {
        folders.flatMap { folder -> [File] in
            let base = root.appendingPathComponent(folder)
            let names = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
            return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
                guard let text = try? String(contentsOf: base.appendingPathComponent(name), encoding: .utf8) else {
                    return nil
                }
                return File(path: "\(folder)/\(name)", lines: text.components(separatedBy: "\n"))
            }
        }
    }

    /// Who may import whom (`architecture.md` *Imports*); arrows are transitive.
    static let mayImport: [String: Set<String>] = [
        "Fields": [], "Postgres": ["Fields", "CLibPQ"], "Contract": ["Fields", "Postgres"],
        "Accounts": ["Fields", "Postgres", "Contract"], "Reference": ["Fields", "Postgres", "Contract"],
        "Sheets": ["Fields", "CXLSXWriter", "CZip"],
        "Plans": ["Fields", "Postgres", "Contract", "Accounts", "Reference", "Sheets"],
        "Finess": ["Fields"],
        "Messages": ["Fields", "Postgres", "Contract", "Accounts"],
        "Directory": ["Fields", "Postgres", "Contract", "Accounts", "Reference", "Finess", "Messages"],
        "Recruitment": ["Fields", "Postgres", "Contract", "Accounts", "Reference", "Messages", "Directory"],
        "Orientation": [
            "Fields", "Postgres", "Contract", "Accounts", "Reference", "Messages", "Directory", "Recruitment",
        ],
        "Reports": ["Fields", "Postgres", "Contract", "Accounts", "Messages", "Sheets"],
        "Privacy": [
            "Fields", "Postgres", "Contract", "Accounts", "Reference", "Messages", "Directory", "Recruitment",
            "Orientation", "Reports",
        ],
        "API": [
            "Fields", "Postgres", "Contract", "Accounts", "Reference", "Plans", "Directory", "Finess", "Reports",
            "Messages", "Recruitment", "Orientation", "Privacy", "Sheets",
            "Hummingbird",
        ],
        "pa31": [
            "Fields", "Postgres", "Contract", "Accounts", "Reference", "Plans", "Directory", "Finess", "Reports",
            "Messages", "Recruitment", "Orientation", "Privacy", "Sheets",
            "API", "ArgumentParser", "Configuration",
        ],
    ]
    static let fenced: Set<String> = [
        "Fields", "Postgres", "Contract", "Accounts", "Reference", "Plans", "Directory", "Finess", "Reports", "Sheets",
        "Messages", "Recruitment", "Orientation", "Privacy", "API",
        "CLibPQ",
        "CXLSXWriter", "CZip", "Hummingbird", "ArgumentParser", "Configuration",
    ]

    @Test func `import only what their target may`() {
        let files = Self.files("Sources")
        #expect(files.count > 50)
        for file in files {
            for line in file.lines {
                let words = line.split(separator: " ")
                guard let position = words.firstIndex(of: "import"), position <= 1, words.count > position + 1 else {
                    continue
                }
                let module =
                    words[position + 1] == "struct" ? words[position + 2].split(separator: ".")[0] : words[position + 1]
                guard Self.fenced.contains(String(module)) else { continue }
                #expect(Self.mayImport[file.target]?.contains(String(module)) == true, "\(file.path) imports \(module)")
            }
        }
    }

    /// Longer than 400 lines, with the reason. The list may only shrink.
    static let longFiles: [String: String] = [:]

    @Test func `have no file over 400 lines`() {
        let long = Self.files("Sources", "Tests").filter { $0.lines.count > 401 }.map(\.path)
        #expect(long.filter { Self.longFiles[$0] == nil } == [])
        #expect(Self.longFiles.keys.filter { !long.contains($0) } == [], "no longer long: take it off the list")
    }

    @Test func `have no function over 60 lines`() {
        var long: [String] = []
        for file in Self.files("Sources") {
            var start: (line: Int, indentation: String)?
            for (number, line) in file.lines.enumerated() {
                let indentation = String(line.prefix { $0 == " " })
                let words = line.split(separator: " ")
                if words.contains("func") || words.contains(where: { $0.hasPrefix("init(") }), !line.contains("///") {
                    start = (number, indentation)
                } else if let open = start, line == open.indentation + "}" {
                    if number - open.line > 60 { long.append("\(file.path):\(open.line + 1)") }
                    start = nil
                }
            }
        }
        #expect(long == [])
    }

    @Test func `hold no forced try or cast, no unchecked sendability outside Postgres, no unfinished work`() {
        let forbidden = ["try!", " as! ", "@unchecked Sendable", "nonisolated(unsafe)", "fatalError("]
        let unfinished = ["TO" + "DO", "FIX" + "ME", "not " + "implemented"]
        var found: [String] = []
        for file in Self.files("Sources") {
            let words = (file.target == "Postgres" ? [] : forbidden) + unfinished
            for (number, line) in file.lines.enumerated() where words.contains(where: line.contains) {
                found.append("\(file.path):\(number + 1)")
            }
        }
        #expect(found == [])
    }
}
