import Basics

/// Where one rank of an engine publishes what becomes of its KV blocks.
public struct KVSource: Sendable, Hashable {
  /// The ZeroMQ endpoint, such as `tcp://10.0.0.5:5557`.
  public var endpoint = ""
  /// Where it sends missed messages again; nil when it does not.
  public var replay: String?

  /// Makes a source.
  public init(endpoint: String = "", replay: String? = nil) {
    (self.endpoint, self.replay) = (endpoint, replay)
  }
}

/// Reads what vLLM answers to `GET /kv_event_sources`: an array of the ranks' sources, or an object
/// of their settings by rank.
public struct KVSourceReader: JSONVisitor {
  private static let (sourcesMax, textBytesMax) = (64, 256)

  private var sources: [KVSource] = []
  private var source = KVSource()
  private var isOff = false
  private var depth = 0
  private var key = ""
  private var text: [UInt8]?
  private var isSettings = false

  /// Makes a reader.
  public init() {}

  /// The sources in the body of an answer that comes from `host`, a rank each; none when the engine
  /// publishes nothing, nil when it can't be understood.
  ///
  /// Settings that name a host other than `*` have the engine connect there instead of listening:
  /// such a source has an empty endpoint.
  public mutating func sources(in body: Span<UInt8>, host: String) -> [KVSource]? {
    var scanner = JSONScanner()
    do throws(JSONFault) {
      try scanner.take(body, &self)
      try scanner.finish(&self)
    } catch {
      return nil
    }
    return sources.map { source in
      KVSource(
        endpoint: reachable(source.endpoint, host) ?? "",
        replay: source.replay.flatMap { reachable($0, host) ?? $0 }
      )
    }
  }

  /// The endpoint as others reach it; nil when nobody listens there.
  private func reachable(_ endpoint: String, _ host: String) -> String? {
    guard let colon = endpoint.lastIndex(of: ":") else { return nil }
    let port = endpoint[colon...]
    let isWild = ["tcp://*", "tcp://0.0.0.0", "tcp://[::]"].contains(endpoint[..<colon])
    return isWild ? "tcp://\(host)\(port)" : isSettings ? nil : endpoint
  }

  mutating func began(isObject: Bool) {
    depth += 1
    if depth == 1 { isSettings = isObject }
    if depth == 2 { (source, isOff) = (KVSource(), !isObject) }
  }

  mutating func ended() {
    depth -= 1
    guard depth == 1, !isOff, !source.endpoint.isEmpty, sources.count < Self.sourcesMax else {
      return
    }
    sources.append(source)
  }

  mutating func key(_ key: Span<UInt8>) {
    self.key = unsafe key.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }

  mutating func beganString() { text = depth == 2 ? [] : nil }

  mutating func part(_ bytes: Span<UInt8>) {
    guard let count = text?.count else { return }
    for index in bytes.indices.prefix(max(0, Self.textBytesMax - count)) {
      text?.append(bytes[index])
    }
  }

  mutating func endedString() {
    guard let text else { return }
    let value = String(decoding: text, as: UTF8.self)
    switch key {
    case "endpoint": source.endpoint = value
    case "replay_endpoint": source.replay = value
    case "publisher": isOff = isOff || value != "zmq"
    default: break
    }
  }

  mutating func scalar(_ text: Span<UInt8>) {
    if depth == 2, key == "enable_kv_cache_events", text.equals("false") { isOff = true }
  }
}
