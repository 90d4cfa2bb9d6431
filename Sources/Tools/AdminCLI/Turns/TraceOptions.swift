import ArgumentParser

/// What a command is told of its trace that the trace does not say.
struct TraceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Tokens in a block of the trace, one for each of its hash_ids. (default: 512, Bailian's 16)",
      valueName: "count"
    )
  )
  var blockTokens: Int?

  func validate() throws {
    if let blockTokens, !(1...65_536).contains(blockTokens) {
      throw ValidationError("--block-tokens is from 1 to 65536")
    }
  }
}
