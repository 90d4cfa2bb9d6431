"""Has a tool called, whole and streamed: openai_tools.py URL MODEL."""
import json
import sys

import openai

url, model = sys.argv[1:]
client = openai.OpenAI(base_url=url, api_key="none", max_retries=0, timeout=60)
parameters = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
tools = [{"type": "function", "function": {"name": "weather", "parameters": parameters}}]
said = [{"role": "user", "content": "How is the weather in Paris?"}]

whole = client.chat.completions.create(model=model, messages=said, tools=tools)
message = whole.choices[0].message
call = message.tool_calls[0]
assert whole.choices[0].finish_reason == "tool_calls", whole
assert json.loads(call.function.arguments) == {"city": "Paris"}, call
with client.chat.completions.stream(model=model, messages=said, tools=tools) as stream:
    streamed = stream.get_final_completion().choices[0].message.tool_calls[0]
assert streamed.function.arguments == call.function.arguments, streamed

said += [message, {"role": "tool", "tool_call_id": call.id, "content": "warm"}]
answer = client.chat.completions.create(model=model, messages=said, tools=tools)
assert answer.choices[0].message.content == "It is warm.", answer
print("all done")
