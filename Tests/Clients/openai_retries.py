"""Is refused for a quota and comes back when it is told to: openai_retries.py URL MODEL."""
import sys
import time

import openai

url, model = sys.argv[1:]
answers = []


def note(response):
    """Keeps what each request was answered, and when."""
    answers.append((time.monotonic(), response.status_code, dict(response.headers)))


def client(retries):
    """A client that tells what it was answered."""
    hooks = {"response": [note]}
    return openai.OpenAI(
        base_url=url,
        api_key="none",
        max_retries=retries,
        http_client=openai.DefaultHttpxClient(event_hooks=hooks),
    )


def ask(retries):
    """One short turn."""
    messages = [{"role": "user", "content": "hi"}]
    return client(retries).chat.completions.create(model=model, messages=messages, max_tokens=2)


# The quota is so many turns a minute, of the fleet's time, and some in advance.
while not answers or answers[-1][1] == 200:
    try:
        ask(0)
    except openai.RateLimitError as error:
        refused = error
body = refused.body
assert body["type"] == "rate_limit_error" and body["code"] == "rate_limit_exceeded", body
headers = answers[-1][2]
assert headers["x-should-retry"] == "true" and float(headers["retry-after-ms"]) > 0, headers
assert int(headers["retry-after"]) * 1000 >= float(headers["retry-after-ms"]), headers

answers.clear()
assert ask(5).usage.completion_tokens == 2
assert [status for _, status, _ in answers] == [429] * (len(answers) - 1) + [200], answers
for (when, _, headers), (later, _, _) in zip(answers, answers[1:]):
    assert later - when >= float(headers["retry-after-ms"]) / 1000, "it came too early"
print("refused", len(answers) - 1)
print("all done")
