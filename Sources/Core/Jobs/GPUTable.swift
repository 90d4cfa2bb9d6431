import Basics

/// The GPUs of every node, a bit each: which serve, which workers have, which are free.
struct GPUTable: Sendable {
  enum Status: Sendable { case ready, suspect, lost }

  struct Node: Sendable {
    var status = Status.ready
    var isCordoned = false
    /// What serving has.
    var serving: UInt64
    /// What workers have, strangers included.
    var used: UInt64 = 0
    var lastHeard: Instant

    /// Whether new workers may go there.
    var isOpen: Bool { status == .ready && !isCordoned }
  }

  private(set) var topology = FleetTopology()
  private(set) var nodes: [Node] = []
  private var numbers: [NodeID: Int] = [:]

  subscript(number: Int) -> Node {
    get { nodes[number] }
    set { nodes[number] = newValue }
  }

  func number(of id: NodeID) -> Int? { numbers[id] }
  func id(_ number: Int) -> NodeID { topology.nodes[number].id }

  /// The GPUs of all nodes that are there.
  var gpuCount: Int {
    zip(topology.nodes, nodes).reduce(0) { $0 + ($1.1.status == .lost ? 0 : $1.0.gpuCount) }
  }

  /// GPUs that a new worker may have.
  func free(_ number: Int) -> UInt64 {
    let node = nodes[number]
    return node.isOpen ? rest(number) : 0
  }

  /// GPUs of a node that nobody has, whether new workers may go there or not.
  func rest(_ number: Int) -> UInt64 {
    let all = UInt64.max >> UInt64(JobNode.gpuCountMax - topology.nodes[number].gpuCount)
    return all & ~nodes[number].serving & ~nodes[number].used
  }

  /// GPUs of a node that serving does not have.
  func jobCapacity(_ number: Int) -> Int {
    topology.nodes[number].gpuCount - nodes[number].serving.nonzeroBitCount
  }

  /// Takes in a node that is there, or there again.
  mutating func enter(_ node: JobNode, serving: UInt64, at now: Instant) -> Int {
    var node = node
    node.gpuCount = min(max(node.gpuCount, 1), JobNode.gpuCountMax)
    if let number = numbers[node.id] {
      topology.replace(number, by: node)
      nodes[number].status = .ready
      nodes[number].serving = serving
      nodes[number].lastHeard = now
      return number
    }
    topology.add(node)
    nodes.append(Node(serving: serving, lastHeard: now))
    numbers[node.id] = nodes.count - 1
    return nodes.count - 1
  }

  /// Gives a worker `count` of the GPUs that nobody has, the lowest first; nil when there are
  /// fewer.
  mutating func take(_ count: Int, of number: Int) -> UInt64? {
    var rest = rest(number)
    guard rest.nonzeroBitCount >= count else { return nil }
    var taken: UInt64 = 0
    for _ in 0..<count {
      let lowest = rest & (~rest &+ 1)
      taken |= lowest
      rest &= ~lowest
    }
    nodes[number].used |= taken
    return taken
  }

  mutating func giveBack(_ gpus: UInt64, of number: Int) {
    nodes[number].used &= ~gpus
  }
}
