import Basics
import EventLoop
import HTTP
import Logging
import Wire

extension HTTPExchange {
  /// What the log says of every request.
  func metadata(
    _ id: String?,
    status: Int,
    _ client: GatewayClient?,
    _ why: String?
  ) -> Logger.Metadata {
    var metadata: Logger.Metadata = [
      "status": .string(String(status)), "path": .string(String(head.path.prefix(100))),
      "time": .string(began.duration(to: LoopClock().now).text),
    ]
    if let id { metadata["request"] = .string(id) }
    if let why { metadata["why"] = .string(why) }
    if let client, !client.keyName.isEmpty {
      metadata["key"] = .string(client.keyName)
      metadata["tenant"] = .string(client.tenant)
    }
    return metadata
  }
}
