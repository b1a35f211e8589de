import Fields

/// The refusal that a body throws, or nil when it throws nothing; any other error goes on.
public func refusal(_ body: () async throws -> Void) async throws -> Refusal? {
    do {
        try await body()
        return nil
    } catch let refusal as Refusal { return refusal }
}
