#!/usr/bin/env python3
"""Measures Dynamo's RadixTree and selection service through Python; prints one line of JSON.

Usage: radix.py WORKERS BLOCKS. The calls take their arguments through Python, which costs more than what
is to be measured. So each is measured beside one that takes the same arguments and finds nothing to do
(events that continue a block that nobody has, prompts whose first block nobody has, a model without
workers); `net` figures are differences of medians, and good to some ten percent where they are large.
"""

import asyncio
import json
import os
import statistics
import sys
import time

os.environ["DYN_LOG"] = "off"
import dynamo._core as dynamo  # noqa: E402

RUN = 256
PROMPT = 2_048
SYSTEM = 512
NOBODYS = 1 << 62


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def event(number, hashes, parent):
    blocks = [{"block_hash": value, "tokens_hash": value} for value in hashes]
    data = {"stored": {"parent_hash": parent, "blocks": blocks}}
    return json.dumps({"event_id": number, "data": data, "dp_rank": 0}).encode()


def store(tree, first_hash, chains, length, workers, orphans):
    """Stores chains, one after another, each on a worker; seconds of all events, nothing else."""
    events = []
    for chain in range(chains):
        start = first_hash + chain * length
        for first in range(start, start + length, RUN):
            parent = NOBODYS if orphans else first - 1 if first > start else None
            events.append((chain % workers, event(len(events), range(first, first + RUN), parent)))
    begin = time.perf_counter()
    for worker, data in events:
        try:
            tree.apply_event(worker, data)
        except RuntimeError:
            assert orphans
    return time.perf_counter() - begin


def median_us(calls, body):
    times = []
    for call in range(calls):
        begin = time.perf_counter()
        body(call)
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e6


def measure_tree(workers, blocks):
    tree = dynamo.RadixTree()
    length = 1_024
    batch = max(1, blocks // length // 16)
    stored = idle = 0.0
    count = 0
    memory = 0
    for _ in range(16):
        idle += store(tree, NOBODYS // 2, batch, length, workers, orphans=True)
        grown = resident_bytes()
        stored += store(tree, 1 + count, batch, length, workers, orphans=False)
        memory += max(0, resident_bytes() - grown)
        count += batch * length
    system = range(1 << 40, (1 << 40) + SYSTEM)
    for worker in range(workers):
        parent = None
        for first in range(0, SYSTEM, RUN):
            tree.apply_event(worker, event(0, system[first:first + RUN], parent))
            parent = system[first + RUN - 1]
    prompts = []
    for conversation in range(32):
        own = range((2 + conversation) << 40, ((2 + conversation) << 40) + PROMPT - SYSTEM)
        for worker, depth in ((conversation % workers, len(own)), ((conversation + 1) % workers, 512)):
            parent = system[-1]
            for first in range(0, depth, RUN):
                tree.apply_event(worker, event(0, own[first:first + RUN], parent))
                parent = own[first + RUN - 1]
        prompts.append([*system, *own])
    unknown = [[NOBODYS + index for index in range(PROMPT)] for _ in prompts]
    assert max(tree.find_matches(prompts[0]).scores.values()) == PROMPT
    gross = median_us(400, lambda call: tree.find_matches(prompts[call % 32]))
    nothing = median_us(400, lambda call: tree.find_matches(unknown[call % 32]))
    return {
        "store_ns": (stored - idle) / count * 1e9,
        "store_ns_with_python": stored / count * 1e9,
        "match_us": gross - nothing,
        "match_us_with_python": gross,
        "bytes_a_block": memory / count,
    }


async def measure_selection(workers):
    service = dynamo.SelectionService()
    for worker in range(workers):
        await service.upsert_worker({
            "worker_id": worker, "model_name": "m", "block_size": 16,
            "endpoint": "http://127.0.0.1:9", "kv_events_endpoint": "tcp://127.0.0.1:9"})
    figures = {}
    for tokens in (4_096, 32_768):
        for name, model in (("", "m"), ("_without_workers", "none")):
            request = {"model_name": model, "token_ids": list(range(tokens))}
            times = []
            for _ in range(60):
                begin = time.perf_counter()
                try:
                    await service.select(request)
                except dynamo.SelectionServiceError:
                    pass
                times.append(time.perf_counter() - begin)
            figures[f"select_{tokens}_us{name}"] = statistics.median(times) * 1e6
    service.shutdown()
    return figures


def main():
    workers, blocks = int(sys.argv[1]), int(sys.argv[2])
    figures = measure_tree(workers, blocks)
    figures.update(asyncio.run(measure_selection(workers)))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
