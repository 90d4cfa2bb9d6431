// Generated from proto/ by generate-proto.

/// The messages and services of `grpc.health.v1`.
public enum GRPCHealthV1 {}

/// The messages and services of `grpc.reflection.v1`.
public enum GRPCReflectionV1 {}

/// The messages and services of `hearth.testing.v1`.
public enum HearthTestingV1 {}

/// The messages and services of `hearth.v1`.
public enum HearthV1 {}
