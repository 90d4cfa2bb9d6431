import Coordination
import EventLoop
import HearthMessages
import HearthProto
import RPC
import Wire

/// What owners ask of jobs.
extension ControlPlaneServer {
  func registerJobs(on server: Server) {
    server.handle(HearthV1.Jobs.planJob) { [unowned self] request, _ throws(GRPCStatus) in
      try keeper().plan(request)
    }
    server.handle(HearthV1.Jobs.listJobs) { [unowned self] request, _ throws(GRPCStatus) in
      addressed(try keeper().list(request))
    }
    server.handle(HearthV1.Jobs.getJob) { [unowned self] request, _ throws(GRPCStatus) in
      addressed(try keeper().status(of: request.job))
    }
    server.handleHolding(HearthV1.Jobs.runJob) { [unowned self] request, _ throws(GRPCStatus) in
      try keeper().run(request)
    }
    server.handleHolding(HearthV1.Jobs.changeJob) { [unowned self] request, _ throws(GRPCStatus) in
      try keeper().change(request)
    }
  }

  private func keeper() throws(GRPCStatus) -> JobDesk {
    guard let jobs else {
      let words = "this control plane keeps nothing, so no jobs: give it a stateFolder"
      throw GRPCStatus(.failedPrecondition, words)
    }
    return jobs
  }

  /// Says where the agents are that pass calls on to the workers' nodes.
  private func addressed(_ list: HearthV1.JobList) -> HearthV1.JobList {
    var list = list
    list.jobs = list.jobs.map(addressed)
    return list
  }

  private func addressed(_ job: HearthV1.JobStatus) -> HearthV1.JobStatus {
    var job = job
    for index in job.workers.indices {
      let region = job.workers[index].region
      job.workers[index].agentAddress = shell.machine.agentAddress(of: region) ?? ""
    }
    return job
  }
}
