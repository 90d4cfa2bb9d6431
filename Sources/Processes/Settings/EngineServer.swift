public import Basics

/// Where an engine serves its API.
public enum EngineAddress: Sendable, Hashable, CustomStringConvertible {
  /// A port.
  case port(NetworkAddress)
  /// A Unix socket, by its path.
  case socket(String)

  /// Longest path of a Unix socket, in bytes.
  static let pathBytesMax = 107

  /// Reads `host:port` or `unix:/path`; nil for anything else.
  public init?(_ text: String) {
    if text.hasPrefix("unix:") {
      let path = text.dropFirst(5)
      guard path.hasPrefix("/"), path.utf8.count <= Self.pathBytesMax,
        path.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F })
      else { return nil }
      self = .socket(String(path))
    } else {
      guard let address = NetworkAddress(text) else { return nil }
      self = .port(address)
    }
  }

  /// The address as it is written.
  public var description: String {
    switch self {
    case .port(let address): address.description
    case .socket(let path): "unix:" + path
    }
  }

  /// Whether only processes of this machine reach it.
  public var isLocal: Bool {
    switch self {
    case .port(let address):
      address.host == "localhost" || address.host == "::1" || address.host.hasPrefix("127.")
    case .socket: true
    }
  }
}

/// The server with an OpenAI-compatible API that runs a replica's model.
public struct EngineServer: Sendable, Hashable {
  /// Where it serves; nil for a free port of this machine, if it is started, and else for none.
  public var address: EngineAddress?
  /// What starts it, in words; empty for one that runs by itself.
  public var command: [String] = []
  /// What it calls the model; nil where that is what the fleet does.
  public var model: String?
  /// Where it publishes its KV events, a rank each; empty where it is asked.
  public var kvEventsAt: [NetworkAddress] = []
  /// Where each rank sends missed events again; empty where none does.
  public var kvReplayAt: [NetworkAddress] = []
  /// LoRA adapters of the model: where the engine finds each.
  public var adapters: [AdapterID: String] = [:]
  /// Most of them that are loaded at a time.
  public var adapterSlots = 8

  /// Makes the settings of no engine, which is simulated.
  public init() {}

  /// Whether there is a server: it runs, or is started.
  public var isReal: Bool { address != nil || !command.isEmpty }

  /// The words that start it where it is to serve at `address`.
  public func command(at address: EngineAddress) -> [String] {
    let parts: [(String, String)] =
      switch address {
      case .port(let address): [("{host}", address.host), ("{port}", "\(address.port)")]
      case .socket(let path): [("{socket}", path)]
      }
    return command.map { word in
      parts.reduce(word) {
        $0.split(separator: $1.0, omittingEmptySubsequences: false)
          .joined(separator: $1.1)
      }
    }
  }
}

extension EngineServer: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    [
      .init(
        "engine",
        \.address,
        .optional(.engineAddress),
        default: "none: the engine is simulated",
        "Where a server with an OpenAI-compatible API runs the model, such as vLLM or llama.cpp: "
          + "host:port or unix:/path."
      ),
      .init(
        "engineCommand",
        \.command,
        .list(of: .text("text")),
        use: .processes,
        "The words that start such a server, on this machine: the node keeps it running. {host}, "
          + "{port} and {socket} stand for the parts of its address, by default a free port."
      ),
      .init(
        "engineModel",
        \.model,
        .optional(.text("text")),
        default: "the model's name",
        use: .processes,
        "What the server calls the model."
      ),
      .init(
        "kvEventsAt",
        \.kvEventsAt,
        .list(of: .address),
        use: .processes,
        "Where the server publishes its KV events over ZeroMQ, a rank each; vLLM says it when "
          + "asked."
      ),
      .init(
        "kvReplayAt",
        \.kvReplayAt,
        .list(of: .address),
        use: .processes,
        "Where each rank of kvEventsAt sends missed events again, in the same order."
      ),
      .init(
        "adapters",
        \.adapters,
        .named(.text("text")),
        use: .processes,
        "LoRA adapters that the server may load: where it finds each, such as {legal: /srv/legal}."
      ),
      .init(
        "adapterSlots",
        \.adapterSlots,
        .integer(in: 1...1024),
        use: .processes,
        "Most of these adapters that are loaded at a time; the one unused for longest makes room."
      ),
    ]
  }
}

extension SettingsKind where Value == EngineAddress {
  /// Where an engine serves.
  static var engineAddress: Self {
    .scalar("host:port or unix:/path", text: \.description) { text throws(WrongText) in
      guard let value = EngineAddress(text) else {
        throw WrongText("is not an address (try 127.0.0.1:8000 or unix:/run/engine.sock)")
      }
      return value
    }
  }
}

/// Checks what starts an engine.
func check(_ engine: EngineServer, at place: [SettingsStep], _ scope: SettingsScope) {
  if case .port(let address) = engine.address, address.port == 0 {
    scope.fail(place + ["engine"], "needs a port above 0")
  }
  let (ranks, replays) = (engine.kvEventsAt.count, engine.kvReplayAt.count)
  if ranks > 0, !engine.isReal {
    scope.fail(place + ["kvEventsAt"], "needs an address under engine: simulated ones need none")
  }
  if replays > 0, replays != ranks {
    scope.fail(
      place + ["kvReplayAt"],
      "has \(replays) addresses for the \(ranks) of kvEventsAt: one for each, or none"
    )
  }
  guard !engine.command.isEmpty else { return }
  if let address = engine.address, !address.isLocal {
    scope.fail(
      place + ["engine"],
      "is not on this machine, where engineCommand starts it (try 127.0.0.1:8000)"
    )
  }
  if engine.address == nil, !engine.command.contains(where: { $0.contains("{port}") }) {
    scope.fail(
      place + ["engineCommand"],
      "needs {port} where the server is told its port, or an address under engine"
    )
  }
}
