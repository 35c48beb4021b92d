"""The stage moved to this very moment, and signing in as one of the cast."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases import queries
from tests.api.calls import Api, caller
from tests.cast import Stage

Enter = Callable[[str], Client]


@pytest.fixture
def live(stage: Stage) -> Stage:
    """Return the stage with its clock ten minutes ago: views read the machine's clock."""
    queries.forget()
    stage.at = timezone.now() - timedelta(minutes=10)
    return stage


@pytest.fixture
def enter(live: Stage) -> Enter:
    """Return a web client signed in as the person named, with English screens."""

    def entered(name: str) -> Client:
        client = Client()
        client.force_login(live.people[name])
        client.cookies["django_language"] = "en"
        return client

    return entered


@pytest.fixture
def api(stage: Stage) -> Api:
    """Return a maker of API clients by the name of the person who asks."""
    return lambda name: caller(stage, name)
