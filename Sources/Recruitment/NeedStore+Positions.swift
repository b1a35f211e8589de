import Contract
public import Fields
public import Postgres

/// What a hire does to its need, and what undoing it does: part of the hire's own transaction, which has been recorded.
extension NeedStore {
    /// A need as a hire finds it, locked.
    private struct Positions: Decodable {
        var state: NeedState
        var positionsLeft: Int
    }

    /// Takes one of a need's positions; with the last one it is filled. Two hires at once come one after the other, and the
    /// one that finds none left is refused.
    public static func take(_ id: PublicNeed.ID, _ transaction: Transaction) async throws {
        let need = try await positions(of: id, transaction)
        guard need.positionsLeft > 0 else { throw RecruitmentRefusals.filled() }
        if need.positionsLeft == 1 {
            // Nobody is hired on a draft.
            try needTransitions.check(from: need.state, to: .filled, by: .system, given: [], label: \.label)
        } else if need.state == .draft {
            throw RecruitmentRefusals.need()
        }
        try await transaction.execute(
            """
            UPDATE need
               SET positions_left = positions_left - 1, state = CASE positions_left WHEN 1 THEN 'filled' ELSE state END,
                   filled_at = CASE positions_left WHEN 1 THEN \(transaction.now)::timestamptz END
             WHERE id = \(id)
            """)
    }

    /// Gives a position back that a hire had taken: a filled need is open again, or expired if its period is over.
    public static func giveBack(_ id: PublicNeed.ID, _ transaction: Transaction) async throws {
        let need = try await positions(of: id, transaction)
        guard need.state != .draft else { throw RecruitmentRefusals.need() }
        try await transaction.execute(
            """
            UPDATE need
               SET positions_left = least(positions, positions_left + 1), filled_at = NULL,
                   reason = CASE state WHEN 'filled' THEN NULL ELSE reason END,
                   state = CASE WHEN state <> 'filled' THEN state WHEN expires_on < \(transaction.today) THEN 'expired'
                                ELSE 'open' END
             WHERE id = \(id)
            """)
    }

    private static func positions(of id: PublicNeed.ID, _ transaction: Transaction) async throws -> Positions {
        let found = try await transaction.rows(
            "SELECT \(columns: Positions.self) FROM need WHERE id = \(id) FOR UPDATE", as: Positions.self
        ).first()
        guard let found else { throw RecruitmentRefusals.need() }
        return found
    }
}
