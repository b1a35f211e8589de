import HTTPTypes
public import NIOCore
import NIOHTTPTypes

/// How long a connection may take its time. Everything else is the pool's and the statements' limits.
public struct ConnectionLimits: Sendable {
    /// From the connection's start until its first request's head is complete.
    public var head: TimeAmount = .seconds(15)
    /// From an answer's end until the next request's head is complete.
    public var idle: TimeAmount = .seconds(60)
    /// For a request's body; longer bodies get a second more for each 64 KiB.
    public var body: TimeAmount = .seconds(15)
    /// While the client takes nothing of an answer.
    public var unread: TimeAmount = .seconds(30)

    /// The defaults.
    public init() {}

    func body(length: String?) -> TimeAmount {
        let bytes = min(length.flatMap { Int64($0) } ?? (1 << 20), 64 << 20)
        return body + .seconds(bytes / (64 << 10))
    }
}

/// Tells clients that wait for a word to send their body, and closes connections that take longer than the limits: a head or a
/// body that dribbles in, an answer that nobody reads, a connection that nobody uses.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ConnectionLimits
    /// When the connection is closed; nil while nothing is expected of the client.
    private var deadline: NIODeadline?
    /// Looks at the deadline, and again later: one timer for many requests.
    private var timer: (at: NIODeadline, scheduled: Scheduled<Void>)?
    private var unread: Scheduled<Void>?
    private var isReceiving = false
    /// Our side is closed: what the client still sends is heard by nobody, and nothing may be written.
    private var isEnded = false
    /// Requests whose answers have not ended: more than one when a client sends them without waiting.
    private var unanswered = 0

    init(_ limits: ConnectionLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { expect(within: limits.head, context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        expect(within: limits.head, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline = nil
        timer?.scheduled.cancel()
        unread?.cancel()
        context.fireChannelInactive()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        isEnded = true
        context.close(mode: mode, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isEnded { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            isReceiving = true
            unanswered += 1
            expect(within: limits.body(length: head.headerFields[.contentLength]), context)
            if head.headerFields[.expect]?.lowercased() == "100-continue" {
                // RFC 9110 §10.1.1: the client holds its body back until somebody says so.
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        case .body: break
        case .end:
            isReceiving = false
            deadline = nil
            // Refused before it had ended.
            if unanswered == 0 { expect(within: limits.idle, context) }
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isReceiving { setTimer(context) }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            unanswered = max(0, unanswered - 1)
            // An answer before its request's end (a refusal) leaves the body's limit running.
            if !isReceiving, unanswered == 0 { expect(within: limits.idle, context) }
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        unread?.cancel()
        unread = context.channel.isWritable ? nil : close(after: limits.unread, context)
        context.fireChannelWritabilityChanged()
    }

    private func expect(within limit: TimeAmount, _ context: ChannelHandlerContext) {
        deadline = .now() + limit
        // A request's end is mostly in the same read as its head: no timer is set for what is there already.
        if !isReceiving { setTimer(context) }
    }

    private func setTimer(_ context: ChannelHandlerContext) {
        guard let deadline, timer.map({ $0.at > deadline }) ?? true else { return }
        timer?.scheduled.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = (
            deadline,
            context.eventLoop.scheduleTask(deadline: deadline) {
                let (own, context) = bound.value
                own.timer = nil
                if let deadline = own.deadline, deadline <= .now() {
                    context.close(promise: nil)
                } else {
                    own.setTimer(context)
                }
            }
        )
    }

    private func close(after limit: TimeAmount, _ context: ChannelHandlerContext) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }
}
