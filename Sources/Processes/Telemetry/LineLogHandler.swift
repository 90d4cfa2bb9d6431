public import Logging

/// Sends what one logger says to the writer of the process.
public struct LineLogHandler: LogHandler {
  /// The lowest level that is logged.
  public var logLevel = Logger.Level.info
  /// What every line says besides its own.
  public var metadata: Logger.Metadata = [:]
  /// What the task at hand says besides.
  public var metadataProvider: Logger.MetadataProvider?

  private let label: String
  private let writer: LogWriter

  /// Makes the handler of the logger called `label`.
  public init(label: String, writer: LogWriter) {
    self.label = label
    self.writer = writer
  }

  /// The value of one key that every line has.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes one line, or drops it where the writer is full.
  public func log(event: LogEvent) {
    // What most lines say is all their own, and costs no merging.
    var all = event.metadata ?? [:]
    if let provided = metadataProvider?.get() { all.merge(provided) { own, _ in own } }
    if !metadata.isEmpty { all.merge(metadata) { own, _ in own } }
    if let error = event.error { all["error"] = .string(String(describing: error)) }
    writer.write(event.level, label, event.message.description, all)
  }
}
