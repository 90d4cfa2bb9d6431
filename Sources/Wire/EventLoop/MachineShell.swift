public import Basics

/// The shell around one machine on a loop: an inbox of events, one timer, and what carries out the
/// actions.
///
/// Events are taken in once a turn, in the order in which they were posted. What carrying out an
/// action causes is posted and taken in later in the same turn. Confined to its loop.
public final class MachineShell<M: Machine>: TurnParticipant {
  /// What the loop remembers; leave it alone.
  public var turnMarks = TurnMarks()

  private let loop: Loop
  private let perform: (M.Action) -> Void
  private let timePassed: M.Event
  private var timer: LoopTimer?
  private var inbox: [M.Event] = []
  /// What is taken in now; a buffer that changes places with the inbox.
  private var taken: [M.Event] = []
  private var actions = Actions<M.Action>()

  /// The machine; read it freely, change it through ``post(_:)`` or ``update(_:)`` only.
  public private(set) var machine: M

  /// Puts a machine on a loop; `timePassed` is its event for a deadline that may have been reached.
  public init(
    _ machine: M,
    on loop: Loop,
    timePassed: M.Event,
    perform: @escaping (M.Action) -> Void
  ) throws(UVError) {
    self.machine = machine
    self.loop = loop
    self.timePassed = timePassed
    self.perform = perform
    timer = try LoopTimer(loop: loop) { [unowned self] in post(self.timePassed) }
    post(timePassed)
  }

  /// Takes in an event at the end of this turn.
  public func post(_ event: M.Event) {
    inbox.append(event)
    loop.markReady(self)
  }

  /// Calls a function of the machine at once and carries out what it asks for: for requests whose
  /// answer can't wait for the end of the turn.
  public func update<Result, Failure: Error>(
    _ body: (inout M, Instant, inout Actions<M.Action>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { loop.markReady(self) }
    return try body(&machine, loop.now, &actions)
  }

  /// Takes in what was posted; the loop calls it.
  public func drain() {
    performAll()
    while !inbox.isEmpty {
      while !inbox.isEmpty {
        swap(&inbox, &taken)
        for event in taken { machine.step(event, at: loop.now, into: &actions) }
        taken.removeAll(keepingCapacity: true)
        performAll()
      }
      guard let due = Self.deadline(&machine), due <= loop.now else { break }
      machine.step(timePassed, at: loop.now, into: &actions)
      performAll()
    }
    timer?.arm(at: Self.deadline(&machine))
  }

  /// Asked of a property of a class, the whole machine would be copied.
  @inline(never)
  private static func deadline(_ machine: inout M) -> Instant? { machine.deadline }

  /// Nothing is buffered here; the loop calls it.
  public func flush() {}

  private func performAll() {
    guard !actions.isEmpty else { return }
    for action in actions.take() { perform(action) }
  }
}
