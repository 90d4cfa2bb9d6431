"""client.py SCENARIO ADDRESS [CERTIFICATES]: a grpcio client that plays one scenario and checks it.

Exits with 0 when all was as it should be.
"""

import contextlib
import sys
import threading
import time

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from common import BYTES, MESSAGE, MIB, code_of, expect, read
from hearth.testing.v1.testing_pb2 import Kinds
from hearth.testing.v1.testing_pb2_grpc import EchoStub

LIMIT = 20
scenarios = {}


def scenario(function):
    scenarios[function.__name__] = function
    return function


def connect(credentials=None, **options):
    options = [("grpc." + name, value) for name, value in options.items()]
    options += [("grpc.enable_http_proxy", 0), ("grpc.max_receive_message_length", -1)]
    if credentials:
        return grpc.secure_channel(address, credentials, options)
    return grpc.insecure_channel(address, options)


@contextlib.contextmanager
def fails(*codes):
    """Expects a call to fail; what it yields gets the error as `error`."""

    class Caught:
        error = None

    caught = Caught()
    try:
        yield caught
    except grpc.RpcError as error:
        caught.error = error
        assert error.code() in codes, f"{error.code()} instead of {codes}: {error.details()}"
    assert caught.error is not None, f"no failure instead of {codes}"


@scenario
def shapes(stub):
    expect(stub.Unary(Kinds(string="hello"), timeout=LIMIT).string, "hello")
    numbers = [Kinds(int32=number) for number in range(100)]
    expect(stub.Collect(iter(numbers), timeout=LIMIT).int32, 99)
    copies = list(stub.Expand(Kinds(uint32=1000, string="x" * 5000), timeout=LIMIT))
    expect([len(copies), len(copies[-1].string)], [1000, 5000])
    expect([kinds.int32 for kinds in stub.Converse(iter(numbers), timeout=LIMIT)], list(range(100)))
    expect(list(stub.Converse(iter([]), timeout=LIMIT)), [])
    futures = [stub.Unary.future(kinds, timeout=LIMIT) for kinds in numbers]
    expect([future.result().int32 for future in futures], list(range(100)))


@scenario
def statuses(stub):
    for number in range(1, 17):
        for call in (stub.Unary, lambda *a, **o: list(stub.Expand(*a, **o))):
            metadata = [("fail", str(number)), ("message-bin", MESSAGE.encode())]
            with fails(code_of(number)) as caught:
                call(Kinds(), metadata=metadata, timeout=LIMIT)
            expect(caught.error.details(), MESSAGE)
            trailers = dict(caught.error.trailing_metadata())
            expect(trailers["trailer"], "text")
            expect(trailers["trailer-bin"], BYTES)


@scenario
def metadata(stub):
    sent = [("copy", "a text, with a comma"), ("copy-bin", BYTES), ("copy-none-bin", b""), ("copy", "two")]
    call = stub.Converse(iter([Kinds(int32=1)]), metadata=sent, timeout=LIMIT)
    expect(next(call).int32, 1)
    for received in (call.initial_metadata(), call.trailing_metadata()):
        copies = [(name, value) for name, value in received if name.startswith("copy")]
        expect(sorted(copies, key=str), sorted(sent, key=str))


@scenario
def deadline(stub):
    for _ in range(3):
        with fails(grpc.StatusCode.DEADLINE_EXCEEDED):
            stub.Unary(Kinds(), metadata=[("hang", "")], timeout=0.05)


@scenario
def cancellation(stub):
    over = threading.Event()

    def forever():
        yield Kinds(int32=1)
        over.wait(LIMIT)

    call = stub.Converse(forever(), metadata=[("report-end", "")], timeout=LIMIT)
    expect(next(call).int32, 1)
    call.cancel()
    over.set()
    with fails(grpc.StatusCode.CANCELLED):
        next(call)


@scenario
def large(stub):
    text = "x" * (4 * MIB - 5)
    assert stub.Unary(Kinds(string=text), timeout=LIMIT).string == text
    total = sum(len(kinds.string) for kinds in stub.Expand(Kinds(uint32=3, string=text[2:]), timeout=LIMIT))
    expect(total, 3 * len(text[2:]))
    with fails(grpc.StatusCode.RESOURCE_EXHAUSTED):
        stub.Unary(Kinds(string=text + "x"), timeout=LIMIT)
    with fails(grpc.StatusCode.RESOURCE_EXHAUSTED):
        stub.Collect(iter([Kinds(string=text + "x")]), timeout=LIMIT)
    expect(stub.Unary(Kinds(string="still up"), timeout=LIMIT).string, "still up")


@scenario
def refusals(stub):
    channel = connect()
    with fails(grpc.StatusCode.UNIMPLEMENTED):
        channel.unary_unary("/hearth.testing.v1.Echo/Nothing")(b"", timeout=LIMIT)
    with fails(grpc.StatusCode.INVALID_ARGUMENT):
        channel.unary_unary("/hearth.testing.v1.Echo/Unary")(b"\x72\x7f\x01", timeout=LIMIT)
    with fails(grpc.StatusCode.UNIMPLEMENTED):
        stub.Unary(Kinds(string="x" * 1000), compression=grpc.Compression.Gzip, timeout=LIMIT)
    with fails(grpc.StatusCode.RESOURCE_EXHAUSTED):
        stub.Unary(Kinds(), metadata=[("long", "x" * 15_000), ("more", "x" * 15_000)], timeout=LIMIT)
    expect(stub.Unary(Kinds(string="still up"), timeout=LIMIT).string, "still up")


@scenario
def health(stub):
    service = health_pb2_grpc.HealthStub(connect())
    request = health_pb2.HealthCheckRequest
    serving, stopped, unknown = 1, 2, 3
    expect(service.Check(request(), timeout=LIMIT).status, serving)
    with fails(grpc.StatusCode.NOT_FOUND):
        service.Check(request(service="nobody"), timeout=LIMIT)
    expect(next(service.Watch(request(service="nobody"), timeout=LIMIT)).status, unknown)
    watch = service.Watch(request(service="hearth.testing.v1.Echo"), timeout=LIMIT)
    for status in (serving, stopped, serving):
        stub.Unary(Kinds(), metadata=[("health", str(status))], timeout=LIMIT)
        while (found := next(watch).status) == unknown:
            pass
        expect(found, status)
    watch.cancel()


@scenario
def reflection(stub):
    database = ProtoReflectionDescriptorDatabase(connect())
    names = database.get_services()
    expect(
        sorted(names),
        ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "hearth.testing.v1.Echo"],
    )
    pool = DescriptorPool(database)
    for name in names:
        service = pool.FindServiceByName(name)
        for method in service.methods:
            assert method.input_type.full_name and method.output_type.full_name
    expect(len(pool.FindMessageTypeByName("hearth.testing.v1.Kinds").fields), 40)
    try:
        pool.FindServiceByName("nobody.Nothing")
        raise AssertionError("a service that does not exist was found")
    except KeyError:
        pass


@scenario
def drain(stub):
    """The server leaves in the middle of a call, which goes on to its end."""
    wanted = []

    def paced():
        for number in range(5):
            while len(wanted) < number:
                time.sleep(0.005)
            yield Kinds(int32=number)

    call = stub.Converse(paced(), timeout=LIMIT)
    for number in range(5):
        expect(next(call).int32, number)
        if number == 1:
            stub.Unary(Kinds(), metadata=[("shut-down", "")], timeout=LIMIT)
        wanted.append(number)
    expect(list(call), [])
    expect(call.code(), grpc.StatusCode.OK)
    with fails(grpc.StatusCode.UNAVAILABLE):
        stub.Unary(Kinds(), timeout=LIMIT)


@scenario
def keepalive(_):
    """Both ends ping each other while a call is silent, and neither minds."""
    channel = connect(keepalive_time_ms=30, keepalive_timeout_ms=5000, **{"http2.max_pings_without_data": 0})

    def paced():
        yield Kinds(int32=1)
        time.sleep(0.5)
        yield Kinds(int32=2)

    call = EchoStub(channel).Converse(paced(), timeout=LIMIT)
    expect([kinds.int32 for kinds in call], [1, 2])


@scenario
def tls(_):
    credentials = grpc.ssl_channel_credentials(read(folder, "root.pem"))
    shapes(EchoStub(connect(credentials)))
    large(EchoStub(connect(credentials)))
    stranger = grpc.ssl_channel_credentials(read(folder, "stranger.pem"))
    with fails(grpc.StatusCode.UNAVAILABLE):
        EchoStub(connect(stranger)).Unary(Kinds(), timeout=LIMIT)


@scenario
def mutual_tls(_):
    def credentials(name):
        return grpc.ssl_channel_credentials(
            read(folder, "root.pem"), read(folder, f"{name}.key"), read(folder, f"{name}.pem")
        )

    stub = EchoStub(connect(credentials("client")))
    call = stub.Converse(iter([Kinds()]), metadata=[("report-peer", "")], timeout=LIMIT)
    list(call)
    expect(dict(call.initial_metadata())["peer"], "spiffe://fleet/client")
    for wrong in (credentials("stranger"), grpc.ssl_channel_credentials(read(folder, "root.pem"))):
        with fails(grpc.StatusCode.UNAVAILABLE):
            EchoStub(connect(wrong)).Unary(Kinds(), timeout=LIMIT)


name, address, folder = (sys.argv[1:] + [""])[:3]
scenarios[name](EchoStub(connect()))
