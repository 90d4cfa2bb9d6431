"""Makes a tiny Llama with random weights, the same bytes each time: tiny_model.py FOLDER.

FOLDER/tiny.gguf is for llama.cpp, FOLDER/hf for vLLM, FOLDER/lora/NAME its adapters. What it says
is noise, of printable ASCII, and it never ends by itself: a request runs to its limit of tokens.
"""
import argparse
import json
import pathlib
import struct

import numpy

SPECIAL = ["<|end|>", "<|begin|>", "<|pad|>"]
END, BEGIN, PAD = range(3)
TEMPLATE = (
    "{% for message in messages %}<|begin|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|begin|>assistant\n{% endif %}"
)
WORDS = """the of and to in is that for it as was with on not are this have from which one you all
there would their will no more if out so up what about than into them can only other time some could
these two may first then do any like now over such even most after also before must back through
where long because each just state people too good very year still see work life get here between
both under never day same another know while last might great old against go right use take system
user assistant region node replica engine cache prefix token block turn answer question message
conversation model tool function number string value field true false null please explain describe
summarize write list story weather storm river mountain forest city bridge garden winter summer
north south east west morning evening letter result measure table record error reason""".split()


def shown_bytes():
    """The letter that byte-level BPE shows each byte as: itself where it can be seen."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    unseen = [byte for byte in range(256) if byte not in seen]
    return {byte: chr(byte) for byte in seen} | {b: chr(256 + i) for i, b in enumerate(unseen)}


def tokenizer():
    """The tokens, in order, and the merges: words grow from the left, letter by letter."""
    shown = shown_bytes()
    tokens = SPECIAL + [shown[byte] for byte in range(256)]
    known, merges = set(tokens), []
    for word in [shown[32] + word for word in WORDS] + WORDS:
        for end in range(1, len(word)):
            if word[: end + 1] not in known:
                merges.append((word[:end], word[end]))
                tokens.append(word[: end + 1])
                known.add(word[: end + 1])
    return tokens, merges


def weights(shape, tokens):
    """Random tensors by the names of Hugging Face, in float32."""
    random = numpy.random.Generator(numpy.random.PCG64(1))

    def tensor(rows, columns, gain):
        values = random.standard_normal((rows, columns), dtype=numpy.float32)
        return values * numpy.float32(gain / columns**0.5)

    hidden, inner, head = shape.hidden, shape.intermediate, shape.head_size
    embedding = tensor(len(tokens), hidden, hidden**0.5)
    # No layer writes to the first number of the residual, so the last matrix can read a constant
    # there, and add what each token should be more or less likely by.
    embedding[:, 0] = 4
    named = {"model.embed_tokens.weight": embedding}
    for layer in range(shape.layers):
        of_layer = f"model.layers.{layer}."
        for norm in ["input_layernorm", "post_attention_layernorm"]:
            named[f"{of_layer}{norm}.weight"] = numpy.ones(hidden, numpy.float32)
        for part, rows, columns, gain in [
            ("self_attn.q_proj", shape.heads * head, hidden, 1.5),
            ("self_attn.k_proj", shape.kv_heads * head, hidden, 1.5),
            ("self_attn.v_proj", shape.kv_heads * head, hidden, 1),
            ("self_attn.o_proj", hidden, shape.heads * head, 1.5),
            ("mlp.gate_proj", inner, hidden, 1),
            ("mlp.up_proj", inner, hidden, 1),
            ("mlp.down_proj", hidden, inner, 1.5),
        ]:
            named[f"{of_layer}{part}.weight"] = tensor(rows, columns, gain)
        for part in ["self_attn.o_proj", "mlp.down_proj"]:
            named[f"{of_layer}{part}.weight"][0] = 0
    named["model.norm.weight"] = numpy.ones(hidden, numpy.float32)
    last = tensor(len(tokens), hidden, 2)
    printable = {shown for byte, shown in shown_bytes().items() if 32 <= byte < 127}
    last[:, 0] = [0 if printable.issuperset(token) else -40 for token in tokens]
    last[[END, BEGIN, PAD], 0] = -40
    named["lm_head.weight"] = last
    return named


def adapter(shape, seed):
    """A LoRA adapter of rank 4 for what makes queries and values."""
    random = numpy.random.Generator(numpy.random.PCG64(seed))
    named = {}
    for layer in range(shape.layers):
        for part, heads in [("q_proj", shape.heads), ("v_proj", shape.kv_heads)]:
            name = f"base_model.model.model.layers.{layer}.self_attn.{part}"
            down = random.standard_normal((4, shape.hidden), dtype=numpy.float32)
            up = random.standard_normal((heads * shape.head_size, 4), dtype=numpy.float32)
            named[f"{name}.lora_A.weight"] = down / numpy.float32(shape.hidden**0.5)
            named[f"{name}.lora_B.weight"] = up / 2
    return named


def write_safetensors(path, named):
    """Writes tensors as bfloat16, which numpy lacks: the upper half of a float32."""
    header, start = {}, 0
    for name, values in named.items():
        end = start + 2 * values.size
        header[name] = {"dtype": "BF16", "shape": values.shape, "data_offsets": [start, end]}
        start = end
    text = json.dumps({"__metadata__": {"format": "pt"}} | header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for values in named.values():
            file.write((values.view(numpy.uint32) >> 16).astype(numpy.uint16).tobytes())


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_hf(folder, shape, tokens, merges, named):
    """Writes the checkpoint as Hugging Face's libraries and vLLM read it."""
    folder.mkdir(parents=True, exist_ok=True)
    ends = {"bos_token_id": BEGIN, "eos_token_id": END, "pad_token_id": PAD}
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": len(tokens),
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_size,
        "hidden_act": "silu",
        "max_position_embeddings": shape.context,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
    }
    write_json(folder / "config.json", config | ends)
    write_json(folder / "generation_config.json", ends)
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    added = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    coding = {
        "version": "1.0",
        "added_tokens": [
            {"id": id, "content": token, "special": True} | added
            for id, token in enumerate(SPECIAL)
        ],
        "pre_tokenizer": byte_level | {"use_regex": True},
        "decoder": byte_level | {"use_regex": True},
        "model": {
            "type": "BPE",
            "vocab": {token: id for id, token in enumerate(tokens)},
            "merges": [" ".join(pair) for pair in merges],
        },
    }
    write_json(folder / "tokenizer.json", coding)
    names = {"bos_token": SPECIAL[BEGIN], "eos_token": SPECIAL[END], "pad_token": SPECIAL[PAD]}
    others = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": shape.context}
    template = {"chat_template": TEMPLATE, "clean_up_tokenization_spaces": False}
    write_json(folder / "tokenizer_config.json", names | others | template)
    write_safetensors(folder / "model.safetensors", named)


def write_adapter(folder, shape, seed):
    """Writes an adapter as PEFT does."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": "tiny",
        "r": 4,
        "lora_alpha": 8,
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": ["q_proj", "v_proj"],
        "inference_mode": True,
    }
    write_json(folder / "adapter_config.json", config)
    write_safetensors(folder / "adapter_model.safetensors", adapter(shape, seed))


GGUF_TYPES = {bool: (7, "<?"), int: (4, "<I"), float: (6, "<f")}
GGUF_SIGNED, GGUF_STRING, GGUF_LIST, GGUF_ALIGNMENT = 5, 8, 9, 32
GGUF_NAMES = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
}


def gguf_string(text):
    coded = text.encode()
    return struct.pack("<Q", len(coded)) + coded


def gguf_value(value):
    """The number of a value's type, and its bytes."""
    if isinstance(value, str):
        return GGUF_STRING, gguf_string(value)
    if isinstance(value, list) and isinstance(value[0], int):
        # Numbers in lists are signed, others are not.
        return GGUF_LIST, struct.pack(f"<IQ{len(value)}i", GGUF_SIGNED, len(value), *value)
    if isinstance(value, list):
        texts = b"".join(gguf_string(each) for each in value)
        return GGUF_LIST, struct.pack("<IQ", GGUF_STRING, len(value)) + texts
    type_number, layout = GGUF_TYPES[type(value)]
    return type_number, struct.pack(layout, value)


def gguf_tensors(shape, named):
    """The tensors by llama.cpp's names, vectors in float32 and matrices in float16."""
    for name, values in named.items():
        part = name.removesuffix(".weight")
        prefix = ""
        if part.startswith("model.layers."):
            _, _, layer, part = part.split(".", 3)
            prefix = f"blk.{layer}."
        if part in ["self_attn.q_proj", "self_attn.k_proj"]:
            # Hugging Face turns the halves of a head's numbers, llama.cpp turns neighbours.
            pairs = values.reshape(-1, 2, shape.head_size // 2, shape.hidden)
            values = pairs.swapaxes(1, 2).reshape(values.shape)
        kind = numpy.float32 if values.ndim == 1 else numpy.float16
        yield f"{prefix}{GGUF_NAMES[part]}.weight", values.astype(kind)


def write_gguf(path, shape, tokens, merges, named):
    """Writes the checkpoint as llama.cpp reads it: version 3 of GGUF."""
    normal, control = 1, 3
    kinds = [control if token in SPECIAL else normal for token in tokens]
    fields = {
        "general.architecture": "llama",
        "general.name": "tiny",
        "llama.context_length": shape.context,
        "llama.embedding_length": shape.hidden,
        "llama.block_count": shape.layers,
        "llama.feed_forward_length": shape.intermediate,
        "llama.attention.head_count": shape.heads,
        "llama.attention.head_count_kv": shape.kv_heads,
        "llama.attention.key_length": shape.head_size,
        "llama.attention.value_length": shape.head_size,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": shape.head_size,
        "llama.rope.freq_base": 10000.0,
        "llama.vocab_size": len(tokens),
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.merges": [" ".join(pair) for pair in merges],
        "tokenizer.ggml.bos_token_id": BEGIN,
        "tokenizer.ggml.eos_token_id": END,
        "tokenizer.ggml.padding_token_id": PAD,
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": TEMPLATE,
    }
    tensors = list(gguf_tensors(shape, named))
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(fields))
    for key, value in fields.items():
        type_number, coded = gguf_value(value)
        head += gguf_string(key) + struct.pack("<I", type_number) + coded
    body = b""
    for name, values in tensors:
        kind = 0 if values.dtype == numpy.float32 else 1
        sizes = struct.pack(f"<I{values.ndim}Q", values.ndim, *reversed(values.shape))
        head += gguf_string(name) + sizes + struct.pack("<IQ", kind, len(body))
        body += values.tobytes()
        body += bytes(-len(body) % GGUF_ALIGNMENT)
    head += bytes(-len(head) % GGUF_ALIGNMENT)
    path.write_bytes(head + body)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    for name, size in [
        ("hidden", 256),
        ("intermediate", 512),
        ("layers", 4),
        ("heads", 4),
        ("kv-heads", 2),
        ("head-size", 64),
        ("context", 32768),
    ]:
        parser.add_argument(f"--{name}", type=int, default=size)
    shape = parser.parse_args()
    folder = shape.folder
    tokens, merges = tokenizer()
    named = weights(shape, tokens)
    write_hf(folder / "hf", shape, tokens, merges, named)
    for seed, name in enumerate(["alpha", "beta"]):
        write_adapter(folder / "lora" / name, shape, seed)
    write_gguf(folder / "tiny.gguf", shape, tokens, merges, named)
    count = sum(values.size for values in named.values())
    print(f"made {folder}: {count} parameters, {len(tokens)} tokens")


if __name__ == "__main__":
    main()
