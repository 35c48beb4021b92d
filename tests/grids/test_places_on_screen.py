"""The type-ahead of places and the outlines that the maps draw."""

import pytest
from django.db.models import F
from django.test import Client

from grids.models import Atlas
from grids.queries import path_names
from tests.cast import COMMUNITY, GRID, TOWN, Stage


@pytest.fixture
def client(stage: Stage) -> Client:
    client = Client()
    client.force_login(stage.people["operator"])
    return client


def test_typing_offers_areas_with_the_path_that_leads_to_them(client: Client) -> None:
    page = client.get("/areas/search/?q=潞邑社区").content.decode()
    assert f'data-code="{COMMUNITY}"' in page
    assert 'data-text="潞邑街道 · 潞邑社区"' in page
    grid = client.get("/areas/search/?q=潞邑社区第1网格").content.decode()
    assert 'data-text="潞邑街道 · 潞邑社区 · 潞邑社区第1网格" data-lon="116.685000"' in grid


@pytest.mark.parametrize("query", ["", " ", "天涯海角", "x" * 5000, "%00", "'\""])
def test_what_fits_nothing_offers_nothing(client: Client, query: str) -> None:
    answer = client.get("/areas/search/", {"q": query})
    assert answer.status_code == 200
    assert 'role="option" aria-selected="false" tabindex' not in answer.content.decode()


def test_typed_markup_is_shown_nowhere(client: Client) -> None:
    assert "<b>" not in client.get("/areas/search/?q=<b>潞邑").content.decode()


def test_outlines_are_geojson_of_one_level_inside_an_area(client: Client) -> None:
    grids = client.get(f"/areas/boundaries/?level=grid&within={TOWN}").json()
    assert grids["type"] == "FeatureCollection"
    codes = [feature["properties"]["code"] for feature in grids["features"]]
    assert codes == [GRID, "110112013001002"]
    assert grids["features"][0]["geometry"]["type"] == "Polygon"
    assert len(client.get("/areas/boundaries/?level=grid").json()["features"]) == 3
    assert client.get("/areas/boundaries/?level=moon&within=x").json()["features"] == []


def test_outlines_are_sent_again_only_when_areas_changed(client: Client) -> None:
    path = f"/areas/boundaries/?level=grid&within={TOWN}"
    first = client.get(path)
    assert "private" in first["Cache-Control"]
    same = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    Atlas.objects.update(version=F("version") + 1)
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_path_says_each_name_once(stage: Stage) -> None:
    assert path_names(GRID) == ["潞邑街道", "潞邑社区", "第1网格"]
    assert path_names(TOWN) == ["潞邑街道"]
    assert path_names("999") == []
