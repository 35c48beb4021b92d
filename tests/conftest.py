"""The cast, for every test that asks for it."""

import pytest
from django.utils import translation

from tests.cast import Stage, load_district


@pytest.fixture(autouse=True)
def the_language_of_the_district() -> None:
    """Forget the language that the last page of another test was asked for in."""
    translation.deactivate()


@pytest.fixture
def stage(db: None) -> Stage:
    """Return the small district with its people, inside the test's transaction."""
    return Stage(load_district())


@pytest.fixture
def committed_stage(transactional_db: None) -> Stage:
    """Return the same, committed, for tests with several connections."""
    return Stage(load_district())
