"""An engine that says little: its health, its models, and one answer to every turn.

mock_engine.py PORT-OR-SOCKET MODEL

It says its process number and that of a child, which does nothing but outlive it. To some words it
answers otherwise than it should.
"""

import http.server
import os
import socketserver
import subprocess
import sys

ADDRESS, MODEL = sys.argv[1], sys.argv[2]
ANSWER = b'{"choices":[{"message":{"content":"mock"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":1}}'
WORD = b'data: {"choices":[{"delta":{"content":"mock"}}]}\n\n'
ERROR = b'data: {"error":{"message":"out of memory"}}\n\n'
DONE = b"data: [DONE]\n\n"
STREAMS = {b'"stream"': (WORD + DONE, True), b'"broken"': (WORD + ERROR + DONE, True), b'"unended"': (WORD + DONE, False)}
REFUSALS = {
    b'"invalid"': (422, b'{"detail":[{"loc":["body","n"],"msg":"Input should be greater than 0"}]}'),
    b'"full"': (429, b'{"error":{"message":"too many requests"}}'),
}
LIST = b'{"object":"list","data":[{"id":"%s","owned_by":"mock"}]}' % MODEL.encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        if status == 429:
            self.send_header("retry-after", "77")
        self.end_headers()
        self.wfile.write(body)

    def stream(self, body, is_ended):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))
        if is_ended:
            self.wfile.write(b"0\r\n\r\n")

    def do_GET(self):
        known = {"/health": b"", "/v1/models": LIST}
        self.answer(200 if self.path in known else 404, known.get(self.path, b""))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        words = body[body.index(b'"content":') :].split(b":")[1].split(b"}")[0]
        if words in STREAMS:
            self.stream(*STREAMS[words])
        else:
            self.answer(*REFUSALS.get(words, (200, ANSWER)))

    def address_string(self):
        return "client"

    def log_message(self, *arguments):
        pass


class Threads(socketserver.ThreadingMixIn):
    daemon_threads = True


class PortServer(Threads, http.server.HTTPServer):
    pass


class SocketServer(Threads, socketserver.UnixStreamServer):
    pass


child = subprocess.Popen(["sleep", "600"])
if ADDRESS.startswith("/"):
    server = SocketServer(ADDRESS, Handler)
else:
    server = PortServer(("127.0.0.1", int(ADDRESS)), Handler)
print(f"processes {os.getpid()} {child.pid}", flush=True)
server.serve_forever()
