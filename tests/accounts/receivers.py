"""Receivers of messages for the tests: a real SMS gateway over HTTP and a real mail server over SMTP."""

import hashlib
import hmac
import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "a-secret-of-the-tests"


@dataclass
class Gateway:
    """An SMS gateway that checks signatures and counts what it is given.

    `answer` says which status a text gets; `before_answer` runs between taking and answering.
    """

    url: str = ""
    answer: Callable[[dict[str, str]], int] = lambda given: 200
    before_answer: Callable[[], object] = lambda: None
    drip: float = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    forged: int = 0

    @property
    def keys(self) -> list[str]:
        return [given["id"] for given in self.asked]

    @property
    def texts(self) -> list[str]:
        return [given["text"] for given in self.asked]


def genuine(headers: dict[str, str], body: bytes) -> bool:
    """Check a signature as docs/sms-gateway.md tells a receiver to."""
    signed = headers["X-Chuishao-Timestamp"].encode() + b"." + body
    meant = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(headers["X-Chuishao-Signature"], f"sha256={meant}")


@contextmanager
def running_gateway() -> Iterator[Gateway]:
    """Run a gateway on a free port of this machine."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = dict(self.headers)
            if not genuine(headers, body):
                gateway.forged += 1
                return self.say(401)
            given = json.loads(body)
            gateway.asked.append(given)
            gateway.headers.append(headers)
            gateway.before_answer()
            return self.say(gateway.answer(given))

        def say(self, status: int) -> None:
            if gateway.drip:
                for byte in b"HTTP/1.0 200 OK" + b" " * 100:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(gateway.drip)
            self.send_response(status)
            self.send_header("Location", gateway.url + "elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64  # whom a short queue turns away comes back a second later

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # the courier has hung up, which is what some tests are about

    with Server(("127.0.0.1", 0), Handler) as server:
        gateway.url = f"http://127.0.0.1:{server.server_port}/sms?district=110112"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield gateway
        server.shutdown()


@dataclass
class MailServer:
    """A mail server that keeps what it is given. `replies` may answer a command otherwise than well."""

    port: int = 0
    letters: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """Run a mail server on a free port of this machine."""
    mail = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.reply("220 tests")
            while line := self.rfile.readline().decode().strip():
                verb = line.split(":")[0].upper()
                if verb == "DATA" and verb not in mail.replies:
                    self.reply("354 go on")
                    mail.letters.append("".join(iter(self.text_line, ".\r\n")))
                elif verb.startswith("RCPT") and verb not in mail.replies:
                    mail.recipients.append(line.partition(":")[2].strip("<> "))
                self.reply(mail.replies.get(verb, "221 bye" if verb == "QUIT" else "250 ok"))
                if verb == "QUIT":
                    return

        def text_line(self) -> str:
            return self.rfile.readline().decode()

        def reply(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        mail.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield mail
        server.shutdown()
