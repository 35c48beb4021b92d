"""SMS through any gateway that takes a signed HTTP POST; docs/sms-gateway.md is the contract."""

import hashlib
import hmac
import json
import logging
import socket
import threading
from contextlib import suppress
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from django.conf import settings

from accounts.channels.outcomes import SendFailed, SendRefused, Unreachable
from accounts.models import Message, User

log = logging.getLogger(__name__)

LATER = {408, 425, 429}
"""Answers of the 400s that mean “later” and not “never”."""


def is_open() -> bool:
    """Tell whether the district sends SMS."""
    return bool(settings.SMS_URL)


def address_of(person: User) -> str:
    """Return the person's phone; empty where there is none."""
    return person.phone


def send(message: Message, at: datetime) -> None:
    """Hand the message to the gateway; raise `SendFailed` or one of its kinds unless it says 2xx."""
    given = {
        "id": message.key,
        "to": message.recipient.phone if message.recipient else message.phone,
        "text": message.words,
        "sent_at": at.isoformat(timespec="seconds"),
    }
    body = json.dumps(given, ensure_ascii=False).encode()
    timestamp = str(int(at.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": message.key,
        "X-Chuishao-Timestamp": timestamp,
        "X-Chuishao-Signature": signature(timestamp, body),
    }
    status = _post(body, headers)
    if 200 <= status < 300:
        return
    for_good = 400 <= status < 500 and status not in LATER
    raise (SendRefused if for_good else SendFailed)(f"HTTP {status}")


def signature(timestamp: str, body: bytes) -> str:
    """Return what proves that timestamp and body come from whoever knows the secret."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(settings.SMS_SECRET.encode(), signed, hashlib.sha256).hexdigest()


def _post(body: bytes, headers: dict[str, str]) -> int:
    """Return the status of the answer. A redirection is an answer like any other and not followed."""
    url = urlsplit(settings.SMS_URL)
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=settings.SMS_TIMEOUT)
    # The timeout of a socket begins anew with every byte: this one holds for the whole answer.
    deadline = threading.Timer(settings.SMS_TIMEOUT, _cut, [connection])
    deadline.start()
    try:
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.request("POST", target, body, headers)
        return connection.getresponse().status
    except (OSError, HTTPException) as error:
        log.warning("The SMS gateway does not answer: %s", error)
        raise Unreachable from None
    finally:
        deadline.cancel()
        connection.close()


def _cut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
