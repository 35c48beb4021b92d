"""A load generator: eight clients that ask again as soon as they are answered."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

CLIENTS = 8
HOST = "127.0.0.1"


class Refused(RuntimeError):
    """The server answered something else than was asked for."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, and the status that answers it."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    status: int = 200

    def wire(self) -> bytes:
        """Return the request as it goes over the connection."""
        body = self.body.encode()
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {HOST}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body


def rate(port: int, asks: Sequence[Ask], seconds: float, clients: int = CLIENTS) -> float:
    """Return how many requests a second are answered; raise `Refused` on any other answer."""
    return asyncio.run(_rate(port, asks, seconds, clients))


async def _rate(port: int, asks: Sequence[Ask], seconds: float, clients: int) -> float:
    wires = cycle(
        [(ask.wire(), ask) for ask in asks]
    )  # shared: no two clients ask the same at once
    begun = time.perf_counter()
    counts = await asyncio.gather(
        *[_client(port, wires, begun + seconds) for _number in range(clients)]
    )
    return sum(counts) / (time.perf_counter() - begun)


async def _client(port: int, wires: Iterator[tuple[bytes, Ask]], until: float) -> int:
    reader, writer = await asyncio.open_connection(HOST, port, limit=2**20)
    count = 0
    try:
        while time.perf_counter() < until:
            wire, ask = next(wires)
            writer.write(wire)
            status, body = await _answer(reader)
            if status != ask.status:
                raise Refused(f"{ask.method} {ask.path}: {status} {body[:500].decode()}")
            count += 1
    finally:
        writer.close()
    return count


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head[9:12])
    if "transfer-encoding: chunked" in head:
        return status, await _chunks(reader)
    _before, found, rest = head.partition("content-length:")
    return status, await reader.readexactly(int(rest.split("\r\n", 1)[0])) if found else b""


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    whole = b""
    while size := int(await reader.readline(), 16):
        whole += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return whole
