"""Uses a gateway by Anthropic's client: anthropic_client.py URL MODEL."""
import sys

import anthropic

url, model = sys.argv[1:]
client = anthropic.Anthropic(base_url=url, api_key="none", max_retries=0, timeout=60)
said = [{"role": "user", "content": [{"type": "text", "text": "Please explain the weather."}]}]

first = client.messages.create(model=model, max_tokens=5, system="Be brief.", messages=said)
assert first.content[0].text and first.stop_reason == "max_tokens", first
assert first.usage.output_tokens == 5, first.usage
said += [{"role": "assistant", "content": first.content}, {"role": "user", "content": "and then?"}]
second = client.messages.create(model=model, max_tokens=5, system="Be brief.", messages=said)
assert second.usage.cache_read_input_tokens >= first.usage.input_tokens, second.usage
with client.messages.stream(model=model, max_tokens=5, messages=said) as stream:
    assert "".join(stream.text_stream)
    assert stream.get_final_message().usage.output_tokens == 5


def refusal(**request):
    """How a request is refused."""
    try:
        client.messages.create(max_tokens=5, **request)
    except anthropic.APIStatusError as error:
        return error
    return None


nope = refusal(model="nope", messages=said)
assert isinstance(nope, anthropic.NotFoundError), nope
assert nope.body["error"]["type"] == "not_found_error", nope.body
assert isinstance(refusal(model=model, messages=[]), anthropic.BadRequestError)
print("all done")
