import ArgumentParser
import Contract
import Directory
import Fields
import Postgres
import Reference

extension StructureCommand {
    struct Edit: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Change des champs d'une structure.", "Changes fields of a structure."),
                discussion: said(
                    """
                    Les champs changés sont gardés : un fichier qui dit autre chose est signalé, et n'écrase rien. Vide : ôter.
                    Exemple :
                      pa31 structure edit 310784723 --set-phone 0561000000 --set-service-area 31555,243100518 --as moi@exemple.example
                    """,
                    """
                    Changed fields are kept: a file that says something else is told about, and overwrites nothing. Empty: take away.
                    Example:
                      pa31 structure edit 310784723 --set-phone 0561000000 --set-service-area 31555,243100518 --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Numéro FINESS (ET).", "FINESS number (ET)."))) var structure: String
        @Option(help: ArgumentHelp(said("Nom d'usage.", "Usual name."))) var setUsualName: String?
        @Option(help: ArgumentHelp("SIRET")) var setSiret: String?
        @Option(help: ArgumentHelp(said("Numéro et voie.", "Number and street."))) var setStreet: String?
        @Option(help: ArgumentHelp(said("Complément d'adresse.", "Address extra."))) var setAddressExtra: String?
        @Option(help: ArgumentHelp(said("Code postal.", "Postal code."))) var setPostalCode: String?
        @Option(help: ArgumentHelp(said("Ville.", "City."))) var setCity: String?
        @Option(help: ArgumentHelp(said("Code INSEE de la commune.", "INSEE code of the commune."))) var setInsee:
            String?
        @Option(help: ArgumentHelp("latitude,longitude")) var setPoint: String?
        @Option(help: ArgumentHelp(said("Téléphone.", "Phone."))) var setPhone: String?
        @Option(help: ArgumentHelp(said("Adresse électronique de la structure.", "The structure's e-mail address.")))
        var setEmail: String?
        @Option(help: ArgumentHelp(said("Site.", "Website."))) var setWebsite: String?
        @Option(help: ArgumentHelp("Mo-Fr 09:00-17:00")) var setOpeningHours: String?
        @Option(help: ArgumentHelp("elderly, adults_with_disability, children_with_disability, carers"))
        var setPublics: String?
        @Option(help: ArgumentHelp("aid, aid_and_care")) var setSADType: String?
        @Option(help: ArgumentHelp("departement, ars, both")) var setAuthorisingBody: String?
        @Option(help: ArgumentHelp(said("Places.", "Places."))) var setCapacity: Int?
        @Option(
            help: ArgumentHelp(
                said(
                    "Lieux desservis : 31, SIREN d'EPCI, codes INSEE.", "Places served: 31, SIREN of EPCI, INSEE codes."
                )))
        var setServiceArea: String?
        @Option(help: ArgumentHelp(said("Recrute jusqu'au, AAAA-MM-JJ.", "Recruits until, YYYY-MM-DD.")))
        var setRecruitingUntil: String?
        @Option(
            help: ArgumentHelp(
                said("Version lue ; sans elle, la présente.", "Version read; without it, the present one.")))
        var version: Int?

        private func changes() throws -> StructureChanges {
            var changes = StructureChanges()
            changes.usualName = ChangeOption.text(setUsualName)
            changes.siret = try ChangeOption.scalar(setSiret, "--set-siret")
            changes.street = ChangeOption.text(setStreet)
            changes.addressExtra = ChangeOption.text(setAddressExtra)
            changes.postalCode = ChangeOption.text(setPostalCode)
            changes.city = ChangeOption.text(setCity)
            changes.insee = ChangeOption.text(setInsee)
            changes.phone = ChangeOption.text(setPhone)
            changes.email = ChangeOption.text(setEmail)
            changes.website = ChangeOption.text(setWebsite)
            changes.openingHours = ChangeOption.text(setOpeningHours)
            changes.publics = try ChangeOption.list(setPublics, "--set-publics")
            changes.sadType = try ChangeOption.scalar(setSADType, "--set-sad-type")
            changes.authorisingBody = try ChangeOption.scalar(setAuthorisingBody, "--set-authorising-body")
            changes.capacity = setCapacity.map { .set($0) } ?? .unchanged
            changes.serviceArea = try ChangeOption.list(setServiceArea, "--set-service-area")
            changes.recruitingUntil = try ChangeOption.scalar(setRecruitingUntil, "--set-recruiting-until")
            let point: Change<GeoPoint> = try ChangeOption.scalar(setPoint, "--set-point")
            switch point {
            case .unchanged: break
            case .cleared: (changes.latitude, changes.longitude) = (.cleared, .cleared)
            case .set(let point): (changes.latitude, changes.longitude) = (.set(point.latitude), .set(point.longitude))
            }
            return changes
        }

        func run() async throws {
            let changes = try changes()
            try await Session.run(member, .member) { session in
                let store = StructureStore(session.database)
                let key: StructureKey = try read(structure, "STRUCTURE")
                let present = try await store.management(key, as: session.caller)
                guard let version = try version ?? present.first()?.version else { throw Problem.forbidden() }
                let changed = try await store.edit(
                    key, changes, precondition: Precondition(version: version), as: session.caller)
                Output.record(changed.structure, json: common.json)
            }
        }
    }
}
