import Fields

/// Each field of an establishment from its cells.
extension Intake {
    // MARK: - Where

    /// Département and commune, which the selection needs first.
    mutating func place(_ row: Row, _ establishment: inout Establishment) {
        let written = text(.departement, row)
        var departement: String?
        if let written, let found = Territory.departement(written) {
            departement = found.code
            if found.isRestored {
                warn(.lostZeros, row, .departement, written, fr: "lu « \(found.code) »", en: "read as '\(found.code)'")
            }
        }
        establishment.insee = insee(row, departement: departement)
        postalCode(row, &establishment)
        if departement == nil, let code = establishment.insee ?? establishment.postalCode {
            departement = Territory.departement(ofCode: code)
        }
        establishment.departement = departement
        if let name = text(.commune, row), !CellForms.isDigits(name), establishment.insee != name {
            establishment.city = CellForms.city(name)
            communeFills.insert(.city)
        }
    }

    private mutating func insee(_ row: Row, departement: String?) -> String? {
        for column in [Column.insee, .commune] {
            guard let written = text(column, row) else { continue }
            let text = CellForms.isDigits(written) ? written : written.uppercased()
            let digits = text.hasPrefix("2A") || text.hasPrefix("2B") ? text.dropFirst(2) : text[...]
            guard CellForms.isDigits(digits) else {
                // A name in a `commune` column is the town's.
                if column == .insee { wrongForm(.inseeForm, row, column, text, fr: "5 caractères", en: "5 characters") }
                continue
            }
            if column == .commune { communeFills.insert(.insee) }
            if text.utf8.count == 5 { return text }
            if text.utf8.count == 4, column == .insee {
                warn(.lostZeros, row, column, text, fr: "lu « 0\(text) »", en: "read as '0\(text)'")
                return "0" + text
            }
            if let departement, let code = Territory.insee(departement: departement, commune: text) { return code }
            wrongForm(.inseeForm, row, column, text, fr: "5 caractères", en: "5 characters")
        }
        return nil
    }

    private mutating func wrongForm(
        _ kind: FinessProblem.Kind, _ row: Row, _ column: Column, _ text: String, fr: String, en: String
    ) {
        warn(kind, row, column, text, fr: "attendu : \(fr) ; non gardé", en: "expected: \(en); not kept")
    }

    private mutating func postalCode(_ row: Row, _ establishment: inout Establishment) {
        let delivery = text(.delivery, row)
        if let delivery { establishment.city = CellForms.city(delivery) }
        if let city = text(.city, row) { establishment.city = CellForms.city(city) }
        let leading = delivery?.split(separator: " ").first.map(String.init)
        let isInDelivery = row[.postalCode].isEmpty
        guard let code = text(.postalCode, row) ?? leading.flatMap({ CellForms.isDigits($0) ? $0 : nil }) else {
            return
        }
        let column = isInDelivery ? Column.delivery : .postalCode
        if code.utf8.count == 5, CellForms.isDigits(code) {
            establishment.postalCode = code
        } else if code.utf8.count == 4, CellForms.isDigits(code) {
            warn(.lostZeros, row, column, code, fr: "lu « 0\(code) »", en: "read as '0\(code)'")
            establishment.postalCode = "0" + code
            if isInDelivery, let delivery { establishment.city = CellForms.city("0" + delivery) }
        } else if !isInDelivery {
            wrongForm(.postalCodeForm, row, column, code, fr: "5 chiffres", en: "5 digits")
        }
    }

    mutating func address(_ row: Row, _ establishment: inout Establishment) {
        establishment.street =
            text(.street, row)
            ?? CellForms.street(
                number: text(.wayNumber, row), repeated: text(.wayRepeat, row), kind: text(.wayKind, row),
                name: text(.wayName, row))
        let extras = [text(.addressExtra, row), text(.hamlet, row)].compactMap(\.self)
        establishment.addressExtra = extras.isEmpty ? nil : extras.joined(separator: ", ")
    }

    // MARK: - Who

    mutating func names(_ row: Row, _ establishment: inout Establishment) {
        establishment.usualName = text(.usualName, row)
        establishment.legalName = text(.legalName, row)
        establishment.legalEntityName = text(.legalEntityName, row)
        establishment.legalStatus = text(.legalStatus, row)
        if let text = text(.legalEntityFiness, row) {
            establishment.legalEntityFiness = finessNumber(text, row, .legalEntityFiness)
            if establishment.legalEntityFiness == nil {
                wrongForm(
                    .legalEntityForm, row, .legalEntityFiness, text, fr: "9 caractères", en: "9 characters")
            }
        }
        if let text = text(.legalEntitySiren, row) {
            let siren = CellForms.unspaced(text)
            if siren.utf8.count == 9, CellForms.isDigits(siren) {
                establishment.legalEntitySiren = siren
            } else {
                wrongForm(.sirenForm, row, .legalEntitySiren, text, fr: "9 chiffres", en: "9 digits")
            }
        }
    }

    mutating func siret(_ row: Row, _ establishment: inout Establishment) {
        guard let written = text(.siret, row) else { return }
        var siret = CellForms.unspaced(written)
        if siret.utf8.count == 13, CellForms.isDigits(siret), hasLuhnKey(siret.utf8) {
            warn(.lostZeros, row, .siret, written, fr: "lu « 0\(siret) »", en: "read as '0\(siret)'")
            siret = "0" + siret
        }
        let coherence = SiretCoherence(siret: siret, legalEntitySiren: establishment.legalEntitySiren)
        establishment.siretCoherence = coherence
        switch coherence {
        case .ok, .sirenDiffersFromLegalEntity: establishment.siret = siret
        case .missing, .shared: break
        case .wrongKey:
            warn(
                .siretKey, row, .siret, written, fr: "la clé est fausse : vérifiez les chiffres ; non gardé",
                en: "the key is wrong: check the digits; not kept")
        case .sirenInsteadOfSiret:
            warn(
                .siretIsSiren, row, .siret, written,
                fr: "ceci est un SIREN (9 chiffres), pas un SIRET (14 chiffres) ; non gardé",
                en: "this is a SIREN (9 digits), not a SIRET (14 digits); not kept")
        case .spreadsheet:
            warn(
                .siretSpreadsheet, row, .siret, written, fr: "arrondi par un tableur : les chiffres sont perdus",
                en: "rounded by a spreadsheet: the digits are lost")
        case .unreadable: wrongForm(.siretForm, row, .siret, written, fr: "14 chiffres", en: "14 digits")
        }
    }

    mutating func contact(_ row: Row, _ establishment: inout Establishment) {
        if let text = text(.phone, row) {
            let phone = CellForms.phone(text)
            establishment.phone = phone.value
            if phone.isRepaired {
                warn(.phoneZero, row, .phone, text, fr: "lu « \(phone.value) »", en: "read as '\(phone.value)'")
            }
        }
        if let text = text(.email, row) {
            if text.utf8.contains(UInt8(ascii: "@")), !text.utf8.contains(0x20) {
                establishment.email = text
            } else {
                wrongForm(.emailForm, row, .email, text, fr: "une adresse avec @", en: "an address with @")
            }
        }
        establishment.website = text(.website, row)
    }

    // MARK: - When

    mutating func days(_ row: Row, _ establishment: inout Establishment) {
        establishment.openedOn = day(.openedOn, row)
        establishment.authorisedOn = day(.authorisedOn, row)
        establishment.closedOn = day(.closedOn, row)
        establishment.updatedOn = day(.updatedOn, row)
        if let state = text(.state, row) {
            switch Column.folded(state) {
            case "a", "actif", "active", "ouvert", "open", "false", "faux", "non", "0": establishment.isClosed = false
            case "i", "inactif", "inactive", "f", "ferme", "closed", "true", "vrai", "oui", "1":
                establishment.isClosed = true
            default: break
            }
        }
        // A date without a word on the state: closed. A file that has the column says by leaving it empty: open.
        if establishment.isClosed == nil, names[Column.closedOn.rawValue] != nil {
            establishment.isClosed = !row[.closedOn].isEmpty
        }
    }

    private mutating func day(_ column: Column, _ row: Row) -> Day? {
        guard let text = text(column, row) else { return nil }
        guard let day = CellForms.day(text) else {
            wrongForm(.dateForm, row, column, text, fr: "une date AAAA-MM-JJ", en: "a date YYYY-MM-DD")
            return nil
        }
        if day.isRepaired {
            warn(
                .spreadsheetDate, row, column, text, fr: "lu « \(day.value.fieldText) »",
                en: "read as '\(day.value.fieldText)'")
        }
        return day.value
    }
}
