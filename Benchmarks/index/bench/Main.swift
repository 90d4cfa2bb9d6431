import Glibc

/// The prefix index and whole decisions at fleet scale; one measurement a process, its result one
/// line of JSON.
@main
struct Main {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    let numbers = arguments.dropFirst().compactMap { Int($0) }.filter { $0 > 0 }
    switch (arguments.first, numbers.count, arguments.count) {
    case ("events", 3, 4):
      EventBench(replicas: numbers[0], pairs: numbers[1], holders: numbers[2]).run()
    case ("match", 3, 4):
      MatchBench(replicas: numbers[0], pairs: numbers[1], holders: numbers[2]).run()
    case ("decide", 3, 5):
      var bench = PlacementBench(
        policy: arguments[2],
        replicas: numbers[0],
        promptTokens: numbers[1],
        pairsEach: numbers[2]
      )
      bench.run()
    default:
      fail(
        """
        usage: index-bench events|match <replicas> <pairs> <holders of a block>
               index-bench decide <policy> <replicas> <prompt tokens> <pairs of a replica>
        """
      )
    }
  }
}

/// Ends the process with words on standard error.
func fail(_ words: String) -> Never {
  _ = (words + "\n").withCString { write(STDERR_FILENO, $0, strlen($0)) }
  exit(1)
}

/// Prints figures as a line of JSON.
func report(_ figures: KeyValuePairs<String, Double>) {
  let fields = figures.map { "\"\($0.key)\": \($0.value)" }
  print("{\(fields.joined(separator: ", "))}")
}

/// Seconds of the monotonic clock.
func seconds() -> Double { seconds(CLOCK_MONOTONIC) }

/// Seconds of processor time of this thread: what a rate on one core is counted in.
func processorSeconds() -> Double { seconds(CLOCK_THREAD_CPUTIME_ID) }

private func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Bytes of memory of this process that are in use, from /proc/self/statm.
func residentBytes() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { fail("no /proc/self/statm") }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 128)
  guard fgets(&line, CInt(line.count), file) != nil else { fail("/proc/self/statm is empty") }
  let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
  let fields = text.split(separator: " ")
  guard fields.count > 1, let pages = Int(fields[1]) else { fail("what is \(text)?") }
  return pages * sysconf(CInt(_SC_PAGESIZE))
}
