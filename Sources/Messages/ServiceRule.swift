public import Postgres

extension Transaction {
    /// A number that people decided (`sql/reference/rows/10_service_rule.csv`); an unknown code is a defect.
    public func serviceRule(_ code: String) async throws -> Int {
        let rows = try await self.rows("SELECT service_rule(\(code)) AS value", as: Value<Int>.self)
        guard let value = try rows.first()?.value else {
            throw DatabaseError(kind: .defect, sqlState: "P0002", message: "there is no service rule \(code)")
        }
        return value
    }
}
