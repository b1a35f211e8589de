import Fields
import Postgres

extension OrientationStore {
    /// What goes over with a person's file: the new prescriber goes on with what is under way and with what follows a hire; what is
    /// closed stays the former one's. States and history stay.
    public var handingOver: CandidateHandingOver {
        { handover, transaction in
            try await transaction.asSystem {
                try await transaction.execute(
                    "UPDATE orientation SET referent_id = \(handover.to) WHERE candidate_id = \(handover.candidate)")
                let moved = try await transaction.rows(
                    """
                    UPDATE orientation SET organisation_id = \(handover.to), prescriber_id = \(handover.referent)
                     WHERE candidate_id = \(handover.candidate) AND organisation_id = \(handover.from)
                       AND (due_on IS NOT NULL OR state IN ('draft', 'hired'))
                    RETURNING id AS value
                    """, as: Value<Orientation.ID>.self)
                for orientation in try moved.all() {
                    try await event(
                        of: orientation.value, kind: "transferred", from: nil, to: nil, by: .prescriber, transaction)
                }
            }
        }
    }
}
