#!/usr/bin/env python3
"""Runs a trace through Dynamo's own offline replay: its engine model, with its defaults, and its routers.

Needs ai-dynamo-runtime 1.6.1 (`pip install -r Benchmarks/dynamo/requirements.txt`). Figures count a
request's first admission, as `hearth simulate` does; Dynamo's own `prefix_cache_reused_ratio` counts
again what a preempted request finds when it comes back. docs/dynamo.md lays them beside Hearth's.
"""

import argparse
import os

os.environ.setdefault("DYN_LOG", "error")
import dynamo._core as dynamo  # noqa: E402


def percentile(values, share):
    return sorted(values)[int(share * (len(values) - 1))]


def replay(options, router, load):
    result = dynamo.run_mocker_trace_replay(
        [options.trace], num_workers=options.workers, router_mode=router,
        arrival_speedup_ratio=load, trace_block_size=512, capture_planner_details=False,
        capture_per_request=True)
    turns = result.per_request
    ttft = [turn["ttft_ms"] for turn in turns]
    gaps = [(turn["e2e_latency_ms"] - turn["ttft_ms"]) / (turn["output_length"] - 1)
            if turn["output_length"] > 1 else 0 for turn in turns]
    first = sum(turn["admission_history"][0]["reused_input_tokens"] for turn in turns)
    several = [gap for gap, turn in zip(gaps, turns) if turn["output_length"] > 1]
    good = sum(time < 4_000 and gap < 60 for time, gap in zip(ttft, gaps))
    return (first / sum(turn["input_length"] for turn in turns),
            *(percentile(ttft, share) for share in (0.5, 0.9, 0.99)),
            sum(several) / len(several), good)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trace")
    parser.add_argument("loads", nargs="*", type=float, default=[1, 2, 4, 6])
    parser.add_argument("--workers", type=int, default=8)
    options = parser.parse_args()
    print("| load | router | hit | TTFT p50 | p90 | p99 | TPOT mean | good |")
    for load in options.loads or [1, 2, 4, 6]:
        for router in ("round_robin", "kv_router"):
            hit, p50, p90, p99, gap, good = replay(options, router, load)
            print(f"| {load:g} | {router} | {hit:.3f} | {p50:,.0f} | {p90:,.0f} | {p99:,.0f} "
                  f"| {gap:.1f} | {good:,} |", flush=True)


if __name__ == "__main__":
    main()
