"""Uses a gateway before llama.cpp as programs do: openai_engine.py URL MODEL."""
import asyncio
import sys

import openai

url, model = sys.argv[1:]
client = openai.OpenAI(base_url=url, api_key="none", max_retries=0, timeout=60)
said = [{"role": "user", "content": "Please explain the weather in the north."}]
tool = {"name": "weather", "parameters": {"type": "object", "properties": {}}}

assert client.models.retrieve(model).id == model
chat = client.chat.completions.create(model=model, messages=said, max_tokens=5)
assert chat.usage.completion_tokens == 5 and chat.choices[0].message.content, chat
again = client.chat.completions.create(model=model, messages=said, max_tokens=5)
# All but the last token, whose logits are wanted.
assert again.usage.prompt_tokens_details.cached_tokens == chat.usage.prompt_tokens - 1, again
both = client.chat.completions.create(model=model, messages=said, max_tokens=2, n=2)
assert len(both.choices) == 2, both
with_tools = client.chat.completions.create(
    model=model,
    messages=said,
    max_tokens=2,
    tools=[{"type": "function", "function": tool}],
    tool_choice="auto",
)
assert with_tools.choices[0].finish_reason == "length", with_tools

stream = client.chat.completions.create(model=model, messages=said, max_tokens=7, stream=True)
chunks = list(stream)
assert all(chunk.usage is None for chunk in chunks), "usage that nobody asked for"
assert chunks[-1].choices[0].finish_reason == "length", chunks[-1]
*_, last = client.chat.completions.create(
    model=model, messages=said, max_tokens=7, stream=True, stream_options={"include_usage": True}
)
assert last.usage.completion_tokens == 7 and last.choices == [], last
with client.chat.completions.stream(model=model, messages=said, max_tokens=3) as helper:
    assert sum(1 for event in helper if event.type == "content.delta") > 0
    # `get_final_completion` raises where the answer ended by its limit of tokens.
    assert helper.current_completion_snapshot.choices[0].message.content

plain = client.completions.create(model=model, prompt="once upon a time", max_tokens=4)
assert plain.choices[0].text and plain.usage.completion_tokens == 4, plain
answer = client.responses.create(model=model, input="hi", max_output_tokens=3)
assert answer.output_text and answer.usage.output_tokens == 3, answer
events = client.responses.create(model=model, input="hi", max_output_tokens=3, stream=True)
kinds = [event.type for event in events]
assert kinds[0] == "response.created" and kinds[-1] == "response.completed", kinds
vectors = client.embeddings.create(model=model, input=["one text", "and another"])
assert [each.index for each in vectors.data] == [0, 1] and len(vectors.data[0].embedding) > 8

raw = client.chat.completions.with_raw_response.create(
    model=model, messages=said, max_tokens=2, extra_headers={"x-request-id": "mine-1"}
)
assert raw.headers["x-request-id"] == "mine-1", raw.headers
assert raw.parse().choices[0].message.content


def refusal(**request):
    """How a request is refused."""
    try:
        client.chat.completions.create(**request)
    except openai.APIStatusError as error:
        return error
    return None


# llama.cpp serves any name, and answers without end where there is no message or no limit.
assert isinstance(refusal(model="nope", messages=said), openai.NotFoundError)
assert refusal(model=model, messages=[]).code == "missing_prompt"
assert refusal(model=model, messages=said, max_tokens=-1).code == "invalid_max_tokens"
hot = refusal(model=model, messages=said, max_tokens=2, temperature="hot")
assert isinstance(hot, openai.BadRequestError) and "temperature" in str(hot), hot


async def many():
    """Twenty at once, streamed."""
    own = openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0, timeout=60)

    async def one(index):
        messages = [{"role": "user", "content": f"hi {index}"}]
        stream = await own.chat.completions.create(
            model=model, messages=messages, max_tokens=3, stream=True
        )
        return [chunk.choices[0].finish_reason async for chunk in stream][-1]

    return await asyncio.gather(*[one(index) for index in range(20)])


assert asyncio.run(many()) == ["length"] * 20

left = client.chat.completions.create(model=model, messages=said, max_tokens=20000, stream=True)
next(iter(left))
left.close()
print("all done")
