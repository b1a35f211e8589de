public import Fields

/// How complete and how fresh a structure's sheet is, in points of a hundred, each explained. From public fields alone, so that
/// everybody counts the same.
public struct StructureQuality: Decodable, Sendable, Hashable {
    /// The points it has.
    public var score: Int
    /// The points there are.
    public var maximum: Int
    /// What they are for, in the order of the table.
    public var criteria: [Criterion]

    /// One thing that gives points.
    public struct Criterion: Decodable, Sendable, Hashable {
        /// Its name.
        public var code: Code
        /// What it is, in French.
        public var labelFr: String
        /// What it is, in English.
        public var labelEn: String
        /// The points it gives this structure.
        public var points: Int
        /// The points it can give.
        public var maximum: Int
        /// Whether it gives them all.
        public var reached: Bool
        /// What to do to gain the rest, in French; nil when there is none.
        public var adviceFr: String?
        /// The same in English.
        public var adviceEn: String?

        /// In one language: what it is.
        public func label(_ language: Language) -> String { language == .french ? labelFr : labelEn }
        /// In one language: what to do.
        public func advice(_ language: Language) -> String? { language == .french ? adviceFr : adviceEn }
    }

    /// What gives points.
    public enum Code: String, FieldEnum {
        case phone, email, website, address, point, siret
        case openingHours = "opening_hours"
        case publics
        /// Of a home-care service: where it works.
        case serviceArea = "service_area"
        /// Of any other structure: its places.
        case capacity
        case verified
    }

    /// Categories that go to people's homes (`domain.md` §5): aid, aid and care, nursing. They have an area instead of places.
    static let homeCare: Set = ["460", "209", "354"]

    /// One line of the table.
    struct Rule {
        let code: Code
        let maximum: Int
        let label: Text
        let advice: Text
    }

    /// What counts for how much (*proposed*): 100 in all, for a home-care service as for any other structure. Reaching somebody
    /// counts most, then that somebody says it is right.
    static func table(isHomeCare: Bool) -> [Rule] {
        let place =
            isHomeCare
            ? Rule(
                code: .serviceArea, maximum: 10, label: Text(fr: "zone d'intervention", en: "service area"),
                advice: Text(
                    fr: "Dites où le service intervient : communes, EPCI ou département.",
                    en: "Say where the service works: communes, groupings or the département."))
            : Rule(
                code: .capacity, maximum: 10, label: Text(fr: "nombre de places", en: "places"),
                advice: Text(fr: "Indiquez le nombre de places.", en: "Give the number of places."))
        return contact + [place, verified]
    }

    private static let contact = [
        Rule(
            code: .phone, maximum: 14, label: Text(fr: "téléphone", en: "phone"),
            advice: Text(fr: "Ajoutez le téléphone du standard.", en: "Add the switchboard's phone number.")),
        Rule(
            code: .email, maximum: 12, label: Text(fr: "adresse électronique", en: "e-mail"),
            advice: Text(
                fr: "Ajoutez une adresse de la structure, pas d'une personne.",
                en: "Add an address of the structure, not of a person.")),
        Rule(
            code: .website, maximum: 6, label: Text(fr: "site", en: "website"),
            advice: Text(fr: "Ajoutez l'adresse du site.", en: "Add the website's address.")),
        Rule(
            code: .address, maximum: 12, label: Text(fr: "adresse complète", en: "complete address"),
            advice: Text(
                fr: "Complétez la voie, le code postal, la ville et le code INSEE de la commune (3 points chacun).",
                en: "Complete street, postal code, city and the commune's INSEE code (3 points each).")),
        Rule(
            code: .point, maximum: 8, label: Text(fr: "point sur la carte", en: "point on the map"),
            advice: Text(fr: "Placez la structure sur la carte.", en: "Put the structure on the map.")),
        Rule(
            code: .siret, maximum: 8, label: Text(fr: "SIRET valable", en: "valid SIRET"),
            advice: Text(
                fr: "Donnez un SIRET de 14 chiffres dont la clé est juste.",
                en: "Give a SIRET of 14 digits whose key is right.")),
        Rule(
            code: .openingHours, maximum: 8, label: Text(fr: "horaires", en: "opening hours"),
            advice: Text(
                fr: "Donnez les horaires, par exemple « Mo-Fr 09:00-17:00 ».",
                en: "Give opening hours, for example \"Mo-Fr 09:00-17:00\".")),
        Rule(
            code: .publics, maximum: 6, label: Text(fr: "publics accueillis", en: "publics"),
            advice: Text(fr: "Dites pour qui est la structure.", en: "Say for whom the structure is.")),
    ]

    private static let verified = Rule(
        code: .verified, maximum: 16, label: Text(fr: "vérifiée depuis moins d'un an", en: "verified within a year"),
        advice: Text(
            fr: "Relisez la fiche, puis dites que tout est juste (« vérifier ») : au moins une fois par an.",
            en: "Read the sheet, then say that all of it is right (\"verify\"): at least once a year."))

    /// As answers tell it.
    public var json: JSON {
        [
            "score": JSON(score), "maximum": JSON(maximum),
            "criteria": .array(
                criteria.map {
                    [
                        "code": .string($0.code.rawValue), "label_fr": .string($0.labelFr),
                        "label_en": .string($0.labelEn), "points": JSON($0.points), "maximum": JSON($0.maximum),
                        "reached": .bool($0.reached), "advice_fr": JSON($0.adviceFr), "advice_en": JSON($0.adviceEn),
                    ]
                }),
        ]
    }
}

extension PublicStructure {
    /// How complete and how fresh its sheet is on a day.
    public func quality(on day: Day) -> StructureQuality {
        let criteria = StructureQuality.table(isHomeCare: StructureQuality.homeCare.contains(kind)).map { rule in
            let points = points(rule, on: day)
            let isMissing = points < rule.maximum
            return StructureQuality.Criterion(
                code: rule.code, labelFr: rule.label.fr, labelEn: rule.label.en, points: points, maximum: rule.maximum,
                reached: !isMissing, adviceFr: isMissing ? rule.advice.fr : nil,
                adviceEn: isMissing ? rule.advice.en : nil)
        }
        return StructureQuality(
            score: criteria.reduce(0) { $0 + $1.points }, maximum: criteria.reduce(0) { $0 + $1.maximum },
            criteria: criteria)
    }

    private func points(_ rule: StructureQuality.Rule, on day: Day) -> Int {
        func all(_ isReached: Bool) -> Int { isReached ? rule.maximum : 0 }
        switch rule.code {
        case .phone: return all(phone != nil)
        case .email: return all(email != nil)
        case .website: return all(website != nil)
        case .address:
            return [street, postalCode, city, insee].compactMap(\.self).count * rule.maximum / 4
        case .point: return all(latitude != nil)
        case .siret: return all(siret.map { $0.utf8.count == 14 && SIRET.hasKey($0.utf8) } ?? false)
        case .openingHours: return all(openingHours != nil)
        case .publics: return all(!publics.isEmpty)
        case .serviceArea: return all(!serviceArea.isEmpty)
        case .capacity: return all(capacity != nil)
        case .verified:
            return all(verifiedOn.map { day.number - $0.number <= StructureFreshness.days } ?? false)
        }
    }
}
