import Durable
import Glibc

/// Small files, whole.
package enum Files {
  /// The bytes of a file that has at most `max`.
  package static func read(_ path: String, max: Int = 1 << 20) throws(WorkerFault) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw WorkerFault("reading \(path)", errno) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      guard count >= 0 else { throw WorkerFault("reading \(path)", errno) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= max else { throw WorkerFault("\(path) has more than \(max) bytes") }
    }
  }

  /// All of a small file as text; nil where it can't be read.
  package static func text(_ path: String) -> String? {
    (try? read(path)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Writes all to an existing file, such as one of a cgroup; says whether that went well.
  @discardableResult
  static func put(_ text: String, _ path: String) -> Bool {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    return write(file, text, text.utf8.count) == text.utf8.count
  }

  /// Writes a text in place, over the bytes that are there.
  @discardableResult
  package static func overwrite(_ text: String, _ path: String) -> Bool {
    let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { return false }
    defer { close(file) }
    return write(file, text, text.utf8.count) == text.utf8.count
  }

  /// Writes a file aside, has the disk keep it, and gives it its name.
  package static func keep(_ bytes: [UInt8], _ path: String) throws(WorkerFault) {
    do throws(DurableFile.Fault) {
      try DurableFile.replace(path, with: bytes.span)
    } catch {
      throw WorkerFault("\(error)")
    }
  }

  /// The names in a folder, in order; none where it can't be read.
  package static func list(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Whether something has this path.
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Makes a folder, of this mode, and those above it.
  package static func makeFolders(_ path: String, mode: UInt32 = 0o755) throws(WorkerFault) {
    guard !exists(path) else { return }
    if parent(path) != path { try makeFolders(parent(path)) }
    guard mkdir(path, mode) == 0 || errno == EEXIST else {
      throw WorkerFault("making \(path)", errno)
    }
  }

  /// Has a folder be there that is this user's and that nobody else can write.
  package static func makeOwn(_ path: String) throws(WorkerFault) {
    try makeFolders(path, mode: 0o700)
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
      status.st_uid == geteuid(), status.st_mode & 0o022 == 0
    else {
      throw WorkerFault("\(path) must be a folder of this user that nobody else can write")
    }
  }

  /// Has this process alone use a path as long as it lives, or the descriptor that it returns.
  package static func lock(_ path: String) throws(WorkerFault) -> Int32 {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw WorkerFault("opening \(path)", errno) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      throw WorkerFault(
        "\(parent(path)) is used by another process: end it, or name another folder"
      )
    }
    return file
  }

  /// Gives up what ``lock(_:)`` gave, also where a process was just forked that has it too.
  package static func unlock(_ file: Int32) {
    flock(file, LOCK_UN)
    close(file)
  }

  /// What a path leads to, which is not followed if it is a link.
  package struct Entry: Sendable {
    /// Whether it is a folder, and whether it is an ordinary file.
    package var (isFolder, isFile): (Bool, Bool)
    /// Whether its group or others may write to it.
    package var isOpen: Bool
    /// Its length.
    package var bytes: Int
    /// When its content last changed, in nanoseconds since 1970.
    package var modified: Int64
    /// The file system's number of it.
    package var inode: UInt64
  }

  /// Looks at a path; nil where nothing is.
  package static func look(_ path: String) -> Entry? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return Entry(
      isFolder: status.st_mode & S_IFMT == S_IFDIR,
      isFile: status.st_mode & S_IFMT == S_IFREG,
      isOpen: status.st_mode & 0o022 != 0,
      bytes: Int(status.st_size),
      modified: Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec),
      inode: UInt64(status.st_ino)
    )
  }

  /// Gives what is there another path on the same disk.
  package static func move(_ path: String, to other: String) { rename(path, other) }

  /// Removes what is there, with all in it if it is a folder.
  package static func remove(_ path: String) {
    if look(path)?.isFolder == true {
      for name in list(path) { remove("\(path)/\(name)") }
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  /// The folder that something is in.
  package static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}

/// Now, in nanoseconds since 1970.
package func wallNanoseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// What the system tells of a process.
enum ProcessTable {
  /// Parent and start (in ticks since the system's) of a process: the pair of number and start
  /// names a process for good.
  static func stat(_ pid: Int) -> (parent: Int, start: Int, isZombie: Bool)? {
    guard let text = Files.text("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else {
      return nil
    }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let parent = Int(fields[1]), let start = Int(fields[19]) else {
      return nil
    }
    return (parent, start, fields[0] == "Z")
  }

  /// Whether `pid` descends from `ancestor`.
  static func isDescendant(_ pid: Int, of ancestor: Int) -> Bool {
    var (pid, steps) = (pid, 0)
    while pid > 1, steps < 1_000, let parent = stat(pid)?.parent {
      if parent == ancestor { return true }
      (pid, steps) = (parent, steps + 1)
    }
    return false
  }

  /// Every descendant of a process.
  static func descendants(of pid: Int) -> [Int] {
    var found: [Int] = []
    var next = [pid]
    while let one = next.popLast() {
      for task in Files.list("/proc/\(one)/task") {
        let children = (Files.text("/proc/\(one)/task/\(task)/children") ?? "").split(
          separator: " "
        )
        let pids = children.compactMap { Int($0) }
        found += pids
        next += pids
      }
    }
    return found
  }
}
