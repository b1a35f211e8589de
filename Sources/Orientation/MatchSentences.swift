import Fields

/// Why a criterion gives what it gives, in French: what was compared, and what is only supposed.
extension MatchedPair {
    var jobSentence: String {
        guard affinity < 100 else { return "Métier recherché : \(jobLabel)" }
        let why = affinityReason.map { " : " + $0.prefix(1).lowercased() + $0.dropFirst() } ?? ""
        return "\(jobLabel), proche du métier recherché (\(wantedLabel))\(why)"
    }

    var diplomaSentence: String {
        let names = required.joined(separator: " ou ")
        switch diploma {
        case .noneRequired: return "Aucun diplôme n'est exigé"
        case .held: return "\(names) exigé : la personne l'a"
        case .unsaid: return "\(names) exigé : le partage du dossier ne montre pas les diplômes, à vérifier"
        case .missing: return "\(names) exigé : le dossier ne l'indique pas"
        }
    }

    var distanceSentence: String {
        let far = km.map { "\($0) km" } ?? ""
        switch distance {
        case .within: return "\(far), dans les \(mobilityKm ?? 0) km acceptés"
        case .beyond: return "\(far), au-delà des \(mobilityKm ?? 0) km acceptés"
        case .assumed: return "\(far) ; le dossier ne dit pas la distance acceptée : \(assumedKm) km sont supposés"
        case .assumedFar:
            return "\(far) ; le dossier ne dit pas la distance acceptée : \(assumedKm) km sont supposés, à vérifier"
        case .unknown:
            return hasHome
                ? "Distance inconnue : l'offre n'est pas située"
                : "Distance inconnue : la commune de la personne n'est pas indiquée dans le dossier, ou pas partagée"
        }
    }

    var licenceSentence: String {
        let (needed, isPlural) =
            switch (licenceRequired, vehicleRequired) {
            case (true, true): ("Permis et véhicule exigés", true)
            case (true, false): ("Permis exigé", false)
            case (false, true): ("Véhicule exigé", false)
            case (false, false): ("Ni permis ni véhicule exigés", true)
            }
        /// What is required and is so in the file.
        func those(_ value: Bool?) -> String {
            let names = [
                licenceRequired && licence == value ? "permis" : nil,
                vehicleRequired && vehicle == value ? "véhicule" : nil,
            ]
            return names.compactMap { $0 }.joined(separator: " ni ")
        }
        switch licenceVehicle {
        case .noneRequired: return needed
        case .held: return "\(needed) : la personne \(isPlural ? "les a" : "l'a")"
        case .unsaid:
            return "\(needed) : le dossier ne dit rien pour \(those(nil).replacing(" ni ", with: " et ")), à vérifier"
        case .missing: return "\(needed) : la personne n'a pas de \(those(false))"
        }
    }

    var scheduleSentence: String {
        var asked: [(name: String, isAccepted: Bool)] = []
        if atNight { asked.append(("nuit", night)) }
        if atWeekend { asked.append(("week-end", weekend)) }
        if inParts { asked.append(("horaires coupés", splitShifts)) }
        if let hoursPerWeek, hoursMin != nil || hoursMax != nil {
            let fits = hoursPerWeek >= hoursMin ?? 0 && hoursPerWeek <= hoursMax ?? 168
            asked.append(("\(Self.number(hoursPerWeek)) h par semaine", fits))
        }
        guard !asked.isEmpty else { return "Aucune contrainte d'horaires à comparer" }
        let accepted = asked.filter(\.isAccepted).map(\.name)
        let others = asked.filter { !$0.isAccepted }.map(\.name)
        return [("Accepté", accepted), ("Pas accepté d'après le dossier", others)]
            .filter { !$0.1.isEmpty }.map { "\($0.0) : \($0.1.joined(separator: ", "))" }.joined(separator: " ; ")
    }

    var contractSentence: String {
        switch contractGrade {
        case .any: "\(contractLabel) : la personne accepte tout contrat"
        case .accepted: "\(contractLabel) : accepté"
        case .other: "\(contractLabel) : hors des contrats souhaités"
        }
    }

    func availabilitySentence(on today: Day) -> String {
        /// A day that is still to come.
        func later(_ day: Day?) -> Day? { day.flatMap { $0 > today ? $0 : nil } }
        let free = later(availableFrom).map { "Disponible le \(Self.date($0))" } ?? "Disponible de suite"
        let start = later(startsOn).map { "début du poste le \(Self.date($0))" } ?? "poste à pourvoir de suite"
        return "\(free) ; \(start)"
    }

    var experienceSentence: String {
        let years = experienceYears ?? 0
        let held = "\(Self.number(years)) \(years < 2 ? "an" : "ans") d'expérience"
        switch experience {
        case .beginner: return "Débutants acceptés"
        case .enough: return held
        case .some: return "\(held), pour \(experienceEnough) \(experienceEnough < 2 ? "attendu" : "attendus")"
        case .none: return "Pas encore d'expérience, et l'offre ne dit pas accueillir les débutants"
        case .unsaid:
            return showsBackground
                ? "Expérience non indiquée dans le dossier" : "Expérience que le partage du dossier ne montre pas"
        }
    }

    /// A number as French people write it: 1,5.
    static func number(_ number: Double) -> String {
        number == number.rounded() ? String(Int(number)) : String(number).replacing(".", with: ",")
    }

    /// A day as French people write it: 01/12/2026.
    static func date(_ day: Day) -> String { day.fieldText.split(separator: "-").reversed().joined(separator: "/") }
}
