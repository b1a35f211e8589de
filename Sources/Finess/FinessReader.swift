import Fields
public import Foundation

/// Reads a file of establishments, one record at a time and in bounded memory, whatever the file's size and layout.
public struct FinessReader: Sendable {
    private enum Input {
        case url(URL)
        case handle(FileHandle)
    }

    private let input: Input
    private let selection: FinessSelection
    private let format: FinessFormat?

    /// A reader of a file on disk; the layout is seen from its content unless it is given.
    public init(url: URL, selection: FinessSelection = .all, format: FinessFormat? = nil) {
        input = .url(url)
        self.selection = selection
        self.format = format
    }

    /// A reader of what comes from a handle, a pipe for example; closing it is the caller's.
    public init(handle: FileHandle, selection: FinessSelection = .all, format: FinessFormat? = nil) {
        input = .handle(handle)
        self.selection = selection
        self.format = format
    }

    /// Hands over every record that is wanted, in the file's order, then says what the file was.
    ///
    /// Throws a `FinessProblem` when the file cannot be imported at all, what `body` throws, and what the disk says.
    public func read(
        progress: @escaping FinessProgress = { _, _ in }, _ body: (FinessRecord) async throws -> Void
    ) async throws -> FinessSummary {
        switch input {
        case .handle(let handle): return try await read(handle, total: nil, progress: progress, body)
        case .url(let url):
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }
            let size = try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? NSNumber
            return try await read(handle, total: size?.intValue, progress: progress, body)
        }
    }

    private func read(
        _ handle: FileHandle, total: Int?, progress: @escaping FinessProgress,
        _ body: (FinessRecord) async throws -> Void
    ) async throws -> FinessSummary {
        var source = ByteSource(handle, total: total, progress: progress)
        try source.start()
        let beginning = try FileBeginning(source.piece)
        switch format ?? beginning.format {
        case .legacy:
            return try await run(LegacyReading(source, beginning, selection: selection), body)
        case .csv: return try await run(CSVReading(source, beginning, selection: selection), body)
        case .json: return try await run(JSONReading(source, beginning, selection: selection), body)
        }
    }

    private func run(
        _ reading: some Reading, _ body: (FinessRecord) async throws -> Void
    ) async throws -> FinessSummary {
        var reading = reading
        while let record = try reading.next() { try await body(record) }
        return try reading.summary()
    }
}

/// A layout being read.
protocol Reading {
    /// The next record that is wanted, or nil at the end.
    mutating func next() throws -> FinessRecord?
    /// What the file was; throws when there was nothing in it.
    mutating func summary() throws -> FinessSummary
}

extension FinessProblem {
    /// Why a file cannot be imported at all.
    static func fatal(_ kind: Kind, line: Int = 1, value: String? = nil, fr: String, en: String) -> FinessProblem {
        FinessProblem(
            kind: kind, severity: .fatal, line: line, column: nil, value: value.map(shortened), finess: nil,
            reason: Text(fr: fr, en: en))
    }
}

extension Intake {
    /// What the file was, with what the layout knows.
    mutating func summary(
        _ format: FinessFormat, fileDate: Day?, columns: Set<Establishment.Field>
    ) -> FinessSummary {
        if texts.encoding == .mixed {
            log.add(
                .mixedEncoding, .warning, at: ProblemLog.Place(line: 1),
                Text(fr: "UTF-8 et Windows-1252", en: "UTF-8 and Windows-1252"))
        }
        if counts.selected == 0, counts.outOfSelection > 0 {
            log.add(
                .nothingSelected, .warning, at: ProblemLog.Place(line: 1),
                Text(
                    fr: "\(counts.outOfSelection) établissements, tous hors de la sélection",
                    en: "\(counts.outOfSelection) establishments, all out of the selection"))
        }
        counts.warnings = log.warnings
        return FinessSummary(
            format: format, encoding: texts.encoding, fileDate: fileDate, columns: columns.union(communeFills),
            counts: counts, isComplete: isComplete, refusedNumbers: refusedNumbers,
            unselectedNumbers: unselectedNumbers, problems: log.groups)
    }
}
