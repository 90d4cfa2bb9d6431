"""Sends two turns of one conversation to a running fleet, such as `make up` starts, with grpcio.

usage: python3 -m venv env && env/bin/pip install grpcio grpcio-tools && env/bin/python examples/chat.py

The control plane is at HEARTH_ADDRESS, or 127.0.0.1:7400. A client does three things: it hashes the
blocks of its prompt, asks the control plane for a place, and streams the answer from the node there.
"""

import hashlib
import os
import pathlib
import sys
import tempfile
import time

import grpc
from grpc_tools import protoc

PROTO = pathlib.Path(__file__).resolve().parent.parent / "proto"
STUBS = tempfile.mkdtemp()
FILES = [str(path) for path in PROTO.glob("hearth/v1/*.proto")]
OUT = [f"-I{PROTO}", f"--python_out={STUBS}", f"--grpc_python_out={STUBS}"]
assert protoc.main(["protoc", *OUT, *FILES]) == 0, "protoc failed"
sys.path.insert(0, STUBS)
from hearth.v1 import admin_pb2, admin_pb2_grpc, inference_pb2, inference_pb2_grpc  # noqa: E402
from hearth.v1 import routing_pb2, routing_pb2_grpc  # noqa: E402


def tokens_of(text):
    """A stand-in for the model's tokenizer: four bytes count as a token."""
    raw = text.encode()
    return [raw[at : at + 4] for at in range(0, len(raw), 4)]


def block_hashes(model, tokens, block_tokens):
    """64 bits for each full block, which name it and all blocks before it."""
    chain, hashes = hashlib.sha256(model.encode()).digest(), []
    for end in range(block_tokens, len(tokens) + 1, block_tokens):
        chain = hashlib.sha256(chain + b"".join(tokens[end - block_tokens : end])).digest()
        hashes.append(int.from_bytes(chain[:8], "little"))
    return hashes


def place(router, request, time_scale, tries=5):
    """Where the turn runs; a refusal says when to come back, in the fleet's time."""
    for _ in range(tries):
        answer = router.Route(request, timeout=60)
        if answer.WhichOneof("verdict") == "placed":
            return answer.placed
        print("refused:", answer.refused.message)
        if answer.refused.retry_after_ns == 0:
            break
        # Whoever brings the token keeps the turn's place among its tenant's.
        request.retry_token = answer.refused.retry_token
        time.sleep(answer.refused.retry_after_ns / 1e9 / time_scale)
    sys.exit("no place for the turn")


def run(router, replica, time_scale, prompt, output_tokens_max=40):
    """Runs one turn and returns its answer."""
    model, block_tokens = replica.model.name, replica.block_tokens
    tokens = tokens_of(prompt)
    # The node runs what was placed, and nothing else: both are asked alike.
    asked = dict(
        model=model,
        tenant="example",
        prompt_tokens=len(tokens),
        block_hashes=block_hashes(model, tokens, block_tokens),
        block_tokens=block_tokens,
    )
    excluded = []
    while True:
        request = routing_pb2.RouteRequest(excluded_replicas=excluded, **asked)
        placed = place(router, request, time_scale)
        generate = inference_pb2.GenerateRequest(
            reservation=placed.reservation,
            node=placed.node,
            replica=placed.replica,
            output_tokens_max=output_tokens_max,
            **asked,
        )
        answer, finished = "", None
        try:
            with grpc.insecure_channel(placed.node_address) as node:
                for piece in inference_pb2_grpc.InferenceStub(node).Generate(generate, timeout=120):
                    answer += piece.tokens.text
                    if piece.HasField("finished"):
                        finished = piece.finished
        except grpc.RpcError as error:
            # The node had a newer view than the control plane, or is gone: elsewhere it may run.
            if error.code() not in (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE):
                raise
            excluded.append(placed.replica)
            continue
        print(f"{answer}\n[{placed.replica}: {finished.cached_tokens} of {len(tokens)} tokens cached]")
        return answer


def main():
    channel = grpc.insecure_channel(os.environ.get("HEARTH_ADDRESS", "127.0.0.1:7400"))
    admin = admin_pb2_grpc.AdminStub(channel)
    time_scale = admin.GetStatus(admin_pb2.GetStatusRequest(), timeout=10).time_scale
    replicas = admin.ListReplicas(admin_pb2.ListReplicasRequest(), timeout=10)
    if not replicas.replicas:
        sys.exit("the fleet has no replicas yet")
    replica = replicas.replicas[0].replica
    router = routing_pb2_grpc.RouterStub(channel)
    prompt = "system: " + "Answer in short and plain sentences. " * 80 + "\n"
    for line in ("hello", "and again"):
        print(">", line)
        prompt += f"user: {line}\nassistant: "
        prompt += run(router, replica, time_scale, prompt) + "\n"
        time.sleep(1)  # The user reads; meanwhile the control plane hears which blocks are cached.


main()
