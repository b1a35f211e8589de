public import Accounts
public import Fields

/// A grant of a funder, as the law publishes it (schema `scdl/subventions` 2.1.1).
public struct Grant: Decodable, Sendable {
    /// Ids of grants.
    public typealias ID = Identifier<Grant>

    /// Its id.
    public var id: ID
    /// Who grants, by code.
    public var funder: String
    /// Their name.
    public var funderName: String
    /// Their SIRET.
    public var funderSiret: String?
    /// The day of the agreement.
    public var signedOn: Day
    /// The funder's own reference of its decision.
    public var reference: String?
    /// Who gets it.
    public var beneficiaryName: String
    /// Their SIRET.
    public var beneficiarySiret: String?
    /// What it is for.
    public var purpose: String
    /// How much, in cents.
    public var amountCents: Int
    /// In money, in kind, or both, in the schema's words.
    public var nature: String
    /// unique, échelonné, or how else it is paid.
    public var payment: String
    /// The first day of payment.
    public var paidFrom: Day
    /// The last one; none for a payment on one day.
    public var paidUntil: Day?
    /// Its number in the register of aid to enterprises.
    public var rae: String?
    /// Whether it was notified to the European Commission as de minimis aid.
    public var notifiedToEu: Bool
    /// The beneficiary's part of it: 1 is all.
    public var share: Double

    /// The schema's columns.
    static let headings = [
        "nomAttribuant", "idAttribuant", "dateConvention", "referenceDecision", "nomBeneficiaire", "idBeneficiaire",
        "rnaBeneficiaire", "objet", "montant", "nature", "conditionsVersement", "datesPeriodeVersement", "idRAE",
        "notificationUE", "pourcentageSubvention", "dispositifAide",
    ]

    /// The same as the schema has it.
    var cells: [CSVWriter.Cell] {
        [
            .text(funderName), .text(funderSiret ?? ""), .day(signedOn), reference.map(CSVWriter.Cell.text) ?? .empty,
            .text(beneficiaryName), .text(beneficiarySiret ?? ""), .empty, .text(purpose), .cents(amountCents),
            .text(nature), .text(payment), .text(paidFrom.fieldText + (paidUntil.map { "/\($0)" } ?? "")),
            rae.map(CSVWriter.Cell.text) ?? .empty, .text(notifiedToEu ? "oui" : "non"), .decimal(share.fieldText),
            .empty,
        ]
    }
}

/// What a grant is entered with.
public struct NewGrant: Sendable, Hashable {
    /// Who grants: a funder.
    public var funder: OrganisationCode
    /// Who gets it.
    public var beneficiary: OrganisationCode
    /// The day of the agreement.
    public var signedOn: Day
    /// The funder's own reference.
    public var reference: String?
    /// What it is for, 256 characters at most.
    public var purpose: String
    /// How much, in cents.
    public var amountCents: Int
    /// unique, échelonné, or how else it is paid.
    public var payment: String
    /// The first day of payment.
    public var paidFrom: Day
    /// The last one.
    public var paidUntil: Day?

    /// A grant in money, whole to its beneficiary.
    public init(
        funder: OrganisationCode, beneficiary: OrganisationCode, signedOn: Day, reference: String? = nil,
        purpose: String,
        amountCents: Int, payment: String, paidFrom: Day, paidUntil: Day? = nil
    ) {
        self.funder = funder
        self.beneficiary = beneficiary
        self.signedOn = signedOn
        self.reference = reference
        self.purpose = purpose
        self.amountCents = amountCents
        self.payment = payment
        self.paidFrom = paidFrom
        self.paidUntil = paidUntil
    }
}
