"""People at work: requests come in and are carried on by the API, each asked again until it is answered."""

import http.client
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

PATIENCE = 180  # seconds for which one request is asked again and again
HOST = "127.0.0.1"


@dataclass
class Ledger:
    """What the product promised: every answer that accepted something."""

    cases: dict[str, str] = field(default_factory=dict)
    steps: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: list[str] = field(default_factory=list)
    tries: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, status: int) -> None:
        """Write down how a step was answered."""
        with self.lock:
            (self.steps if status < 300 else self.refused)[what] += 1


@dataclass(frozen=True)
class Cast:
    """Who calls: tokens by unit code, and where cases may lie."""

    operator: str
    towns: dict[str, str]
    departments: dict[str, str]
    communities: list[str]
    categories: list[str]


class Caller(threading.Thread):
    """One person's telephone and desk: cases from start to some point of their way."""

    def __init__(
        self, number: int, seed: int, ports: list[int], cast: Cast, ledger: Ledger, most: int
    ) -> None:
        super().__init__(daemon=True)
        self.number, self.random = number, Random(f"{seed}-{number}")
        self.ports, self.cast, self.ledger, self.most = ports, cast, ledger, most
        self.enough = threading.Event()
        self.asked = 0

    def run(self) -> None:
        """Begin cases until somebody says enough."""
        for begun in range(self.most):
            if self.enough.is_set():
                return
            self._live(f"chaos-{self.number}-{begun}")

    def _live(self, reference: str) -> None:
        """Bring in one case and carry it as far as chance has it."""
        area = self.random.choice(self.cast.communities)
        answer = self._ask("receive", self.cast.operator, "/cases/", self._request(reference, area))
        if answer is None:
            return
        number = answer["number"]
        with self.ledger.lock:
            self.ledger.cases[reference] = number
        town, way = self.cast.towns[area[:9]], self.random.random()
        if way < 0.35:
            self._ask("handle", town, f"/cases/{number}/steps/handle/", {})
            if way < 0.2:
                self._ask("finish", town, f"/cases/{number}/steps/finish/", {"result": "已处理"})
        elif way < 0.75:
            self._summon(number, town)

    def _summon(self, number: str, town: str) -> None:
        units = self.random.sample(sorted(self.cast.departments), 2)
        given = {"level": "town", "kind": "daily", "lead": units[0], "departments": units[1:]}
        whistle = self._ask("whistle", town, f"/cases/{number}/whistles/", given)
        for order in whistle["orders"] if whistle else ():
            token = self.cast.departments[order["unit"]]
            for step in ("acknowledge", "report_in", "finish")[: self.random.randrange(4)]:
                body = {"result": "已处理"} if step == "finish" else {}
                path = f"/orders/{order['id']}/steps/{step}/"
                self._ask(f"order.{step}", token, path, body)

    def _request(self, reference: str, area: str) -> dict[str, Any]:
        return {
            "channel": "hotline",
            "kind": "complaint",
            "category": self.random.choice(self.cast.categories),
            "text": f"小区门口堆物，请处理（{reference}）",
            "area": area,
            "caller_phone": "19900001234",
            "external_id": reference,
        }

    def _ask(self, what: str, token: str, path: str, body: dict[str, Any]) -> Any:
        """POST under one key until somebody answers; return the JSON of an acceptance, else None."""
        self.asked += 1
        key = f"{self.number}-{self.asked}"
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.ledger.tries += 1
            status, answer = self._once(token, path, body, key)
            if 0 < status < 500:
                self.ledger.note(what, status)
                return answer if status < 300 else None
            time.sleep(0.2 + self.random.random() * 0.3)
        with self.ledger.lock:
            self.ledger.unanswered.append(f"{what} {path}")
        return None

    def _once(self, token: str, path: str, body: dict[str, Any], key: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Token {token}", "Idempotency-Key": key}
        headers["Content-Type"] = "application/json"
        link = http.client.HTTPConnection(HOST, self.random.choice(self.ports), timeout=30)
        try:
            link.request("POST", f"/api/v1{path}", json.dumps(body).encode(), headers)
            answer = link.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            return 0, None  # killed before it answered
        finally:
            link.close()
