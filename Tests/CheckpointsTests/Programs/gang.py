"""One of two workers that add up their values over TCP at each step, and know of no checkpoints:
`gang.py RANK STEPS ADDRESS`."""
import socket
import struct
import sys
import time

rank, steps, address = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
if rank == 0:
    with socket.create_server((address, 29500)) as server:
        peer, _ = server.accept()
else:
    while True:
        try:
            peer = socket.create_connection((address, 29500), timeout=1)
            peer.settimeout(None)
            break
        except OSError:
            time.sleep(0.05)


def exchange(value):
    peer.sendall(struct.pack("d", value))
    data = b""
    while len(data) < 8:
        part = peer.recv(8 - len(data))
        if not part:
            sys.exit("the peer has gone")
        data += part
    return struct.unpack("d", data)[0]


value = 0.1 + rank / 10
for step in range(steps):
    for _ in range(2000):
        value = 3.9 * value * (1 - value)
    value = 0.5 * (value + exchange(value)) * (0.9 + 0.05 * rank)
    print("step", step, flush=True)
    time.sleep(0.002)
print("loss", exchange(value).hex(), flush=True)
