import Contract
import Fields
import Foundation

/// What headers and query strings ask for.
enum Negotiation {
    /// English when the client prefers it to French; French otherwise.
    static func language(_ header: String?) -> Language {
        var best: (language: Language, weight: Double) = (.french, 0)
        for part in (header ?? "").split(separator: ",").prefix(20) {
            let pieces = part.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            guard let tag = pieces.first?.lowercased(), let language = Language(rawValue: String(tag.prefix(2))) else {
                continue
            }
            let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > best.weight { best = (language, weight) }
        }
        return best.language
    }

    /// The representation that the `Accept` headers like best, the first served among equals; nil when they take none.
    static func choose(among served: [Representation], _ headers: [String]) -> Representation? {
        let ranges = headers.flatMap { $0.split(separator: ",") }.prefix(50).map(range)
        guard !ranges.isEmpty else { return served.first }
        var best: (mediaType: Representation, weight: Double)?
        for mediaType in served {
            // What a stored file is, is known when it is found: whoever asks for it takes it.
            if mediaType == .file { return mediaType }
            let family = mediaType.rawValue.prefix { $0 != "/" } + "/*"
            // The most specific range counts: `text/*;q=0.5, text/csv;q=0`.
            let names = [mediaType.rawValue, String(family), "*/*"]
            let weight = names.lazy.compactMap { name in ranges.first { $0.name == name }?.weight }.first ?? 0
            if weight > best?.weight ?? 0 { best = (mediaType, weight) }
        }
        return best?.mediaType
    }

    private static func range(_ text: Substring) -> (name: String, weight: Double) {
        let pieces = text.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
        return (pieces.first ?? "", weight.isFinite ? min(max(weight, 0), 1) : 0)
    }

    /// Refuses a body that does not say it is JSON.
    static func checkJSON(_ contentType: String?) throws(Refusal) {
        let type = contentType?.split(separator: ";").first?.trimmingCharacters(in: .whitespaces).lowercased()
        guard type == "application/json" else { throw Problem.unsupportedMediaType() }
    }

    /// Whether a body is a page's form.
    static func isForm(_ contentType: String?) -> Bool {
        contentType?.split(separator: ";").first?.trimmingCharacters(in: .whitespaces).lowercased()
            == "application/x-www-form-urlencoded"
    }

    /// A form's fields as a document; what was left empty was not given.
    static func document(ofForm bytes: [UInt8]) throws(Refusal) -> [UInt8] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem.malformed(fr: "Le formulaire n'est pas de l'UTF-8.", en: "The form is not UTF-8.")
        }
        let fields = try query(text).filter { !$0.value.isEmpty }
        return JSON.object(fields.map { JSON.Member($0.name, .string($0.value)) }).bytes
    }

    /// The query's names and values, decoded; `+` is a space, as forms write it.
    static func query(_ query: String?) throws(Refusal) -> [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        for pair in (query ?? "").split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(halves[0]), let value = decoded(halves.count > 1 ? halves[1] : "") else {
                throw Problem.malformed(
                    fr: "Un paramètre n'est pas de l'UTF-8 encodé en URL.", en: "A parameter is not URL-encoded UTF-8.")
            }
            parameters.append((name, value))
            guard parameters.count <= 100 else {
                throw Problem.malformed(fr: "Plus de 100 paramètres.", en: "Over 100 parameters.")
            }
        }
        return parameters
    }

    private static func decoded(_ text: Substring) -> String? {
        text.replacingOccurrences(of: "+", with: " ").removingPercentEncoding
    }

    /// The same address with another cursor.
    static func next(_ address: String, cursor: String) -> String {
        let halves = address.split(separator: "?", maxSplits: 1)
        let kept = (halves.count > 1 ? halves[1] : "").split(separator: "&").filter { !$0.hasPrefix("cursor=") }
        return "\(halves.first ?? "/")?\((kept + ["cursor=\(cursor)"]).joined(separator: "&"))"
    }
}
