import Basics
import FleetSpec
import Jobs
import Settings
import Simulator
import Traces

extension JobMixFile {
  /// Reads a mix from disk, or says everything that is wrong with it.
  static func read(from path: String, on fleet: FleetFile) throws(Failure) -> JobMixFile {
    do {
      return try read(try SettingsLaunch.systemFile(path), name: path, on: fleet.topology)
    } catch let error as UnreadableFile {
      throw Failure(.notFound, "\(path) \(error.words)")
    } catch {
      throw Failure(.failed, "\(error)")
    }
  }

  /// The jobs one by one, and the nodes that they may have.
  func mix(on fleet: FleetFile, seed: UInt64) -> JobMix {
    let nodes = fleet.regions.flatMap { region in
      region.nodes.map { node in
        JobMix.Node(
          node.hardware.jobNode(node.name, in: region.name, replicas: node.replicas),
          gpu: node.replicas.lazy.compactMap { $0.gpu.flatMap(GPUModel.named) }.first
        )
      }
    }
    var mix = JobMix(
      nodes: nodes.filter { $0.place.gpuCount > 0 },
      jobs: jobs.enumerated().flatMap { $1.jobs(seed: PRNG.mix(seed ^ UInt64($0))) }
    )
    (mix.settings, mix.sharing) = (fleet.jobs, fleet.sharing)
    return mix
  }

  /// What is lost of the fleet and when, by the seed.
  func outages(on fleet: FleetFile, seed: UInt64, until end: Duration?) -> [Outage] {
    guard let lossesEvery, let end else { return [] }
    return fleet.regions.flatMap(\.nodes).enumerated().flatMap { number, node in
      var random = PRNG(seed: PRNG.mix(seed ^ UInt64(number)), stream: "losses")
      var outages: [Outage] = []
      var at = random.exponential(mean: lossesEvery.inSeconds)
      while at < end.inSeconds {
        outages.append(Outage(.node(node.name), at: Duration(inSeconds: at), for: lossesLast))
        at += lossesLast.inSeconds + random.exponential(mean: lossesEvery.inSeconds)
      }
      return outages
    }
  }
}

extension JobMixFile.Entry {
  fileprivate func jobs(seed: UInt64) -> [SimulatedJob] {
    var random = PRNG(seed: seed, stream: "jobs")
    var arrival = start.inSeconds
    return (1...count).compactMap { number in
      var spec = spec
      if count > 1 {
        guard let name = JobID("\(spec.name)-\(number)") else { return nil }
        spec.name = name
      }
      let mean = work.inSeconds
      var job = SimulatedJob(
        spec,
        arrival: Duration(inSeconds: arrival),
        gpuSeconds: isRandom ? random.logNormal(mean: mean, sigma: 1) : mean
      )
      (job.startTime, job.checkpointTime) = (startTime, checkpointTime)
      arrival += isRandom ? random.exponential(mean: every.inSeconds) : every.inSeconds
      return job
    }
  }
}
