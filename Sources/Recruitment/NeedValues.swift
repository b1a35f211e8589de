import Fields
import Postgres
import Reference

/// A need's fields as a change finds and leaves them; the checks of both writing and changing.
struct NeedValues: Decodable, Sendable, Hashable {
    var title: String
    var description: String?
    var jobVersion: RomeVersion?
    var job: RomeCode
    var diplomas: [String]
    var contract: ContractCode
    var hoursPerWeek: Double?
    var positions: Int
    var opening: NeedOpening
    var payMinCents: Int?
    var payMaxCents: Int?
    var payPeriod: PayPeriod?
    var startsOn: Day?
    var beginnerWelcome: Bool
    var licenceRequired: Bool
    var vehicleRequired: Bool
    var night: Bool
    var weekend: Bool
    var splitShifts: Bool
    var insee: String?
    var latitude: Double?
    var longitude: Double?

    /// What a need is written with; its place is still its structure's.
    init(_ new: NewNeed) {
        title = new.title
        description = new.description
        jobVersion = new.jobVersion
        job = new.job
        diplomas = (new.diplomas ?? []).map(\.text)
        contract = new.contract
        hoursPerWeek = new.hoursPerWeek
        positions = new.positions ?? 1
        opening = new.opening ?? .immediate
        payMinCents = new.payMinCents
        payMaxCents = new.payMaxCents
        payPeriod = new.payPeriod
        startsOn = new.startsOn
        beginnerWelcome = new.beginnerWelcome ?? false
        licenceRequired = new.licenceRequired ?? false
        vehicleRequired = new.vehicleRequired ?? false
        night = new.night ?? false
        weekend = new.weekend ?? false
        splitShifts = new.splitShifts ?? false
    }

    /// The same after a PATCH; its place is set by the Store.
    func applying(_ changes: NeedChanges) -> NeedValues {
        var new = self
        new.title = changes.title.applied(to: title) ?? title
        new.description = changes.description.applied(to: description)
        new.job = changes.job.applied(to: job) ?? job
        // Another job is of whichever version has it, unless the change says of which.
        new.jobVersion = changes.jobVersion.applied(to: new.job == job ? jobVersion : nil)
        new.diplomas =
            changes.diplomas.applied(to: nil).map { $0.map(\.text) } ?? (changes.diplomas.isChange ? [] : diplomas)
        new.contract = changes.contract.applied(to: contract) ?? contract
        new.hoursPerWeek = changes.hoursPerWeek.applied(to: hoursPerWeek)
        new.positions = changes.positions.applied(to: positions) ?? positions
        new.opening = changes.opening.applied(to: opening) ?? opening
        new.payMinCents = changes.payMinCents.applied(to: payMinCents)
        new.payMaxCents = changes.payMaxCents.applied(to: payMaxCents)
        new.payPeriod = changes.payPeriod.applied(to: payPeriod)
        new.startsOn = changes.startsOn.applied(to: startsOn)
        new.beginnerWelcome = changes.beginnerWelcome.applied(to: beginnerWelcome) ?? false
        new.licenceRequired = changes.licenceRequired.applied(to: licenceRequired) ?? false
        new.vehicleRequired = changes.vehicleRequired.applied(to: vehicleRequired) ?? false
        new.night = changes.night.applied(to: night) ?? false
        new.weekend = changes.weekend.applied(to: weekend) ?? false
        new.splitShifts = changes.splitShifts.applied(to: splitShifts) ?? false
        return new
    }

    /// What is wrong with it by itself. `before` is what stood there: a day that was good when it was written stays good.
    func check(_ rules: inout FieldRules, before: NeedValues? = nil, on today: Day) {
        rules.text("title", title, longest: 150)
        rules.text("description", description, longest: 5000)
        rules.number("hours_per_week", hoursPerWeek, 1...48)
        rules.number("positions", positions, 1...500)
        rules.number("pay_min_cents", payMinCents, 1...10_000_000)
        rules.number("pay_max_cents", payMaxCents, 1...10_000_000)
        if let payMinCents, let payMaxCents, payMinCents > payMaxCents {
            rules.refuse("pay_max_cents", fr: "Au moins pay_min_cents.", en: "At least pay_min_cents.")
        }
        let isPaid = payMinCents != nil || payMaxCents != nil
        if isPaid != (payPeriod != nil) {
            rules.refuse(
                "pay_period", fr: "Va avec un montant (pay_min_cents, pay_max_cents), et un montant avec lui.",
                en: "Goes with an amount (pay_min_cents, pay_max_cents), and an amount with it.")
        }
        if before?.startsOn != startsOn { rules.day("starts_on", startsOn, on: today) }
    }

    /// The columns, in the order of `values`.
    static let columns: SQL = """
        title, description, job_version, job, diplomas, contract, hours_per_week, positions, opening, pay_min_cents,
        pay_max_cents, pay_period, starts_on, beginner_welcome, licence_required, vehicle_required, night, weekend,
        split_shifts, insee, latitude, longitude
        """

    /// Their values.
    var values: SQL {
        """
        \(title)::text, \(description)::text, \(jobVersion)::text, \(job)::text, \(list: diplomas)::text[], \(contract)::text,
        \(hoursPerWeek)::numeric(4,1), \(positions)::integer, \(opening)::text, \(payMinCents)::integer,
        \(payMaxCents)::integer, \(payPeriod)::text, \(startsOn)::date, \(beginnerWelcome)::boolean, \(licenceRequired)::boolean,
        \(vehicleRequired)::boolean, \(night)::boolean, \(weekend)::boolean, \(splitShifts)::boolean, \(insee)::text,
        \(latitude)::double precision, \(longitude)::double precision
        """
    }
}

extension NeedChanges {
    /// The fields given that can't be emptied.
    var cleared: [(name: String, isCleared: Bool)] {
        [
            ("title", title == .cleared), ("job", job == .cleared), ("job_version", jobVersion == .cleared),
            ("contract", contract == .cleared), ("positions", positions == .cleared), ("opening", opening == .cleared),
            ("beginner_welcome", beginnerWelcome == .cleared), ("licence_required", licenceRequired == .cleared),
            ("vehicle_required", vehicleRequired == .cleared), ("night", night == .cleared),
            ("weekend", weekend == .cleared), ("split_shifts", splitShifts == .cleared),
        ]
    }
}
