"""Training that knows of no checkpoints: `loop.py STEPS THREADS MEGABYTES`. Writes a line for each
step and at the end its loss, which every step has its part in."""
import sys
import threading
import time

steps, threads, megabytes = map(int, sys.argv[1:4])
ballast = bytearray(b"\1") * (megabytes << 20)
totals = [0.5] * threads
turn = threading.Barrier(threads)


def work(rank):
    value = 0.1 + rank / 10
    for step in range(steps):
        for _ in range(2000):
            value = 3.9 * value * (1 - value)
        totals[rank] += value
        # All threads are at the same step.
        if turn.wait() == 0:
            print("step", step, flush=True)
        time.sleep(0.005)


runners = [threading.Thread(target=work, args=(rank,)) for rank in range(threads)]
for runner in runners:
    runner.start()
for runner in runners:
    runner.join()
print("loss", sum(totals).hex(), len(ballast) + ballast[-1], flush=True)
