import Basics
import EventLoop
import FleetSpec
import Transcripts

extension AttachedEngine {
  /// Carries out what the table of adapters says.
  func perform(_ steps: [AdapterTable.Step]) {
    for step in steps {
      switch step {
      case .run(let turn): send(turn)
      case .fail(let turn, let why):
        fail(turn, EngineFailure(.failed, "\(replica.id): \(why)"))
      case .load(let name, let source):
        let body = #"{"lora_name":\#(name.quoted()),"lora_path":\#(source.quoted())}"#
        order(dialect.loadPath, body) { [unowned self] failure in
          perform(adapters.didLoad(name, failure: failure, at: loop.now))
          tellAdapters()
        }
      case .unload(let name):
        order(dialect.unloadPath, #"{"lora_name":\#(name.quoted())}"#) { [unowned self] _ in
          perform(adapters.didUnload(name))
          tellAdapters()
        }
      }
    }
  }

  /// Tells which adapters there are, where that has changed.
  func tellAdapters() {
    let (names, loaded) = (adapters.names(at: loop.now), adapters.loaded.sorted())
    guard (names, loaded) != (toldAdapters.names, toldAdapters.loaded) else { return }
    toldAdapters = (names, loaded)
    onEvents?(.adaptersChanged(names: names, loaded: loaded))
  }

  /// Tells the engine to do something; where it can't, that is the failure.
  private func order(_ path: String?, _ body: String, _ done: @escaping (String?) -> Void) {
    guard let path else {
      return loop.runLater { [weak self] in if self != nil { done("the engine can't") } }
    }
    orders += 1
    let number = orders
    running[number] = EngineOrder(path, body, client: client, host: host, loop: loop) {
      [unowned self] failure in
      running[number] = nil
      done(failure)
    }
  }

  /// Has the engine drop its prefix cache where it can be told to; what is believed of it is
  /// dropped whatever it says.
  public func resetCache() {
    order(dialect.resetPath, "{}") { [unowned self] _ in onEvents?(.cacheCleared) }
  }
}
