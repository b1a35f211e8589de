import Accounts
import Contract
import Fields
public import Messages
import Postgres

extension CandidateStore {
    /// Looks, well after a file was opened or changed, whether another organisation follows the same person, and asks that one's
    /// referent to think of sharing. Whoever opened the file learns nothing, at no time.
    public static let comparing = ClockRule("candidate.compare") { transaction, batch in
        struct New: Decodable { var id: Candidate.ID, code: String }
        struct Twin: Decodable { var id: Candidate.ID, organisationID: Identifier<OrganisationTag> }
        let new = try await transaction.rows(
            """
            SELECT c.id, o.code FROM candidate c JOIN organisation o ON o.id = c.organisation_id
             WHERE c.compared_at IS NULL
               AND c.updated_at <= \(transaction.now)::timestamptz - (SELECT service_rule('duplicate_delay_hours')) * interval '1 hour'
             ORDER BY c.id LIMIT \(batch) FOR UPDATE OF c SKIP LOCKED
            """, as: New.self
        ).all()
        guard !new.isEmpty else { return 0 }
        try await transaction.record("candidate.compare", on: "candidate")
        for file in new {
            for other in try await transaction.rows(twins(of: file.id), as: Twin.self).all() {
                try await Outbox.task(
                    NewTask(
                        kind: "candidate.share_asked", organisationID: other.organisationID,
                        title:
                            "Le prescripteur \(file.code) accompagne peut-être la même personne : pensez à lui partager ce dossier",
                        aboutKind: "candidate", aboutID: other.id.uuid, candidateID: other.id.uuid), transaction)
            }
        }
        try await transaction.execute(
            "UPDATE candidate SET compared_at = \(transaction.now) WHERE id = ANY (\(list: new.map(\.id))::uuid[])")
        return new.count
    }

    /// Files of other organisations that are the same person's beyond doubt, unless one is shared with the other; older ones only, so
    /// that two of them ask once. Each index is asked by itself.
    private static func twins(of id: Candidate.ID) -> SQL {
        """
        WITH new AS MATERIALIZED (
            SELECT c.id, c.organisation_id, c.email, c.phone, c.birth_year, c.search_text FROM candidate c WHERE c.id = \(id))
        SELECT found.id, found.organisation_id
          FROM (SELECT c.id, c.organisation_id FROM new JOIN candidate c ON c.email = new.email
                UNION
                SELECT c.id, c.organisation_id FROM new JOIN candidate c ON c.phone = new.phone
                UNION
                SELECT c.id, c.organisation_id FROM new JOIN candidate c ON c.birth_year = new.birth_year AND c.search_text = new.search_text
               ) AS found
          JOIN new ON found.id < new.id AND found.organisation_id <> new.organisation_id
         WHERE NOT EXISTS (SELECT FROM candidate_share s
                            WHERE s.revoked_at IS NULL AND s.ends_on >= (SELECT caller_day())
                              AND (s.candidate_id, s.to_organisation_id) IN
                                  ((found.id, new.organisation_id), (new.id, found.organisation_id)))
         LIMIT 20
        """
    }
}
