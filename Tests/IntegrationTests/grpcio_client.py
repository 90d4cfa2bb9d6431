"""A client built from proto/ with grpcio: health, reflection, Route and Generate on a real fleet.

usage: grpcio_client.py PROTO_FOLDER CONTROL_ADDRESS
"""

import importlib
import pathlib
import sys
import tempfile

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_tools import protoc

proto, control = sys.argv[1:]
out = tempfile.mkdtemp()
files = [str(path) for path in pathlib.Path(proto).glob("hearth/v1/*.proto")]
code = protoc.main(["protoc", f"-I{proto}", f"--python_out={out}", f"--grpc_python_out={out}", *files])
assert code == 0, f"protoc ended with {code}"
sys.path.insert(0, out)
routing = importlib.import_module("hearth.v1.routing_pb2")
routing_grpc = importlib.import_module("hearth.v1.routing_pb2_grpc")
inference = importlib.import_module("hearth.v1.inference_pb2")
inference_grpc = importlib.import_module("hearth.v1.inference_pb2_grpc")

channel = grpc.insecure_channel(control)
health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
assert health.status == health_pb2.HealthCheckResponse.SERVING, health
print("health: SERVING")


try:
    from grpc_reflection.v1 import reflection_pb2, reflection_pb2_grpc
except ImportError:
    from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
v1 = channel.stream_stream(
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
    response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
)
request = reflection_pb2.ServerReflectionRequest(list_services="")
answer = next(iter(v1(iter([request]), timeout=10)))
services = sorted(service.name for service in answer.list_services_response.service)
assert "hearth.v1.Router" in services and "grpc.health.v1.Health" in services, services
print("reflection:", " ".join(services))

route = routing.RouteRequest(
    model="llama-3.1-8b", origin_region="a", prompt_tokens=1100, block_hashes=[1, 2], block_tokens=512
)
placed = routing_grpc.RouterStub(channel).Route(route, timeout=10).placed
assert placed.region == "a" and placed.reservation != 0, placed
print("route:", placed.replica)

try:
    routing_grpc.RouterStub(channel).Route(routing.RouteRequest(model="x"), timeout=10)
    raise AssertionError("a request without a prompt was placed")
except grpc.RpcError as error:
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
    assert "prompt_tokens" in error.details(), error

generate = inference.GenerateRequest(
    reservation=placed.reservation,
    node=placed.node,
    replica=placed.replica,
    model="llama-3.1-8b",
    origin_region="a",
    prompt_tokens=1100,
    block_hashes=[1, 2],
    block_tokens=512,
    output_tokens_max=50,
    ignore_end=True,
)
for address in (placed.node_address, placed.region_address):
    tokens, finished = 0, None
    with grpc.insecure_channel(address) as node:
        for piece in inference_grpc.InferenceStub(node).Generate(generate, timeout=20):
            tokens += piece.tokens.count
            if piece.HasField("finished"):
                finished = piece.finished
    assert tokens == 50 and finished.output_tokens == 50, (tokens, finished)
    print(f"generate: {tokens} tokens, {finished.cached_tokens} cached")
    generate.reservation = 0  # It held once.
