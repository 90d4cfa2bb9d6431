#!/usr/bin/env python3
"""Trains a small transformer to write the text of a file, over as many workers as the job has.

Each worker computes the gradients of its part of a batch; worker 0 adds them up in the order of the
ranks, so that the outcome doesn't depend on where the workers run or how often they were moved.
It keeps a checkpoint every few steps, and one when it is told to leave.
"""
import argparse
import os
import pathlib
import shutil
import signal
import socket
import struct
import sys
import time

import numpy as np

WIDTH, HEADS, LAYERS, CONTEXT, BATCH = 32, 2, 2, 32, 8


def parameters(vocabulary, random):
    def matrix(*shape):
        return (random.standard_normal(shape) * 0.02).astype(np.float64)

    weights = {"tokens": matrix(vocabulary, WIDTH), "places": matrix(CONTEXT, WIDTH)}
    for layer in range(LAYERS):
        weights |= {
            f"{layer}.qkv": matrix(WIDTH, 3 * WIDTH),
            f"{layer}.out": matrix(WIDTH, WIDTH),
            f"{layer}.up": matrix(WIDTH, 4 * WIDTH),
            f"{layer}.down": matrix(4 * WIDTH, WIDTH),
        }
    return weights | {"head": matrix(WIDTH, vocabulary)}


def normalise(x):
    """RMSNorm without a gain, and what its gradient needs."""
    scale = 1 / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-6)
    return x * scale, scale


def normalise_back(grad, x, scale):
    return scale * grad - x * scale**3 * (grad * x).mean(-1, keepdims=True)


def heads(x):
    rows, length, _ = x.shape
    return x.reshape(rows, length, HEADS, WIDTH // HEADS).transpose(0, 2, 1, 3)


def together(x):
    rows, _, length, _ = x.shape
    return x.transpose(0, 2, 1, 3).reshape(rows, length, WIDTH)


def loss_and_gradients(weights, tokens, targets):
    """The mean cross-entropy of a batch, in nats a token, and its gradient."""
    grads = {name: np.zeros_like(weight) for name, weight in weights.items()}
    mask = np.triu(np.full((CONTEXT, CONTEXT), -1e9), 1)
    x = weights["tokens"][tokens] + weights["places"]
    tape = []
    for layer in range(LAYERS):
        before, (a, scale) = x, normalise(x)
        q, k, v = (heads(part) for part in np.split(a @ weights[f"{layer}.qkv"], 3, -1))
        scores = q @ k.swapaxes(-1, -2) / np.sqrt(WIDTH // HEADS) + mask
        p = np.exp(scores - scores.max(-1, keepdims=True))
        p /= p.sum(-1, keepdims=True)
        mixed = together(p @ v)
        x = x + mixed @ weights[f"{layer}.out"]
        middle, (b, scale2) = x, normalise(x)
        up = b @ weights[f"{layer}.up"]
        x = x + np.maximum(up, 0) @ weights[f"{layer}.down"]
        tape.append((before, a, scale, q, k, v, p, mixed, middle, b, scale2, up))
    last, (c, scale3) = x, normalise(x)
    logits = c @ weights["head"]
    logits -= logits.max(-1, keepdims=True)
    p_out = np.exp(logits)
    p_out /= p_out.sum(-1, keepdims=True)
    rows, places = np.indices(targets.shape)
    loss = -np.log(p_out[rows, places, targets]).mean()

    def weigh(name, left, right):
        grads[name] += left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])

    p_out[rows, places, targets] -= 1
    grad = p_out / targets.size
    weigh("head", c, grad)
    grad = normalise_back(grad @ weights["head"].T, last, scale3)
    for layer in reversed(range(LAYERS)):
        before, a, scale, q, k, v, p, mixed, middle, b, scale2, up = tape[layer]
        weigh(f"{layer}.down", np.maximum(up, 0), grad)
        grad_up = (grad @ weights[f"{layer}.down"].T) * (up > 0)
        weigh(f"{layer}.up", b, grad_up)
        grad = grad + normalise_back(grad_up @ weights[f"{layer}.up"].T, middle, scale2)
        weigh(f"{layer}.out", mixed, grad)
        grad_mixed = heads(grad @ weights[f"{layer}.out"].T)
        grad_p = grad_mixed @ v.swapaxes(-1, -2)
        grad_scores = p * (grad_p - (grad_p * p).sum(-1, keepdims=True)) / np.sqrt(WIDTH // HEADS)
        parts = (
            grad_scores @ k,
            grad_scores.swapaxes(-1, -2) @ q,
            p.swapaxes(-1, -2) @ grad_mixed,
        )
        grad_qkv = np.concatenate([together(part) for part in parts], -1)
        weigh(f"{layer}.qkv", a, grad_qkv)
        grad = grad + normalise_back(grad_qkv @ weights[f"{layer}.qkv"].T, before, scale)
    np.add.at(grads["tokens"], tokens, grad)
    grads["places"] += grad.sum(0)
    return loss, grads


class Gang:
    """The workers of the job, which meet at worker 0 and add vectors up there."""

    def __init__(self):
        self.rank = int(os.environ.get("RANK", 0))
        self.size = int(os.environ.get("WORLD_SIZE", 1))
        if self.size == 1:
            return
        place = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
        if self.rank == 0:
            listener = socket.create_server(place, backlog=self.size)
            listener.settimeout(60)
            self.others = {}
            while len(self.others) < self.size - 1:
                other, _ = listener.accept()
                other.settimeout(60)
                self.others[struct.unpack("!I", self.take(other, 4))[0]] = other
        else:
            deadline = time.monotonic() + 60
            while True:
                try:
                    self.first = socket.create_connection(place, timeout=60)
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.1)
            self.first.sendall(struct.pack("!I", self.rank))

    @staticmethod
    def take(peer, count):
        data = bytearray()
        while len(data) < count:
            piece = peer.recv(count - len(data))
            if not piece:
                raise ConnectionError("another worker has gone")
            data += piece
        return bytes(data)

    def sum(self, vector):
        """The sum of all workers' vectors, added in the order of their ranks."""
        if self.size == 1:
            return vector
        if self.rank > 0:
            self.first.sendall(vector.tobytes())
            return np.frombuffer(self.take(self.first, vector.nbytes), vector.dtype)
        total = vector.copy()
        for rank in range(1, self.size):
            total += np.frombuffer(self.take(self.others[rank], vector.nbytes), vector.dtype)
        for other in self.others.values():
            other.sendall(total.tobytes())
        return total


def newest(folder):
    """The newest checkpoint in a folder; those that are being written have other names."""
    found = sorted(folder.glob("step-*/state.npz")) if folder else []
    return found[-1] if found else None


def keep(folder, step, weights, moments):
    draft = folder / f".step-{step:08}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    with open(draft / "state.npz", "wb") as file:
        np.savez(file, *weights.values(), *moments, step=step)
        file.flush()
        os.fsync(file.fileno())
    final = folder / f"step-{step:08}"
    if not final.exists():
        draft.rename(final)
    for old in sorted(folder.glob("step-*"))[:-3]:
        shutil.rmtree(old, ignore_errors=True)


def count_operations(steps, size):
    """Tells Hearth what this worker has computed: two operations for each weight and token in a
    forward pass, twice as many in a backward pass (Kaplan et al., 2020, table 1)."""
    path = os.environ.get("HEARTH_OPERATIONS")
    if path:
        forward = 2 * size * BATCH * CONTEXT * steps
        pathlib.Path(path + ".new").write_text(f"{forward} {2 * forward}\n")
        os.rename(path + ".new", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", default=__file__, help="the file whose text is learnt")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--every", type=int, default=20, help="steps between checkpoints")
    parser.add_argument("--pace", type=float, default=0, help="least seconds of a step")
    options = parser.parse_args()
    leaving = []
    signal.signal(signal.SIGTERM, lambda *_: leaving.append(True))

    gang = Gang()
    text = pathlib.Path(options.text).read_bytes()
    letters = sorted(set(text))
    data = np.array([letters.index(letter) for letter in text])
    weights = parameters(len(letters), np.random.default_rng(1))
    size = sum(weight.size for weight in weights.values())
    moments = [np.zeros(size), np.zeros(size)]
    folder = os.environ.get("HEARTH_CHECKPOINT_DIR")
    folder = pathlib.Path(folder) if folder else None
    # Worker 0 says which one, as all must go on from the same.
    kept = newest(folder) if gang.rank == 0 else None
    step = int(kept.parent.name[5:]) if kept else 0
    step = int(gang.sum(np.array([float(step) if gang.rank == 0 else 0.0]))[0])
    if step:
        with np.load(folder / f"step-{step:08}" / "state.npz") as state:
            arrays = [state[name] for name in state.files if name != "step"]
        weights = dict(zip(weights, arrays))
        moments = arrays[len(weights):]
        print(f"goes on from step {step}", flush=True)
    loss, first = float("nan"), step
    while step < options.steps:
        began = time.monotonic()
        random = np.random.default_rng([step, gang.rank])
        starts = random.integers(0, len(data) - CONTEXT - 1, BATCH)
        rows = starts[:, None] + np.arange(CONTEXT + 1)
        part, grads = loss_and_gradients(weights, data[rows[:, :-1]], data[rows[:, 1:]])
        flat = np.concatenate([grad.ravel() for grad in grads.values()])
        told = gang.sum(np.concatenate([flat, [part, float(bool(leaving))]])) / gang.size
        flat, loss, leave = told[:-2], told[-2], told[-1] > 0
        step += 1
        moments[0] = 0.9 * moments[0] + 0.1 * flat
        moments[1] = 0.99 * moments[1] + 0.01 * flat * flat
        change = (moments[0] / (1 - 0.9**step)) / (np.sqrt(moments[1] / (1 - 0.99**step)) + 1e-8)
        place = 0
        for name, weight in weights.items():
            part = change[place:place + weight.size].reshape(weight.shape)
            weights[name] = weight - 3e-3 * part
            place += weight.size
        if step % 10 == 0:
            print(f"step {step} loss {loss:.6f}", flush=True)
        if step % options.every == 0 or leave or step == options.steps:
            count_operations(step - first, size)
        if folder and gang.rank == 0 and (step % options.every == 0 or leave):
            keep(folder, step, weights, moments)
        if leave:
            print(f"leaves at step {step}", flush=True)
            sys.exit(0)
        time.sleep(max(0.0, options.pace - (time.monotonic() - began)))
    print(f"final loss {loss.hex()}", flush=True)


if __name__ == "__main__":
    main()
