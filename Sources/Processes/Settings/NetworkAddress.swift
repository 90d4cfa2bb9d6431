import Basics

/// Where a process listens or is reached: a host, by name or number, and a port.
public struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
  /// Name or address; an IPv6 address without brackets.
  public let host: String
  /// From 0 to 65,535; 0 lets the system choose where a process listens.
  public let port: Int

  /// Makes an address.
  public init(host: String, port: UInt16) {
    self.host = host
    self.port = Int(port)
  }

  /// Reads `host:port` or `[::1]:port`; nil for anything else.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard digits.first != "+", let port = UInt16(digits) else { return nil }
    var host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = host.dropFirst().dropLast() }
    let allowed = host.utf8.allSatisfy { byte in
      let letter = byte | 0x20
      return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        || (isBracketed && (byte == UInt8(ascii: ":") || byte == UInt8(ascii: "%")))
    }
    guard allowed, (1...255).contains(host.utf8.count) else { return nil }
    self.init(host: String(host), port: port)
  }

  /// Whether only this machine can reach it.
  public var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" || host == "localhost" }

  /// The address as it is written: `host:port`.
  public var description: String {
    hostAndPort(host, port)
  }
}

extension SettingsKind where Value == NetworkAddress {
  /// A host and a port.
  static var address: Self {
    .scalar("host:port", text: \.description) { text throws(WrongText) in
      guard let value = NetworkAddress(text) else {
        throw WrongText("is not an address (try 127.0.0.1:7400)")
      }
      return value
    }
  }
}
