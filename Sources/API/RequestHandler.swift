import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

/// Reads a connection's requests and has each answered, one after another.
///
/// Nothing is read while a request is answered whose end has come, nor while a body's reader or the client lags behind: TCP tells
/// the other side to wait.
final class RequestHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The server stops, and its grace is over.
    struct GiveUp {}

    private typealias BodySource = NIOThrowingAsyncSequenceProducer<
        ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, BodyDelegate
    >.Source

    /// Where the request is that is being received.
    private enum Receiving {
        /// Between two.
        case nothing
        /// Its head is there, and what came of its body with it; not yet its end.
        case begun(HTTPRequest, ByteBuffer?)
        /// Its reader gets what comes.
        case streaming(BodySource)
        /// Nobody wants the rest of it.
        case dropping
    }

    private let responder: KernelResponder
    private let context: KernelContext
    private let executor: EventLoopTasks
    private let date: DateHeader

    private var channelContext: ChannelHandlerContext?
    private var receiving = Receiving.nothing
    private var answering: Task<Void, Never>?
    /// What came of later requests while one is answered.
    private var waiting = CircularBuffer<HTTPRequestPart>(initialCapacity: 4)
    private var isReadHeld = false
    private var isBodyFull = false
    /// No request is taken any more: the client asked for that, or does not speak HTTP.
    private var isEnding = false
    private var isInputClosed = false
    /// Everything is said: nothing may be written any more, whatever the client still sends.
    private var isOutputClosed = false
    private var isQuiescing = false
    /// A client that sends what is no HTTP is told so, after the answer that is under way.
    private var isRefusing = false
    /// Who writes a long answer waits here while the client takes nothing.
    private var writable: EventLoopPromise<Void>?

    init(responder: KernelResponder, context: KernelContext, executor: EventLoopTasks, date: DateHeader) {
        self.responder = responder
        self.context = context
        self.executor = executor
        self.date = date
    }

    func handlerAdded(context: ChannelHandlerContext) { channelContext = context }

    func handlerRemoved(context: ChannelHandlerContext) { channelContext = nil }

    // MARK: - Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if mayBegin, waiting.isEmpty {
            take(part, context)
        } else if !isEnding {
            waiting.append(part)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        startIfBegun(context)
        context.fireChannelReadComplete()
    }

    /// Whether what comes belongs to the request that is being received, or to one that may be answered now.
    private var mayBegin: Bool {
        if case .nothing = receiving { answering == nil && channelContext?.channel.isWritable == true } else { true }
    }

    private func take(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        if isEnding, case .nothing = receiving { return }
        switch part {
        case .head(let head): receiving = .begun(head, nil)
        case .body(var bytes):
            switch receiving {
            case .begun(let head, var body):
                if body == nil { body = bytes } else { body?.writeBuffer(&bytes) }
                receiving = .begun(head, body)
            case .streaming(let source): if source.yield(bytes) == .stopProducing { isBodyFull = true }
            case .nothing, .dropping: break
            }
        case .end:
            switch receiving {
            case .begun(let head, let body):
                receiving = .nothing
                answer(Hummingbird.Request(head: head, body: RequestBody(buffer: body ?? ByteBuffer())), context)
            case .streaming(let source):
                receiving = .nothing
                isBodyFull = false
                source.finish()
            case .nothing, .dropping:
                receiving = .nothing
                if answering == nil { goOn(context) }
            }
        }
    }

    /// A body that has not come whole is given to its reader as it comes: a refusal need not wait for it.
    private func startIfBegun(_ context: ChannelHandlerContext) {
        guard case .begun(let head, let body) = receiving else { return }
        let loop = context.eventLoop
        let stream = NIOThrowingAsyncSequenceProducer.makeSequence(
            elementType: ByteBuffer.self, failureType: (any Error).self,
            backPressureStrategy: NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark(
                lowWatermark: 2, highWatermark: 10),
            finishOnDeinit: true, delegate: BodyDelegate(handler: NIOLoopBound(self, eventLoop: loop), loop: loop))
        if let body { _ = stream.source.yield(body) }
        receiving = .streaming(stream.source)
        answer(Hummingbird.Request(head: head, body: RequestBody(asyncSequence: stream.sequence)), context)
    }

    /// A body's reader wants more.
    fileprivate func wantMore() {
        isBodyFull = false
        readIfHeld()
    }

    func read(context: ChannelHandlerContext) {
        if waiting.isEmpty, !isBodyFull { context.read() } else { isReadHeld = true }
    }

    private func readIfHeld() {
        guard isReadHeld, waiting.isEmpty, !isBodyFull else { return }
        isReadHeld = false
        channelContext?.read()
    }

    // MARK: - Answering

    private func answer(_ request: Hummingbird.Request, _ context: ChannelHandlerContext) {
        let isLast =
            request.headers[.connection]?.split(separator: ",").contains {
                $0.filter { $0 != " " }.lowercased() == "close"
            } ?? false
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let (responder, own) = (responder, self.context)
        answering = Task(executorPreference: executor) {
            var response: Response
            do { response = try await responder.respond(to: request, context: own) } catch {
                response = Response(status: .internalServerError)
            }
            // Here we are on the event loop again.
            let handler = bound.value
            response.headers[.date] = handler.date.now
            let isComplete = await handler.write(response, bound)
            handler.answered(isLast: isLast || response.headers[.connection] == "close", isComplete: isComplete)
        }
    }

    /// Writes an answer; false when it broke off.
    private func write(_ response: Response, _ bound: NIOLoopBound<RequestHandler>) async -> Bool {
        guard let context = channelContext else { return false }
        context.write(wrapOutboundOut(.head(response.head)), promise: nil)
        do {
            try await response.body.write(PartWriter(handler: bound, isStreamed: response.body.contentLength == nil))
            return true
        } catch { return false }
    }

    fileprivate func write(_ bytes: ByteBuffer, flushing: Bool) throws -> EventLoopFuture<Void>? {
        guard let context = channelContext, context.channel.isActive else { throw ChannelError.ioOnClosedChannel }
        context.write(wrapOutboundOut(.body(bytes)), promise: nil)
        guard flushing else { return nil }
        context.flush()
        guard !context.channel.isWritable else { return nil }
        let promise = writable ?? context.eventLoop.makePromise(of: Void.self)
        writable = promise
        return promise.futureResult
    }

    fileprivate func writeEnd(_ trailers: HTTPFields?) {
        guard let context = channelContext else { return }
        context.writeAndFlush(wrapOutboundOut(.end(trailers)), promise: nil)
    }

    private func answered(isLast: Bool, isComplete: Bool) {
        answering = nil
        guard let context = channelContext else { return }
        if !isComplete { return context.close(promise: nil) }
        if isLast { isEnding = true }
        if case .streaming(let source) = receiving {
            source.finish()
            isBodyFull = false
            receiving = .dropping
            return readIfHeld()
        }
        goOn(context)
    }

    /// Between two requests: the next one, or the end.
    private func goOn(_ context: ChannelHandlerContext) {
        if isEnding { waiting.removeAll() }
        while !waiting.isEmpty, mayBegin { take(waiting.removeFirst(), context) }
        if waiting.isEmpty { startIfBegun(context) }
        guard answering == nil, waiting.isEmpty else { return readIfHeld() }
        switch receiving {
        case .nothing where isRefusing:
            isRefusing = false
            let head = HTTPResponse(status: .badRequest, headerFields: [.connection: "close", .contentLength: "0"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            writeEnd(nil)
            close(context)
        case .nothing where isEnding || isInputClosed || isQuiescing: close(context)
        case .dropping where isInputClosed: context.close(promise: nil)
        default: readIfHeld()
        }
    }

    /// Ends the connection once everything is written. A client that still sends is heard until it stops, or its time is over: to
    /// close on what it sends would take the answer from it.
    private func close(_ context: ChannelHandlerContext) {
        if isOutputClosed {
            if isInputClosed || isQuiescing { context.close(promise: nil) }
            return readIfHeld()
        }
        isEnding = true
        isOutputClosed = true
        let written = context.eventLoop.makePromise(of: Void.self)
        if isInputClosed || isQuiescing {
            let channel = context.channel
            written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        }
        context.close(mode: .output, promise: written)
        readIfHeld()
    }

    // MARK: - What happens to the connection

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            writable?.succeed()
            writable = nil
            if answering == nil, !waiting.isEmpty { goOn(context) }
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(ChannelError.eof)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isOutputClosed {
            context.close(promise: nil)
        } else if case .streaming = receiving {
            isEnding = true
            end(error)
        } else if error is ChannelError || error is IOError {
            context.close(promise: nil)
        } else {
            // What came is no HTTP.
            receiving = .nothing
            isRefusing = true
            isEnding = true
            if answering == nil { goOn(context) }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is GiveUp: answering?.cancel()
        case let event as ChannelEvent where event == .inputClosed:
            isInputClosed = true
            if case .streaming = receiving { end(ChannelError.eof) }
            if answering == nil { goOn(context) }
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if answering == nil { goOn(context) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// What comes no more is told to who waits for it.
    private func end(_ error: any Error) {
        if case .streaming(let source) = receiving {
            receiving = .nothing
            source.finish(error)
        }
        writable?.fail(error)
        writable = nil
    }
}

/// Tells a connection that the reader of a body wants more.
private struct BodyDelegate: NIOAsyncSequenceProducerDelegate {
    let handler: NIOLoopBound<RequestHandler>
    let loop: any EventLoop

    func produceMore() { loop.execute { handler.value.wantMore() } }

    /// Who does not read to the end takes nothing more: the rest is dropped when the answer is written.
    func didTerminate() { loop.execute { handler.value.wantMore() } }
}

/// Writes an answer's body to its connection.
private struct PartWriter: ResponseBodyWriter {
    let handler: NIOLoopBound<RequestHandler>
    /// What comes in pieces is sent as it comes; what is whole goes out with its end.
    let isStreamed: Bool

    func write(_ buffer: ByteBuffer) async throws {
        if let room = try handler.value.write(buffer, flushing: isStreamed) { try await room.get() }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws { handler.value.writeEnd(trailingHeaders) }
}
