public import Contract

/// How an orientation moves (`domain.md` §4.3), whatever its target: the one source of checks, answers, reference, documentation
/// and tests.
///
/// Conditions (`when`): `sendable` is everything that sending asks for, `recently_expired` at most 90 days ago, `pool_agreement` that
/// the person agreed to be kept in a pool.
public let orientationTransitions = TransitionTable<OrientationState, OrientationActor>(
    "orientation",
    [
        .init([.draft], to: .sent, by: [.prescriber], takes: ["message"], when: ["sendable"]),
        .init([.sent, .pool], to: .underReview, by: [.recruiter, .recruiterLink], takes: []),
        .init(
            [.sent, .underReview, .pool], to: .appointment, by: [.recruiter, .recruiterLink],
            needs: [["appointment_at"], ["place"]], takes: []),
        .init(
            [.sent, .underReview, .appointment], to: .priorAction, by: [.recruiter, .prescriber],
            needs: [["prior_action"], ["starts_on"], ["ends_on"]], takes: []),
        .init(
            [.sent, .underReview, .appointment, .priorAction, .pool], to: .accepted, by: [.recruiter, .recruiterLink],
            takes: []),
        .init([.expired], to: .accepted, by: [.recruiter, .recruiterLink], takes: [], when: ["recently_expired"]),
        .init(
            [.sent, .underReview, .appointment, .priorAction, .pool], to: .refused, by: [.recruiter, .recruiterLink],
            needs: [["reason"]], takes: ["to_candidate", "to_prescriber"]),
        .init(
            [.expired], to: .refused, by: [.recruiter, .recruiterLink], needs: [["reason"]],
            takes: ["to_candidate", "to_prescriber"], when: ["recently_expired"]),
        .init(
            [.accepted], to: .refused, by: [.recruiter], needs: [["reason"]], takes: ["to_candidate", "to_prescriber"]),
        .init([.sent, .underReview], to: .pool, by: [.recruiter], takes: [], when: ["pool_agreement"]),
        .init(
            [.accepted, .inTraining], to: .hired, by: [.recruiter, .prescriber],
            needs: [["contract"], ["starts_on"], ["hours_per_week"]], takes: []),
        .init(
            [.accepted], to: .inTraining, by: [.prescriber],
            needs: [["session", "programme"], ["starts_on", "session"], ["ends_on", "session"]], takes: []),
        .init([.inTraining], to: .completed, by: [.prescriber], needs: [["ends_on"], ["result"]], takes: []),
        // It fell through: positions and the other orientations come back.
        .init([.hired, .inTraining], to: .accepted, by: [.recruiter, .prescriber], needs: [["note"]], takes: []),
        // A draft is nobody's but its prescriber's.
        .init([.draft], to: .withdrawn, by: [.prescriber], takes: []),
        .init(
            [.sent, .underReview, .appointment, .priorAction, .pool, .accepted, .inTraining], to: .withdrawn,
            by: [.candidate, .prescriber], takes: []),
        .init(
            [.sent, .underReview, .appointment, .priorAction, .pool, .accepted, .inTraining], to: .obsolete,
            by: [.system],
            takes: []),
        .init([.obsolete], to: .sent, by: [.system], takes: []),
        .init([.obsolete], to: .underReview, by: [.system], takes: []),
        .init([.obsolete], to: .appointment, by: [.system], takes: []),
        .init([.obsolete], to: .priorAction, by: [.system], takes: []),
        .init([.obsolete], to: .pool, by: [.system], takes: []),
        .init([.obsolete], to: .accepted, by: [.system], takes: []),
        .init([.obsolete], to: .inTraining, by: [.system], takes: []),
        .init([.sent, .underReview, .appointment], to: .expired, by: [.clock], takes: []),
        .init([.priorAction, .accepted, .pool], to: .expired, by: [.clock], takes: []),
        // The target closed, filled or was cancelled.
        .init(
            [.sent, .underReview, .appointment, .priorAction, .accepted, .pool], to: .refused, by: [.system],
            needs: [["reason"]], takes: []),
    ])
