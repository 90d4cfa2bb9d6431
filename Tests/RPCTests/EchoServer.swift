import HearthMessages
import HearthProto
import Logging
import RPC
import Wire

typealias Kinds = HearthTestingV1.Kinds
typealias Echo = HearthTestingV1.Echo

/// A logger that says nothing.
let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

extension Server {
  /// Serves hearth.testing.v1.Echo as its comments say.
  func serveEcho() {
    serveUnary()
    serveCollect()
    serveExpand()
    serveConverse()
  }

  func serveUnary() {
    handle(Echo.unary) { request, _ throws(GRPCStatus) in request }
  }

  func serveCollect() {
    handleStream(Echo.collect) { call in
      var last: Kinds?
      call.onMessage = { last = $0 }
      call.onEnd = { [unowned call] in
        if let last { call.send(last) }
        call.finish(.ok)
      }
    }
  }

  func serveExpand() {
    handleStream(Echo.expand) { call in
      call.onMessage = { [unowned call] message in
        var left = message.uint32
        let send = { [unowned call] in
          while left > 0 {
            left -= 1
            guard call.send(message) else { break }
          }
          if left == 0 { call.finish(.ok) }
        }
        call.onWritable = send
        send()
      }
    }
  }

  func serveConverse() {
    handleStream(Echo.converse) { call in
      call.onMessage = { [unowned call] message in
        if !call.send(message) { call.pause() }
      }
      call.onWritable = { [unowned call] in call.resume() }
      call.onEnd = { [unowned call] in call.finish(.ok) }
    }
  }
}
