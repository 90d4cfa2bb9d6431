// Generated from proto/hearth/v1/jobs.proto by generate-proto.
public import Basics
import CHearthProto
public import HearthMessages

extension HearthV1 {
  /// Served by the control plane.
  public enum Jobs {
    /// The service's full name.
    public static let name: StaticString = "hearth.v1.Jobs"

    /// What would become of a job that was submitted now; nothing changes.
    public static let planJob =
      MethodDescriptor<HearthV1.JobSpec, HearthV1.JobPlan>(
        path: "/hearth.v1.Jobs/PlanJob",
        clientStreaming: false,
        serverStreaming: false
      )

    /// Takes a job on, durably.
    ///
    /// ALREADY_EXISTS when another that has not ended has the name, INVALID_ARGUMENT with every
    /// fault of the description, RESOURCE_EXHAUSTED when there is no room for more.
    public static let runJob =
      MethodDescriptor<HearthV1.JobSpec, HearthV1.JobStatus>(
        path: "/hearth.v1.Jobs/RunJob",
        clientStreaming: false,
        serverStreaming: false
      )

    /// The method `/hearth.v1.Jobs/ListJobs`.
    public static let listJobs =
      MethodDescriptor<HearthV1.ListJobsRequest, HearthV1.JobList>(
        path: "/hearth.v1.Jobs/ListJobs",
        clientStreaming: false,
        serverStreaming: false
      )

    /// NOT_FOUND when no job has the name.
    public static let getJob =
      MethodDescriptor<HearthV1.GetJobRequest, HearthV1.JobStatus>(
        path: "/hearth.v1.Jobs/GetJob",
        clientStreaming: false,
        serverStreaming: false
      )

    /// Cancels a job, has it make a checkpoint, or go on after its end.
    ///
    /// FAILED_PRECONDITION when it is not in a state for that.
    public static let changeJob =
      MethodDescriptor<HearthV1.ChangeJobRequest, HearthV1.JobStatus>(
        path: "/hearth.v1.Jobs/ChangeJob",
        clientStreaming: false,
        serverStreaming: false
      )
  }
}

extension HearthV1 {
  /// Served by nodes, and by region agents for the nodes of their regions.
  public enum Workers {
    /// The service's full name.
    public static let name: StaticString = "hearth.v1.Workers"

    /// Follows what a worker has written, from an offset on, until it is gone.
    public static let readLog =
      MethodDescriptor<HearthV1.ReadLogRequest, HearthV1.LogPiece>(
        path: "/hearth.v1.Workers/ReadLog",
        clientStreaming: false,
        serverStreaming: true
      )
  }
}

extension HearthV1.ListJobsRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ListJobsRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ListJobsRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__ListJobsRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__list_jobs_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__list_jobs_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    all = unsafe c.pointee.all != 0
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.all = all ? 1 : 0
  }
}

extension HearthV1.JobList: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.JobList" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.JobList: @unsafe CMessage {
  typealias Raw = Hearth__V1__JobList

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__job_list__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__job_list__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    jobs = try unsafe Field.messages(c.pointee.n_jobs, c.pointee.jobs, "jobs")
    gpusRunning = unsafe c.pointee.gpus_running
    gpusIdle = unsafe c.pointee.gpus_idle
    gpusServing = unsafe c.pointee.gpus_serving
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_jobs, c.pointee.jobs) = try arena.messages(jobs, "jobs")
    unsafe c.pointee.gpus_running = gpusRunning
    unsafe c.pointee.gpus_idle = gpusIdle
    unsafe c.pointee.gpus_serving = gpusServing
  }
}

extension HearthV1.JobList: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("jobs", jobs)
      json.field("gpusRunning", gpusRunning)
      json.field("gpusIdle", gpusIdle)
      json.field("gpusServing", gpusServing)
    }
  }
}

extension HearthV1.GetJobRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.GetJobRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.GetJobRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__GetJobRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__get_job_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__get_job_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    job = try unsafe Field.text(c.pointee.job, "job")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.job = try arena.text(job, "job")
  }
}

extension HearthV1.ChangeJobRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ChangeJobRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ChangeJobRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__ChangeJobRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__change_job_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__change_job_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    job = try unsafe Field.text(c.pointee.job, "job")
    change = unsafe Field.number(c.pointee.change)
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.job = try arena.text(job, "job")
    unsafe c.pointee.change = arena.number(change)
  }
}

extension HearthV1.JobSpec: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.JobSpec" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.JobSpec: @unsafe CMessage {
  typealias Raw = Hearth__V1__JobSpec

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__job_spec__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__job_spec__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    name = try unsafe Field.text(c.pointee.name, "name")
    tenant = try unsafe Field.text(c.pointee.tenant, "tenant")
    command = try unsafe Field.texts(c.pointee.n_command, c.pointee.command, "command")
    environment = try unsafe Field.messages(
      c.pointee.n_environment,
      c.pointee.environment,
      "environment"
    )
    workingDirectory = try unsafe Field.text(c.pointee.working_directory, "working_directory")
    model = try unsafe Field.text(c.pointee.model, "model")
    adapter = try unsafe Field.text(c.pointee.adapter, "adapter")
    gpusPerWorker = unsafe c.pointee.gpus_per_worker
    workersMin = unsafe c.pointee.workers_min
    workersMax = unsafe c.pointee.workers_max
    launch = try unsafe Field.text(c.pointee.launch, "launch")
    priority = unsafe c.pointee.priority
    regions = try unsafe Field.texts(c.pointee.n_regions, c.pointee.regions, "regions")
    spansRegions = unsafe c.pointee.spans_regions != 0
    checkpoint = try unsafe Field.message(c.pointee.checkpoint, "checkpoint")
    noticeNs = unsafe c.pointee.notice_ns
    minimumRunNs = unsafe c.pointee.minimum_run_ns
    retries = unsafe c.pointee.retries
    cpusMax = unsafe c.pointee.cpus_max
    memoryBytesMax = unsafe c.pointee.memory_bytes_max
    timeMaxNs = unsafe c.pointee.time_max_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.name = try arena.text(name, "name")
    unsafe c.pointee.tenant = try arena.text(tenant, "tenant")
    unsafe (c.pointee.n_command, c.pointee.command) = try arena.texts(command, "command")
    unsafe (c.pointee.n_environment, c.pointee.environment) = try arena.messages(
      environment,
      "environment"
    )
    unsafe c.pointee.working_directory = try arena.text(workingDirectory, "working_directory")
    unsafe c.pointee.model = try arena.text(model, "model")
    unsafe c.pointee.adapter = try arena.text(adapter, "adapter")
    unsafe c.pointee.gpus_per_worker = gpusPerWorker
    unsafe c.pointee.workers_min = workersMin
    unsafe c.pointee.workers_max = workersMax
    unsafe c.pointee.launch = try arena.text(launch, "launch")
    unsafe c.pointee.priority = priority
    unsafe (c.pointee.n_regions, c.pointee.regions) = try arena.texts(regions, "regions")
    unsafe c.pointee.spans_regions = spansRegions ? 1 : 0
    unsafe c.pointee.checkpoint = try arena.message(checkpoint, "checkpoint")
    unsafe c.pointee.notice_ns = noticeNs
    unsafe c.pointee.minimum_run_ns = minimumRunNs
    unsafe c.pointee.retries = retries
    unsafe c.pointee.cpus_max = cpusMax
    unsafe c.pointee.memory_bytes_max = memoryBytesMax
    unsafe c.pointee.time_max_ns = timeMaxNs
  }
}

extension HearthV1.JobSpec: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("name", name)
      json.field("tenant", tenant)
      json.field("command", command)
      json.field("environment", environment)
      json.field("workingDirectory", workingDirectory)
      json.field("model", model)
      json.field("adapter", adapter)
      json.field("gpusPerWorker", gpusPerWorker)
      json.field("workersMin", workersMin)
      json.field("workersMax", workersMax)
      json.field("launch", launch)
      json.field("priority", priority)
      json.field("regions", regions)
      json.field("spansRegions", spansRegions)
      json.field("checkpoint", checkpoint)
      json.field("noticeNs", noticeNs)
      json.field("minimumRunNs", minimumRunNs)
      json.field("retries", retries)
      json.field("cpusMax", cpusMax)
      json.field("memoryBytesMax", memoryBytesMax)
      json.field("timeMaxNs", timeMaxNs)
    }
  }
}

extension HearthV1.JobVariable: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.JobVariable" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.JobVariable: @unsafe CMessage {
  typealias Raw = Hearth__V1__JobVariable

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__job_variable__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__job_variable__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    name = try unsafe Field.text(c.pointee.name, "name")
    value = try unsafe Field.text(c.pointee.value, "value")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.name = try arena.text(name, "name")
    unsafe c.pointee.value = try arena.text(value, "value")
  }
}

extension HearthV1.JobVariable: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("name", name)
      json.field("value", value)
    }
  }
}

extension HearthV1.JobCheckpointPolicy: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.JobCheckpointPolicy" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.JobCheckpointPolicy: @unsafe CMessage {
  typealias Raw = Hearth__V1__JobCheckpointPolicy

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__job_checkpoint_policy__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__job_checkpoint_policy__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    driver = try unsafe Field.text(c.pointee.driver, "driver")
    directory = try unsafe Field.text(c.pointee.directory, "directory")
    intervalNs = unsafe c.pointee.interval_ns
    keep = unsafe c.pointee.keep
    copies = try unsafe Field.texts(c.pointee.n_copies, c.pointee.copies, "copies")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.driver = try arena.text(driver, "driver")
    unsafe c.pointee.directory = try arena.text(directory, "directory")
    unsafe c.pointee.interval_ns = intervalNs
    unsafe c.pointee.keep = keep
    unsafe (c.pointee.n_copies, c.pointee.copies) = try arena.texts(copies, "copies")
  }
}

extension HearthV1.JobCheckpointPolicy: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("driver", driver)
      json.field("directory", directory)
      json.field("intervalNs", intervalNs)
      json.field("keep", keep)
      json.field("copies", copies)
    }
  }
}

extension HearthV1.JobStatus: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.JobStatus" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.JobStatus: @unsafe CMessage {
  typealias Raw = Hearth__V1__JobStatus

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__job_status__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__job_status__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    spec = try unsafe Field.message(c.pointee.spec, "spec")
    state = try unsafe Field.text(c.pointee.state, "state")
    epoch = unsafe c.pointee.epoch
    workers = try unsafe Field.messages(c.pointee.n_workers, c.pointee.workers, "workers")
    ageNs = unsafe c.pointee.age_ns
    ranNs = unsafe c.pointee.ran_ns
    checkpoint = try unsafe Field.message(c.pointee.checkpoint, "checkpoint")
    reasons = try unsafe Field.texts(c.pointee.n_reasons, c.pointee.reasons, "reasons")
    start = try unsafe Field.message(c.pointee.start, "start")
    incidents = try unsafe Field.messages(c.pointee.n_incidents, c.pointee.incidents, "incidents")
    cause = try unsafe Field.text(c.pointee.cause, "cause")
    failures = unsafe c.pointee.failures
    lostGpuSeconds = unsafe c.pointee.lost_gpu_seconds
    gpuSeconds = unsafe c.pointee.gpu_seconds
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.spec = try arena.message(spec, "spec")
    unsafe c.pointee.state = try arena.text(state, "state")
    unsafe c.pointee.epoch = epoch
    unsafe (c.pointee.n_workers, c.pointee.workers) = try arena.messages(workers, "workers")
    unsafe c.pointee.age_ns = ageNs
    unsafe c.pointee.ran_ns = ranNs
    unsafe c.pointee.checkpoint = try arena.message(checkpoint, "checkpoint")
    unsafe (c.pointee.n_reasons, c.pointee.reasons) = try arena.texts(reasons, "reasons")
    unsafe c.pointee.start = try arena.message(start, "start")
    unsafe (c.pointee.n_incidents, c.pointee.incidents) = try arena.messages(incidents, "incidents")
    unsafe c.pointee.cause = try arena.text(cause, "cause")
    unsafe c.pointee.failures = failures
    unsafe c.pointee.lost_gpu_seconds = lostGpuSeconds
    unsafe c.pointee.gpu_seconds = gpuSeconds
  }
}

extension HearthV1.JobStatus: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("spec", spec)
      json.field("state", state)
      json.field("epoch", epoch)
      json.field("workers", workers)
      json.field("ageNs", ageNs)
      json.field("ranNs", ranNs)
      json.field("checkpoint", checkpoint)
      json.field("reasons", reasons)
      json.field("start", start)
      json.field("incidents", incidents)
      json.field("cause", cause)
      json.field("failures", failures)
      json.field("lostGpuSeconds", lostGpuSeconds)
      json.field("gpuSeconds", gpuSeconds)
    }
  }
}

extension HearthV1.JobWorker: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.JobWorker" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.JobWorker: @unsafe CMessage {
  typealias Raw = Hearth__V1__JobWorker

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__job_worker__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__job_worker__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    rank = unsafe c.pointee.rank
    node = try unsafe Field.text(c.pointee.node, "node")
    region = try unsafe Field.text(c.pointee.region, "region")
    gpus = unsafe c.pointee.gpus
    state = try unsafe Field.text(c.pointee.state, "state")
    address = try unsafe Field.text(c.pointee.address, "address")
    agentAddress = try unsafe Field.text(c.pointee.agent_address, "agent_address")
    epoch = unsafe c.pointee.epoch
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.rank = rank
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.gpus = gpus
    unsafe c.pointee.state = try arena.text(state, "state")
    unsafe c.pointee.address = try arena.text(address, "address")
    unsafe c.pointee.agent_address = try arena.text(agentAddress, "agent_address")
    unsafe c.pointee.epoch = epoch
  }
}

extension HearthV1.JobWorker: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("rank", rank)
      json.field("node", node)
      json.field("region", region)
      json.field("gpus", gpus)
      json.field("state", state)
      json.field("address", address)
      json.field("agentAddress", agentAddress)
      json.field("epoch", epoch)
    }
  }
}

extension HearthV1.JobCheckpoint: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.JobCheckpoint" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.JobCheckpoint: @unsafe CMessage {
  typealias Raw = Hearth__V1__JobCheckpoint

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__job_checkpoint__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__job_checkpoint__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    number = unsafe c.pointee.number
    step = unsafe c.pointee.step
    ageNs = unsafe c.pointee.age_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.number = number
    unsafe c.pointee.step = step
    unsafe c.pointee.age_ns = ageNs
  }
}

extension HearthV1.JobCheckpoint: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("number", number)
      json.field("step", step)
      json.field("ageNs", ageNs)
    }
  }
}

extension HearthV1.JobForecast: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.JobForecast" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.JobForecast: @unsafe CMessage {
  typealias Raw = Hearth__V1__JobForecast

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__job_forecast__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__job_forecast__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    inNs = unsafe c.pointee.in_ns
    basis = try unsafe Field.text(c.pointee.basis, "basis")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.in_ns = inNs
    unsafe c.pointee.basis = try arena.text(basis, "basis")
  }
}

extension HearthV1.JobForecast: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("inNs", inNs)
      json.field("basis", basis)
    }
  }
}

extension HearthV1.JobIncident: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.JobIncident" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.JobIncident: @unsafe CMessage {
  typealias Raw = Hearth__V1__JobIncident

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__job_incident__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__job_incident__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    ageNs = unsafe c.pointee.age_ns
    epoch = unsafe c.pointee.epoch
    cause = try unsafe Field.text(c.pointee.cause, "cause")
    gpus = unsafe c.pointee.gpus
    lostGpuSeconds = unsafe c.pointee.lost_gpu_seconds
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.age_ns = ageNs
    unsafe c.pointee.epoch = epoch
    unsafe c.pointee.cause = try arena.text(cause, "cause")
    unsafe c.pointee.gpus = gpus
    unsafe c.pointee.lost_gpu_seconds = lostGpuSeconds
  }
}

extension HearthV1.JobIncident: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("ageNs", ageNs)
      json.field("epoch", epoch)
      json.field("cause", cause)
      json.field("gpus", gpus)
      json.field("lostGpuSeconds", lostGpuSeconds)
    }
  }
}

extension HearthV1.JobPlan: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.JobPlan" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.JobPlan: @unsafe CMessage {
  typealias Raw = Hearth__V1__JobPlan

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__job_plan__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__job_plan__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    faults = try unsafe Field.texts(c.pointee.n_faults, c.pointee.faults, "faults")
    places = try unsafe Field.messages(c.pointee.n_places, c.pointee.places, "places")
    evictions = try unsafe Field.messages(c.pointee.n_evictions, c.pointee.evictions, "evictions")
    start = try unsafe Field.message(c.pointee.start, "start")
    reasons = try unsafe Field.texts(c.pointee.n_reasons, c.pointee.reasons, "reasons")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_faults, c.pointee.faults) = try arena.texts(faults, "faults")
    unsafe (c.pointee.n_places, c.pointee.places) = try arena.messages(places, "places")
    unsafe (c.pointee.n_evictions, c.pointee.evictions) = try arena.messages(evictions, "evictions")
    unsafe c.pointee.start = try arena.message(start, "start")
    unsafe (c.pointee.n_reasons, c.pointee.reasons) = try arena.texts(reasons, "reasons")
  }
}

extension HearthV1.JobPlan: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("faults", faults)
      json.field("places", places)
      json.field("evictions", evictions)
      json.field("start", start)
      json.field("reasons", reasons)
    }
  }
}

extension HearthV1.JobPlace: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.JobPlace" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.JobPlace: @unsafe CMessage {
  typealias Raw = Hearth__V1__JobPlace

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__job_place__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__job_place__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    node = try unsafe Field.text(c.pointee.node, "node")
    region = try unsafe Field.text(c.pointee.region, "region")
    workers = unsafe c.pointee.workers
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.workers = workers
  }
}

extension HearthV1.JobPlace: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("node", node)
      json.field("region", region)
      json.field("workers", workers)
    }
  }
}

extension HearthV1.JobEviction: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.JobEviction" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.JobEviction: @unsafe CMessage {
  typealias Raw = Hearth__V1__JobEviction

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__job_eviction__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__job_eviction__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    job = try unsafe Field.text(c.pointee.job, "job")
    gpus = unsafe c.pointee.gpus
    lostGpuSeconds = unsafe c.pointee.lost_gpu_seconds
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.job = try arena.text(job, "job")
    unsafe c.pointee.gpus = gpus
    unsafe c.pointee.lost_gpu_seconds = lostGpuSeconds
  }
}

extension HearthV1.JobEviction: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("job", job)
      json.field("gpus", gpus)
      json.field("lostGpuSeconds", lostGpuSeconds)
    }
  }
}

extension HearthV1.ReadLogRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ReadLogRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ReadLogRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__ReadLogRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__read_log_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__read_log_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    job = try unsafe Field.text(c.pointee.job, "job")
    rank = unsafe c.pointee.rank
    epoch = unsafe c.pointee.epoch
    isError = unsafe c.pointee.is_error != 0
    offset = unsafe c.pointee.offset
    follows = unsafe c.pointee.follows != 0
    node = try unsafe Field.text(c.pointee.node, "node")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.job = try arena.text(job, "job")
    unsafe c.pointee.rank = rank
    unsafe c.pointee.epoch = epoch
    unsafe c.pointee.is_error = isError ? 1 : 0
    unsafe c.pointee.offset = offset
    unsafe c.pointee.follows = follows ? 1 : 0
    unsafe c.pointee.node = try arena.text(node, "node")
  }
}

extension HearthV1.LogPiece: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.LogPiece" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.LogPiece: @unsafe CMessage {
  typealias Raw = Hearth__V1__LogPiece

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__log_piece__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__log_piece__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    offset = unsafe c.pointee.offset
    text = unsafe Field.bytes(c.pointee.text)
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.offset = offset
    unsafe c.pointee.text = try arena.bytes(text)
  }
}

extension HearthV1.NodeJobFacts: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.NodeJobFacts" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.NodeJobFacts: @unsafe CMessage {
  typealias Raw = Hearth__V1__NodeJobFacts

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__node_job_facts__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__node_job_facts__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    gpus = unsafe c.pointee.gpus
    rail = try unsafe Field.text(c.pointee.rail, "rail")
    domain = try unsafe Field.text(c.pointee.domain, "domain")
    drivers = try unsafe Field.texts(c.pointee.n_drivers, c.pointee.drivers, "drivers")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.gpus = gpus
    unsafe c.pointee.rail = try arena.text(rail, "rail")
    unsafe c.pointee.domain = try arena.text(domain, "domain")
    unsafe (c.pointee.n_drivers, c.pointee.drivers) = try arena.texts(drivers, "drivers")
  }
}

extension HearthV1.NodeJobs: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.NodeJobs" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.NodeJobs: @unsafe CMessage {
  typealias Raw = Hearth__V1__NodeJobs

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__node_jobs__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__node_jobs__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    workers = try unsafe Field.messages(c.pointee.n_workers, c.pointee.workers, "workers")
    serving = unsafe c.pointee.serving
    parked = unsafe c.pointee.parked
    replicaGpus = unsafe Field.array(c.pointee.n_replica_gpus, c.pointee.replica_gpus)
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_workers, c.pointee.workers) = try arena.messages(workers, "workers")
    unsafe c.pointee.serving = serving
    unsafe c.pointee.parked = parked
    unsafe (c.pointee.n_replica_gpus, c.pointee.replica_gpus) = try arena.array(replicaGpus)
  }
}

extension HearthV1.WorkerName: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.WorkerName" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.WorkerName: @unsafe CMessage {
  typealias Raw = Hearth__V1__WorkerName

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__worker_name__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__worker_name__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    job = try unsafe Field.text(c.pointee.job, "job")
    rank = unsafe c.pointee.rank
    epoch = unsafe c.pointee.epoch
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.job = try arena.text(job, "job")
    unsafe c.pointee.rank = rank
    unsafe c.pointee.epoch = epoch
  }
}

extension HearthV1.WorkerState: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.WorkerState" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.WorkerState: @unsafe CMessage {
  typealias Raw = Hearth__V1__WorkerState

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__worker_state__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__worker_state__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    name = try unsafe Field.message(c.pointee.name, "name")
    gpus = unsafe c.pointee.gpus
    phase = unsafe Field.number(c.pointee.phase)
    status = unsafe c.pointee.status
    statusUnknown = unsafe c.pointee.status_unknown != 0
    checkpointNumber = unsafe c.pointee.checkpoint_number
    checkpointStep = unsafe c.pointee.checkpoint_step
    checkpointAgeNs = unsafe c.pointee.checkpoint_age_ns
    checkpointIsWhole = unsafe c.pointee.checkpoint_is_whole != 0
    fault = try unsafe Field.text(c.pointee.fault, "fault")
    checkpointBytes = unsafe c.pointee.checkpoint_bytes
    checkpointPauseNs = unsafe c.pointee.checkpoint_pause_ns
    cpuNs = unsafe c.pointee.cpu_ns
    ranNs = unsafe c.pointee.ran_ns
    forwardOperations = unsafe c.pointee.forward_operations
    backwardOperations = unsafe c.pointee.backward_operations
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.name = try arena.message(name, "name")
    unsafe c.pointee.gpus = gpus
    unsafe c.pointee.phase = arena.number(phase)
    unsafe c.pointee.status = status
    unsafe c.pointee.status_unknown = statusUnknown ? 1 : 0
    unsafe c.pointee.checkpoint_number = checkpointNumber
    unsafe c.pointee.checkpoint_step = checkpointStep
    unsafe c.pointee.checkpoint_age_ns = checkpointAgeNs
    unsafe c.pointee.checkpoint_is_whole = checkpointIsWhole ? 1 : 0
    unsafe c.pointee.fault = try arena.text(fault, "fault")
    unsafe c.pointee.checkpoint_bytes = checkpointBytes
    unsafe c.pointee.checkpoint_pause_ns = checkpointPauseNs
    unsafe c.pointee.cpu_ns = cpuNs
    unsafe c.pointee.ran_ns = ranNs
    unsafe c.pointee.forward_operations = forwardOperations
    unsafe c.pointee.backward_operations = backwardOperations
  }
}

extension HearthV1.WorkerCommand: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.WorkerCommand" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.WorkerCommand: @unsafe CMessage {
  typealias Raw = Hearth__V1__WorkerCommand

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__worker_command__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__worker_command__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    command =
      switch unsafe c.pointee.command_case.rawValue {
      case 1: try unsafe Field.message(c.pointee.start, "start").map(Command.start)
      case 2: try unsafe Field.message(c.pointee.checkpoint, "checkpoint").map(Command.checkpoint)
      case 3: try unsafe Field.message(c.pointee.stop, "stop").map(Command.stop)
      case 4: try unsafe Field.message(c.pointee.kill, "kill").map(Command.kill)
      case 5: try unsafe Field.message(c.pointee.forget, "forget").map(Command.forget)
      default: nil
      }
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    switch command {
    case .start(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 1)
      unsafe c.pointee.start = try arena.message(value, "start")
    case .checkpoint(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 2)
      unsafe c.pointee.checkpoint = try arena.message(value, "checkpoint")
    case .stop(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 3)
      unsafe c.pointee.stop = try arena.message(value, "stop")
    case .kill(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 4)
      unsafe c.pointee.kill = try arena.message(value, "kill")
    case .forget(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 5)
      unsafe c.pointee.forget = try arena.message(value, "forget")
    case nil: break
    }
  }
}

extension HearthV1.WorkerStart: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.WorkerStart" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.WorkerStart: @unsafe CMessage {
  typealias Raw = Hearth__V1__WorkerStart

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__worker_start__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__worker_start__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    name = try unsafe Field.message(c.pointee.name, "name")
    spec = try unsafe Field.message(c.pointee.spec, "spec")
    gpus = unsafe c.pointee.gpus
    worldSize = unsafe c.pointee.world_size
    localRank = unsafe c.pointee.local_rank
    localWorldSize = unsafe c.pointee.local_world_size
    nodeRank = unsafe c.pointee.node_rank
    nodeCount = unsafe c.pointee.node_count
    masterAddress = try unsafe Field.text(c.pointee.master_address, "master_address")
    masterPort = unsafe c.pointee.master_port
    checkpoint = unsafe c.pointee.checkpoint
    variables = try unsafe Field.messages(c.pointee.n_variables, c.pointee.variables, "variables")
    cutOffNs = unsafe c.pointee.cut_off_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.name = try arena.message(name, "name")
    unsafe c.pointee.spec = try arena.message(spec, "spec")
    unsafe c.pointee.gpus = gpus
    unsafe c.pointee.world_size = worldSize
    unsafe c.pointee.local_rank = localRank
    unsafe c.pointee.local_world_size = localWorldSize
    unsafe c.pointee.node_rank = nodeRank
    unsafe c.pointee.node_count = nodeCount
    unsafe c.pointee.master_address = try arena.text(masterAddress, "master_address")
    unsafe c.pointee.master_port = masterPort
    unsafe c.pointee.checkpoint = checkpoint
    unsafe (c.pointee.n_variables, c.pointee.variables) = try arena.messages(variables, "variables")
    unsafe c.pointee.cut_off_ns = cutOffNs
  }
}

extension HearthV1.WorkerCheckpoint: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.WorkerCheckpoint" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.WorkerCheckpoint: @unsafe CMessage {
  typealias Raw = Hearth__V1__WorkerCheckpoint

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__worker_checkpoint__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__worker_checkpoint__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    name = try unsafe Field.message(c.pointee.name, "name")
    number = unsafe c.pointee.number
    withinNs = unsafe c.pointee.within_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.name = try arena.message(name, "name")
    unsafe c.pointee.number = number
    unsafe c.pointee.within_ns = withinNs
  }
}

extension HearthV1.WorkerStop: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.WorkerStop" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.WorkerStop: @unsafe CMessage {
  typealias Raw = Hearth__V1__WorkerStop

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__worker_stop__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__worker_stop__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    name = try unsafe Field.message(c.pointee.name, "name")
    cause = try unsafe Field.text(c.pointee.cause, "cause")
    graceNs = unsafe c.pointee.grace_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.name = try arena.message(name, "name")
    unsafe c.pointee.cause = try arena.text(cause, "cause")
    unsafe c.pointee.grace_ns = graceNs
  }
}

extension HearthV1.StoredJob: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.StoredJob" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.StoredJob: @unsafe CMessage {
  typealias Raw = Hearth__V1__StoredJob

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__stored_job__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__stored_job__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    spec = try unsafe Field.message(c.pointee.spec, "spec")
    order = unsafe c.pointee.order
    submittedUnixNs = unsafe c.pointee.submitted_unix_ns
    phase = try unsafe Field.text(c.pointee.phase, "phase")
    epoch = unsafe c.pointee.epoch
    workers = try unsafe Field.messages(c.pointee.n_workers, c.pointee.workers, "workers")
    orderedUnixNs = unsafe c.pointee.ordered_unix_ns
    runningUnixNs = unsafe c.pointee.running_unix_ns
    ranNs = unsafe c.pointee.ran_ns
    stop = try unsafe Field.message(c.pointee.stop, "stop")
    checkpointNumber = unsafe c.pointee.checkpoint_number
    checkpointStep = unsafe c.pointee.checkpoint_step
    checkpointUnixNs = unsafe c.pointee.checkpoint_unix_ns
    checkpointAsked = unsafe c.pointee.checkpoint_asked
    failures = unsafe c.pointee.failures
    notBeforeUnixNs = unsafe c.pointee.not_before_unix_ns
    preemptions = unsafe c.pointee.preemptions
    avoided = try unsafe Field.messages(c.pointee.n_avoided, c.pointee.avoided, "avoided")
    incidents = try unsafe Field.messages(c.pointee.n_incidents, c.pointee.incidents, "incidents")
    isCancelled = unsafe c.pointee.is_cancelled != 0
    endedCause = try unsafe Field.message(c.pointee.ended_cause, "ended_cause")
    gpuSeconds = unsafe c.pointee.gpu_seconds
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.spec = try arena.message(spec, "spec")
    unsafe c.pointee.order = order
    unsafe c.pointee.submitted_unix_ns = submittedUnixNs
    unsafe c.pointee.phase = try arena.text(phase, "phase")
    unsafe c.pointee.epoch = epoch
    unsafe (c.pointee.n_workers, c.pointee.workers) = try arena.messages(workers, "workers")
    unsafe c.pointee.ordered_unix_ns = orderedUnixNs
    unsafe c.pointee.running_unix_ns = runningUnixNs
    unsafe c.pointee.ran_ns = ranNs
    unsafe c.pointee.stop = try arena.message(stop, "stop")
    unsafe c.pointee.checkpoint_number = checkpointNumber
    unsafe c.pointee.checkpoint_step = checkpointStep
    unsafe c.pointee.checkpoint_unix_ns = checkpointUnixNs
    unsafe c.pointee.checkpoint_asked = checkpointAsked
    unsafe c.pointee.failures = failures
    unsafe c.pointee.not_before_unix_ns = notBeforeUnixNs
    unsafe c.pointee.preemptions = preemptions
    unsafe (c.pointee.n_avoided, c.pointee.avoided) = try arena.messages(avoided, "avoided")
    unsafe (c.pointee.n_incidents, c.pointee.incidents) = try arena.messages(incidents, "incidents")
    unsafe c.pointee.is_cancelled = isCancelled ? 1 : 0
    unsafe c.pointee.ended_cause = try arena.message(endedCause, "ended_cause")
    unsafe c.pointee.gpu_seconds = gpuSeconds
  }
}

extension HearthV1.StoredWorker: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.StoredWorker" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.StoredWorker: @unsafe CMessage {
  typealias Raw = Hearth__V1__StoredWorker

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__stored_worker__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__stored_worker__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    rank = unsafe c.pointee.rank
    epoch = unsafe c.pointee.epoch
    node = try unsafe Field.text(c.pointee.node, "node")
    gpus = unsafe c.pointee.gpus
    isExited = unsafe c.pointee.is_exited != 0
    status = unsafe c.pointee.status
    statusUnknown = unsafe c.pointee.status_unknown != 0
    isLeaving = unsafe c.pointee.is_leaving != 0
    isRunning = unsafe c.pointee.is_running != 0
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.rank = rank
    unsafe c.pointee.epoch = epoch
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.gpus = gpus
    unsafe c.pointee.is_exited = isExited ? 1 : 0
    unsafe c.pointee.status = status
    unsafe c.pointee.status_unknown = statusUnknown ? 1 : 0
    unsafe c.pointee.is_leaving = isLeaving ? 1 : 0
    unsafe c.pointee.is_running = isRunning ? 1 : 0
  }
}

extension HearthV1.StoredStop: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.StoredStop" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.StoredStop: @unsafe CMessage {
  typealias Raw = Hearth__V1__StoredStop

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__stored_stop__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__stored_stop__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    cause = try unsafe Field.message(c.pointee.cause, "cause")
    deadlineUnixNs = unsafe c.pointee.deadline_unix_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.cause = try arena.message(cause, "cause")
    unsafe c.pointee.deadline_unix_ns = deadlineUnixNs
  }
}

extension HearthV1.StoredCause: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.StoredCause" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.StoredCause: @unsafe CMessage {
  typealias Raw = Hearth__V1__StoredCause

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__stored_cause__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__stored_cause__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    kind = try unsafe Field.text(c.pointee.kind, "kind")
    name = try unsafe Field.text(c.pointee.name, "name")
    number = unsafe c.pointee.number
    other = unsafe c.pointee.other
    status = unsafe c.pointee.status
    statusUnknown = unsafe c.pointee.status_unknown != 0
    flag = unsafe c.pointee.flag != 0
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.kind = try arena.text(kind, "kind")
    unsafe c.pointee.name = try arena.text(name, "name")
    unsafe c.pointee.number = number
    unsafe c.pointee.other = other
    unsafe c.pointee.status = status
    unsafe c.pointee.status_unknown = statusUnknown ? 1 : 0
    unsafe c.pointee.flag = flag ? 1 : 0
  }
}

extension HearthV1.StoredAvoided: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.StoredAvoided" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.StoredAvoided: @unsafe CMessage {
  typealias Raw = Hearth__V1__StoredAvoided

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__stored_avoided__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__stored_avoided__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    node = try unsafe Field.text(c.pointee.node, "node")
    untilUnixNs = unsafe c.pointee.until_unix_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.until_unix_ns = untilUnixNs
  }
}

extension HearthV1.StoredIncident: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.StoredIncident" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.StoredIncident: @unsafe CMessage {
  typealias Raw = Hearth__V1__StoredIncident

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__stored_incident__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__stored_incident__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    atUnixNs = unsafe c.pointee.at_unix_ns
    epoch = unsafe c.pointee.epoch
    cause = try unsafe Field.message(c.pointee.cause, "cause")
    gpus = unsafe c.pointee.gpus
    lostGpuSeconds = unsafe c.pointee.lost_gpu_seconds
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.at_unix_ns = atUnixNs
    unsafe c.pointee.epoch = epoch
    unsafe c.pointee.cause = try arena.message(cause, "cause")
    unsafe c.pointee.gpus = gpus
    unsafe c.pointee.lost_gpu_seconds = lostGpuSeconds
  }
}
