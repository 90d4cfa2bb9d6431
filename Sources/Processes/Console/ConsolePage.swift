/// The files of the console, as browsers ask for them.
public enum ConsolePage {
  /// A file and what it is.
  public struct File: Sendable {
    /// Its media type.
    public let contentType: String
    /// All of it.
    public let bytes: [UInt8]
  }

  /// What the page may do: ask whence it came, and nothing else.
  public static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  /// By their paths.
  public static let files: [String: File] = [
    "/": File(contentType: "text/html; charset=utf-8", bytes: PackageResources.index_html),
    "/console.css": File(
      contentType: "text/css; charset=utf-8",
      bytes: PackageResources.console_css
    ),
  ].merging(
    [
      "/charts.js": PackageResources.charts_js, "/console.js": PackageResources.console_js,
      "/decisions.js": PackageResources.decisions_js, "/map.js": PackageResources.map_js,
      "/page.js": PackageResources.page_js,
    ].mapValues { File(contentType: "text/javascript; charset=utf-8", bytes: $0) }
  ) { first, _ in first }
}
