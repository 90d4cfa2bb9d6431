import ArgumentParser
import Basics
import Coordination
import EventLoop
import HearthMessages
import HearthProto

struct ChatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat",
    abstract: "Talk to the fleet: each line is a turn of one conversation.",
    discussion: "A simulated fleet answers in words that no model made; where and when is real."
  )

  @OptionGroup var connection: ConnectionOptions
  @Option(help: "The model; may be left out when the fleet serves one.") var model: String?
  @Option(help: "The region where you are.") var origin = ""
  @Option(help: "Most tokens of an answer.") var tokens = 400

  func validate() throws {
    guard (1...1_000_000).contains(tokens) else {
      throw ValidationError("--tokens is from 1 to 1000000")
    }
  }

  func run() async throws {
    try await connection.connected { fleet in
      let serving = try await Serving(of: fleet, model: model)
      let status = try await fleet.ask(HearthV1.Admin.getStatus, .init())
      let origin = try origin.isEmpty ? "" : resolve(origin, "region", among: serving.regions)
      let runner = TurnRunner(fleet: fleet, clock: LoopClock(rate: status.timeScale))
      var conversation = ""
      var number = 0
      while true {
        if Terminal.isInteractive { Terminal.write("> ") }
        guard let line = readLine() else { break }
        guard !line.isEmpty else { continue }
        number += 1
        conversation += "user: \(line)\nassistant: "
        let turn = TurnRequest(
          text: conversation,
          id: "chat/\(number)",
          model: serving.model,
          origin: origin,
          blockTokens: serving.blockTokens,
          outputTokensMax: tokens
        )
        var answer = ""
        let outcome = await runner.run(turn) { piece in
          answer += piece.text
          Terminal.write(piece.text)
        }
        Terminal.write("\n")
        conversation += answer + "\n"
        try tell(outcome, turn)
      }
    }
  }

  private func tell(_ outcome: TurnMachine.Outcome, _ turn: TurnRequest) throws(Failure) {
    switch outcome {
    case .completed(let done):
      let rate = done.timePerOutputToken.map { ", \(Int((1 / $0.inSeconds).rounded())) tokens/s" }
      let note =
        "\(done.placement.replica) in \(done.placement.region): \(done.usage.cachedTokens) of "
        + "\(turn.promptTokens) tokens cached, first token after \(done.timeToFirstToken.text)"
        + (rate ?? "")
      Terminal.write(Terminal.dim(note) + "\n")
    case .refused(let refusal): throw Failure(.refused, refusal.message)
    case .failed(_, let message): throw Failure(.failed, message)
    }
  }
}
