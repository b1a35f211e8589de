public import Fields

/// The record of processing (article 30 of the GDPR), made from the register.
public struct ProcessingRecord: Sendable {
    let lines: [RetentionLine]
    let settings: PrivacySettings
    let day: Day

    /// The record as of a day.
    public init(_ lines: [RetentionLine], settings: PrivacySettings, on day: Day) {
        self.lines = lines
        self.settings = settings
        self.day = day
    }

    private static let transfers = "Aucun transfert hors de l'Union européenne n'est fait par le programme."
    private static let security = [
        "Sécurité par ligne dans la base : chaque organisation n'atteint que ses dossiers.",
        "Historique de chaque modification et de chaque lecture d'un dossier ; journal enchaîné et scellé.",
        "Jetons et liens gardés en empreinte ; liens à durée courte ; code à 6 chiffres pour une copie ou un effacement.",
        "Aucun nom, adresse ou texte dans les journaux des serveurs.",
        "Effacement rejoué après toute restauration d'une sauvegarde.",
    ]

    /// For programs.
    public var json: JSON {
        [
            "as_of": .string(day.fieldText), "controllers": JSON(settings.controllers),
            "contact": JSON(settings.contact), "transfers": .string(Self.transfers),
            "security": .array(Self.security.map(JSON.string)),
            "processing": .array(
                lines.map { line in
                    [
                        "code": .string(line.code), "title": .string(line.titleFr), "persons": .string(line.personsFr),
                        "purpose": .string(line.purposeFr),
                        "lawful_basis": .array(line.lawfulBasis.map { .string($0.rawValue) }),
                        "recipients": .string(line.recipientsFr), "kept": .string(line.duration(in: lines)),
                        "notice_days": line.noticeDays.map { JSON($0) } ?? .null,
                        "data": .array(line.columns.map(JSON.string)),
                        "note": JSON(line.noteFr),
                    ]
                }),
        ]
    }

    /// For people: Markdown.
    public var markdown: String {
        var parts = [
            "# Registre des traitements, au \(day.fieldText)", "",
            "- Responsables : \(settings.controllers ?? "à indiquer (PA31_CONTROLLER)")",
            "- Contact : \(settings.contact ?? "à indiquer (PA31_PRIVACY_CONTACT)")",
            "- Transferts : \(Self.transfers)",
            "- Mesures de sécurité :",
        ]
        parts += Self.security.map { "  - \($0)" }
        for line in lines {
            parts += [
                "", "## \(line.titleFr)", "", "- Personnes : \(line.personsFr)", "- Finalité : \(line.purposeFr)",
                "- Base légale : \(line.grounds)", "- Destinataires : \(line.recipientsFr)",
                "- Durée : \(line.duration(in: lines))",
            ]
            if let days = line.noticeDays { parts.append("- Annonce : \(days) jours avant") }
            if !line.columns.isEmpty { parts.append("- Données : \(line.columns.joined(separator: ", "))") }
            if let note = line.noteFr { parts.append("- À savoir : \(note)") }
        }
        return parts.joined(separator: "\n") + "\n"
    }
}
