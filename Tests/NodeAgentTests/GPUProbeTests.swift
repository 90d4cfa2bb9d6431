import Foundation
import NodeAgent
import Testing

/// The probe against a driver library that each test compiles: hosts that build Hearth need no GPU.
@Suite(.timeLimit(.minutes(5)))
struct GPUProbeTests {
  private static let calls = """
    #include <string.h>
    int nvmlInit_v2(void) { return INIT; }
    int nvmlShutdown(void) { return 0; }
    int nvmlDeviceGetCount_v2(unsigned *n) { *n = COUNT; return 0; }
    int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **d) { *d = (void *)(long)(i + 1); return 0; }
    int nvmlDeviceGetName(void *d, char *s, unsigned n) { strncpy(s, "NVIDIA H100 80GB HBM3", n); return NAME; }
    int nvmlDeviceGetUUID(void *d, char *s, unsigned n) { memset(s, 'u', n); return 0; }
    """
  private static let memory = """
    int nvmlDeviceGetMemoryInfo(void *d, unsigned long long *m) { m[0] = 85899345920ull; return 0; }
    """

  private func driver(_ source: String, _ macros: [String: Int]) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "nvml-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let (code, library) = (folder.appending(path: "nvml.c"), folder.appending(path: "nvml.so"))
    try source.write(to: code, atomically: true, encoding: .utf8)
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    // The one compiler that is on every machine with Swift.
    let defines = macros.map { "-D\($0.key)=\($0.value)" }
    compiler.arguments =
      ["clang", "-shared", "-fPIC", "-w", "-o", library.path, code.path] + defines
    try compiler.run()
    compiler.waitUntilExit()
    #expect(compiler.terminationStatus == 0)
    return library.path
  }

  @Test func `a host without the library has no driver`() {
    #expect(GPUProbe.find(library: "libno-such-driver.so.1") == .noDriver)
  }

  @Test func `the driver's GPUs are listed, long texts cut`() throws {
    let library = try driver(Self.calls + Self.memory, ["INIT": 0, "COUNT": 2, "NAME": 0])
    guard case .gpus(let gpus) = GPUProbe.find(library: library) else {
      Issue.record("no GPUs found")
      return
    }
    #expect(gpus.count == 2)
    #expect(gpus[1].name == "NVIDIA H100 80GB HBM3")
    #expect(gpus[1].uuid.count == 95)
    #expect(gpus[1].memoryBytes == 80 << 30)
  }

  @Test func `a driver that claims more GPUs than a host can have is cut`() throws {
    let library = try driver(Self.calls + Self.memory, ["INIT": 0, "COUNT": 100_000, "NAME": 0])
    guard case .gpus(let gpus) = GPUProbe.find(library: library) else {
      Issue.record("no GPUs found")
      return
    }
    #expect(gpus.count == GPUProbe.gpusMax)
  }

  @Test func `a driver that fails is reported with its code`() throws {
    let refuses = try driver(Self.calls + Self.memory, ["INIT": 9, "COUNT": 1, "NAME": 0])
    #expect(
      GPUProbe.find(library: refuses)
        == .failed("\(refuses) answered with NVML error 9; see nvidia-smi for its cause")
    )
    let breaks = try driver(Self.calls + Self.memory, ["INIT": 0, "COUNT": 1, "NAME": 15])
    #expect(
      GPUProbe.find(library: breaks)
        == .failed("\(breaks) answered with NVML error 15; see nvidia-smi for its cause")
    )
  }

  @Test func `a library that lacks calls is reported`() throws {
    let library = try driver(Self.calls, ["INIT": 0, "COUNT": 1, "NAME": 0])
    #expect(
      GPUProbe.find(library: library)
        == .failed("\(library) lacks calls of NVML 11 or later; update the NVIDIA driver")
    )
  }
}
