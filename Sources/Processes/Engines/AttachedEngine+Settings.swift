public import Transcripts

extension AttachedEngine {
  /// Where a server is, and what it is asked for.
  public struct Settings: Sendable {
    /// `host:port`, or `unix:/path`.
    public var address: String
    /// What it calls the model.
    public var model: String
    /// Whether it has as many KV blocks as it says.
    public var sizesCache = true
    /// LoRA adapters that it may load, and where it finds each.
    public var adapters: [String: String] = [:]
    /// Most of them that are loaded at a time.
    public var adapterSlots = 8
    /// Whether it is heard what it tells of its KV blocks.
    public var kvEvents = true
    /// Where it tells that, a rank each; empty where it is asked.
    public var kvSources: [KVSource] = []
    /// What starts it; empty where it runs by itself.
    public var command: [String] = []
    /// A program that runs commands under guard; see `ProcessGuard`.
    public var guardProgram = "/proc/self/exe"

    /// Makes the settings of a server that runs by itself.
    public init(address: String, model: String) {
      self.address = address
      self.model = model
    }
  }
}
