"""The cast, for every test that asks for it."""

import pytest

from tests.cast import Stage, load_district


@pytest.fixture
def stage(db: None) -> Stage:
    """Return the small district with its people, inside the test's transaction."""
    return Stage(load_district())


@pytest.fixture
def committed_stage(transactional_db: None) -> Stage:
    """Return the same, committed, for tests with several connections."""
    return Stage(load_district())
