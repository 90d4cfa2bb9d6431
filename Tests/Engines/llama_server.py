"""Serves a model by llama.cpp until it is killed: llama_server.py MODEL.gguf [--port N] ...

Says where, as host:port, on standard output when it is ready.
"""
import argparse
import signal

import xllamacpp

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("model")
parser.add_argument("--name", default="tiny")
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--slots", type=int, default=4)
parser.add_argument("--slot-tokens", type=int, default=4096)
parser.add_argument("--embeddings", action="store_true", help="slots must be a power of two then")
parser.add_argument("--host-cache", type=int, help="MiB in which prompts of no slot are kept")
given = parser.parse_args()

params = xllamacpp.CommonParams()
params.model.path = given.model
params.model_alias = [given.name]
params.n_parallel = given.slots
params.n_ctx = given.slots * given.slot_tokens
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.hostnames = ["127.0.0.1"]
params.port = given.port
params.endpoint_metrics = params.endpoint_slots = True
params.warmup = params.ui = False
if given.embeddings:
    params.embedding = True
    params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
if given.host_cache is not None:
    params.cache_ram_mib = given.host_cache
server = xllamacpp.Server(params)
print(server.listening_address.removeprefix("http://"), flush=True)
signal.pause()
