"""server.py [CERTIFICATES [mutual]]: a grpcio server that does what the metadata of calls asks for.

Says its port, then what happens to calls, one word a line.
"""

import os
import sys
import threading
from concurrent import futures

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from common import BYTES, code_of, read
from hearth.testing.v1.testing_pb2 import Kinds
from hearth.testing.v1.testing_pb2_grpc import EchoServicer, add_EchoServicer_to_server


def say(word):
    print(word, flush=True)


def begin(context):
    """Does what the metadata asks for."""
    asked = dict(context.invocation_metadata())
    if "fail" in asked:
        context.set_trailing_metadata([("trailer", "text"), ("trailer-bin", BYTES)])
        context.abort(code_of(int(asked["fail"])), asked["message-bin"].decode())
    copies = [(name, value) for name, value in context.invocation_metadata() if name.startswith("copy")]
    if copies:
        context.send_initial_metadata(copies)
        context.set_trailing_metadata(copies)
    if "hang" in asked:
        ended = threading.Event()
        context.add_callback(ended.set)
        say("hanging")
        ended.wait()
        say("ended")
    if "stop" in asked:
        server.stop(30)
    return asked


class Echo(EchoServicer):
    def Unary(self, request, context):
        asked = begin(context)
        if "time-left" in asked:
            return Kinds(double=context.time_remaining())
        if "grow" in asked:
            return Kinds(string="x" * int(asked["grow"]))
        return request

    def Collect(self, requests, context):
        begin(context)
        last = Kinds()
        for last in requests:
            pass
        return last

    def Expand(self, request, context):
        begin(context)
        for _ in range(request.uint32):
            yield request

    def Converse(self, requests, context):
        begin(context)
        yield from requests


server = grpc.server(
    futures.ThreadPoolExecutor(16),
    options=[
        ("grpc.http2.min_ping_interval_without_data_ms", 1),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 1),
    ],
)
add_EchoServicer_to_server(Echo(), server)
health_pb2_grpc.add_HealthServicer_to_server(health.HealthServicer(), server)
if len(sys.argv) > 1:
    folder = sys.argv[1]
    credentials = grpc.ssl_server_credentials(
        [(read(folder, "server.key"), read(folder, "server.pem"))],
        read(folder, "root.pem") if "mutual" in sys.argv else None,
        "mutual" in sys.argv,
    )
    port = server.add_secure_port("127.0.0.1:0", credentials)
else:
    port = server.add_insecure_port("127.0.0.1:0")
server.start()
say(port)
# A test that fails may leave it behind: it ends with its parent.
parent = os.getppid()
while server.wait_for_termination(1) and os.getppid() == parent:
    pass
