public import Contract
public import Fields

/// Where a claim on a structure's sheet stands.
public enum ClaimStatus: String, FieldEnum {
    /// The team has not decided yet.
    case pending
    /// The structure is the employer's to keep.
    case validated
    case refused
    /// The claimant took it back.
    case withdrawn
    /// It was validated, and is no more.
    case ended

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .pending: Text(fr: "en attente", en: "pending")
        case .validated: Text(fr: "validée", en: "validated")
        case .refused: Text(fr: "refusée", en: "refused")
        case .withdrawn: Text(fr: "retirée", en: "withdrawn")
        case .ended: Text(fr: "terminée", en: "ended")
        }
    }
}

/// Who moves a claim.
public enum ClaimActor: String, FieldEnum {
    /// A member of the organisation that claims.
    case claimant
    /// A member of the platform's team.
    case team
}

/// How a claim moves: the one source of checks, answers, reference, documentation and tests.
public let claimTransitions = TransitionTable<ClaimStatus, ClaimActor>(
    "structure_claim",
    [
        .init([.pending], to: .validated, by: [.team]),
        .init([.pending], to: .refused, by: [.team], needs: [["reason"]]),
        .init([.pending], to: .withdrawn, by: [.claimant]),
        .init([.validated], to: .ended, by: [.claimant, .team], needs: [["reason"]]),
    ])
