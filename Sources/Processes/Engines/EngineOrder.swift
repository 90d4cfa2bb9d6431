import Basics
import EventLoop
import HTTP
import Transcripts
import Wire

/// Something that an engine is told to do, until it has answered or time runs out.
final class EngineOrder {
  private var call: HTTPCall?
  private var timer: LoopTimer?
  private var onEnd: ((String?) -> Void)?

  private static let answerTime = Duration.seconds(120)
  private static let bodyBytesMax = 16 << 10

  /// Posts `body`; `done` is told why that failed, in words, or nil, once and later than this call.
  init(
    _ path: String,
    _ body: String,
    client: HTTPClient,
    host: String,
    loop: Loop,
    done: @escaping (String?) -> Void
  ) {
    onEnd = done
    var fields = HTTPFields()
    fields.append("host", host)
    fields.append("content-type", "application/json")
    let call = client.send("POST", path, fields, body: Array(body.utf8))
    self.call = call
    var (status, answer) = (0, [UInt8]())
    call.onHead = { status = $0.status }
    call.onBody = { bytes in
      answer += [UInt8](bytes.extracting(first: min(bytes.count, Self.bodyBytesMax - answer.count)))
    }
    call.onEnd = { [unowned self] fault in
      self.call = nil
      if let fault { return end(fault.reason) }
      guard !(200..<300).contains(status) else { return end(nil) }
      var reader = ErrorReader()
      let said = reader.message(in: answer.span).map { ": " + $0.prefix(200) } ?? ""
      end("it answers \(status) to \(path)\(said)")
    }
    timer = try? LoopTimer(loop: loop, clock: LoopClock()) { [unowned self] in
      self.call?.cancel()
      end("no answer to \(path) within \(Self.answerTime.text)")
    }
    timer?.arm(after: Self.answerTime)
  }

  deinit { call?.cancel() }

  private func end(_ failure: String?) {
    let onEnd = onEnd
    (self.onEnd, timer) = (nil, nil)
    onEnd?(failure)
  }
}
