"""An engine without a model, which calls the first tool that it is given: tool_engine.py MODEL.

When it is told what the tool said, it says so. Says where it serves, as host:port, on standard
output.
"""
import http.server
import json
import sys


def chunks(message, reason):
    """An answer as it is streamed: its text, or the arguments of its call, in two pieces."""
    yield {"role": "assistant", "content": None}, None
    for call in message.get("tool_calls", []):
        arguments = call["function"]["arguments"]
        empty = call["function"] | {"arguments": ""}
        yield {"tool_calls": [call | {"index": 0, "function": empty}]}, None
        for piece in [arguments[:5], arguments[5:]]:
            yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}, None
    if message["content"]:
        yield {"content": message["content"]}, None
    yield {}, reason


class Engine(http.server.BaseHTTPRequestHandler):
    """Chat completions, whole or streamed."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        models = {"object": "list", "data": [{"id": sys.argv[1], "object": "model"}]}
        known = {"/health": {}, "/v1/models": models}
        if self.path in known:
            self.send("application/json", json.dumps(known[self.path]).encode())
        else:
            self.send_error(404)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        last = request["messages"][-1]
        if last["role"] == "tool":
            message = {"role": "assistant", "content": f"It is {last['content']}."}
            reason = "stop"
        else:
            name = request["tools"][0]["function"]["name"]
            function = {"name": name, "arguments": '{"city": "Paris"}'}
            call = {"id": "call_1", "type": "function", "function": function}
            message = {"role": "assistant", "content": None, "tool_calls": [call]}
            reason = "tool_calls"
        usage = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
        common = {"id": "chatcmpl-1", "created": 1, "model": request["model"]}
        if request.get("stream"):
            self.stream(common | {"object": "chat.completion.chunk"}, message, reason)
            return
        choice = {"index": 0, "message": message, "finish_reason": reason}
        answer = {"object": "chat.completion", "choices": [choice], "usage": usage}
        self.send("application/json", json.dumps(common | answer).encode())

    def stream(self, common, message, reason):
        """Answers by events."""
        body = b""
        for delta, end in chunks(message, reason):
            choice = {"index": 0, "delta": delta, "finish_reason": end}
            body += b"data: " + json.dumps(common | {"choices": [choice]}).encode() + b"\n\n"
        self.send("text/event-stream", body + b"data: [DONE]\n\n")

    def send(self, kind, body):
        """Answers with a body."""
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing of requests."""


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Engine)
print("127.0.0.1:%d" % server.server_address[1], flush=True)
server.serve_forever()
