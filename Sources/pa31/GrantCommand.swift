import ArgumentParser
import Contract
import Fields
import Plans
import Reports

struct GrantCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "grant",
            abstract: said("Les subventions, comme la loi les publie.", "Grants, as the law publishes them."),
            subcommands: [List.self, Add.self, Remove.self, Export.self])
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Les subventions.", "The grants."),
                discussion: said("Exemple :\n  pa31 grant list", "Example:\n  pa31 grant list"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions

        func run() async throws {
            try await Session.run(member, .team) { session in
                let columns = [
                    ("id", "id", "id"), ("funder", "financeur", "funder"), ("signed_on", "signée le", "signed on"),
                    ("beneficiary_name", "bénéficiaire", "beneficiary"), ("amount_cents", "centimes", "cents"),
                    ("purpose", "objet", "purpose"),
                ]
                Output.rows(
                    try await GrantStore(session.database).list(), json: common.json,
                    columns: columns.map { ($0.0, Text(fr: $0.1, en: $0.2)) })
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Saisit une subvention.", "Enters a grant."),
                discussion: said(
                    """
                    Exemple :
                      pa31 grant add --funder cd31 --beneficiary tme --signed-on 2022-06-30 --amount "50 000,00" \\
                           --purpose "Plan d'actions 2022" --payment échelonné --paid-from 2022-07-01 --paid-until 2022-12-31
                    """,
                    """
                    Example:
                      pa31 grant add --funder cd31 --beneficiary tme --signed-on 2022-06-30 --amount "50 000,00" \\
                           --purpose "Action plan 2022" --payment échelonné --paid-from 2022-07-01 --paid-until 2022-12-31
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Financeur, par son code.", "Funder, by its code."))) var funder: String
        @Option(help: ArgumentHelp(said("Bénéficiaire, par son code.", "Beneficiary, by its code."))) var beneficiary:
            String
        @Option(help: ArgumentHelp(said("Date de la convention.", "Day of the agreement."))) var signedOn: String
        @Option(help: ArgumentHelp(said("Référence de la décision.", "Reference of the decision."))) var reference:
            String?
        @Option(help: ArgumentHelp(said("Objet.", "What it is for."))) var purpose: String
        @Option(help: ArgumentHelp(said("Montant en euros.", "Amount in euros."))) var amount: String
        @Option(help: ArgumentHelp(said("unique, échelonné, ou comment.", "unique, échelonné, or how."))) var payment =
            "unique"
        @Option(help: ArgumentHelp(said("Premier versement.", "First payment."))) var paidFrom: String
        @Option(help: ArgumentHelp(said("Dernier versement.", "Last payment."))) var paidUntil: String?

        func run() async throws {
            guard let cents = Euros.cents(amount) else {
                throw ValidationError(said("--amount : un montant en euros.", "--amount: an amount in euros."))
            }
            try await Session.run(member, .teamEditor) { session in
                let new = NewGrant(
                    funder: try read(funder, "--funder"), beneficiary: try read(beneficiary, "--beneficiary"),
                    signedOn: try read(signedOn, "--signed-on"), reference: reference, purpose: purpose,
                    amountCents: cents,
                    payment: payment, paidFrom: try read(paidFrom, "--paid-from"),
                    paidUntil: try paidUntil.map { try read($0, "--paid-until") })
                let id = try await GrantStore(session.database).add(new, as: session.caller)
                if common.json { return Output.json(["id": .string(id.fieldText)]) }
                Output.line(id.fieldText)
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Retire une subvention saisie par erreur.", "Takes a grant away that was entered by mistake."),
                discussion: said("Exemple :\n  pa31 grant remove 0190…", "Example:\n  pa31 grant remove 0190…"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant.", "Its id."))) var grant: String

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                try await GrantStore(session.database).remove(try read(grant, "GRANT"), as: session.caller)
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "La table publique scdl/subventions, en CSV.", "The public table scdl/subventions, as CSV."),
                discussion: said(
                    "Exemple :\n  pa31 grant export --output subventions.csv",
                    "Example:\n  pa31 grant export --output subventions.csv"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Fichier à écrire ; sinon la sortie.", "File to write; else the output.")))
        var output: String?

        func run() async throws {
            try await Session.run(member, .team) { session in
                try Output.bytes(try await GrantStore(session.database).table(), to: output)
            }
        }
    }
}
