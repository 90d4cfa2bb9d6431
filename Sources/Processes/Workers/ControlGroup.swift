import Glibc

/// Where this host has cgroups mounted.
package struct ControlGroups: Sendable, Equatable {
  /// The v2 hierarchy: kill, freeze, and whether a group is empty.
  var unified: String?
  /// The v1 hierarchies by controller.
  var legacy: [String: String] = [:]

  /// A host without cgroups.
  package init() {}

  /// Reads a table of mounts as in `/proc/self/mounts`.
  init(mounts: String) {
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count >= 4 else { continue }
      if fields[2] == "cgroup2" {
        unified = unified ?? String(fields[1])
      } else if fields[2] == "cgroup" {
        for option in fields[3].split(separator: ",")
        where ["memory", "pids", "cpu"].contains(option) {
          legacy[String(option)] = String(fields[1])
        }
      }
    }
  }

  /// What this host has.
  package static func find() -> ControlGroups {
    ControlGroups(mounts: Files.text("/proc/self/mounts") ?? "")
  }

  /// The groups of workers in `parent`, whether or not anybody knows them.
  func names(in parent: String) -> [String] {
    let roots = Set(legacy.values).union([unified].compactMap { $0 })
    let names = roots.flatMap { root in
      Files.list("\(root)/\(parent)").filter {
        Files.exists("\(root)/\(parent)/\($0)/cgroup.procs")
      }
    }
    return Set(names).sorted()
  }
}

/// The cgroup of one worker: a v2 folder to end, freeze and watch it, v1 or v2 ones to limit it.
struct ControlGroup {
  /// What is asked and can't be had here, in words.
  private(set) var shortfalls: [String] = []
  private var unified: String?
  private var folders: [String] = []
  private var oomFile: String?

  /// No group.
  init() {}

  /// The group `parent/name`, which need not be there.
  init(_ groups: ControlGroups, parent: String, name: String) {
    let path = "/\(parent)/\(name)"
    unified = groups.unified.map { $0 + path }
    folders = Set(groups.legacy.values.map { $0 + path } + [unified].compactMap { $0 }).sorted()
      .filter { Files.exists($0) }
    if let found = unified, !folders.contains(found) { unified = nil }
  }

  /// Makes the group with its limits, as far as this host can.
  init(making spec: WorkerSpec, _ groups: ControlGroups) {
    let (parent, name) = (spec.controlGroup, spec.id.description)
    if let root = groups.unified {
      let path = "\(root)/\(parent)/\(name)"
      Self.delegate(root, parent)
      if (try? Files.makeFolders(path)) != nil, Files.exists("\(path)/cgroup.procs") {
        unified = path
        folders.append(path)
      }
    }
    if unified == nil { shortfalls.append("no cgroup v2: ended by signals to its descendants") }
    let limits = spec.limits
    limit("memory", limits.memoryBytes, groups, parent, name) {
      ("memory.max", "\($0)")
    } legacy: {
      [("memory.limit_in_bytes", "\($0)")]
    }
    limit("pids", limits.pids, groups, parent, name) {
      ("pids.max", "\($0)")
    } legacy: {
      [("pids.max", "\($0)")]
    }
    limit("cpu", limits.cpuMillis, groups, parent, name) {
      ("cpu.max", "\($0 * 100) 100000")
    } legacy: {
      [("cpu.cfs_period_us", "100000"), ("cpu.cfs_quota_us", "\($0 * 100)")]
    }
  }

  /// Passes controllers on from the root to the groups of workers.
  private static func delegate(_ root: String, _ parent: String) {
    guard (try? Files.makeFolders("\(root)/\(parent)")) != nil else { return }
    var folder = root
    for part in [""] + parent.split(separator: "/").map({ "/" + $0 }) {
      folder += part
      for controller in ["memory", "pids", "cpu"] {
        Files.put("+\(controller)", "\(folder)/cgroup.subtree_control")
      }
    }
  }

  private mutating func limit(
    _ controller: String,
    _ value: Int?,
    _ groups: ControlGroups,
    _ parent: String,
    _ name: String,
    unified text: (Int) -> (file: String, text: String),
    legacy texts: (Int) -> [(file: String, text: String)]
  ) {
    guard let value else { return }
    if let unified, Files.put(text(value).text, "\(unified)/\(text(value).file)") {
      if controller == "memory" { oomFile = "\(unified)/memory.events" }
      return
    }
    if let root = groups.legacy[controller] {
      let path = "\(root)/\(parent)/\(name)"
      if (try? Files.makeFolders(path)) != nil,
        texts(value).allSatisfy({ Files.put($0.text, "\(path)/\($0.file)") })
      {
        if !folders.contains(path) { folders.append(path) }
        if controller == "memory" { oomFile = "\(path)/memory.oom_control" }
        return
      }
    }
    shortfalls.append("\(controller) is not limited: no such cgroup controller is to be had here")
  }

  /// The files in which a process writes itself down to be in the group.
  var doors: [String] { folders.map { "\($0)/cgroup.procs" } }

  var canKill: Bool { unified.map { Files.exists("\($0)/cgroup.kill") } ?? false }

  var canFreeze: Bool { unified.map { Files.exists("\($0)/cgroup.freeze") } ?? false }

  /// Every process of the group, wherever it moved in sessions and process groups.
  var pids: [Int] {
    Set(doors.flatMap { (Files.text($0) ?? "").split(separator: "\n").compactMap { Int($0) } })
      .sorted()
  }

  /// Kills all at once, and what they fork meanwhile.
  func kill() {
    if let unified, Files.put("1", "\(unified)/cgroup.kill") { return }
    for pid in pids { Glibc.kill(pid_t(pid), SIGKILL) }
  }

  func freeze(_ isFrozen: Bool) -> Bool {
    unified.map { Files.put(isFrozen ? "1" : "0", "\($0)/cgroup.freeze") } ?? false
  }

  /// Processes that were killed for want of memory.
  var outOfMemoryKills: Int {
    for line in (oomFile.flatMap { Files.text($0) } ?? "").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, words[0] == "oom_kill" { return Int(words[1]) ?? 0 }
    }
    return 0
  }

  /// Whether it is gone, which is only once nothing is left in it.
  func remove() -> Bool {
    for folder in folders { rmdir(folder) }
    return !folders.contains { Files.exists($0) }
  }
}
