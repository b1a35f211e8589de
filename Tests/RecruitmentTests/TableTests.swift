import Contract
import Fields
import Testing

@testable import Recruitment

@Suite struct `The tables of recruitment` {
    @Test func `are those of the domain`() {
        #expect(needTransitions.rows.count == 10)
        #expect(sessionTransitions.rows.count == 6)
    }
}
