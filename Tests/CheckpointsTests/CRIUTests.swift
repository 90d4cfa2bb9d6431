import Checkpointing
import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite(
  "Transparent checkpoints",
  .enabled(if: Guest.criu != nil, "\(Guest.whyNot ?? "")"),
  .serialized
)
struct CRIUTests {
  private let folder: TemporaryFolder
  private let criu: CRIU

  init() throws {
    folder = try TemporaryFolder()
    criu = try #require(Guest.criu)
  }

  @Test(
    "A program that knows of no checkpoints ends as if it had never been killed",
    arguments: [1, 3]
  )
  func program(threads: Int) async throws {
    let arguments = ["loop.py", "500", "\(threads)", "20"]
    let undisturbed = try await Guest(folder.path("calm"), arguments).end()
    let guest = try Guest(folder.path("guest"), arguments)
    let store = try CheckpointStore(folder.path("store"), job: "night", keeps: 2)
    for (number, step) in [20, 60].enumerated() {
      try await guest.reach(step: step)
      let manifest = try guest.checkpoint(into: store, id(number), with: criu)
      try await guest.wait()
      // Work that is lost: it must not be there twice.
      try guest.append("step 999\n")
      let newest = try #require(try store.newest().manifest)
      #expect(newest == manifest)
      try guest.restore(newest, from: store, with: criu)
      // Its output may have the next step already.
      try await guest.isBack()
    }
    #expect(try await guest.end() == undisturbed)
    #expect(undisturbed.hasPrefix("step 0\n") && undisturbed.contains("loss 0x"))
  }

  @Test("A program that goes on after its checkpoint and is killed is resumed from it")
  func killedLater() async throws {
    let arguments = ["loop.py", "500", "1", "20"]
    let undisturbed = try await Guest(folder.path("calm"), arguments).end()
    let guest = try Guest(folder.path("guest"), arguments)
    let store = try CheckpointStore(folder.path("store"), job: "night", keeps: 2)
    try await guest.reach(step: 20)
    try guest.checkpoint(into: store, id(1), with: criu, leavesRunning: true)
    try await guest.reach(step: 50)
    try await guest.kill()
    try guest.restore(try #require(try store.newest().manifest), from: store, with: criu)
    try await guest.isBack()
    #expect(try await guest.end() == undisturbed)
  }

  @Test("Flipped bytes are found before CRIU sees them, and the checkpoint before is taken")
  func flipped() async throws {
    let guest = try Guest(folder.path("guest"), ["loop.py", "100000", "1", "20"])
    let store = try CheckpointStore(folder.path("store"), job: "night", keeps: 2)
    try await guest.reach(step: 5)
    try guest.checkpoint(into: store, id(1), with: criu, leavesRunning: true)
    try guest.checkpoint(into: store, id(2), with: criu)
    try flip(store.path(of: id(2)) + "/worker-0/pages-1.img")
    let (manifest, skipped) = try store.newest()
    #expect(manifest?.id == id(1))
    #expect(skipped.first?.reason.description.contains("pages-1.img was changed") == true)
    try await guest.kill()
  }

  @Test("Two workers that talk over TCP are resumed with their addresses, again and again")
  func gang() async throws {
    func start(_ name: String, _ network: GangNetwork) throws -> [Guest] {
      try (0..<2).map {
        try Guest(
          folder.path("\(name)-\($0)"),
          ["gang.py", "\($0)", "400", "10.77.0.2"],
          network: network.namespaces[$0]
        )
      }
    }
    let addresses = ["10.77.0.2/24", "10.77.0.3/24"]
    let name = "hearth-test-\(getpid())"
    let calm = try GangNetwork(name + "-calm", addresses: addresses)
    defer { calm.remove() }
    try calm.open()
    var undisturbed: [String] = []
    for guest in try start("calm", calm) { undisturbed.append(try await guest.end()) }

    var network = try GangNetwork(name + "-0", addresses: addresses)
    defer { network.remove() }
    try network.open()
    let guests = try start("gang", network)
    let store = try CheckpointStore(folder.path("store"), job: "night", keeps: 2)
    for attempt in 1...3 {
      try await guests[1].reach(step: attempt * 80)
      try network.close()
      let draft = try store.begin(id(attempt), workers: 2)
      var manifest = facts(id(attempt), job: "night")
      for (rank, guest) in guests.enumerated() {
        manifest.outputs.append(try guest.dump(into: draft, rank, with: criu))
      }
      for guest in guests { try await guest.wait() }
      network.remove()
      manifest = try store.commit(draft, manifest)
      network = try GangNetwork(name + "-\(attempt)", addresses: addresses)
      for (rank, guest) in guests.enumerated() {
        try guest.restore(
          manifest,
          from: store,
          rank: rank,
          with: criu,
          network: network.namespaces[rank]
        )
      }
      for guest in guests { try await guest.isBack() }
      try network.open()
    }
    for (rank, guest) in guests.enumerated() { #expect(try await guest.end() == undisturbed[rank]) }
  }

  @Test("What is no CRIU, or too old, is refused with what to do")
  func refused() throws {
    func refusal(_ script: String) throws -> String {
      let path = try folder.write("#!/bin/sh\n\(script)\n", as: "criu")
      chmod(path, 0o700)
      return #expect(throws: CheckpointError.self) { try CRIU(checking: path) }?.description ?? ""
    }
    #expect(try refusal("echo Version: 3.17.1").contains("CRIU 3.17.1, and 4.2 or later is needed"))
    #expect(try refusal("echo hello").contains("is no CRIU: \"hello\\n\""))
    #expect(
      try refusal("[ $1 = check ] && { echo vdso; exit 1; }; echo Version: 4.2").contains(
        "CRIU 4.2 does not work on this kernel: \"vdso\\n\""
      )
    )
    #expect(throws: CheckpointError.self) { try CRIU(checking: folder.path("nothing")) }
  }
}
