"""Serves a model by vLLM's build for CPUs until it is killed: vllm_server.py FOLDER --port N ...

FOLDER is what tiny_model.py made. It publishes KV events, sends missed ones again, and loads LoRA
adapters.
"""
import argparse
import json
import os
import runpy
import sys

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("folder")
parser.add_argument("--name", default="tiny")
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--events-port", type=int, required=True)
parser.add_argument("--replay-port", type=int, required=True)
parser.add_argument("--blocks", type=int, default=256)
given = parser.parse_args()

os.environ |= {
    "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind", "OMP_NUM_THREADS": "1",
    "TORCHDYNAMO_DISABLE": "1", "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "1",
}
events = {
    "enable_kv_cache_events": True, "publisher": "zmq", "topic": "kv@tiny",
    "endpoint": f"tcp://*:{given.events_port}",
    "replay_endpoint": f"tcp://*:{given.replay_port}",
}
sys.argv = [
    "api_server", "--model", f"{given.folder}/hf", "--served-model-name", given.name,
    "--host", "127.0.0.1", "--port", str(given.port), "--max-model-len", str(given.blocks * 31),
    "--block-size", "32", "--num-gpu-blocks-override", str(given.blocks), "--enforce-eager",
    "--distributed-executor-backend", "uni", "--max-num-seqs", "4", "--enable-lora",
    "--max-lora-rank", "8", "--enable-prompt-tokens-details", "--kv-events-config",
    json.dumps(events),
]
runpy.run_module("vllm.entrypoints.openai.api_server", run_name="__main__", alter_sys=True)
