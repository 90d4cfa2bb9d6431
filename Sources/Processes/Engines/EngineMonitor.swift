import Basics
import EventLoop
import HTTP
import Wire

/// Asks an engine what its ``EngineWatch`` wants to know.
final class EngineMonitor {
  private let client: HTTPClient
  private let host: String
  private let loop: Loop
  private let perform: (EngineWatch.Action) -> Void
  private var shell: MachineShell<EngineWatch>?
  private var timer: LoopTimer?
  private var call: HTTPCall?

  private static let answerTime = Duration.seconds(5)
  private static let bodyBytesMax = 4 << 20

  /// Makes a monitor, which begins to ask at once; `perform` is told what becomes known.
  init(
    _ watch: EngineWatch,
    client: HTTPClient,
    host: String,
    loop: Loop,
    perform: @escaping (EngineWatch.Action) -> Void
  ) throws(UVError) {
    self.client = client
    self.host = host
    self.loop = loop
    self.perform = perform
    shell = try MachineShell(watch, on: loop, timePassed: .timePassed) { [unowned self] action in
      if case .ask(let question) = action { ask(question) } else { self.perform(action) }
    }
  }

  deinit { call?.cancel() }

  /// Whether the engine takes turns.
  var state: EngineState { shell?.machine.state ?? .starting("") }

  /// Tells the watch what happened.
  func post(_ event: EngineWatch.Event) { shell?.post(event) }

  private func ask(_ question: EngineWatch.Question) {
    call?.cancel()
    var fields = HTTPFields()
    fields.append("host", host)
    let call = client.send("GET", question.rawValue, fields)
    self.call = call
    var (status, body, isTooLong) = (0, [UInt8](), false)
    timer = try? LoopTimer(loop: loop, clock: LoopClock()) { [unowned self] in
      let reason = "no answer to \(question.rawValue) within \(Self.answerTime.text)"
      end(.failed(question, reason: reason, isLate: true))
    }
    timer?.arm(after: Self.answerTime)
    call.onHead = { status = $0.status }
    call.onBody = { bytes in
      isTooLong = isTooLong || body.count + bytes.count > Self.bodyBytesMax
      if !isTooLong { body += [UInt8](bytes) }
    }
    call.onEnd = { [unowned self] fault in
      self.call = nil
      if let fault {
        end(.failed(question, reason: fault.reason, isLate: false))
      } else {
        end(.answered(question, status: status, body: isTooLong ? [] : body))
      }
    }
  }

  private func end(_ event: EngineWatch.Event) {
    call?.cancel()
    (call, timer) = (nil, nil)
    post(event)
  }
}
