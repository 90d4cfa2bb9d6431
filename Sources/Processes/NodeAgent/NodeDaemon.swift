import Basics
import Coordination
public import Daemon
import Engines
import EventLoop
import FleetSpec
import HearthMessages
import Logging
import Settings
import Transcripts

/// The program `hearth-node`.
public enum NodeDaemon {
  /// Reads the settings, runs the node and ends the process.
  public static func run() -> Never {
    Daemon.run(
      "hearth-node",
      about: "Runs the engines of one node and attaches to the agent of its region.",
      make: service
    )
  }

  private static func service(
    _ settings: NodeSettings,
    _ context: DaemonContext
  ) throws -> NodeAgentServer {
    let engines = try zip(try specs(settings, context), settings.replicas).map { spec, replica in
      try engine(spec, replica, context)
    }
    var core = NodeCore.Settings(intervals: .init(timeScale: context.fleetClock.rate))
    core.requiresReservation = settings.requireReservation
    let jobs = try NodeJobs(settings, context)
    let replicas = engines.map { engine in
      var replica = engine.replica.message
      replica.canPark = jobs != nil && engine.canPark
      return replica
    }
    for (index, engine) in engines.enumerated() {
      if let jobs { (engine as? AttachedEngine)?.devices = jobs.gpus(of: index) }
    }
    return try NodeAgentServer(
      hello: HearthV1.NodeHello(
        node: settings.name.text,
        region: settings.region.text,
        incarnation: context.incarnation,
        address: context.address,
        version: HearthVersion.text,
        replicas: replicas,
        jobs: jobs?.facts
      ),
      engines: engines,
      jobs: jobs,
      channel: try context.channel(to: settings.agent),
      fleetClock: context.fleetClock,
      settings: core,
      loop: context.loop,
      logger: context.logger
    )
  }

  /// The engine of a replica: a server, or a simulated one.
  private static func engine(
    _ spec: ReplicaSpec,
    _ replica: ReplicaSettings,
    _ context: DaemonContext
  ) throws -> any Engine {
    let server = replica.engine
    if server.isReal {
      let address = try server.address ?? freePort(context.loop)
      var settings = AttachedEngine.Settings(
        address: address.description,
        model: server.model ?? spec.model.text
      )
      settings.command = server.command(at: address)
      settings.sizesCache = replica.kvBlockCount == nil
      settings.adapterSlots = server.adapterSlots
      for (name, source) in server.adapters { settings.adapters[name.text] = source }
      settings.kvEvents = replica.kvEvents
      settings.kvSources = server.kvEventsAt.enumerated().map { rank, address in
        let replay = server.kvReplayAt.isEmpty ? nil : "tcp://\(server.kvReplayAt[rank])"
        return KVSource(endpoint: "tcp://\(address)", replay: replay)
      }
      return try AttachedEngine(spec, settings, loop: context.loop)
    }
    guard
      let engine = try SimulatedEngineHost(
        spec,
        adapters: server.adapters.keys.map(\.text),
        loop: context.loop,
        clock: context.fleetClock
      )
    else { throw StartError("\(spec.id): \(spec.model) does not fit into the GPUs' memory") }
    return engine
  }

  /// A port of this machine that was free a moment ago.
  private static func freePort(_ loop: Loop) throws -> EngineAddress {
    let listener = try TCPListener(on: "127.0.0.1:0", loop: loop) { $0.close() }
    defer { listener.close() }
    guard let address = listener.localAddress.flatMap({ EngineAddress($0) }) else {
      throw StartError("no port of 127.0.0.1 is free for an engine")
    }
    return address
  }

  /// The replicas with the GPUs that the settings name, else with those that the host has.
  private static func specs(
    _ settings: NodeSettings,
    _ context: DaemonContext
  ) throws -> [ReplicaSpec] {
    guard !settings.replicas.isEmpty else {
      throw StartError("no replicas: a node needs at least one, such as --replicas '[{model: …}]'")
    }
    var hostGPU: GPUModel?
    if settings.replicas.contains(where: { $0.gpu == nil }) {
      hostGPU = try detected(context)
    }
    let specs = settings.specs(hostGPU: hostGPU)
    for spec in specs {
      if let fault = spec.faults().first {
        throw StartError("\(spec.id): \(fault.field): \(fault.message)")
      }
    }
    return specs
  }

  private static func detected(_ context: DaemonContext) throws -> GPUModel {
    switch GPUProbe.find() {
    case .gpus(let gpus):
      guard let first = gpus.first else {
        throw StartError("the driver sees no GPU: name one to simulate, such as gpu: h100-sxm")
      }
      guard let model = GPUModel.reported(as: first.name, memoryBytes: first.memoryBytes) else {
        throw StartError("\(first.name) is not in the catalogue: name a GPU under replicas[].gpu")
      }
      context.logger.notice(
        "found GPUs",
        metadata: ["count": "\(gpus.count)", "gpu": "\(model.name)"]
      )
      return model
    case .noDriver:
      throw StartError(
        "this host has no NVIDIA driver: name a GPU to simulate, such as gpu: h100-sxm"
      )
    case .failed(let why): throw StartError(why)
    }
  }
}

extension NodeAgentServer: AttachingService {
  /// Drains the node: nothing new, and what runs may finish.
  public func stop(within limit: Duration, done: @escaping () -> Void) {
    onExit = done
    stop(within: limit)
  }
}
