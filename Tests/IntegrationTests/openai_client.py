"""Uses a gateway as programs do: openai_client.py URL MODEL."""
import asyncio
import sys

import openai

url, model = sys.argv[1:]
client = openai.OpenAI(base_url=url, api_key="none", max_retries=0, timeout=60)
said = [{"role": "system", "content": "Be brief. " * 400}, {"role": "user", "content": "hi"}]

assert model in [each.id for each in client.models.list()], "the model is not listed"

first = client.chat.completions.create(model=model, messages=said, max_tokens=5)
assert first.usage.completion_tokens == 5, first
said += [{"role": "assistant", "content": first.choices[0].message.content}]
said += [{"role": "user", "content": "and then?"}]
second = client.chat.completions.create(model=model, messages=said, max_tokens=5)
cached = second.usage.prompt_tokens_details.cached_tokens
assert cached > 0, second.usage
print("cached", cached)


def talk(ask):
    """How much of a first turn and its answer the second found in the cache, and as predicted."""
    words = f"{ask.__name__}: tell me of" + " 999 ships" * 300
    first, _ = ask([{"role": "user", "content": words}], 1)
    # Each is four tokens to a gateway: the answer begins just before a block ends.
    words += " 999 ships" * (-(first["prompt"] + 12) % 512 // 4)
    before, said = ask([{"role": "user", "content": words}], 150)
    after, _ = ask([{"role": "user", "content": words}, *said], 2)
    assert after["cached"] > before["prompt"], (before, after)
    assert after["cached"] == after["predicted"], (before, after)


def strictly():
    """A client that bears no answer which is not as its API says."""
    return openai.OpenAI(
        base_url=url,
        api_key="none",
        max_retries=0,
        timeout=60,
        default_headers={"x-hearth-explain": "1"},
        _strict_response_validation=True,
    )


def counted(raw, prompt, cached):
    """What a turn cost, and what was expected."""
    predicted = int(raw.headers["x-hearth-cached-tokens-predicted"])
    return {"prompt": prompt, "cached": cached, "predicted": predicted}


def chat(messages, tokens):
    """A turn of chat completions; its message comes back with all that the client makes of it."""
    raw = strictly().chat.completions.with_raw_response.create(
        model=model, messages=messages, max_completion_tokens=tokens
    )
    answer = raw.parse()
    usage = answer.usage
    message = answer.choices[0].message.model_dump()
    return counted(
        raw, usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens
    ), [message, {"role": "user", "content": "and then?"}]


def streamed(messages, tokens):
    """The same as it comes, from which the client keeps the text."""
    raw = strictly().chat.completions.with_raw_response.create(
        model=model,
        messages=messages,
        max_tokens=tokens,
        stream=True,
        stream_options={"include_usage": True},
    )
    parts = list(raw.parse())
    text = "".join(part.choices[0].delta.content or "" for part in parts if part.choices)
    usage = parts[-1].usage
    said = [{"type": "text", "text": text}]
    return counted(
        raw, usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens
    ), [{"role": "assistant", "content": said}, {"role": "user", "content": "and then?"}]


def respond(messages, tokens):
    """A turn of responses; its items come back."""
    raw = strictly().responses.with_raw_response.create(
        model=model, input=messages, max_output_tokens=tokens
    )
    answer = raw.parse()
    usage = answer.usage
    items = [item.model_dump() for item in answer.output]
    return counted(raw, usage.input_tokens, usage.input_tokens_details.cached_tokens), [
        *items,
        {"role": "user", "content": "and then?"},
    ]


for ask in [chat, streamed, respond]:
    talk(ask)
with strictly().responses.stream(model=model, input="hi", max_output_tokens=9) as events:
    kinds = [event.type for event in events]
assert kinds[0] == "response.created" and kinds[-1] in ["response.completed", "response.incomplete"]

vectors = strictly().embeddings.create(model=model, input=["a", "b"])
assert len(vectors.data) == 2 and vectors.data[1].embedding, vectors

tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
for many in [1, 2]:
    calls = strictly().chat.completions.create(
        model=model, messages=said, tools=[tool], tool_choice="required", n=many, max_tokens=9
    )
    assert len(calls.choices) == many
    assert calls.choices[0].message.tool_calls[0].function.name == "look", calls
with strictly().chat.completions.stream(
    model=model, messages=said, tools=[tool], tool_choice="required", max_tokens=2000
) as events:
    call = events.get_final_completion().choices[0].message.tool_calls[0]
assert call.function.name == "look" and call.function.arguments.startswith("{"), call

stream = client.chat.completions.create(model=model, messages=said, max_tokens=7, stream=True)
chunks = list(stream)
assert all(chunk.usage is None for chunk in chunks), "usage that nobody asked for"
text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
assert len(text.split()) == 7 and chunks[-1].choices[0].finish_reason == "length", text
options = {"include_usage": True}
*_, last = client.chat.completions.create(
    model=model, messages=said, max_tokens=7, stream=True, stream_options=options
)
assert last.usage.completion_tokens == 7, last
with client.chat.completions.stream(model=model, messages=said, max_tokens=3) as helper:
    assert sum(1 for event in helper if event.type == "content.delta") > 0

plain = client.completions.create(model=model, prompt="once upon a time", max_tokens=4)
assert len(plain.choices[0].text.split()) == 4, plain
raw = client.chat.completions.with_raw_response.create(
    model=model,
    messages=said,
    max_tokens=2,
    extra_headers={"x-request-id": "mine-1", "x-hearth-explain": "1"},
)
assert raw.headers["x-request-id"] == "mine-1" and raw.headers["x-hearth-replica"], raw.headers


def status(**request):
    """How a request is refused."""
    try:
        client.chat.completions.create(**request)
    except openai.APIStatusError as error:
        return error.status_code, error.code
    return None


assert status(model="nope", messages=said) == (404, "model_not_found")
assert status(model=model, messages=[]) == (400, "missing_prompt")
assert status(model=model, messages=said, max_tokens=-1) == (400, "invalid_max_tokens")
assert status(model="", messages=said) == (400, "missing_model")


async def many():
    """Twenty at once."""
    own = openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0, timeout=60)
    asked = [
        own.chat.completions.create(
            model=model, messages=[{"role": "user", "content": f"hi {index}"}], max_tokens=3
        )
        for index in range(20)
    ]
    return await asyncio.gather(*asked)


assert all(answer.usage.completion_tokens == 3 for answer in asyncio.run(many()))

left = client.chat.completions.create(model=model, messages=said, max_tokens=20000, stream=True)
next(iter(left))
left.close()
print("all done")
