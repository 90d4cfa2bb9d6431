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
