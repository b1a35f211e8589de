import Fields
import Testing

@testable import Orientation

/// What each criterion says, grade by grade: what was compared, and what is only supposed.
@Suite struct `A match's sentences` {
    private func pair(_ change: (inout MatchedPair) -> Void = { _ in }) -> MatchedPair {
        var pair = MatchedPair(
            subject: [:], isSent: false, score: 0, affinity: 100, jobLabel: "Aide-soignant",
            wantedLabel: "Aide-soignant",
            affinityReason: nil, km: 12, mobilityKm: 20, assumedKm: 30, hasHome: true, jobPoints: 30,
            diploma: .noneRequired,
            diplomaPoints: 15, distance: .within, distancePoints: 13, licenceVehicle: .noneRequired,
            licenceVehiclePoints: 10, schedulePoints: 10, contractGrade: .any, contractPoints: 5, availability: .ready,
            availabilityPoints: 5, experience: .beginner, experiencePoints: 5, required: [], licenceRequired: false,
            vehicleRequired: false, startsOn: nil, atNight: false, atWeekend: false, inParts: false,
            contractLabel: "CDI",
            hoursPerWeek: nil, showsBackground: true, licence: nil, vehicle: nil, availableFrom: nil, night: false,
            weekend: false, splitShifts: false, hoursMin: nil, hoursMax: nil, experienceYears: nil, experienceEnough: 2)
        change(&pair)
        return pair
    }

    @Test func `say which job, and to what it is near`() {
        #expect(pair().jobSentence == "Métier recherché : Aide-soignant")
        let near = pair {
            ($0.affinity, $0.wantedLabel, $0.affinityReason) = (70, "AES", "Soins du quotidien, à domicile")
        }
        #expect(near.jobSentence == "Aide-soignant, proche du métier recherché (AES) : soins du quotidien, à domicile")
    }

    @Test func `say which diploma is asked for`() {
        func said(_ grade: MatchedPair.DiplomaGrade) -> String {
            pair { ($0.diploma, $0.required) = (grade, ["DEAES", "DEAS"]) }.diplomaSentence
        }
        #expect(said(.noneRequired) == "Aucun diplôme n'est exigé")
        #expect(said(.held) == "DEAES ou DEAS exigé : la personne l'a")
        #expect(said(.missing) == "DEAES ou DEAS exigé : le dossier ne l'indique pas")
        #expect(said(.unsaid) == "DEAES ou DEAS exigé : le partage du dossier ne montre pas les diplômes, à vérifier")
    }

    @Test func `say how far it is, and what is supposed`() {
        func said(_ grade: MatchedPair.DistanceGrade, _ km: Int? = 12, mobility: Int? = 20, hasHome: Bool = true)
            -> String
        {
            pair { ($0.distance, $0.km, $0.mobilityKm, $0.hasHome) = (grade, km, mobility, hasHome) }.distanceSentence
        }
        #expect(said(.within) == "12 km, dans les 20 km acceptés")
        #expect(said(.beyond, 34) == "34 km, au-delà des 20 km acceptés")
        #expect(
            said(.assumed, mobility: nil) == "12 km ; le dossier ne dit pas la distance acceptée : 30 km sont supposés")
        #expect(
            said(.assumedFar, 45, mobility: nil)
                == "45 km ; le dossier ne dit pas la distance acceptée : 30 km sont supposés, à vérifier")
        #expect(said(.unknown, nil) == "Distance inconnue : l'offre n'est pas située")
        #expect(
            said(.unknown, nil, hasHome: false)
                == "Distance inconnue : la commune de la personne n'est pas indiquée dans le dossier, ou pas partagée")
    }

    @Test func `say whether licence and vehicle are there`() {
        func said(_ grade: MatchedPair.LicenceGrade, needs: (Bool, Bool), has: (Bool?, Bool?)) -> String {
            pair {
                $0.licenceVehicle = grade
                ($0.licenceRequired, $0.vehicleRequired) = needs
                ($0.licence, $0.vehicle) = has
            }.licenceSentence
        }
        #expect(said(.noneRequired, needs: (false, false), has: (nil, nil)) == "Ni permis ni véhicule exigés")
        #expect(said(.held, needs: (true, false), has: (true, nil)) == "Permis exigé : la personne l'a")
        #expect(said(.held, needs: (true, true), has: (true, true)) == "Permis et véhicule exigés : la personne les a")
        #expect(
            said(.missing, needs: (false, true), has: (nil, false))
                == "Véhicule exigé : la personne n'a pas de véhicule")
        #expect(
            said(.missing, needs: (true, true), has: (false, false))
                == "Permis et véhicule exigés : la personne n'a pas de permis ni véhicule")
        #expect(
            said(.unsaid, needs: (true, true), has: (true, nil))
                == "Permis et véhicule exigés : le dossier ne dit rien pour véhicule, à vérifier")
    }

    @Test func `say which hours are accepted`() {
        #expect(pair().scheduleSentence == "Aucune contrainte d'horaires à comparer")
        let mixed = pair {
            ($0.atNight, $0.atWeekend, $0.inParts, $0.night, $0.weekend) = (true, true, true, false, true)
            ($0.hoursPerWeek, $0.hoursMin, $0.hoursMax) = (24.5, 20, 30)
        }
        #expect(
            mixed.scheduleSentence
                == "Accepté : week-end, 24,5 h par semaine ; Pas accepté d'après le dossier : nuit, horaires coupés")
        // Hours that the file says nothing of are not compared.
        #expect(pair { $0.hoursPerWeek = 35 }.scheduleSentence == "Aucune contrainte d'horaires à comparer")
        let long = pair { ($0.hoursPerWeek, $0.hoursMax) = (35, 30) }
        #expect(long.scheduleSentence == "Pas accepté d'après le dossier : 35 h par semaine")
    }

    @Test func `say which contract, from when, and with what experience`() throws {
        let contracts = [MatchedPair.ContractGrade.any, .accepted, .other].map { grade in
            pair { $0.contractGrade = grade }.contractSentence
        }
        #expect(
            contracts == [
                "CDI : la personne accepte tout contrat", "CDI : accepté", "CDI : hors des contrats souhaités",
            ])
        let today = try Day(fieldText: "2026-06-15")
        #expect(pair().availabilitySentence(on: today) == "Disponible de suite ; poste à pourvoir de suite")
        let later = pair {
            ($0.availableFrom, $0.startsOn) = (Day(number: today.number + 1), Day(number: today.number + 16))
        }
        #expect(later.availabilitySentence(on: today) == "Disponible le 16/06/2026 ; début du poste le 01/07/2026")
        func experience(_ grade: MatchedPair.ExperienceGrade, _ years: Double?, shown: Bool = true) -> String {
            pair { ($0.experience, $0.experienceYears, $0.showsBackground) = (grade, years, shown) }.experienceSentence
        }
        #expect(experience(.beginner, nil) == "Débutants acceptés")
        #expect(experience(.enough, 3) == "3 ans d'expérience")
        #expect(experience(.some, 1.5) == "1,5 an d'expérience, pour 2 attendus")
        #expect(experience(.none, 0) == "Pas encore d'expérience, et l'offre ne dit pas accueillir les débutants")
        #expect(experience(.unsaid, nil) == "Expérience non indiquée dans le dossier")
        #expect(experience(.unsaid, nil, shown: false) == "Expérience que le partage du dossier ne montre pas")
    }
}
