/// An address as people write it: `host:port`, with brackets about a host of IPv6.
public func hostAndPort(_ host: String, _ port: Int) -> String {
  host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
}
