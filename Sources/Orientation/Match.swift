public import Accounts
public import Directory
public import Fields
public import Recruitment

/// A need and a person compared: a score orders, a person decides (`api.md`).
///
/// Criteria and weights are those of `match_criterion` (`sql/reference/rows`); what is only counted of people is none of them.
public struct NeedMatch: Decodable, Sendable {
    /// The need.
    public var need: MatchedNeed
    /// The sum of its criteria's points.
    public var score: Int
    /// The most that a score can be.
    public var maximum: Int
    /// Codes of the hard criteria that fail; such a need is shown on demand only.
    public var excludedBy: [String]
    /// Whether an orientation of this person for it is under way, as far as the caller may know.
    public var isSent: Bool
    /// Criterion by criterion.
    public var criteria: [MatchPoints]
}

/// A person compared with a need: no way to reach anybody.
public struct CandidateMatch: Decodable, Sendable {
    /// The person's file.
    public var candidate: MatchedCandidate
    /// The sum of its criteria's points.
    public var score: Int
    /// The most that a score can be.
    public var maximum: Int
    /// Codes of the hard criteria that fail; such a person is shown on demand only.
    public var excludedBy: [String]
    /// Whether an orientation of this person for it is under way, as far as the caller may know.
    public var isSent: Bool
    /// Criterion by criterion.
    public var criteria: [MatchPoints]
}

/// What one criterion gives, and why.
public struct MatchPoints: Decodable, Sendable, Hashable {
    /// job, diploma, distance, licence_vehicle, schedule, contract, availability, experience.
    public var code: String
    /// What people call it.
    public var label: String
    /// Its points.
    public var points: Int
    /// The points of who fits in full.
    public var maximum: Int
    /// Whether it excludes.
    public var excludes: Bool
    /// Why, in French.
    public var sentenceFr: String
}

/// An open need, as a list of matches shows it.
public struct MatchedNeed: Decodable, Sendable {
    /// Its id.
    public var id: PublicNeed.ID
    /// In a few words.
    public var title: String
    /// Who recruits.
    public var structure: StructureReference
    /// The job: its ROME code.
    public var job: String
    /// What the job is called.
    public var jobLabel: String
    /// Where the work is.
    public var commune: String?
    /// Code of the type of contract.
    public var contract: String
    /// Hours a week.
    public var hoursPerWeek: Double?
    /// When the work begins; null: as soon as possible.
    public var startsOn: Day?
    /// How many people are still looked for.
    public var positionsLeft: Int
    /// Its last day.
    public var expiresOn: Day?
}

/// A file, as a list of matches shows it.
public struct MatchedCandidate: Decodable, Sendable {
    /// Its id.
    public var id: Candidate.ID
    /// First name.
    public var firstName: String
    /// The prescriber whose file it is.
    public var organisation: OrganisationReference
    /// As what the caller sees it.
    public var access: CandidateAccess
    /// Whether the person agrees to be sent to recruiters at present.
    public var maySend: Bool
}

/// Needs that suit a person, the best first.
public struct NeedMatches: Decodable, Sendable {
    /// The needs.
    public var items: [NeedMatch]
    /// Why nothing could be compared, in French.
    public var noteFr: String?
}

/// People whom a need suits, the best first.
public struct CandidateMatches: Decodable, Sendable {
    /// The people.
    public var items: [CandidateMatch]
    /// Why nothing could be compared, in French.
    public var noteFr: String?
}

/// How many matches are shown: 1 to 50, 20 unless asked.
public struct MatchLimit: FieldScalar {
    /// The number.
    public var count: Int

    /// 20.
    public static let standard = MatchLimit(count: 20)
    /// 50: what the statements rank for.
    public static let largest = MatchLimit(count: 50)
    /// 1 to 50 in the contract.
    public static var fieldKind: Shape.Kind { .pattern("^([1-9]|[1-4][0-9]|50)$", example: "20") }
    /// 20.
    public static var placeholder: MatchLimit { .standard }
    /// Digits.
    public var fieldText: String { String(count) }

    private init(count: Int) { self.count = count }

    /// Reads 1 to 50.
    public init(fieldText: String) throws(Expectation) {
        guard let count = Int(fieldText), (1...50).contains(count), String(count) == fieldText else {
            throw Expectation(fr: "un nombre de 1 à 50", en: "a number from 1 to 50")
        }
        self.count = count
    }
}

/// A criterion as its table has it.
struct MatchCriterion: Decodable, Sendable, Hashable {
    var code: String
    var labelFr: String
    var maximum: Int
    var isHard: Bool
}

/// A person and a need as the database compared them: the grades, the points, and what they were made from.
struct MatchedPair: Decodable, Sendable {
    /// The other side: the need, or the file.
    var subject: JSON
    var isSent: Bool
    var score: Int
    /// The job: how near, to which wanted one, and why.
    var affinity: Int
    var jobLabel: String
    var wantedLabel: String
    var affinityReason: String?
    /// Kilometres, and what they are judged by.
    var km: Int?
    var mobilityKm: Int?
    var assumedKm: Int
    var hasHome: Bool
    /// Grades of `match_pair`, and its points.
    var jobPoints: Int
    var diploma: DiplomaGrade
    var diplomaPoints: Int
    var distance: DistanceGrade
    var distancePoints: Int
    var licenceVehicle: LicenceGrade
    var licenceVehiclePoints: Int
    var schedulePoints: Int
    var contractGrade: ContractGrade
    var contractPoints: Int
    var availability: AvailabilityGrade
    var availabilityPoints: Int
    var experience: ExperienceGrade
    var experiencePoints: Int
    /// Of the need.
    var required: [String]
    var licenceRequired: Bool
    var vehicleRequired: Bool
    var startsOn: Day?
    var atNight: Bool
    var atWeekend: Bool
    var inParts: Bool
    var contractLabel: String
    var hoursPerWeek: Double?
    /// Of the person.
    var showsBackground: Bool
    var licence: Bool?
    var vehicle: Bool?
    var availableFrom: Day?
    var night: Bool
    var weekend: Bool
    var splitShifts: Bool
    var hoursMin: Double?
    var hoursMax: Double?
    var experienceYears: Double?
    var experienceEnough: Int

    enum DiplomaGrade: String, FieldEnum {
        case noneRequired = "none_required"
        case held, unsaid, missing
    }

    enum DistanceGrade: String, FieldEnum {
        case within, beyond, assumed
        case assumedFar = "assumed_far"
        case unknown
    }

    enum LicenceGrade: String, FieldEnum {
        case noneRequired = "none_required"
        case held, unsaid, missing
    }

    enum ContractGrade: String, FieldEnum {
        case any, accepted, other
    }

    enum AvailabilityGrade: String, FieldEnum {
        case ready, late
        case tooLate = "too_late"
    }

    enum ExperienceGrade: String, FieldEnum {
        case beginner, enough, some, none, unsaid
    }
}

extension MatchedPair {
    /// Each criterion's points and sentence, in the order of the table.
    func points(by criteria: [MatchCriterion], on today: Day) -> [MatchPoints] {
        criteria.compactMap { criterion in
            let found: (points: Int, fails: Bool, sentence: String)? =
                switch criterion.code {
                case "job": (jobPoints, false, jobSentence)
                case "diploma": (diplomaPoints, diploma == .missing, diplomaSentence)
                case "distance": (distancePoints, distance == .beyond, distanceSentence)
                case "licence_vehicle": (licenceVehiclePoints, licenceVehicle == .missing, licenceSentence)
                case "schedule": (schedulePoints, false, scheduleSentence)
                case "contract": (contractPoints, false, contractSentence)
                case "availability": (availabilityPoints, false, availabilitySentence(on: today))
                case "experience": (experiencePoints, false, experienceSentence)
                default: nil
                }
            return found.map {
                MatchPoints(
                    code: criterion.code, label: criterion.labelFr, points: $0.points, maximum: criterion.maximum,
                    excludes: $0.fails && criterion.isHard, sentenceFr: $0.sentence)
            }
        }
    }
}
