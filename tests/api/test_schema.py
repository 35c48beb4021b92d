"""The OpenAPI document is complete, and what it says is what the calls do."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.urls import get_resolver
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.test import APIClient
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.services.tokens import token_of
from cases.lifecycle import CaseLifecycle
from config.wsgi import application
from dispatch.lifecycle import OrderLifecycle
from tests.api.calls import V1
from tests.cast import GRID, Stage

EXAMPLES = 6
"""Tries of every call: enough to find what is wrong everywhere, few enough for every run."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def document() -> dict[str, Any]:
    answer = APIClient().get(f"{V1}/schema/?format=json")
    assert answer.status_code == 200
    return answer.json()


def test_the_document_is_valid_and_made_without_a_warning(db: None) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())


def test_the_docs_can_be_browsed(db: None) -> None:
    answer = APIClient().get(f"{V1}/docs/")
    assert answer.status_code == 200
    assert "swagger" in answer.content.decode()


def _routes(patterns: Any, before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern.url_patterns, route)
        elif route.startswith("api/v1/") and "^" not in route:
            yield route


def test_every_call_is_in_the_document(db: None) -> None:
    routes = set(_routes(get_resolver().url_patterns)) - {"api/v1/schema/", "api/v1/docs/"}
    assert len(document()["paths"]) == len(routes)


def test_every_public_step_of_the_machines_is_a_call(db: None) -> None:
    paths = set(document()["paths"])

    def public(lifecycle: Any) -> set[str]:
        methods = (getattr(lifecycle, name) for name in dir(lifecycle))
        machines = (m._django_fsm for m in methods if hasattr(m, "_django_fsm"))
        return {
            step.name
            for machine in machines
            for step in machine.transitions.values()
            if step.custom.get("public")
        }

    def called(start: str) -> set[str]:
        return {path.split("/")[-2] for path in paths if path.startswith(f"{V1}{start}")}

    assert called("/cases/{number}/steps/") == public(CaseLifecycle)
    assert called("/orders/{id}/steps/") == public(OrderLifecycle) | {"rule"}


def test_every_call_says_how_it_refuses(db: None) -> None:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            assert {"400", "401", "404", "429"} <= set(operation["responses"]), (method, path)
            assert operation.get("description"), (method, path)


@pytest.fixture
def _one_connection(stage: Stage) -> Iterator[None]:
    """Let requests keep the test's connection, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_one_connection")
@pytest.mark.parametrize("who", ["supervisor", "town"])
def test_no_call_fails_and_every_answer_is_as_documented(stage: Stage, who: str) -> None:
    whistle = stage.whistle()
    known = {
        "number": stage.case().number,
        "id": stage.order(whistle).pk,
        "item": 1,
        "code": GRID,
        "period": "2026-03",
        "unit": "CGW",
    }
    headers = {"Authorization": f"Token {token_of(stage.who(who))}"}
    schema = schemathesis.openapi.from_wsgi(f"{V1}/schema/?format=json", application)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path != f"{V1}/token/":
            _try(operation, known, headers)


def _try(operation: Any, known: dict[str, Any], headers: dict[str, str]) -> None:
    """Make some calls of one kind, on what there is rather than on what there is not."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def attempt(case: Any) -> None:
        for name in case.path_parameters or {}:
            case.path_parameters[name] = known.get(name, case.path_parameters[name])
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)

    attempt()
