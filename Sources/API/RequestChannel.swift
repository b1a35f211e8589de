import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// A connection, in the place of the framework's own HTTP/1 channel; router and everything behind it are the framework's.
///
/// What comes is read, answered and written on the connection's own event loop, without a queue, a logger and a stream for each
/// request, which cost more than most answers do. Requests that a client sends without waiting are answered one after another.
/// What is run there must not block: connections of the database have threads of their own.
struct RequestChannel: ServerChildChannel {
    /// A connection that is set up.
    struct Connection: ServerChildChannelValue {
        let channel: any Channel
    }

    let responder: KernelResponder
    let limits: ConnectionLimits
    let date = DateHeader()

    /// The most bytes and fields of a request's head.
    private static let headLimits = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 80 << 10
        limits.maxHeaderListSize = 80 << 10
        limits.maxHeaderFieldCount = 1000
        return limits
    }()

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: Self.headLimits)
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandler(ConnectionGuard(limits))
            try pipeline.addHandler(
                RequestHandler(
                    responder: responder, context: KernelContext(source: .init(channel: channel, logger: logger)),
                    executor: EventLoopTasks(loop: channel.eventLoop), date: date))
            return Connection(channel: channel)
        }
    }

    func handle(value: Connection, logger: Logger) async {
        await withTaskCancellationHandler {
            try? await value.channel.closeFuture.get()
        } onCancel: {
            value.channel.pipeline.fireUserInboundEventTriggered(RequestHandler.GiveUp())
        }
    }
}

/// An event loop as Swift's tasks see it.
final class EventLoopTasks: TaskExecutor {
    private let loop: any EventLoop

    init(loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
