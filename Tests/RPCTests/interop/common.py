"""What the client and the server of the interop tests share."""

import pathlib

import grpc

MIB = 1 << 20
# Every kind of character that grpc-message has to encode, or must not.
MESSAGE = "100% of Zürich, 数据, 🔥, 'quotes' & <tags>\nand a second line"
BYTES = bytes(range(256))


def read(folder, name):
    return (pathlib.Path(folder) / name).read_bytes()


def code_of(number):
    return next(code for code in grpc.StatusCode if code.value[0] == number)


def expect(found, wanted):
    assert found == wanted, f"{found!r} instead of {wanted!r}"
