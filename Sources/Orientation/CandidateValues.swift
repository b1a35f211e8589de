import Accounts
import Fields
import Foundation
import Postgres
import Recruitment
import Reference

/// A file's fields as a change finds and leaves them; the checks of both opening and changing.
struct CandidateValues: Decodable, Sendable, Hashable {
    var referentID: Member.ID?
    var firstName: String
    var lastName: String
    var email: String?
    var phone: String?
    var insee: String?
    var birthYear: Int?
    var situation: CandidateSituation?
    var diplomas: [String]
    var experienceYears: Double?
    var experience: String?
    var licence: Bool?
    var vehicle: Bool?
    var mobilityKm: Int?
    var availableFrom: Day?
    var night: Bool
    var weekend: Bool
    var splitShifts: Bool
    var contracts: [String]
    var hoursMin: Double?
    var hoursMax: Double?
    var jobs: [String]
    var lawfulBasis: LawfulBasis
    var noticeVersion: String
    var noticeGivenOn: Day
    var noticeChannel: ContactChannel
    var lastContactOn: Day

    /// What a file is opened with.
    init(_ new: NewCandidate, by member: Caller.Member, on today: Day) {
        referentID = new.referentID ?? member.id
        firstName = new.firstName
        lastName = new.lastName
        email = new.email?.text
        phone = new.phone?.text
        insee = new.insee?.text
        birthYear = new.birthYear
        situation = new.situation
        diplomas = (new.diplomas ?? []).map(\.text)
        experienceYears = new.experienceYears
        experience = new.experience
        licence = new.licence
        vehicle = new.vehicle
        mobilityKm = new.mobilityKm
        availableFrom = new.availableFrom
        night = new.night ?? false
        weekend = new.weekend ?? false
        splitShifts = new.splitShifts ?? false
        contracts = (new.contracts ?? []).map(\.text)
        hoursMin = new.hoursMin
        hoursMax = new.hoursMax
        jobs = (new.jobs ?? []).map(\.text)
        lawfulBasis = new.lawfulBasis
        noticeVersion = new.noticeVersion
        noticeGivenOn = new.noticeGivenOn
        noticeChannel = new.noticeChannel
        lastContactOn = today
    }

    /// The same after a PATCH.
    func applying(_ changes: CandidateChanges) -> CandidateValues {
        var new = self
        new.referentID = changes.referentID.applied(to: referentID)
        new.firstName = changes.firstName.applied(to: firstName) ?? firstName
        new.lastName = changes.lastName.applied(to: lastName) ?? lastName
        if changes.email.isChange { new.email = changes.email.applied(to: nil)?.text }
        if changes.phone.isChange { new.phone = changes.phone.applied(to: nil)?.text }
        if changes.insee.isChange { new.insee = changes.insee.applied(to: nil)?.text }
        new.birthYear = changes.birthYear.applied(to: birthYear)
        new.situation = changes.situation.applied(to: situation)
        if changes.diplomas.isChange { new.diplomas = (changes.diplomas.applied(to: nil) ?? []).map(\.text) }
        new.experienceYears = changes.experienceYears.applied(to: experienceYears)
        new.experience = changes.experience.applied(to: experience)
        new.licence = changes.licence.applied(to: licence)
        new.vehicle = changes.vehicle.applied(to: vehicle)
        new.mobilityKm = changes.mobilityKm.applied(to: mobilityKm)
        new.availableFrom = changes.availableFrom.applied(to: availableFrom)
        new.night = changes.night.applied(to: night) ?? night
        new.weekend = changes.weekend.applied(to: weekend) ?? weekend
        new.splitShifts = changes.splitShifts.applied(to: splitShifts) ?? splitShifts
        if changes.contracts.isChange { new.contracts = (changes.contracts.applied(to: nil) ?? []).map(\.text) }
        new.hoursMin = changes.hoursMin.applied(to: hoursMin)
        new.hoursMax = changes.hoursMax.applied(to: hoursMax)
        if changes.jobs.isChange { new.jobs = (changes.jobs.applied(to: nil) ?? []).map(\.text) }
        new.lawfulBasis = changes.lawfulBasis.applied(to: lawfulBasis) ?? lawfulBasis
        new.noticeVersion = changes.noticeVersion.applied(to: noticeVersion) ?? noticeVersion
        new.noticeGivenOn = changes.noticeGivenOn.applied(to: noticeGivenOn) ?? noticeGivenOn
        new.noticeChannel = changes.noticeChannel.applied(to: noticeChannel) ?? noticeChannel
        new.lastContactOn = changes.lastContactOn.applied(to: lastContactOn) ?? lastContactOn
        return new
    }

    /// Nobody younger works; nobody older looks for it.
    static let ages = 14...100

    /// What is wrong with it by itself. `before` is what stood there: a day that was good when it was written stays good.
    func check(_ rules: inout FieldRules, before: CandidateValues? = nil, on today: Day) {
        rules.text("first_name", firstName, longest: 100)
        rules.text("last_name", lastName, longest: 100)
        rules.text("experience", experience, longest: 2000)
        rules.text("notice_version", noticeVersion, longest: 40)
        let year = Int(today.fieldText.prefix(4)) ?? 2024
        rules.number("birth_year", birthYear, (year - Self.ages.upperBound)...(year - Self.ages.lowerBound))
        rules.number("mobility_km", mobilityKm, 0...500)
        rules.number("experience_years", experienceYears, 0...60)
        rules.number("hours_min", hoursMin, 1...48)
        rules.number("hours_max", hoursMax, 1...48)
        if let hoursMin, let hoursMax, hoursMin > hoursMax {
            rules.refuse("hours_max", fr: "Au moins hours_min.", en: "At least hours_min.")
        }
        for (name, count) in [("diplomas", diplomas.count), ("contracts", contracts.count), ("jobs", jobs.count)]
        where count > 20 {
            rules.refuse(name, fr: "20 au plus.", en: "At most 20.")
        }
        if before?.availableFrom != availableFrom { rules.day("available_from", availableFrom, on: today) }
        if before?.noticeGivenOn != noticeGivenOn { rules.pastDay("notice_given_on", noticeGivenOn, on: today) }
        if before?.lastContactOn != lastContactOn { rules.pastDay("last_contact_on", lastContactOn, on: today) }
    }

    /// The columns, in the order of `values`.
    static let columns: SQL = """
        referent_id, first_name, last_name, email, phone, insee, birth_year, situation, diplomas, experience_years, experience,
        licence, vehicle, mobility_km, available_from, night, weekend, split_shifts, contracts, hours_min, hours_max, jobs,
        lawful_basis, notice_version, notice_given_on, notice_channel, last_contact_on
        """

    /// Their values.
    var values: SQL {
        """
        \(referentID)::uuid, \(firstName)::text, \(lastName)::text, lower(\(email)::text), \(phone)::text, \(insee)::text,
        \(birthYear)::integer, \(situation)::text, \(list: diplomas)::text[], \(experienceYears)::numeric(3,1),
        \(experience)::text, \(licence)::boolean, \(vehicle)::boolean, \(mobilityKm)::integer, \(availableFrom)::date,
        \(night)::boolean, \(weekend)::boolean, \(splitShifts)::boolean, \(list: contracts)::text[],
        \(hoursMin)::numeric(4,1), \(hoursMax)::numeric(4,1), \(list: jobs)::text[], \(lawfulBasis)::text,
        \(noticeVersion)::text, \(noticeGivenOn)::date, \(noticeChannel)::text, \(lastContactOn)::date
        """
    }

    /// The columns of a file `c`; rows take lists as JSON.
    static let selected: SQL = """
        c.referent_id, c.first_name, c.last_name, c.email, c.phone, c.insee, c.birth_year, c.situation,
        to_jsonb(c.diplomas) AS diplomas, c.experience_years, c.experience, c.licence, c.vehicle, c.mobility_km, c.available_from,
        c.night, c.weekend, c.split_shifts, to_jsonb(c.contracts) AS contracts, c.hours_min, c.hours_max, to_jsonb(c.jobs) AS jobs,
        c.lawful_basis, c.notice_version, c.notice_given_on, c.notice_channel, c.last_contact_on
        """
}
