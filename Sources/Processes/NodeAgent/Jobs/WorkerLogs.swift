import Basics
import Coordination
import Daemon
import EventLoop
import HearthMessages
import HearthProto
import RPC
import Wire
import Workers

/// Serves what workers have written.
final class WorkerLogs {
  typealias Stream = ServerStream<HearthV1.ReadLogRequest, HearthV1.LogPiece>

  private let jobs: NodeJobs
  private var readers: [ObjectIdentifier: LogReader] = [:]

  private static let readersMax = 256

  init(of jobs: NodeJobs) { self.jobs = jobs }

  /// Serves hearth.v1.Workers on a server, which keeps this.
  func register(on server: Server) {
    server.handleStream(HearthV1.Workers.readLog) { stream in
      stream.onMessage = { [unowned stream] in self.read($0, for: stream) }
    }
  }

  private func read(_ request: HearthV1.ReadLogRequest, for stream: Stream) {
    // One request, one answer.
    stream.onMessage = nil
    do {
      guard readers.count < Self.readersMax else {
        throw Rejection(.resourceExhausted, "\(Self.readersMax) logs are followed already")
      }
      let reader = try LogReader(try attempt(request), request, stream, jobs) { [unowned self] in
        readers[ObjectIdentifier($0)] = nil
      }
      readers[ObjectIdentifier(reader)] = reader
      reader.go()
    } catch let rejection as Rejection {
      stream.finish(rejection.status)
    } catch {
      stream.finish(GRPCStatus(.internal, "\(error)"))
    }
  }

  /// The attempt that is asked for, the latest if none is named.
  private func attempt(_ request: HearthV1.ReadLogRequest) throws -> WorkerID {
    let first: WorkerID
    do throws(WorkerFault) {
      first = try WorkerID(job: request.job, worker: Int(request.rank), epoch: 0)
    } catch {
      throw Rejection(.invalidArgument, error.description)
    }
    let epochs = jobs.folder.epochs(of: first.job, first.worker)
    let epoch = request.epoch == 0 ? epochs.max() : Int(exactly: request.epoch)
    guard let epoch, epochs.contains(epoch) else {
      let which = request.epoch == 0 ? "" : " in attempt \(request.epoch)"
      throw Rejection(
        .notFound,
        "this node has no output of rank \(request.rank) of \(request.job)\(which)"
      )
    }
    return try WorkerID(job: first.job, worker: first.worker, epoch: epoch)
  }
}

/// Reads one log for one client, as fast as that takes it.
private final class LogReader {
  private let id: WorkerID
  private let follows: Bool
  private let stream: WorkerLogs.Stream
  private let jobs: NodeJobs
  private let onEnd: (LogReader) -> Void
  private var follower: LogFollower
  private var timer: LoopTimer?
  private var isReading = false
  private var isFull = false

  /// Between looks at a log that has no more yet.
  private static let pause = Duration.milliseconds(250)

  init(
    _ id: WorkerID,
    _ request: HearthV1.ReadLogRequest,
    _ stream: WorkerLogs.Stream,
    _ jobs: NodeJobs,
    onEnd: @escaping (LogReader) -> Void
  ) throws(UVError) {
    (self.id, self.stream, self.jobs, self.onEnd) = (id, stream, jobs, onEnd)
    follows = request.follows
    follower = LogFollower(
      directory: jobs.folder.log(of: id),
      stream: request.isError ? .error : .out,
      offset: Int(clamping: request.offset)
    )
    timer = try LoopTimer(loop: jobs.loop) { [unowned self] in go() }
    stream.onCancel = { [weak self] _ in self?.end() }
    stream.onWritable = { [weak self] in
      self?.isFull = false
      self?.go()
    }
  }

  /// Reads the next piece, on another thread: the disk may be slow.
  func go() {
    guard !isReading, !isFull, !stream.isOver else { return }
    isReading = true
    // What is gone writes no more; what it wrote last is there by then.
    let isLast = !follows || jobs.isGone(id)
    let follower = follower
    let work = { @Sendable () -> (LogFollower, LogFollower.Piece?) in
      var follower = follower
      let piece = follower.next()
      return (follower, piece)
    }
    do throws(UVError) {
      try jobs.loop.offload(work) { [weak self] in self?.read($0.0, $0.1, isLast) }
    } catch {
      finish(GRPCStatus(.internal, "\(error)"))
    }
  }

  private func read(_ follower: LogFollower, _ piece: LogFollower.Piece?, _ isLast: Bool) {
    isReading = false
    guard !stream.isOver else { return }
    self.follower = follower
    if let piece {
      isFull = !stream.send(.init(offset: UInt64(piece.offset), text: piece.bytes))
      go()
    } else if isLast {
      finish(.ok)
    } else {
      timer?.arm(after: Self.pause)
    }
  }

  private func finish(_ status: GRPCStatus) {
    stream.finish(status)
    end()
  }

  private func end() {
    timer = nil
    onEnd(self)
  }
}
