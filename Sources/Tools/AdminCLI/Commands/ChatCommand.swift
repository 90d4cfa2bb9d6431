import ArgumentParser
import Basics
import Client
import EventLoop
import HearthMessages
import HearthProto
import Synchronization

struct ChatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat",
    abstract: "Talk to the fleet: each line is a turn of one conversation.",
    discussion: """
      A simulated fleet answers in made-up words; the routing and the timing are real. Ctrl-C \
      stops an answer; between answers, Ctrl-C or Ctrl-D ends the chat. When input comes from a \
      pipe, each turn is shown with its answer, and the first turn that fails ends the chat. The \
      arrows, Home, End, Ctrl-A, E, K, U and W edit the line; up and down bring earlier ones back. \
      While the fleet is at capacity a turn comes back when it is told to, three times at most, and \
      keeps its place. Times are the fleet's.

      Exit codes: 0 done, 1 an answer broke off, 2 a turn was refused.

      Examples:
        hearth chat --origin ap-south
        printf 'hello\\nand again\\n' | hearth chat --tokens 50
      """
  )

  @Option(
    help: ArgumentHelp("The model; optional when the fleet serves only one.", valueName: "name"),
    completion: FleetNames.models
  )
  var model: String?
  @Option(
    help: ArgumentHelp("The region you are in.", valueName: "region"),
    completion: FleetNames.regions
  )
  var origin: String?
  @Option(
    help: ArgumentHelp(
      "Instructions that the conversation starts with; \"\" for none. (default: some that are "
        + "long enough to be cached)",
      valueName: "text"
    )
  )
  var system: String?
  @Option(help: ArgumentHelp("The most tokens an answer may have.", valueName: "count"))
  var tokens = 400
  @OptionGroup var options: TurnOptions
  @OptionGroup var retries: RetryOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard (1...1_000_000).contains(tokens) else {
      throw ValidationError("--tokens must be from 1 to 1000000")
    }
  }

  func run() async throws {
    let answering = Answering()
    try await connection.connected(interrupted: { answering.interrupt() }) { fleet in
      let serving = try await Serving(of: fleet, model: model)
      let (_, clock) = try await fleet.statusAndClock()
      var from = ""
      if let origin { from = try await fleet.region(origin) }
      var settings = retries.settings
      settings.returnsMax = 3
      let runner = TurnRunner(fleet: fleet, clock: clock, settings: settings)
      let isTalk = Terminal.isInteractive
      let run = TurnRequest.runName("chat")
      var conversation = Conversation(instructions: system ?? Conversation.instructions)
      var reader = LineReader()
      var number = 0
      while true {
        guard let line = isTalk ? reader.line(prompt: "> ") : readLine() else { break }
        guard !line.isEmpty else { continue }
        if !isTalk { Terminal.write("> \(Terminal.safe(line))\n") }
        number += 1
        conversation.ask(line)
        var turn = TurnRequest(
          text: conversation.prompt,
          id: "\(run)/\(number)",
          model: serving.model,
          tenant: "chat",
          origin: from,
          blockTokens: serving.blockTokens,
          outputTokensMax: tokens
        )
        options.apply(to: &turn)
        let (answer, outcome) = await answering.answer(turn, by: runner)
        Terminal.write("\n")
        conversation.answer(answer)
        do throws(Failure) {
          try Self.tell(outcome, turn)
        } catch {
          guard isTalk else { throw error }
          Terminal.complain(error.message)
        }
      }
      if isTalk { Terminal.write("\n") }
    }
  }

  private static func tell(
    _ outcome: TurnMachine.Outcome,
    _ turn: TurnRequest
  ) throws(Failure) {
    switch outcome {
    case .completed(let done):
      let rate = done.timePerOutputToken.map {
        ", \(Int(min(1e9, 1 / max(1e-9, $0.inSeconds)).rounded())) tokens/s"
      }
      let note =
        "[\(done.placement.replica) in \(done.placement.region): \(done.usage.cachedTokens) of "
        + "\(count(turn.promptTokens, "token")) cached, first token after "
        + "\(done.timeToFirstToken.text)\(rate ?? "")]"
      Terminal.write(Terminal.dim(Terminal.safe(note)) + "\n")
    case .refused(let refusal): throw Failure(.refused, refusal.message)
    case .failed(let code, let message):
      throw Failure(.failed, code == 1 ? "the answer was stopped" : message)
    }
  }
}

/// The answer that is on its way, which Ctrl-C stops.
private final class Answering: Sendable {
  private typealias Answer = Task<(text: String, outcome: TurnMachine.Outcome), Never>

  private let current = Mutex<Answer?>(nil)

  /// Streams the answer to standard output.
  func answer(
    _ turn: TurnRequest,
    by runner: TurnRunner
  ) async -> (text: String, outcome: TurnMachine.Outcome) {
    let task = Answer {
      var text = ""
      let outcome = await runner.run(
        turn,
        show: { piece in
          text += piece.text
          Terminal.write(Terminal.safe(piece.text, lines: true))
        },
        startAgain: {
          text = ""
          Terminal.write(Terminal.dim("\n[the node was lost: the answer begins again]") + "\n")
        }
      )
      return (text, outcome)
    }
    current.withLock { $0 = task }
    defer { current.withLock { $0 = nil } }
    return await task.value
  }

  func interrupt() {
    guard Terminal.isInteractive, let task = current.withLock({ $0 }) else {
      Terminal.write("\n")
      Terminal.interrupted("the chat was stopped")
    }
    task.cancel()
  }
}
