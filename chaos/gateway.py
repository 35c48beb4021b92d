"""A gateway for short messages on this machine: it checks each signature, counts each key, and fails now and then."""

import hashlib
import hmac
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

SECRET = "of-the-chaos"


class Gateway:
    """What the gateway has seen. `received` counts each key, sent twice or not."""

    def __init__(self, seed: int, failing: float) -> None:
        self.random, self.failing = Random(seed), failing
        self.received: Counter[str] = Counter()
        self.recipients: Counter[str] = Counter()
        self.forged = 0
        self.refused = 0
        self.lock = threading.Lock()
        self.address = ""

    def take(self, headers: Any, body: bytes) -> int:
        """Count a message and return the status that answers it."""
        with self.lock:
            if not self._is_signed(headers, body):
                self.forged += 1
                return 403
            chance = self.random.random()
            if chance < self.failing / 2:  # not taken
                self.refused += 1
                return 503
            key = headers.get("Idempotency-Key", "")
            if key not in self.received:
                self.recipients[json.loads(body)["to"]] += 1
            self.received[key] += 1
            if chance < self.failing:  # taken, and the answer says otherwise: it comes again
                self.refused += 1
                return 500
            return 200

    def _is_signed(self, headers: Any, body: bytes) -> bool:
        stamp = headers.get("X-Chuishao-Timestamp", "")
        signed = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256)
        given = headers.get("X-Chuishao-Signature", "")
        return hmac.compare_digest(given, f"sha256={signed.hexdigest()}")


@contextmanager
def opened(seed: int, failing: float) -> Iterator[Gateway]:
    """Run the gateway at a free port until the block ends. `failing` is the share of answers that fail."""
    gateway = Gateway(seed, failing)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(gateway.take(self.headers, body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing: there are thousands."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.address = f"http://127.0.0.1:{server.server_port}/sms"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
