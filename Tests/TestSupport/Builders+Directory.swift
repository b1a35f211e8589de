import Accounts
import Directory
import Fields
import Postgres

extension Make {
    /// An open structure of the directory, seen in a file of 1 January 2024; `of` an employer whose claim is validated.
    @discardableResult
    public func structure(
        _ finess: String, _ name: String, kind: String = "500", insee: String? = "31555",
        at point: (latitude: Double, longitude: Double)? = nil, legalEntity: String? = nil, siret: String? = nil,
        of organisation: Organisation.ID? = nil, recruitingUntil: Day? = nil, verifiedOn: Day? = nil
    ) async throws -> PublicStructure.ID {
        try await insert { transaction in
            let id = transaction.newID(PublicStructure.ID.self)
            if let legalEntity {
                try await transaction.execute(
                    """
                    INSERT INTO legal_entity (id, finess, name)
                    VALUES (\(transaction.newID(Identifier<Never>.self)), \(legalEntity), \("Gestionnaire \(legalEntity)"))
                    ON CONFLICT DO NOTHING
                    """)
            }
            try await transaction.execute(
                """
                INSERT INTO structure (id, finess, usual_name, kind, insee, latitude, longitude, legal_entity_id, siret, publics,
                                       organisation_id, recruiting_until, verified_on, source, seen_on, created_at, updated_at)
                VALUES (\(id), \(finess), \(name), \(kind), \(insee), \(point?.latitude), \(point?.longitude),
                        (SELECT id FROM legal_entity WHERE finess = \(legalEntity)), \(siret),
                        (SELECT publics FROM finess_category WHERE code = \(kind)), \(organisation), \(recruitingUntil),
                        \(verifiedOn), 'finess', '2024-01-01', \(transaction.now), \(transaction.now))
                """)
            if let organisation {
                try await transaction.execute(
                    """
                    INSERT INTO structure_claim (id, structure_id, organisation_id, status, asked_at, decided_at)
                    VALUES (\(transaction.newID(StructureClaim.ID.self)), \(id), \(organisation), 'validated', \(transaction.now),
                            \(transaction.now))
                    """)
            }
            return id
        }
    }

    /// A pending claim on a structure.
    public func claim(on structure: PublicStructure.ID, by organisation: Organisation.ID) async throws
        -> StructureClaim.ID
    {
        try await insert { transaction in
            let id = transaction.newID(StructureClaim.ID.self)
            try await transaction.execute(
                """
                INSERT INTO structure_claim (id, structure_id, organisation_id, asked_at)
                VALUES (\(id), \(structure), \(organisation), \(transaction.now))
                """)
            return id
        }
    }
}
