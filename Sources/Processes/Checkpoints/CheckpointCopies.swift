package import Basics
package import Checkpointing

/// Has copies of a job's newest checkpoint in other places, and tries again where that failed.
package struct CheckpointCopies: Sendable {
  private var places: [(place: any CheckpointPlace, plan: CopyPlan)]

  /// What became of a copy, for people.
  package struct Event: Hashable, Sendable, CustomStringConvertible {
    /// Which checkpoint.
    package var id: CheckpointID
    /// Where it should be.
    package var place: String
    /// Why it is not, and when that is tried again; nil where it is.
    package var failure: Failure?

    /// Why a copy was not made.
    package struct Failure: Hashable, Sendable {
      /// What went wrong, where, and what to do.
      package var reason: CheckpointError
      /// How long until it is tried again; nil where a newer one is there.
      package var wait: Duration?
    }

    /// The event in a sentence.
    package var description: String {
      guard let failure else { return "checkpoint \(id) was copied to \(place)" }
      let again = failure.wait.map { "; tried again in \($0.components.seconds) s" } ?? ""
      return "checkpoint \(id) was not copied to \(place): \(failure.reason)\(again)"
    }
  }

  /// Copies to these places, of which nothing is known yet.
  package init(to places: [any CheckpointPlace]) { self.places = places.map { ($0, CopyPlan()) } }

  /// When a copy that failed is due again; nil where none did.
  package var due: Instant? { places.map(\.plan.due).filter { $0 > .zero }.min() }

  /// Copies the newest checkpoint to each place that has not got it and is due; blocks on them.
  package mutating func copy(newestOf store: CheckpointStore, at now: Instant) -> [Event] {
    guard let id = try? store.ids().first else { return [] }
    var events: [Event] = []
    for index in places.indices where places[index].plan.wants(id, at: now) {
      let place = places[index].place
      do throws(CheckpointError) {
        try place.put(id, from: store)
        places[index].plan.didCopy(id)
        events.append(Event(id: id, place: place.description))
      } catch {
        let isLate = error.kind == .superseded
        if isLate { places[index].plan.didCopy(id) }
        let wait = isLate ? nil : places[index].plan.didFail(at: now)
        let failure = Event.Failure(reason: error, wait: wait)
        events.append(Event(id: id, place: place.description, failure: failure))
      }
    }
    return events
  }
}
