import Accounting
import ArgumentParser
import Basics
import Foundation
import Settings

struct EstimateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate",
    abstract: "Estimate what training runs take, from their descriptions.",
    discussion: """
      A description has one or both of two methods: operations counted (of an example, or of the \
      model's layers, times 3 for a forward and a backward pass, times examples and epochs), and \
      GPU time (GPUs, days, peak, utilisation). Each is a check on the other: RATIO is counted over \
      GPU time, and MFU the share of the GPUs' peak that the counted operations are. Both methods \
      are right within a factor of 2 to 3.

      `hearth config keys compute.yaml` lists what may be in a description; options count before \
      it, in each that is given. Without a file there are only options. Amounts may end in k, M, G, \
      T, P or E.

      Exit codes: 0 estimated, 1 a description is faulty, 3 no such file.

      Examples:
        hearth compute estimate examples/compute/*.yaml
        hearth compute estimate --multiply-adds 0.75G --examples 1.2M --epochs 90
        hearth compute estimate --gpus 512 --days 11 --gpu h100-sxm --utilisation 0.4
        hearth compute estimate --model llama-3.1-8b --tokens 8192 --examples 122M -o json
      """
  )

  @Argument(
    help: ArgumentHelp("Descriptions.", valueName: "compute.yaml"),
    completion: .file(extensions: ["yaml", "yml"])
  )
  var files: [String] = []
  @Option(help: "Multiply-adds of a forward pass over an example, such as 0.75G.")
  var multiplyAdds: String?
  @Option(help: "Operations of a forward pass over an example, instead.")
  var operations: String?
  @Option(help: "A transformer by name, instead, with --tokens.") var model: String?
  @Option(help: "Tokens of an example.") var tokens: String?
  @Option(help: "Forward passes that an example costs: 3 to train. (default: 3)")
  var passes: String?
  @Option(help: "Examples in an epoch, such as 1.2M.") var examples: String?
  @Option(help: "How often each is seen. (default: 1)") var epochs: String?
  @Option(help: "GPUs.") var gpus: String?
  @Option(help: "CPUs, instead.") var cpus: String?
  @Option(help: "Days for which the run had them.") var days: String?
  @Option(help: "What kind of GPU, which says its peak.") var gpu: String?
  @Option(help: "Precision of that peak: bf16 or fp8. (default: bf16)") var precision: String?
  @Option(help: "Peak of one, such as \"312 TFLOP/s\", instead.") var peak: String?
  @Option(help: "Share of the peak that they reached. (default: 0.33; 0.17 for CPUs)")
  var utilisation: String?
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("table, json or csv.", valueName: "format")
  )
  var output = ComputeFormat.table

  func validate() throws {
    guard !files.isEmpty || !flags.isEmpty else {
      throw ValidationError("name a description, or say what to estimate with options")
    }
  }

  func run() throws {
    let paths = files.isEmpty ? [nil] : files.map(Optional.some)
    let estimates = try paths.map { try Self.estimate($0, flags) }
    print(EstimateReport(estimates: estimates).text(as: output), terminator: "")
  }

  /// The estimate of one description, or of flags alone.
  static func estimate(
    _ path: String?,
    _ flags: [ComputeDescription.Flag] = []
  ) throws(Failure) -> NamedEstimate {
    do {
      let description = try ComputeDescription.read(
        try path.map(SettingsLaunch.systemFile),
        name: path ?? "hearth compute estimate",
        flags: flags
      )
      let file = path.map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
      let name = description.name.orNull ?? file ?? "this run"
      return NamedEstimate(name: name, estimate: description.estimate)
    } catch let error as UnreadableFile {
      throw Failure(.notFound, "\(path ?? "") \(error.words)")
    } catch {
      throw Failure(.failed, "\(error)")
    }
  }

  private var flags: [ComputeDescription.Flag] {
    let all = [
      ("--multiply-adds", "counted.multiplyAdds", multiplyAdds),
      ("--operations", "counted.operations", operations), ("--model", "counted.model", model),
      ("--tokens", "counted.tokens", tokens), ("--passes", "counted.passes", passes),
      ("--examples", "counted.examples", examples), ("--epochs", "counted.epochs", epochs),
      ("--gpus", "gpuTime.gpus", gpus), ("--cpus", "gpuTime.cpus", cpus),
      ("--days", "gpuTime.days", days), ("--gpu", "gpuTime.gpu", gpu),
      ("--precision", "gpuTime.precision", precision), ("--peak", "gpuTime.peak", peak),
      ("--utilisation", "gpuTime.utilisation", utilisation),
    ]
    return all.compactMap { flag, key, text in
      text.map { ComputeDescription.Flag(flag, key: key, text: $0) }
    }
  }
}

/// What a run is called and takes.
struct NamedEstimate {
  let name: String
  let estimate: ComputeEstimate
}

/// Estimates as they are written.
struct EstimateReport {
  let estimates: [NamedEstimate]

  func text(as format: ComputeFormat) -> String {
    switch format {
    case .table: listing.text(estimates, as: .table) + "\n" + notes
    case .json: listing.text(estimates, as: .json)
    case .csv:
      CSVText.line(["name", "counted_pfs_days", "gpu_time_pfs_days", "ratio", "mfu"])
        + estimates.map { row in
          let figures = [
            row.estimate.counted?.petaflopDays, row.estimate.gpuTime?.petaflopDays,
            row.estimate.ratio, row.estimate.modelFLOPsUtilisation,
          ]
          return CSVText.line([row.name] + figures.map { $0.map { "\($0)" } ?? "" })
        }.joined()
    }
  }

  private var listing: Listing<NamedEstimate> {
    Listing(
      name: \.name,
      columns: [
        .init("NAME") { $0.name },
        .init("COUNTED", number: true) { $0.estimate.counted?.petaflopDays.threeDigits ?? "" },
        .init("GPU TIME", number: true) { $0.estimate.gpuTime?.petaflopDays.threeDigits ?? "" },
        .init("RATIO", number: true) { $0.estimate.ratio.map { $0.threeDigits } ?? "" },
        .init("MFU", number: true) { $0.estimate.modelFLOPsUtilisation?.percent ?? "" },
      ],
      fields: Self.fields
    )
  }

  /// Below the table: the unit, and which estimates contradict each other.
  private var notes: String {
    let doubtful = estimates.compactMap { row -> String? in
      guard let ratio = row.estimate.ratio else { return nil }
      let name = Terminal.safe(row.name)
      if let share = row.estimate.modelFLOPsUtilisation, share > 1 {
        return "\(name): more was counted than the GPUs can do at their peak (\(share.percent)): "
          + "check examples, epochs, GPUs and days"
      }
      let least = 1 / ComputeEstimate.plausibleRatio
      guard !(least...ComputeEstimate.plausibleRatio).contains(ratio) else { return nil }
      return "\(name): the methods differ by more than a factor of "
        + "\(ComputeEstimate.plausibleRatio.text()): check the factors of both"
    }
    let unit = "COUNTED and GPU TIME are petaflop/s-days, RATIO is the first over the second."
    return ([unit] + doubtful).map { $0 + "\n" }.joined()
  }

  private static func fields(_ row: NamedEstimate) -> JSONObject {
    let counted = row.estimate.counted.map { counted -> JSONObject in
      [
        "multiplyAddsPerExample": counted.multiplyAdds, "passes": counted.passes,
        "examples": counted.examples, "epochs": counted.epochs, "factor": counted.factor,
        "operations": counted.operations, "pfsDays": counted.petaflopDays,
      ]
    }
    let gpuTime = row.estimate.gpuTime.map { time -> JSONObject in
      [
        "devices": time.devices, "days": time.days, "peakFLOPs": time.peakFLOPs,
        "utilisation": time.utilisation, "factor": time.factor, "operations": time.operations,
        "pfsDays": time.petaflopDays,
      ]
    }
    return [
      "name": row.name, "counted": counted, "gpuTime": gpuTime, "ratio": row.estimate.ratio,
      "mfu": row.estimate.modelFLOPsUtilisation,
    ]
  }
}
