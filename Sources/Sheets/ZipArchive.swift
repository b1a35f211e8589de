internal import CZip
internal import Fields
internal import Foundation

/// A workbook's archive, read entry by entry; everything that leaves it is counted.
final class ZipArchive {
    /// All that is inflated of one file.
    static let maximumInflated = 50 << 20
    /// A long entry that inflates by more than this was made to.
    static let maximumRatio = 200
    private static let maximumEntries = 2_000

    private let archive: OpaquePointer
    /// The entries' names.
    let names: [String]
    private var inflated = 0

    init(_ url: URL) throws(Refusal) {
        var code: Int32 = 0
        guard let archive = zip_open(url.path, ZIP_RDONLY, &code) else {
            throw SheetRefusals.refused(
                fr: "ce n'est pas un classeur .xlsx lisible : son archive est abîmée",
                en: "this is no readable .xlsx workbook: its archive is damaged")
        }
        self.archive = archive
        let count = zip_get_num_entries(archive, 0)
        var names: [String] = []
        for index in 0..<min(count, zip_int64_t(Self.maximumEntries) + 1) {
            names.append(zip_get_name(archive, zip_uint64_t(index), 0).map { String(cString: $0) } ?? "")
        }
        self.names = names
        guard count <= Self.maximumEntries else {
            throw SheetRefusals.refused(
                fr: "son archive a plus de \(Self.maximumEntries) entrées",
                en: "its archive has more than \(Self.maximumEntries) entries")
        }
    }

    deinit { zip_discard(archive) }

    /// An entry's bytes in chunks; nil when there is no such entry.
    func entry(_ name: String) throws(Refusal) -> Entry? {
        var info = zip_stat_t()
        zip_stat_init(&info)
        // Office looks names up without regard to case.
        guard zip_stat(archive, name, zip_flags_t(ZIP_FL_NOCASE), &info) == 0 else { return nil }
        guard info.encryption_method == ZIP_EM_NONE else {
            throw SheetRefusals.refused(
                fr: "il est protégé par un mot de passe : enregistrez-le sans",
                en: "it is protected by a password: save it without")
        }
        guard let file = zip_fopen_index(archive, info.index, 0) else { throw SheetRefusals.damaged(name) }
        return Entry(archive: self, file: file, name: name, compressed: Int(clamping: info.comp_size))
    }

    /// One entry being inflated.
    final class Entry {
        private let archive: ZipArchive
        private let file: OpaquePointer
        private let name: String
        private let compressed: Int
        private var size = 0

        init(archive: ZipArchive, file: OpaquePointer, name: String, compressed: Int) {
            self.archive = archive
            self.file = file
            self.name = name
            self.compressed = compressed
        }

        deinit { zip_fclose(file) }

        /// The next bytes; nil at the end.
        func chunk() throws(Refusal) -> [UInt8]? {
            var count: zip_int64_t = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, filled in
                if let base = buffer.baseAddress { count = zip_fread(file, base, zip_uint64_t(buffer.count)) }
                filled = max(0, Int(count))
            }
            guard count >= 0 else { throw SheetRefusals.damaged(name) }
            size += bytes.count
            archive.inflated += bytes.count
            guard archive.inflated <= ZipArchive.maximumInflated,
                size <= 1 << 20 || size / ZipArchive.maximumRatio <= compressed
            else {
                throw SheetRefusals.refused(
                    fr: "\(name) se décompresse en une taille démesurée", en: "\(name) inflates to an absurd size")
            }
            return bytes.isEmpty ? nil : bytes
        }
    }
}
