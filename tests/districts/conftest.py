"""Districts that live by a shipped profile."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.cast import Stage
from tests.districts.district import Make, work_by


@pytest.fixture
def district(stage: Stage) -> Make:
    """Return a maker of districts at this very moment, by the code of the profile."""
    stage.at = timezone.now() - timedelta(minutes=10)
    return lambda code: work_by(stage, code)


@pytest.fixture(autouse=True)
def _fresh_throttles() -> None:
    cache.clear()
