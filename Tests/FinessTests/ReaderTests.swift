import Fields
import Finess
import Foundation
import Testing

@Suite struct `A file of establishments` {
    @Test func `is read`() async throws {}
}
