"""A district that works by a profile: the cast, with the profile picked by the command as an administrator would."""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Membership, Unit, User
from cases.services.policies import import_adjustments, import_ladders
from config.profiles.picking import pick
from config.profiles.reading import shipped_profile
from tests.api.calls import V1, caller
from tests.cast import ROOT, Stage, _hashed

NEXT = re.compile(r'rel="next"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*rel="next"')


@dataclass
class District:
    """The cast at work by one profile, asked from the outside: by the API and in a browser's way."""

    stage: Stage
    at: datetime

    def api(self, name: str) -> APIClient:
        return caller(self.stage, name)

    def post(self, who: str, path: str, body: Any = None, wanted: int = 200, **extra: Any) -> Any:
        """POST to the API, insist on the status, return the JSON."""
        answer = self.api(who).post(f"{V1}{path}", body or {}, **extra)
        assert answer.status_code == wanted, (path, answer.status_code, answer.content.decode())
        return answer.json() if answer.content else None

    def get(self, who: str, path: str, wanted: int = 200) -> Any:
        """GET from the API, insist on the status, return the JSON."""
        answer = self.api(who).get(f"{V1}{path}")
        assert answer.status_code == wanted, (path, answer.status_code, answer.content.decode())
        return answer.json()

    def browser(self, name: str) -> Client:
        """Return a web client signed in as the person, in Chinese."""
        client = Client()
        client.force_login(self.stage.who(name))
        return client

    def page(self, name: str, path: str, wanted: int = 200) -> str:
        answer = self.browser(name).get(path)
        assert answer.status_code == wanted, (path, answer.status_code)
        return answer.content.decode()

    def orders(self, whistle: dict[str, Any]) -> dict[str, int]:
        """Return the ids of a whistle's orders by the unit summoned."""
        return {order["unit"]: order["id"] for order in whistle["orders"]}

    def steps(self, who: str, order: int, *steps: tuple[str, dict[str, Any]]) -> None:
        for step, body in steps:
            self.post(who, f"/orders/{order}/steps/{step}/", body)


def work_by(stage: Stage, code: str) -> District:
    """Let the cast's district work by the shipped profile, from today on."""
    import_adjustments(ROOT / "cases/data/adjustment_policies.csv")
    import_ladders(ROOT / "cases/data/ladders.json")
    pick(shipped_profile(code), actor=stage.who("admin"), at=stage.at)
    return District(stage, stage.at)


def person(stage: Stage, name: str, role: str, unit: str) -> User:
    """Add somebody to the cast."""
    user = User(username=name, display_name=name)
    user.password = _hashed()
    user.save()
    Membership.objects.create(user=user, unit=Unit.objects.get(code=unit), role=role)
    stage.people[name] = user
    return user


def unit(code: str, name: str, kind: str = "department", area: str = "") -> Unit:
    return Unit.objects.create(code=code, name=name, kind=kind, area=area)


def key() -> dict[str, str]:
    """Return a fresh `Idempotency-Key`."""
    return {"HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4())}


def report(period: str, out: Path) -> Any:
    """Return the report as the command writes it."""
    call_command("report", period, "--out", out)
    return json.loads(out.read_text(encoding="utf-8"))


Make = Callable[[str], District]
