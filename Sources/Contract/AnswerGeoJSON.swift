import NIOCore
public import Postgres

extension Answer {
    /// A list as features on a map that streams every match (RFC 7946): each row is a feature of its own, also where several
    /// stand at one point. A row without `latitude` and `longitude` has no geometry; `id` names the column that identifies.
    public static func geojson<Row: Decodable & Sendable>(
        isPublic: Bool, id: String,
        _ rows: @escaping @Sendable (_ write: (Rows<Row>) async throws -> Void) async throws -> Void
    ) -> Answer {
        var answer = Answer.file(Representation.geojson.contentType, name: "", isPublic: isPublic) { write in
            var start = "{\"type\":\"FeatureCollection\",\"features\":["
            try await rows { batch in
                var body = ByteBuffer()
                for index in 0..<batch.count {
                    body.writeString(start)
                    start = ","
                    let point =
                        if let latitude = batch.text(index, "latitude"), let longitude = batch.text(index, "longitude")
                        {
                            "{\"type\":\"Point\",\"coordinates\":[\(longitude),\(latitude)]}"
                        } else { "null" }
                    body.writeString(
                        "{\"type\":\"Feature\",\"id\":\"\(batch.text(index, id) ?? "")\",\"geometry\":\(point),\"properties\":"
                    )
                    batch.writeJSON(row: index, into: &body)
                    body.writeString("}")
                }
                try await write(body)
            }
            try await write(ByteBuffer(string: start == "," ? "]}" : start + "]}"))
        }
        // Shown on a map, not saved.
        answer.fileName = nil
        return answer
    }
}
