import ArgumentParser
import Client
import HearthMessages
import HearthProto
import RPC
import Wire

struct HealthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Ask one daemon, of any kind, whether it serves.",
    discussion: """
      Agents, nodes and gateways serve while they are attached. The exit code is 0 when the daemon \
      serves, 1 when it does not, 4 when it could not be reached: a container's health check.

      Examples:
        hearth health --address 127.0.0.1:7420
        HEARTH_ADDRESS=eu.example:7410 hearth health
      """
  )

  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let place = connection.place
    let answer = try await connection.connected { client in
      var options = CallOptions()
      options.timeout = .seconds(5)
      do throws(GRPCStatus) {
        return try await client.client(of: place).call(
          GRPCHealthV1.Health.check,
          .init(),
          options: options
        )
      } catch {
        throw Failure(.unreachable, "\(place) can't be reached: \(error.message)")
      }
    }
    guard answer.status == .serving else {
      throw Failure(.failed, "\(place) does not serve: it is not attached, or stops")
    }
    print("\(place) serves")
  }
}
