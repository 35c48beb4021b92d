"""The invented map: complete, without gaps or overlaps, and always the same."""

import csv
import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from grids import placement
from grids.partition import roughened
from grids.placement import Centre
from grids.tessellation import Division, Level, Tessellation, tessellate

DIVISIONS = placement.DATA / "divisions_110112.csv"
SEED = 110112
LUYI = "110112013"
MICRODEGREE_AREA = 1e-12


def tongzhou_divisions() -> list[Division]:
    with DIVISIONS.open(encoding="utf-8-sig", newline="") as source:
        return [Division(**row) for row in csv.DictReader(source)]  # type: ignore[arg-type]


def draw_tongzhou(divisions: list[Division]) -> Tessellation:
    known = placement.shipped("110112")
    assert known is not None
    return tessellate(
        divisions,
        centres=known.centres,
        outline=known.outline,
        grid_count=2634,
        microgrid_towns=[LUYI],
        seed=SEED,
    )


def small_district(towns: Iterable[int], code: str = "150502") -> list[Division]:
    """Make a district with one town for each number, of so many communities."""
    divisions = [Division(code, "科尔沁区", "district", "")]
    for t, communities in enumerate(towns, start=1):
        town = f"{code}{t:03d}"
        divisions.append(Division(town, f"第{t}街道", "town", code))
        divisions += [
            Division(f"{town}{c:03d}", f"永茂{c}社区居委会", "community", town)
            for c in range(1, communities + 1)
        ]
    return divisions


def grounds(map_: Tessellation, level: Level) -> dict[str, shapely.Polygon]:
    features = map_.feature_collection(level)["features"]
    return {one["properties"]["code"]: shape(one["geometry"]) for one in features}


def fingerprint(map_: Tessellation) -> str:
    levels: list[Level] = ["district", "town", "community", "grid", "microgrid"]
    text = json.dumps([map_.feature_collection(level) for level in levels], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def assert_sound(map_: Tessellation) -> None:
    """Assert that every level partitions the one above, in plain polygons that share vertices."""
    children: dict[str, list[Any]] = {cell.code: [] for cell in map_.cells}
    for cell in map_.cells:
        above = [code for code in children if cell.code.startswith(code) and code != cell.code]
        if above:
            children[max(above, key=len)].append(cell.polygon)
    for cell in map_.cells:
        assert cell.polygon.geom_type == "Polygon"
        assert cell.polygon.is_valid
        assert not cell.polygon.interiors
        inside = children[cell.code]
        assert shapely.coverage_is_valid(inside)
        if inside:
            assert sum(child.area for child in inside) == pytest.approx(cell.polygon.area)
            assert shapely.union_all(inside).equals(cell.polygon)


@pytest.fixture(scope="module")
def tongzhou() -> Tessellation:
    return draw_tongzhou(tongzhou_divisions())


def test_tongzhou_has_exactly_2634_grids_in_656_communities_of_22_towns(tongzhou):
    levels = Counter(cell.level for cell in tongzhou.cells)
    assert levels["grid"] == 2634
    assert (levels["district"], levels["town"], levels["community"]) == (1, 22, 656)


def test_every_community_has_a_grid_and_urban_ones_have_more(tongzhou):
    shares = Counter(code[:12] for code in grounds(tongzhou, "grid"))
    assert set(shares) == {d.code for d in tongzhou_divisions() if d.level == "community"}
    villages = [n for code, n in shares.items() if code[-3] in "23"]
    urban = [n for code, n in shares.items() if code[-3] not in "23"]
    assert min(shares.values()) >= 2
    assert max(shares.values()) <= 8
    assert sum(urban) / len(urban) > sum(villages) / len(villages) + 1


def test_the_grids_of_a_community_are_the_community(tongzhou):
    grids = grounds(tongzhou, "grid")
    for code, ground in grounds(tongzhou, "community").items():
        union = shapely.union_all([g for c, g in grids.items() if c[:12] == code])
        assert union.symmetric_difference(ground).area < MICRODEGREE_AREA


def test_a_town_and_the_district_have_no_gaps(tongzhou):
    grids = grounds(tongzhou, "grid")
    for code, ground in grounds(tongzhou, "town").items():
        union = shapely.union_all([g for c, g in grids.items() if c[:9] == code])
        assert union.symmetric_difference(ground).area < MICRODEGREE_AREA
        assert union.geom_type == "Polygon"
        assert not union.interiors
    (district,) = grounds(tongzhou, "district").values()
    assert shapely.union_all(list(grids.values())).symmetric_difference(district).area < 1e-12


@pytest.mark.parametrize("level", ["grid", "community", "town"])
def test_neighbours_do_not_overlap_and_share_every_vertex(tongzhou, level):
    cells = list(grounds(tongzhou, level).values())
    assert shapely.coverage_is_valid(cells)
    tree = shapely.STRtree(cells)
    left, right = tree.query(cells, predicate="overlaps")
    assert [(a, b) for a, b in zip(left, right, strict=True) if a != b] == []


def test_every_cell_is_a_plain_polygon_running_anticlockwise(tongzhou):
    for level in ("district", "town", "community", "grid", "microgrid"):
        for ground in grounds(tongzhou, level).values():
            assert ground.geom_type == "Polygon"
            assert ground.is_valid
            assert not ground.interiors
            assert ground.exterior.is_ccw


def test_codes_nest_by_prefix_and_each_grid_lies_in_its_community(tongzhou):
    communities, microgrids = grounds(tongzhou, "community"), grounds(tongzhou, "microgrid")
    grids = grounds(tongzhou, "grid")
    assert all(len(code) == 15 for code in grids)
    assert all(len(code) == 17 for code in microgrids)
    for code, ground in grids.items():
        assert ground.representative_point().within(communities[code[:12]])
    for code, ground in microgrids.items():
        assert ground.representative_point().within(grids[code[:15]])


def test_each_grid_of_luyi_is_cut_into_two_to_four_microgrids(tongzhou):
    shares = Counter(code[:15] for code in grounds(tongzhou, "microgrid"))
    assert set(shares) == {code for code in grounds(tongzhou, "grid") if code.startswith(LUYI)}
    assert set(shares.values()) == {2, 3, 4}


def test_grids_are_named_after_their_community(tongzhou):
    names = {cell.code: cell.name for cell in tongzhou.cells}
    assert names["110112013001001"] == "潞邑社区第1网格"
    assert names["110112106201002"] == "漷县村第2网格"
    assert names["11011201300100102"] == "潞邑社区第1网格第2微网格"


def test_the_map_lies_where_tongzhou_lies(tongzhou):
    (district,) = grounds(tongzhou, "district").values()
    west, south, east, north = district.bounds
    assert west > 116.5
    assert east < 116.96
    assert south > 39.58
    assert north < 40.05
    towns = grounds(tongzhou, "town")
    middle = {code: ground.centroid for code, ground in towns.items()}
    assert (
        middle["110112104"].y > middle["110112105"].y > middle["110112117"].y
    )  # 宋庄 张家湾 永乐店
    assert (
        middle["110112109"].x < middle["110112209"].x < middle["110112106"].x
    )  # 马驹桥 于家务 漷县


def test_towns_have_about_their_estimated_share_of_906_square_kilometres(tongzhou):
    plane = placement.Plane(116.7, 39.8)
    known = placement.shipped("110112")
    total = sum(centre.size for centre in known.centres.values())
    areas = {
        code: shapely.Polygon([plane.to_metres(*xy) for xy in ground.exterior.coords]).area / 1e6
        for code, ground in grounds(tongzhou, "town").items()
    }
    assert sum(areas.values()) == pytest.approx(906, rel=0.02)
    for code, centre in known.centres.items():
        assert areas[code] == pytest.approx(906 * centre.size / total, rel=0.35)


def test_coordinates_have_at_most_six_digits(tongzhou):
    for feature in tongzhou.feature_collection("grid")["features"]:
        for ring in feature["geometry"]["coordinates"]:
            assert ring[0] == ring[-1]
            assert all(value == round(value, 6) for point in ring for value in point)


def test_the_same_input_in_any_order_gives_the_same_bytes(tongzhou):
    assert fingerprint(draw_tongzhou(tongzhou_divisions()[::-1])) == fingerprint(tongzhou)


def test_another_process_with_other_hashes_gives_the_same_bytes():
    script = (
        "from tests.grids.test_tessellation import *;"
        "print(fingerprint(tessellate(small_district([3, 4, 5]), centres=None, grid_count=40, "
        "microgrid_towns=['150502001'], seed=7)))"
    )
    prints = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": salt, "PYTHONPATH": "."},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for salt in ("1", "2")
    }
    assert len(prints) == 1


def test_another_seed_gives_another_map():
    one, other = (
        tessellate(small_district([3, 4]), centres=None, grid_count=20, seed=seed)
        for seed in (1, 2)
    )
    assert fingerprint(one) != fingerprint(other)


def test_another_district_without_known_centres_works():
    drawn = tessellate(small_district([5, 7, 6]), centres=None, grid_count=60, seed=1)
    assert len(grounds(drawn, "grid")) == 60
    assert_sound(drawn)


def test_towns_without_a_centre_find_room_beside_the_known_ones():
    centres = {"150502001": Centre(122.25, 43.65, 10), "150502003": Centre(122.31, 43.61, 20)}
    drawn = tessellate(small_district([5, 7, 6]), centres=centres, grid_count=60, seed=1)
    assert_sound(drawn)
    towns = grounds(drawn, "town")
    assert towns["150502001"].distance(shapely.Point(122.25, 43.65)) < 0.02
    assert towns["150502002"].area > 0


def test_one_community_with_one_grid_is_the_whole_district():
    drawn = tessellate(small_district([1]), centres=None, grid_count=1, seed=1)
    (grid,), (district,) = (grounds(drawn, level).values() for level in ("grid", "district"))
    assert grid.equals(district)


def test_a_community_with_a_single_grid_can_have_microgrids():
    drawn = tessellate(
        small_district([1]), centres=None, grid_count=1, microgrid_towns=["150502001"], seed=1
    )
    assert 2 <= len(grounds(drawn, "microgrid")) <= 4
    assert_sound(drawn)


def test_a_town_without_communities_keeps_its_ground():
    drawn = tessellate(small_district([0, 2]), centres=None, grid_count=4, seed=1)
    assert grounds(drawn, "town")["150502001"].area > 0
    assert_sound(drawn)


def test_a_district_without_towns_is_one_cell():
    drawn = tessellate(small_district([]), centres=None, grid_count=0, seed=1)
    assert [cell.level for cell in drawn.cells] == ["district"]


@pytest.mark.parametrize("count", [0, 2, 3 * 999 + 1])
def test_grids_that_cannot_be_shared_out_are_refused(count):
    with pytest.raises(ValueError, match="grids"):
        tessellate(small_district([3]), centres=None, grid_count=count, seed=1)


def test_divisions_that_are_no_tree_are_refused():
    good = small_district([2])
    stray = Division("150503001", "别处街道", "town", "150502")
    with pytest.raises(ValueError, match="150503001"):
        tessellate([*good, stray], centres=None, grid_count=2, seed=1)
    with pytest.raises(ValueError, match="one district"):
        tessellate([*good, *small_district([], "150503")], centres=None, grid_count=2, seed=1)


def test_microgrids_for_an_unknown_town_are_refused():
    with pytest.raises(ValueError, match="150502009"):
        tessellate(
            small_district([2]), centres=None, grid_count=2, microgrid_towns=["150502009"], seed=1
        )


def test_a_town_thinner_than_its_borders_wind_keeps_its_ground():
    edges = [0, 3000, 3004, 6000]  # metres
    strips = [shapely.box(x0, 0, x1, 4000) for x0, x1 in pairwise(edges)]
    drawn = roughened(strips, Random(2))
    assert len(drawn) == 3
    assert all(cell.area > 0 for cell in drawn)


@settings(max_examples=25, deadline=None)
@given(
    towns=st.lists(st.integers(0, 6), min_size=1, max_size=7),
    extra=st.integers(0, 40),
    sizes=st.lists(st.sampled_from([0.2, 1.0, 5.0, 20.0]), min_size=7, max_size=7),
    placed=st.integers(0, 7),
    seed=st.integers(0, 10**6),
)
def test_any_small_district_is_partitioned(towns, extra, sizes, placed, seed):
    divisions = small_district(towns)
    codes = [d.code for d in divisions if d.level == "town"][:placed]
    centres = {
        code: Centre(122 + (i * 37 % 10) / 50, 43.6 + (i * 53 % 10) / 50, sizes[i])
        for i, code in enumerate(codes)
    }
    count = sum(towns) + extra if sum(towns) else 0
    drawn = tessellate(divisions, centres=centres or None, grid_count=count, seed=seed)
    assert sum(cell.level == "grid" for cell in drawn.cells) == count
    assert_sound(drawn)
