import Contract
import Fields
import NIOCore
import Postgres
import ServiceLifecycle
import Synchronization

/// Answers that anybody may see, kept in memory until what they are made of changes (`api.md`): for requests without a token
/// only, and never older than a second.
///
/// A change is told by NOTIFY, in the transaction that makes it. An answer carries the counts of changes that were known before
/// it was read: it is good as long as they are the same, so a change that comes while an answer is made spoils it too. And nothing
/// is good unless it is known that every change of more than half a second ago was heard.
final class AnswerCache: Sendable {
    /// What makes two requests the same.
    struct Key: Hashable, Sendable {
        /// Path and query as they came: another order of parameters is another key, which costs a little and is never wrong.
        let address: String
        let mediaType: Representation
        let language: Language
        /// Hours since 1970: computed figures are those of a day, which begins with an hour.
        let hour: Int
    }

    /// How often what an answer is made of has changed.
    struct Counts: Hashable, Sendable {
        fileprivate let ofEach: [Int]
    }

    private struct Entry {
        let answer: Answer
        let etag: ETag?
        let counts: Counts
        let size: Int
    }

    private struct State {
        var changes: [PublicData: Int] = [:]
        /// Until when every change was heard.
        var completeUntil: ContinuousClock.Instant?
        /// What was used since `old` was put aside, and that: what is in neither is forgotten.
        var recent: [Key: Entry] = [:]
        var old: [Key: Entry] = [:]
        var recentSize = 0
        var oldSize = 0
        var hits = 0
        var misses = 0
    }

    /// For so long after all was heard, answers are good.
    static let goodFor: Duration = .milliseconds(500)
    /// A larger answer is not kept.
    static let largestAnswer = 256 << 10
    /// About what an entry takes beside its address and its body.
    private static let overhead = 700

    private let capacity: Int
    private let state = Mutex(State())

    /// Keeps at most so many bytes; 0 keeps nothing.
    init(capacity: Int) { self.capacity = capacity }

    /// Whether it keeps anything.
    var isOn: Bool { capacity > 0 }

    /// Bytes kept, answers kept, requests answered from memory, requests that were not.
    var statistics: (bytes: Int, answers: Int, hits: Int, misses: Int) {
        state.withLock { ($0.recentSize + $0.oldSize, $0.recent.count + $0.old.count, $0.hits, $0.misses) }
    }

    /// What is known of a request.
    enum Found {
        case answer(Answer, ETag?)
        /// Nothing; the counts to keep an answer with, which must be taken before it is read.
        case nothing(Counts)
        /// Changes may not have been heard: nothing is good, and nothing is worth keeping.
        case blind
    }

    /// Looks for an answer made of this data.
    func find(_ key: Key, of data: [PublicData], now: ContinuousClock.Instant = .now) -> Found {
        state.withLock { state in
            guard let complete = state.completeUntil, now - complete < Self.goodFor else {
                state.misses += 1
                return .blind
            }
            let counts = Self.counts(data, state)
            if let entry = state.recent[key] ?? state.old[key], entry.counts == counts {
                state.hits += 1
                if let moved = state.old.removeValue(forKey: key) {
                    state.oldSize -= moved.size
                    put(moved, key, &state)
                }
                return .answer(entry.answer, entry.etag)
            }
            state.misses += 1
            return .nothing(counts)
        }
    }

    /// Keeps an answer, with the counts that were found before it was read.
    func keep(_ answer: Answer, _ etag: ETag?, for key: Key, _ counts: Counts) {
        let size = key.address.utf8.count + answer.body.readableBytes + Self.overhead
        guard answer.isPublic, answer.status == 200, answer.stream == nil, size <= min(Self.largestAnswer, capacity / 4)
        else { return }
        // A body of its own size: the one that was written to may be larger.
        var kept = answer
        kept.body = ByteBuffer(bytes: answer.body.readableBytesView)
        state.withLock { state in
            if let former = state.recent.removeValue(forKey: key) { state.recentSize -= former.size }
            if let former = state.old.removeValue(forKey: key) { state.oldSize -= former.size }
            put(Entry(answer: kept, etag: etag, counts: counts, size: size), key, &state)
        }
    }

    private func put(_ entry: Entry, _ key: Key, _ state: inout State) {
        if state.recentSize + entry.size > capacity / 2 {
            (state.old, state.oldSize) = (state.recent, state.recentSize)
            (state.recent, state.recentSize) = ([:], 0)
        }
        state.recent[key] = entry
        state.recentSize += entry.size
    }

    private static func counts(_ data: [PublicData], _ state: State) -> Counts {
        Counts(ofEach: data.map { state.changes[$0, default: 0] })
    }

    /// Hears of changes.
    func hear(_ event: ChangeListener.Event) {
        state.withLock { state in
            switch event {
            case .began:
                for data in PublicData.allCases { state.changes[data, default: 0] += 1 }
                state.completeUntil = nil
            case .told(let names):
                // A word that this program does not know comes from a newer one: it may mean anything.
                let known = names.compactMap(PublicData.init)
                for data in known.count == names.count ? known : PublicData.allCases {
                    state.changes[data, default: 0] += 1
                }
            case .complete(let instant): state.completeUntil = instant
            }
        }
    }
}

/// Tells a cache of changes, as long as the server runs.
struct CacheFreshness: Service {
    private let listener: ChangeListener
    private let cache: AnswerCache

    init(_ settings: DatabaseSettings, cache: AnswerCache) {
        listener = ChangeListener(settings, channel: PublicData.channel)
        self.cache = cache
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await listener.run { cache.hear($0) } }
    }
}
