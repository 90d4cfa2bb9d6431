import Basics
import FleetSpec
import Routing
import Simulator
import Testing
import Traces

@Suite(.timeLimit(.minutes(5)))
struct CalibrationTests {
  @Test(arguments: [0.6, 1, 1.5])
  func `true speeds of engines are found from a trace`(_ speed: Double) throws {
    for gap in [200, 100] {
      let specs = try SmallFleet.specs(count: 2)
      let turns = try SmallFleet.turns(900, every: .milliseconds(gap))
      var settings = SimulatorSettings()
      settings.speeds = [specs[0].id: speed, specs[1].id: speed]
      let result = try SmallFleet.run(specs, turns, settings)
      for found in result.calibrations {
        #expect(found.prefill.count > 100, "each \(gap) ms: \(found.prefill)")
        #expect(abs(found.prefill.value / speed - 1) < 0.08, "each \(gap) ms: \(found.prefill)")
        guard found.decode.count > 100 else { continue }
        #expect(abs(found.decode.value / speed - 1) < 0.05, "each \(gap) ms: \(found.decode)")
      }
    }
  }

  @Test func `each replica is found as fast as it is, and no other`() throws {
    let specs = try SmallFleet.specs(count: 4)
    let turns = try SmallFleet.turns(1500, every: .milliseconds(60))
    var settings = SimulatorSettings()
    let speeds = [1, 0.5, 1.4, 0.8]
    for (spec, speed) in zip(specs, speeds) { settings.speeds[spec.id] = speed }
    let result = try SmallFleet.run(specs, turns, settings)
    for (found, speed) in zip(result.calibrations, speeds) {
      #expect(abs(found.prefill.value / speed - 1) < 0.15, "\(speed): \(found.prefill)")
    }
    settings.calibrates = false
    let blind = try SmallFleet.run(specs, turns, settings)
    #expect(blind.calibrations.allSatisfy { $0.prefill.count == 0 && $0.decode.count == 0 })
  }

  @Test func `where some engines run at half speed, knowing it serves more turns well`() throws {
    let specs = try SmallFleet.specs(count: 6)
    var settings = SimulatorSettings()
    for spec in specs.prefix(3) { settings.speeds[spec.id] = 0.5 }
    // What waits goes where there is room, which tells fast from slow as well.
    settings.holdsTurns = false
    var (knowing, blind) = (0, 0)
    for gap in [25, 30, 40] {
      let turns = try SmallFleet.turns(1500, every: .milliseconds(gap), seed: 5)
      settings.calibrates = true
      knowing += try SmallFleet.run(specs, turns, settings).report.goodCount
      settings.calibrates = false
      blind += try SmallFleet.run(specs, turns, settings).report.goodCount
    }
    #expect(knowing > blind, "\(knowing) and \(blind)")
  }
}
