/// Operations of a training run, from the time that it had its GPUs: the second method of "AI and
/// compute".
public struct GPUTime: Sendable, Hashable {
  /// GPUs, or CPUs.
  public var devices: Double
  /// Days for which it had them.
  public var days: Double
  /// Peak of one, in operations a second.
  public var peakFLOPs: Double
  /// Share of the peak that they reached.
  public var utilisation: Double
  /// What else multiplies it, such as data that these days did not see.
  public var factor = 1.0

  /// What GPUs reach where nobody measured it, by the article's experience.
  public static let gpuUtilisation = 0.33
  /// What CPUs reach where nobody measured it.
  public static let cpuUtilisation = 0.17

  /// Makes a run.
  public init(
    devices: Double,
    days: Double,
    peakFLOPs: Double,
    utilisation: Double = Self.gpuUtilisation
  ) {
    self.devices = devices
    self.days = days
    self.peakFLOPs = peakFLOPs
    self.utilisation = utilisation
  }

  /// What the devices could have done at their peak.
  public var peakOperations: Double { devices * days * 86_400 * peakFLOPs * factor }

  /// All operations.
  public var operations: Double { peakOperations * utilisation }

  /// The same in petaflop/s-days.
  public var petaflopDays: Double { operations / PetaflopDay.operations }
}
