import ArgumentParser
import EventLoop
import Foundation
import Settings

struct DevCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dev",
    abstract: "Start a whole fleet on this machine, each part a process of its own.",
    discussion: """
      Logs of all processes come with the name of each. Ctrl-C stops them all; they end as well when \
      this command is killed.
      """
  )

  @Option(name: .shortAndLong, help: "What the fleet is.") var file = "fleet.yaml"
  @Option(help: "Where the control plane listens, if the file does not say.")
  var listen = "127.0.0.1:7400"

  @Option(help: "A file that is written with the control plane's address once that is known.")
  var addressFile: String?

  func validate() throws {
    guard NetworkAddress(listen) != nil else {
      throw ValidationError("--listen: \"\(listen)\" is no address (try 127.0.0.1:7400)")
    }
  }

  func run() async throws {
    let fleet = try FleetFile.read(from: file)
    guard let listen = NetworkAddress(listen) else { return }
    let addressFile = addressFile
    let ended = AsyncStream<Failure?>.makeStream()
    let thread = try await LoopThread.start(name: "hearth-dev") { loop in
      try DevFleet(fleet, listen: listen, addressFile: addressFile, loop: loop) { failure in
        ended.continuation.yield(failure)
      }
    }
    var failure: Failure?
    for await end in ended.stream {
      failure = end
      break
    }
    await thread.stop()
    if let failure { throw failure }
  }
}
