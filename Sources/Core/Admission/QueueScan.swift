public import Basics

/// Goes through the turns of a model that wait, in their order, for a caller that looks for room
/// for each and starts or withdraws those that go.
///
/// Ends when ``AdmissionQueue/scanLimit`` of them have stayed, or all that are left. What one wants
/// that stays must be kept for it by the caller, or it would never get it.
public struct QueueScan {
  private let model: ModelID
  private var tickets: ArraySlice<AdmissionTicket> = []
  private var last: AdmissionTicket?
  private var staying: Set<AdmissionTicket> = []
  /// How many waited when ``tickets`` were asked for.
  private var waitingCount = Int.max

  /// Begins with the first turn of the model.
  public init(at model: ModelID) { self.model = model }

  /// The next turn to look at; the one before has been started or withdrawn, or stays.
  public mutating func next(in queue: inout AdmissionQueue, at now: Instant) -> AdmissionTicket? {
    if let last, queue.entry(last)?.stage == .waiting { staying.insert(last) }
    last = nil
    while staying.count < AdmissionQueue.scanLimit {
      while let ticket = tickets.popFirst() {
        guard !staying.contains(ticket) else { continue }
        last = ticket
        return ticket
      }
      guard queue.waitingCount < waitingCount else { return nil }
      waitingCount = queue.waitingCount
      let limit = staying.count + AdmissionQueue.scanLimit
      tickets = queue.next(of: model, limit: limit, at: now)[...]
    }
    return nil
  }
}
