"""Programs that call the API, each with a token of its own."""

import pytest
from django.core.cache import cache

from tests.api.calls import Api, caller
from tests.cast import Stage


@pytest.fixture
def api(stage: Stage) -> Api:
    """Return a maker of clients by the name of the person who asks."""
    return lambda name: caller(stage, name)


@pytest.fixture(autouse=True)
def _fresh_throttles() -> None:
    cache.clear()
