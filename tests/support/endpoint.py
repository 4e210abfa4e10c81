"""A chat completions endpoint on this machine that answers by a script, faults included."""

import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer: a status, a body and, if wanted, a fault.

    Attributes
    ----------
    missing_bytes : promised in Content-Length and never sent: the connection ends in the middle.
    late : the answer is withheld until the client has given up.
    pause : seconds between two events of the body, or between its characters where it has no events.
    hang : after the body the connection stays open, and nothing comes, until the client has given up.
    reset : the connection is torn down in place of an answer.
    """

    body: bytes | str | Mapping[str, Any] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    missing_bytes: int = 0
    late: bool = False
    pause: float = 0.0
    hang: bool = False
    reset: bool = False

    def payload(self) -> bytes:
        """Return the body as bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()

    def parts(self) -> list[bytes]:
        """Return the body as it is sent: in one, or with a pause after each part."""
        payload = self.payload()
        if not self.pause:
            return [payload]
        if b"\n\n" in payload:
            return [event + b"\n\n" for event in payload.split(b"\n\n")]
        return [payload[k : k + 1] for k in range(len(payload))]


def completion(text: Any = "Paris.", finish_reason: str = "stop", **fields: Any) -> Reply:
    """Return a well-formed answer; `logprobs` and others go into its choice."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason, **fields}
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    return Reply({"id": "1", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage})


def logprobs(*tokens: tuple[str, Any, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the log-probabilities of a choice: for each token its text, its value and the alternatives."""
    return {
        "content": [
            {"token": token, "logprob": value, "top_logprobs": [{"token": t, "logprob": v} for t, v in others.items()]}
            for token, value, others in tokens
        ]
    }


def streamed(*pieces: str, finished: bool = True, missing_bytes: int = 0, **fault: Any) -> Reply:
    """Return an answer in pieces, as server-sent events; `pause`, `hang` and others go into the reply."""
    choices: list[dict[str, Any]] = [{"index": 0, "delta": {"content": piece}} for piece in pieces]
    if finished:
        choices.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    events = [json.dumps({"id": "1", "object": "chat.completion.chunk", "choices": [choice]}) for choice in choices]
    body = "".join(f"data: {event}\n\n" for event in [*events, *(["[DONE]"] if finished else [])])
    return Reply(body, content_type="text/event-stream", missing_bytes=missing_bytes, **fault)


@dataclass
class Endpoint:
    """A running endpoint: its address, and what it was asked so far."""

    base_url: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)


@contextmanager
def scripted_endpoint(*replies: Reply) -> Iterator[Endpoint]:
    """Answer each request by the next reply, the last one for good, while the context lasts."""
    client_is_gone = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        endpoint = Endpoint(f"http://127.0.0.1:{server.server_port}/v1")
        server.RequestHandlerClass = _handler(endpoint, replies, client_is_gone)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield endpoint
        finally:
            client_is_gone.set()
            server.shutdown()
            thread.join()


def _handler(
    endpoint: Endpoint, replies: Sequence[Reply], client_is_gone: threading.Event
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply = replies[min(len(endpoint.asked), len(replies) - 1)]
            endpoint.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            endpoint.keys.append(self.headers["Authorization"])
            if reply.late:
                client_is_gone.wait(30)
                return
            if reply.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return
            parts = reply.parts()
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(sum(map(len, parts)) + reply.missing_bytes + reply.hang))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                self._send(parts, reply)

        def _send(self, parts: Sequence[bytes], reply: Reply) -> None:
            for part in parts:
                self.wfile.write(part)
                self.wfile.flush()
                if reply.pause:
                    client_is_gone.wait(reply.pause)
            if reply.hang:
                client_is_gone.wait(30)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler
