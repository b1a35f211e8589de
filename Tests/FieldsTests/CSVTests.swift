import Fields
import Testing

/// Reading and writing CSV: RFC 4180, what spreadsheets in French write, and no formula let through.
struct CSVTests {
    private func texts(_ text: String) throws -> [[String]] {
        let table = try CSVTable.read(Array(text.utf8))
        return ([table.header] + table.rows).map { $0.cells.map(\.text) }
    }

    private func problem(_ bytes: [UInt8]) -> CSVProblem? {
        do throws(CSVProblem) {
            _ = try CSVTable.read(bytes)
            return nil
        } catch {
            return error
        }
    }

    private func problem(_ text: String) -> CSVProblem? { problem(Array(text.utf8)) }

    // MARK: - Structure

    @Test(arguments: [
        ("a;b,c;d\n1;2;3", CSVTable.Separator.semicolon), ("a,b;c,d\n1,2,3", .comma), ("a\tb;c\td\n1\t2\t3", .tab),
        ("\"x,y,z\";b\n1;2", .semicolon), ("seule\n1", .semicolon), ("\n\r\na,b\n", .comma),
    ])
    func `the separator is the one the header line shows outside quotes`(
        text: String, separator: CSVTable.Separator
    ) throws {
        #expect(try CSVTable.read(Array(text.utf8)).separator == separator)
    }

    @Test(arguments: ["a;b\r\n1;2\r\n", "a;b\n1;2", "a;b\r1;2\r", "\u{FEFF}a;b\r\n1;2", "\n\na;b\n\n\r\n1;2\n\n"])
    func `line ends, byte order marks and blank lines do not change the cells`(text: String) throws {
        #expect(try texts(text) == [["a", "b"], ["1", "2"]])
    }

    @Test func `a doubled quote is one quote`() throws {
        #expect(try texts("a\n\"dit \"\"oui\"\"\"\n\"\"\"\"") == [["a"], ["dit \"oui\""], ["\""]])
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `a quoted line break stays in its cell and counts as one line`(lineBreak: String) throws {
        let table = try CSVTable.read(Array("a;b\n\"x\(lineBreak)y\";2\n3;4".utf8))
        #expect(table.rows.map { $0.cells.map(\.text) } == [["x\(lineBreak)y", "2"], ["3", "4"]])
        #expect(table.rows.map(\.line) == [2, 4])
        #expect(table.rows[0].cells[1].line == 3)
    }

    @Test func `a cell knows its line and its column, blank lines counted`() throws {
        let table = try CSVTable.read(Array("\r\na;b\r\n\r\n1;2\r3;4".utf8))
        #expect(table.header.line == 2)
        #expect(
            table.rows.map { $0.cells.map { [$0.line, $0.column] } } == [[[4, 1], [4, 2]], [[5, 1], [5, 2]]])
    }

    @Test func `rows keep the cells they have, fewer or more than the header`() throws {
        #expect(try texts("a;b\n1\n1;2;3\n;\n") == [["a", "b"], ["1"], ["1", "2", "3"], ["", ""]])
    }

    @Test func `a quote inside a plain cell is a character and spaces are kept`() throws {
        #expect(try texts("a;b\n12\" ; x ") == [["a", "b"], ["12\" ", " x "]])
    }

    // MARK: - Problems

    @Test(arguments: [
        ("a;b\n1;2\n3;\"x\ny\n", 3, 2, "jamais fermé"), ("a\n\"x\"y\n", 2, 1, "suit le guillemet"),
        ("a;b\n1; \"x\"\n", 2, 2, "espace avant"), ("", 1, 1, "vide"), ("\n\r\n\n", 1, 1, "vide"),
        ("abcd\nb\u{0}c", 2, 1, "NUL"), ("a\r\rb\r\n\"\n\"\n\u{0}", 6, 1, "NUL"),
    ])
    func `what cannot be read is refused at its line`(text: String, line: Int, column: Int, reason: String) throws {
        let found = try #require(problem(text))
        #expect(found.line == line)
        #expect(found.column == column)
        #expect(found.reason.fr.contains(reason))
    }

    @Test(arguments: [
        ([0xFF, 0xFE, 0x61, 0x00] as [UInt8], 1, "UTF-16"), ([0x00, 0x61, 0x00, 0x3B], 1, "UTF-16"),
        ([0x61, 0x0A, 0x62, 0xE9, 0x3B], 2, "Windows-1252"),
        ([0xC3, 0xA9, 0x0D, 0x0A, 0x0A, 0xE9, 0x3B], 3, "pas en UTF-8"),
    ])
    func `another encoding is named, with what to do`(bytes: [UInt8], line: Int, reason: String) throws {
        let found = try #require(problem(bytes))
        #expect(found.line == line)
        #expect(found.reason.fr.contains(reason))
        #expect(found.reason.fr.contains("enregistrez en UTF-8"))
        #expect(found.reason.en.contains("save it as UTF-8"))
    }

    @Test func `a cell holds 20,000 characters and not one more`() throws {
        let fits = String(repeating: "é", count: CSVTable.maximumCharacters)
        #expect(try texts("a\n\(fits)")[1] == [fits])
        let found = try #require(problem("a;b\n1;\(fits)e"))
        #expect(found.line == 2)
        #expect(found.column == 2)
        #expect(found.reason.fr.contains("20001 caractères"))
    }

    @Test func `a table holds 100,000 rows and not one more`() throws {
        let fits = "a\n" + String(repeating: "1\n", count: CSVTable.maximumRows)
        #expect(try CSVTable.read(Array(fits.utf8)).rows.count == 100_000)
        #expect(problem(fits + "1\n")?.line == 100_002)
    }

    @Test func `a row holds 1,000 cells and not one more`() throws {
        let fits = String(repeating: ";", count: CSVTable.maximumColumns - 1)
        #expect(problem(fits) == nil)
        #expect(problem(fits + ";")?.reason.en.contains("columns") == true)
    }

    // MARK: - Formulas

    private static let signs = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "=\u{0301}"]

    @Test(arguments: signs)
    func `a text that a spreadsheet would run is written with an apostrophe`(sign: String) throws {
        var writer = CSVWriter(dialect: .rfc4180)
        writer.row([.text("\(sign)1+1"), .text("a")])
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(text.unicodeScalars.drop { $0 == "\"" }.first == "'")
    }

    @Test(arguments: CSVWriter.Dialect.allCases)
    func `every text comes back exactly, apostrophes and formulas included`(dialect: CSVWriter.Dialect) throws {
        var texts = [
            "", " ", " a ", "'", "''", "l'été", "'quoted'", "a;b", "a,b", "a\tb", "\"", "a\"b", "x\ny", "\u{FEFF}x",
        ]
        for sign in CSVTests.signs {
            for apostrophes in 0...3 {
                let start = String(repeating: "'", count: apostrophes) + sign
                texts += [start, start + "cmd|' /C calc'!A0", "x" + start]
            }
        }
        for text in texts {
            var writer = CSVWriter(dialect: dialect)
            writer.row([.text(text), .text("b")])
            writer.row([.text("a"), .text(text)])
            var lone = CSVWriter(dialect: dialect)
            lone.row([.text(text)])
            let table = try CSVTable.read(writer.bytes)
            // Bytes: Swift says that two texts are equal when they look alike.
            #expect(table.header.cells.map { Array($0.text.utf8) } == [Array(text.utf8), [0x62]])
            #expect(table.rows.map { $0.cells.map { Array($0.text.utf8) } } == [[[0x61], Array(text.utf8)]])
            #expect(try CSVTable.read(lone.bytes).header.cells.map { Array($0.text.utf8) } == [Array(text.utf8)])
        }
    }

    @Test(arguments: [("'=1", "=1"), ("''=1", "'=1"), ("'a", "'a"), ("\"'-5\"", "-5"), ("-5", "-5"), ("'＝1", "＝1")])
    func `reading takes one apostrophe from before a sign, and no other`(written: String, read: String) throws {
        #expect(try texts("a;b\n\(written);x")[1][0] == read)
    }

    // MARK: - Writing

    @Test func `the French dialect has a mark, semicolons and decimal commas`() throws {
        var writer = CSVWriter(dialect: .french)
        let day = try Day(fieldText: "2023-12-31")
        writer.row([.text("é"), .number(-12), .cents(1_250_005), .cents(-5), .day(day), .empty])
        #expect(writer.bytes == Array("\u{FEFF}é;-12;\"12500,05\";\"-0,05\";2023-12-31;\r\n".utf8))
    }

    @Test func `the RFC dialect has no mark, commas and decimal points`() throws {
        var writer = CSVWriter(dialect: .rfc4180)
        writer.row([.text("a,b"), .number(-12), .cents(1_250_050), .cents(.min), .empty])
        #expect(writer.bytes == Array("\"a,b\",-12,12500.50,-92233720368547758.08,\r\n".utf8))
    }

    @Test func `a lone empty cell is not a blank line`() throws {
        var writer = CSVWriter(dialect: .french)
        writer.row([.text("a")])
        writer.row([.empty])
        #expect(try CSVTable.read(writer.bytes).rows.map { $0.cells.map(\.text) } == [[""]])
    }

    @Test func `pseudo-random tables come back exactly in both dialects`() throws {
        var state: UInt64 = 31
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let alphabet: [Unicode.Scalar] = [
            "a", "é", "'", "=", "-", "\"", ";", ",", "\t", "\r", "\n", " ", "＠", "\u{0301}",
        ]
        for dialect in CSVWriter.Dialect.allCases {
            for _ in 0..<300 {
                let width = 2 + next(3)
                let table = (0..<(1 + next(4))).map { _ in
                    (0..<width).map { _ in
                        String(String.UnicodeScalarView((0..<next(6)).map { _ in alphabet[next(alphabet.count)] }))
                    }
                }
                var writer = CSVWriter(dialect: dialect)
                for row in table { writer.row(row.map { .text($0) }) }
                let read = try CSVTable.read(writer.bytes)
                let cells = ([read.header] + read.rows).map { $0.cells.map { Array($0.text.utf8) } }
                #expect(cells == table.map { $0.map { Array($0.utf8) } })
            }
        }
    }
}
