import HearthMessages

extension JobListing {
  /// A job as scripts read it; what a list does not tell of it is left out unless it `isWhole`.
  static func json(_ job: HearthV1.JobStatus, isWhole: Bool = true) -> JSONObject {
    let spec = job.spec ?? .init()
    var fields: JSONObject = [
      "job": spec.name, "tenant": spec.tenant, "state": job.state, "priority": spec.priority,
      "model": spec.model.orNull, "adapter": spec.adapter.orNull,
      "gpusPerWorker": spec.gpusPerWorker,
      "workersMin": spec.workersMin, "workersMax": spec.workersMax,
      "gpus": job.gpus, "workers": job.workers.map(json),
      "attempt": job.epoch, "failures": job.failures, "cause": job.cause.orNull,
      "ageSeconds": seconds(job.ageNs), "ranSeconds": seconds(job.ranNs),
      "lostGPUSeconds": job.lostGpuSeconds, "gpuSeconds": job.gpuSeconds,
      "checkpoint": job.checkpoint.map {
        [
          "number": $0.number, "step": $0.step > 0 ? $0.step : nil, "ageSeconds": seconds($0.ageNs),
        ] as JSONObject
      },
    ]
    guard isWhole else { return fields }
    fields.add([
      "command": spec.command, "reasons": job.reasons, "start": job.start.map(json),
      "events": job.incidents.map(json),
    ])
    return fields
  }

  static func json(_ worker: HearthV1.JobWorker) -> JSONObject {
    [
      "rank": worker.rank, "state": worker.state, "node": worker.node, "region": worker.region,
      "gpus": (0..<64).filter { worker.gpus & 1 << UInt64($0) != 0 }, "attempt": worker.epoch,
      "address": worker.address, "agentAddress": worker.agentAddress,
    ]
  }

  static func json(_ incident: HearthV1.JobIncident) -> JSONObject {
    [
      "agoSeconds": seconds(incident.ageNs), "attempt": incident.epoch, "event": incident.cause,
      "gpus": incident.gpus, "lostGPUSeconds": incident.lostGpuSeconds,
    ]
  }

  static func json(_ start: HearthV1.JobForecast) -> JSONObject {
    ["inSeconds": seconds(start.inNs), "basis": start.basis]
  }
}
