import Admission
import Basics
import Coordination
public import Daemon
import EventLoop
import Logging
import RivalPolicies
import Routing
import Settings

/// The program `hearth-control`.
public enum ControlDaemon {
  /// Reads the settings, runs the control plane and ends the process.
  public static func run() -> Never {
    Daemon.run(
      "hearth-control",
      about: "Keeps the view of the whole fleet and decides where each turn runs."
    ) { (settings: ControlSettings, context) in
      var core = ControlCore.Settings(
        failure: .init(settings.common.failure),
        policies: Policies.own + RivalPolicies.all,
        policy: settings.scheduling.policy.rawValue,
        reservationTime: settings.scheduling.reservationLifetime,
        admission: settings.scheduling.queue.admission,
        objectives: settings.objectives,
        costs: settings.scheduling.queue.costs,
        timeScale: settings.common.timeScale,
        seed: settings.scheduling.seed ?? .random(in: 0 ... .max)
      )
      core.secret = .random(in: 0 ... .max)
      core.trust = settings.scheduling.queue.trust
      let ledger = settings.ledgerPath.map {
        ControlPlaneServer.Ledger(path: $0, retention: settings.ledgerRetention)
      }
      if ledger == nil {
        context.logger.notice("no ledger: set ledger or stateFolder to record what turns take")
      }
      let server = try ControlPlaneServer(
        settings: core,
        identity: .init(
          version: HearthVersion.text,
          timeScale: settings.common.timeScale,
          endsWithParent: settings.common.exitWithParent
        ),
        stateFolder: settings.stateFolder,
        ledger: ledger,
        jobs: settings.jobs,
        sharing: settings.sharing,
        loop: context.loop,
        logger: context.logger
      )
      let token = try settings.consoleToken.map {
        try SecretFile.word(in: $0, setting: "consoleToken")
      }
      try server.register(on: context.admin, token: token)
      return server
    }
  }
}

extension ControlPlaneServer: DaemonService {}
