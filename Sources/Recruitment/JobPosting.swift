import Directory
import Fields

/// An open need in the words of schema.org, for search engines.
enum JobPosting {
    static func document(_ need: PublicNeed) -> JSON {
        var members: [JSON.Member] = [
            .init("@context", "https://schema.org"), .init("@type", "JobPosting"),
            .init("url", .string("/v1/needs/\(need.id)")),
            .init(
                "identifier",
                ["@type": "PropertyValue", "name": "Plateforme Autonomie 31", "value": .string(need.id.fieldText)]),
            .init("title", .string(need.title)), .init("description", .string(need.description ?? need.title)),
            .init("inLanguage", "fr"), .init("directApply", false),
            .init("totalJobOpenings", JSON(need.positionsLeft)),
            .init("occupationalCategory", .string("\(need.job) \(need.jobLabel)")),
            .init("employmentType", .array(employmentTypes(need).map(JSON.string))),
            .init("hiringOrganization", ["@type": "Organization", "name": .string(need.structure.usualName)]),
            .init("jobLocation", place(need)),
        ]
        if let openedAt = need.openedAt { members.append(.init("datePosted", .string(Day(openedAt).fieldText))) }
        if let expiresOn = need.expiresOn { members.append(.init("validThrough", .string(expiresOn.fieldText))) }
        if let startsOn = need.startsOn { members.append(.init("jobStartDate", .string(startsOn.fieldText))) }
        if let salary = salary(need) { members.append(.init("baseSalary", salary)) }
        if let hours = need.hoursPerWeek {
            members.append(.init("workHours", .string("\(amount(hours)) h par semaine")))
        }
        if !need.diplomas.isEmpty {
            let names = need.diplomas.map { "\($0.acronym) : \($0.label)" }.joined(separator: " ; ")
            members.append(.init("qualifications", .string(names)))
        }
        if need.beginnerWelcome { members.append(.init("experienceRequirements", "no requirements")) }
        return .object(members)
    }

    /// Google's list: https://schema.org/employmentType has none of its own.
    private static func employmentTypes(_ need: PublicNeed) -> [String] {
        let kind: String? =
            switch need.contract.text {
            case "cdd_6_months_or_more", "cdd_under_6_months", "interim", "insertion", "subsidised": "TEMPORARY"
            case "apprenticeship", "professionalisation": "INTERN"
            case "other": "OTHER"
            default: nil
            }
        let time = need.hoursPerWeek.map { $0 >= 35 ? "FULL_TIME" : "PART_TIME" }
        let all = [time, kind].compactMap(\.self)
        return all.isEmpty ? ["FULL_TIME"] : all
    }

    private static func place(_ need: PublicNeed) -> JSON {
        var address: [JSON.Member] = [.init("@type", "PostalAddress"), .init("addressCountry", "FR")]
        if let commune = need.commune { address.append(.init("addressLocality", .string(commune))) }
        if need.insee?.hasPrefix("31") == true { address.append(.init("addressRegion", "Haute-Garonne")) }
        var place: [JSON.Member] = [.init("@type", "Place"), .init("address", .object(address))]
        if let latitude = need.latitude, let longitude = need.longitude {
            place.append(
                .init(
                    "geo",
                    [
                        "@type": "GeoCoordinates", "latitude": .number(latitude.fieldText),
                        "longitude": .number(longitude.fieldText),
                    ]))
        }
        return .object(place)
    }

    private static func salary(_ need: PublicNeed) -> JSON? {
        guard let period = need.payPeriod, let least = need.payMinCents ?? need.payMaxCents else { return nil }
        let unit: JSON =
            switch period {
            case .hour: "HOUR"
            case .month: "MONTH"
            case .year: "YEAR"
            }
        let most = need.payMaxCents ?? least
        func euros(_ cents: Int) -> JSON { .number(amount(Double(cents) / 100)) }
        let value: JSON =
            least == most
            ? ["@type": "QuantitativeValue", "value": euros(least), "unitText": unit]
            : [
                "@type": "QuantitativeValue", "minValue": euros(least), "maxValue": euros(most), "unitText": unit,
            ]
        return ["@type": "MonetaryAmount", "currency": "EUR", "value": value]
    }

    private static func amount(_ number: Double) -> String {
        number == number.rounded() ? String(Int(number)) : String(number)
    }
}
