import Basics
import HearthMessages

/// What one replica does, what it is bound by, and what was learnt of it.
struct ReplicaReport {
  let replica: HearthV1.ReplicaStatus

  /// The report for people, a line for each figure.
  var text: String {
    var lines: [(title: String, text: String)] = []
    if let operation = replica.operation {
      lines += Self.lines(operation, runningMax: Int(replica.replica?.runningMax ?? 0))
    } else {
      lines.append(("bound by", "unknown: it has not reported yet"))
    }
    if let adapters = replica.adapters, !adapters.names.isEmpty {
      let names = adapters.names.map { name in
        adapters.loaded.contains(name) ? "\(name) (loaded)" : name
      }
      lines.append(("adapters", names.joined(separator: ", ")))
    }
    if let learnt = replica.calibration { lines += Self.lines(learnt, model: replica.model) }
    return lines.map { title, text in
      title + String(repeating: " ", count: max(1, 18 - title.count)) + Terminal.safe(text) + "\n"
    }.joined()
  }

  private static func lines(
    _ operation: HearthV1.ReplicaOperation,
    runningMax: Int
  ) -> [(title: String, text: String)] {
    let free = max(0, 1 - operation.kvUsed - operation.kvCached)
    let queued = Duration.nanoseconds(operation.prefillQueuedNs).text
    var batch = "\(operation.batch) decoding (limit \(runningMax))"
    if operation.batch > 0 {
      batch += ", at \(operation.ridgeShare.percent) of the ridge point"
      batch +=
        operation.ridgeBatch > 0
        ? ", reached with \(operation.ridgeBatch) such turns"
        : ", which no batch of such turns can reach"
    }
    return [
      ("bound by", "\(operation.bound): \(meaning(of: operation.bound))"),
      (
        "KV cache",
        "\(operation.kvUsed.percent) in use, \(operation.kvCached.percent) kept for reuse, "
          + "\(free.percent) free; lately \(operation.kvUsedMean.percent) in use"
      ),
      ("batch", batch),
      (
        "prefill queued",
        operation.prefillTokensQueued == 0
          ? "nothing" : count(operation.prefillTokensQueued, "token") + ", \(queued) of work"
      ),
      (
        "compute",
        "busy \(operation.compute.percent) of the time now, \(operation.computeMean.percent) lately"
      ),
      (
        "memory bandwidth",
        "busy \(operation.memoryBandwidth.percent) of the time now, "
          + "\(operation.memoryBandwidthMean.percent) lately"
      ),
      ("network", "lately \(operation.networkMean.percent) of the time to the first token"),
    ]
  }

  private static func lines(
    _ learnt: HearthV1.ReplicaCalibration,
    model: String
  ) -> [(title: String, text: String)] {
    [
      ("prefill speed", speed(learnt.prefill)), ("decode speed", speed(learnt.decode)),
      (
        "prompt estimates",
        learnt.promptTokens.map { factor in
          factor.count == 0
            ? "not corrected: no estimated prompt was counted yet"
            : "x \(factor.value.text()) (from \(count(factor.count, "prompt")) of \(model))"
        } ?? ""
      ),
      (
        "answers",
        count(Int(max(0, min(1e12, learnt.outputTokens)).rounded()), "token") + " expected "
          + (learnt.answers == 0
            ? "(assumed: no answer yet)" : "(from \(count(learnt.answers, "answer")) of \(model))")
      ),
      (
        "evicted blocks",
        "\(learnt.reuseChance.percent) expected to be needed again within 5m "
          + (learnt.evictions == 0
            ? "(assumed: not measured yet)"
            : "(from \(count(learnt.evictions, "block")) of \(model))")
      ),
    ]
  }

  private static func speed(_ factor: HearthV1.CorrectionFactor?) -> String {
    guard let factor, factor.count > 0 else { return "assumed as specified: not measured yet" }
    return "\(factor.value.text()) x its specification "
      + "(from \(count(factor.count, "turn")))"
  }

  /// What more of would help.
  private static func meaning(of bound: String) -> String {
    switch bound {
    case "kv-memory": "running turns hold nearly all of its KV cache"
    case "compute": "arithmetic takes most of its time"
    case "memory-bandwidth": "reading weights and KV cache takes most of its time"
    case "network": "much of the time to the first token is network delay"
    case "nothing": "it has headroom"
    default: "unknown to this version of hearth"
    }
  }
}

extension HearthV1.ReplicaOperation {
  /// The same for scripts.
  var json: JSONObject {
    [
      "boundBy": bound, "kvUsed": kvUsed, "kvUsedMean": kvUsedMean,
      "kvCached": kvCached, "batch": batch,
      "ridgeBatch": ridgeBatch == 0 ? nil : ridgeBatch,
      "ridgeShare": ridgeShare,
      "prefillTokensQueued": prefillTokensQueued,
      "prefillQueuedSeconds": seconds(prefillQueuedNs),
      "compute": compute, "computeMean": computeMean,
      "memoryBandwidth": memoryBandwidth,
      "memoryBandwidthMean": memoryBandwidthMean,
      "networkMean": networkMean,
    ]
  }
}

extension HearthV1.ReplicaCalibration {
  /// The same for scripts.
  var json: JSONObject {
    [
      "prefill": prefill?.json, "decode": decode?.json,
      "promptTokens": promptTokens?.json, "outputTokens": outputTokens,
      "answers": answers, "reuseChance": reuseChance,
      "evictions": evictions,
    ]
  }
}

extension HearthV1.CorrectionFactor {
  fileprivate var json: JSONObject {
    ["factor": value, "count": count]
  }
}
