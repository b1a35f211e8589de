public import Fields

/// What an establishment's SIRET is worth, beside its legal entity's SIREN.
///
/// Every status there is, for files and for the directory; what people read of each is beside the command that lists them
/// (`Directory/StructureCoherence.swift`). A row alone never tells that its SIRET is `shared`: that is SQL's to say.
public enum SiretCoherence: String, FieldEnum {
    /// 14 digits, the right key, and the legal entity's SIREN where the file gives one.
    case ok
    /// No SIRET.
    case missing
    /// Another open establishment of the directory has the same one.
    case shared
    /// 14 digits whose key is wrong: a typing error.
    case wrongKey = "wrong_key"
    /// Nine digits: the legal entity's number instead of the establishment's.
    case sirenInsteadOfSiret = "siren_instead_of_siret"
    /// A good SIRET of another legal entity than the one the establishment belongs to.
    case sirenDiffersFromLegalEntity = "siren_differs_from_legal_entity"
    /// A spreadsheet rounded it: `2,601E+13`.
    case spreadsheet
    /// Anything else.
    case unreadable

    /// Judges a cell.
    public init(siret: String?, legalEntitySiren: String?) {
        let text = CellForms.unspaced(siret ?? "")
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if text.isEmpty {
            self = .missing
        } else if isNumber, text.utf8.count == 9 {
            self = .sirenInsteadOfSiret
        } else if isNumber, text.utf8.count == 14 {
            if !SIRET.hasKey(text.utf8) {
                self = .wrongKey
            } else if let siren = legalEntitySiren, !text.hasPrefix(siren) {
                self = .sirenDiffersFromLegalEntity
            } else {
                self = .ok
            }
        } else {
            self = SiretCoherence.isRounded(text) ? .spreadsheet : .unreadable
        }
    }

    /// `2,601E+13`, `2.601e13`: digits, a mark, and an exponent.
    static func isRounded(_ text: String) -> Bool {
        guard let exponent = text.utf8.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) else { return false }
        let head = text.utf8[..<exponent]
        let tail = text.utf8[text.utf8.index(after: exponent)...]
        return !head.isEmpty && !tail.isEmpty
            && head.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ".") }
            && tail.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "+") }
    }
}
