import Basics
@testable import Checkpointing
import Testing

@Suite("Interval between checkpoints")
struct IntervalTests {
  @Test("The interval is Daly's, near Young's where pauses are short")
  func interval() throws {
    // √(2 · 3 · 86400) = 720 s; ratio 1.736e-5: 720 · (1 + 0.001389 + 0.0000019) - 3.
    let day = Duration.seconds(86_400)
    let best = try #require(CheckpointInterval.best(pause: .seconds(3), meanTimeToFailure: day))
    #expect(abs(best.inSeconds - 718.001) < 0.001)
    // A pause of 2 M is as long as failures are apart.
    let hour = Duration.seconds(3_600)
    #expect(CheckpointInterval.best(pause: .seconds(7_200), meanTimeToFailure: hour) == hour)
    #expect(CheckpointInterval.best(pause: .zero, meanTimeToFailure: day) == nil)
    #expect(CheckpointInterval.best(pause: .seconds(1), meanTimeToFailure: .zero) == nil)
  }

  @Test("No interval loses less than the suggested one")
  func isBest() throws {
    for (pause, mean) in [(1.0, 600.0), (3, 86_400), (60, 7_200), (600, 3_600)] {
      let (pause, mean) = (Duration(inSeconds: pause), Duration(inSeconds: mean))
      let best = try #require(CheckpointInterval.best(pause: pause, meanTimeToFailure: mean))
      func lost(_ factor: Double) -> Double {
        CheckpointInterval.lostShare(
          interval: Duration(inSeconds: best.inSeconds * factor),
          pause: pause,
          restart: .seconds(5),
          meanTimeToFailure: mean
        )
      }
      for factor in [0.25, 0.5, 0.8, 1.25, 2, 4] { #expect(lost(1) < lost(factor)) }
    }
  }

  @Test("A job on more nodes fails more often; one that never failed did so at most once")
  func failures() {
    let watched = Duration.seconds(1_000_000)
    #expect(
      CheckpointInterval.meanTimeToFailure(failures: 4, watched: watched, nodes: 10)
        == .seconds(25_000)
    )
    #expect(
      CheckpointInterval.meanTimeToFailure(failures: 0, watched: watched, nodes: 1) == watched
    )
  }
}

@Suite("Signals that ask for a checkpoint")
struct SignalPlanTests {
  @Test("By default the group gets SIGTERM, and SIGKILL once its grace is over")
  func term() {
    let plan = SignalPlan(grace: .seconds(30))
    #expect(
      plan.steps(for: .end) == [
        .init(after: .zero, signal: .term, target: .group),
        .init(after: .seconds(30), signal: .kill, target: .group),
      ]
    )
    #expect(plan.steps(for: .checkpoint).isEmpty)
  }

  @Test("SIGUSR1 goes to the named workers alone, and SIGTERM after it")
  func usr1() throws {
    let plan = try SignalPlan(.usr1, toWorkers: [0], of: 2, grace: .seconds(10))
    #expect(
      plan.steps(for: .checkpoint) == [.init(after: .zero, signal: .usr1, target: .workers([0]))]
    )
    #expect(plan.steps(for: .end).map(\.signal) == [.usr1, .term, .kill])
    #expect(plan.steps(for: .end).map(\.target) == [.workers([0]), .group, .group])
  }

  @Test("SIGUSR1 to nobody, to a worker that is not there, and SIGTERM to some are refused")
  func refused() {
    func fault(_ signal: SignalPlan.Signal, _ ranks: [Int]) -> String {
      do throws(SignalPlan.Fault) {
        _ = try SignalPlan(signal, toWorkers: ranks, of: 2, grace: .zero)
        return ""
      } catch { return error.description }
    }
    #expect(fault(.usr1, []).contains("orphans its workers: name the workers that handle it"))
    #expect(fault(.usr2, [2]) == "worker 2 is none of the job's 2, from 0")
    #expect(fault(.term, [0]).contains("goes to the whole group"))
    #expect(fault(.kill, [0]).contains("goes to the whole group"))
  }

  @Test("An exit after our signal is never a failure")
  func endings() {
    for exit in [SignalPlan.Exit.status(0), .status(1), .status(143), .signal(15), .signal(9)] {
      #expect(SignalPlan.ending(of: exit, wasSignalled: true) == .stopped)
    }
    #expect(SignalPlan.ending(of: .status(0), wasSignalled: false) == .finished)
    #expect(SignalPlan.ending(of: .status(1), wasSignalled: false) == .failed(.status(1)))
    #expect(SignalPlan.ending(of: .signal(11), wasSignalled: false) == .failed(.signal(11)))
  }
}

@Suite("Watch for checkpoints of programs")
struct CheckpointWatchTests {
  private func entry(_ path: String, _ bytes: Int, _ modified: Int64 = 1) -> CheckpointWatch.Entry {
    .init(path: path, bytes: bytes, modified: modified, inode: 7)
  }

  private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

  @Test("One is complete once its marker is there and nothing has changed for a while")
  func marker() {
    var watch = CheckpointWatch(.marker("done"), settle: .seconds(2))
    #expect(watch.look(["a": [entry("model", 5)]], at: at(0)).isEmpty)
    #expect(watch.look(["a": [entry("model", 5)]], at: at(9)).isEmpty)
    let whole = ["a": [entry("done", 0), entry("model", 5)]]
    #expect(watch.look(whole, at: at(10)).isEmpty)
    #expect(watch.look(whole, at: at(11)).isEmpty)
    #expect(watch.look(["a": [entry("done", 0), entry("model", 6)]], at: at(12)).isEmpty)
    #expect(watch.look(["a": [entry("done", 0), entry("model", 6)]], at: at(13)).isEmpty)
    #expect(watch.look(["a": [entry("done", 0), entry("model", 6)]], at: at(14)) == ["a"])
    #expect(watch.look(["a": [entry("done", 0), entry("model", 6)]], at: at(15)).isEmpty)
  }

  @Test("One that is renamed when it is complete is not looked at before; older ones come first")
  func renamed() {
    var watch = CheckpointWatch(.renamed(prefix: "checkpoint-"), settle: .zero)
    let listing = [
      "tmp-checkpoint-9": [entry("model", 5)], "checkpoint-10": [entry("model", 5, 10)],
      "checkpoint-9": [entry("model", 5, 9)], "checkpoint-8": [],
    ]
    #expect(watch.look(listing, at: at(0)).isEmpty)
    #expect(watch.look(listing, at: at(1)) == ["checkpoint-9", "checkpoint-10"])
    watch.retry("checkpoint-9", at: at(1))
    #expect(watch.look(listing, at: at(2)) == ["checkpoint-9"])
  }
}
