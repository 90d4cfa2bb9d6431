/// A call or an import that some folders must do without.
struct Ban {
  /// The folders, from the package's root.
  let folders: [String]
  let pattern: Regex<Substring>
  /// What is wrong with it there.
  let reason: String

  private init(folders: [String], pattern: Regex<Substring>, reason: String) {
    self.folders = folders
    // By default a word goes on after a dot.
    self.pattern = pattern.wordBoundaryKind(.simple)
    self.reason = reason
  }

  private static let sources = ["Sources"]
  private static let core = ["Sources/Core"]
  private static let daemons = ["Sources/Core", "Sources/Wire", "Sources/Processes"]

  static var all: [Ban] {
    [
      Ban(folders: sources, pattern: /\bfatalError\b/, reason: "fatalError: say what is wrong"),
      Ban(
        folders: sources,
        pattern: /[\w)\]]!(?![=\w])/,
        reason: "a forced unwrap, try or cast may end the process"
      ),
      Ban(
        folders: daemons,
        pattern: /\bimport Foundation\b/,
        reason: "Foundation takes a daemon past its memory"
      ),
      Ban(
        folders: daemons,
        pattern: /\b(?:print|debugPrint|dump)\(/,
        reason: "daemons log, they do not print"
      ),
      Ban(
        folders: daemons,
        // A task that sleeps holds nothing up.
        pattern: /(?:^|[^.\w])(?:u|nano)?sleep\(/,
        reason: "a loop never sleeps"
      ),
      Ban(
        folders: core,
        pattern: /\b(?:Continuous|Suspending)Clock\b|\bclock_gettime\b/,
        reason: "pure modules read no clock: take the instant as an argument"
      ),
      Ban(
        folders: core,
        pattern: /\.random\(|\bSystemRandomNumberGenerator\b|\.shuffled\(\)|\.randomElement\(\)/,
        reason: "pure modules draw no randomness: take a PRNG"
      ),
      Ban(
        folders: core,
        pattern: /\bimport (?:Glibc|Synchronization|Dispatch)\b|\bTask\b/,
        reason: "pure modules do no I/O and have no threads"
      ),
    ]
  }
}
