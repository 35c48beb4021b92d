"""From a position to its grid and microgrid, from typed words to an area."""

import csv
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box, mapping

from grids.locator import Gazetteer, Locator, metres
from grids.naming import short_name, stem
from grids.placement import DATA

WEST, EAST = "110112013001001", "110112013001002"
FIRST, SECOND = WEST + "01", WEST + "02"


@pytest.fixture(scope="module")
def locator() -> Locator:
    """Two grids side by side, the western one cut into a southern and a northern microgrid."""
    return Locator(
        [
            (EAST, mapping(box(116.71, 39.90, 116.72, 39.91))),
            (SECOND, mapping(box(116.70, 39.905, 116.71, 39.91))),
            (WEST, mapping(box(116.70, 39.90, 116.71, 39.91))),
            (FIRST, mapping(box(116.70, 39.90, 116.71, 39.905))),
        ]
    )


def official_rows() -> list[tuple[str, str, str]]:
    with (DATA / "divisions_110112.csv").open(encoding="utf-8-sig", newline="") as source:
        return [(row["code"], row["name"], row["level"]) for row in csv.DictReader(source)]


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str, str]]:
    """The official names, and four grids in each community as the map names them."""
    official = official_rows()
    grids = [
        (f"{code}{n:03d}", f"{short_name(name)}第{n}网格", "grid")
        for code, name, level in official
        if level == "community"
        for n in range(1, 5)
    ]
    return official + grids


@pytest.fixture(scope="module")
def gazetteer(rows) -> Gazetteer:
    return Gazetteer(rows)


def test_a_point_is_in_its_grid_and_its_microgrid(locator):
    assert locator.at(116.705, 39.902) == (WEST, FIRST)
    assert locator.at(116.705, 39.908) == (WEST, SECOND)
    assert locator.at(116.715, 39.902) == (EAST, None)
    assert locator.grid_at(116.715, 39.902) == EAST


def test_a_point_outside_every_grid_is_nowhere(locator):
    assert locator.at(116.80, 39.902) == (None, None)
    assert locator.grid_at(0.0, 0.0) is None
    assert locator.grid_at(float("nan"), 39.9) is None


def test_a_point_on_a_border_belongs_to_the_lowest_code(locator):
    assert locator.at(116.71, 39.902) == (WEST, FIRST)
    assert locator.at(116.705, 39.905) == (WEST, FIRST)
    assert locator.at(116.72, 39.91) == (EAST, None)


def test_a_grid_known_only_by_its_microgrids_is_found():
    locator = Locator([(FIRST, mapping(box(116.70, 39.90, 116.71, 39.91)))])
    assert locator.at(116.705, 39.905) == (WEST, FIRST)


def test_larger_areas_and_nothing_at_all_do_no_harm():
    assert Locator([]).at(116.7, 39.9) == (None, None)
    assert Locator([]).nearest(116.7, 39.9, 1000) is None
    town = Locator([("110112013", mapping(box(116.70, 39.90, 116.71, 39.91)))])
    assert town.grid_at(116.705, 39.905) is None
    assert town.nearest(116.705, 39.905, 1000) is None


def test_a_point_just_outside_goes_to_the_nearest_grid_within_reach(locator):
    outside = 116.7206  # about 51 m east of the border
    assert locator.nearest(outside, 39.905, 60) == EAST
    assert locator.nearest(outside, 39.905, 40) is None
    assert locator.nearest(116.705, 39.902, 0) == WEST
    assert locator.nearest(116.705, 39.8995, 60) == WEST  # 56 m south
    assert locator.nearest(116.72047, 39.91036, 50) is None  # 40 m east and 40 m north
    assert locator.nearest(116.72047, 39.91036, 60) == EAST
    assert locator.nearest(float("nan"), 39.905, 60) is None


def test_equally_near_grids_give_the_lowest_code(locator):
    assert locator.nearest(116.71, 39.8998, 50) == WEST


def test_a_degree_of_latitude_is_111_kilometres_and_one_of_longitude_shrinks():
    assert metres(116.7, 39.0, 116.7, 40.0) == pytest.approx(111_195, abs=1)
    assert metres(116.0, 60.0, 117.0, 60.0) == pytest.approx(55_597, abs=10)
    assert metres(116.7, 39.9, 116.7, 39.9) == 0


def test_tiananmen_to_tongzhou_is_the_known_distance():
    assert metres(116.3975, 39.9087, 116.6563, 39.9097) == pytest.approx(22_080, abs=60)


coordinates = st.tuples(st.floats(-180, 180), st.floats(-89, 89))


@given(coordinates, coordinates)
def test_distance_is_the_same_both_ways_and_never_past_the_antipode(a, b):
    assert metres(*a, *b) == pytest.approx(metres(*b, *a), abs=1e-3)
    assert 0 <= metres(*a, *b) <= 20_015_200


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("潞邑社区居民委员会", "潞邑社区"),
        ("中仓社区居委会", "中仓社区"),
        ("宋庄村委会", "宋庄村"),
        ("漷县村村委会", "漷县村"),
        ("侯黄庄村村民委员会", "侯黄庄村"),
        ("大庞村村委会", "大庞村"),
        ("潞源社区", "潞源社区"),
        ("潞邑街道", "潞邑街道"),
    ],
)
def test_the_said_name_drops_the_committee(name, said):
    assert short_name(name) == said


@pytest.mark.parametrize(
    ("name", "level", "bare"),
    [
        ("于家务回族乡", "town", "于家务"),
        ("潞邑街道", "town", "潞邑"),
        ("宋庄镇", "town", "宋庄"),
        ("潞邑社区居民委员会", "community", "潞邑"),
        ("坚村村委会", "community", "坚村"),
    ],
)
def test_the_stem_drops_the_kind_but_keeps_two_characters(name, level, bare):
    assert stem(name, level) == bare


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("潞邑社区3号楼", "110112013001"),
        ("新华大街中仓街道", "110112001"),  # the street is not 新华街道
        ("白将军", "110112001011"),
        ("白 将 军 社区", "110112001011"),
        ("潞邑居委会", "110112013001"),
        ("潞邑街道", "110112013"),
        ("潞邑街道办事处门口", "110112013"),
        ("于家务乡北辛店", "110112209203"),
        ("通州区玉桥街道玉桥南里12号楼3单元", "110112004006"),
        ("玉桥南里南社区", "110112004018"),  # not 玉桥南里社区
        ("北京市通州区杨庄街道杨庄南里南区5号楼", "110112012008"),
        ("宋庄镇宋庄", "110112104201"),  # the village, its town named before
        ("宋庄镇宋庄大街5号", "110112104"),  # a street of that name is no proof of the village
        ("宋庄", "110112104"),  # town or village: the town holds both
        ("土桥村", "110112105205"),  # not 土桥社区 in another town
        ("三间房 张家湾", "110112105236"),
        ("台湖镇马庄", "110112114237"),
        ("漷县马庄", "110112106236"),
        ("马驹桥镇一街", "110112109201"),
        ("潞邑社区第3网格", "110112013001003"),
        ("潞邑社区3号网格", "110112013001003"),
    ],
)
def test_an_address_resolves_to_its_area(gazetteer, address, code):
    match = gazetteer.resolve(address)
    assert match is not None
    assert match.code == code


@pytest.mark.parametrize(
    "address",
    [
        "",
        "  ",
        "小区门口有人乱停车",
        "马庄",  # one in 台湖, one in 漷县
        "张各庄村委会",
        "土桥",
        "玉桥中路",  # a street
        "新华大街100号",
        "大家都在后街上吵闹",  # 后街 only happens to stand there
        "运河大街5号",  # longer than the community named after it
        "白将军社区和清水湾社区之间",
        "永",
    ],
)
def test_an_uncertain_address_resolves_to_nothing(gazetteer, address):
    assert gazetteer.resolve(address) is None


@pytest.mark.parametrize(
    ("address", "town"),
    [
        ("永顺镇西马庄", "110112120"),  # a community and a village there
        ("永顺镇范庄村和苏坨村之间", "110112120"),
        ("潞邑社区和清水湾社区之间", "110112013"),
    ],
)
def test_where_only_the_community_is_in_doubt_its_town_is_certain(gazetteer, address, town):
    match = gazetteer.resolve(address)
    assert match is not None
    assert match.code == town


def test_every_official_name_with_its_town_resolves_to_itself(gazetteer):
    names = {code: name for code, name, _ in official_rows()}
    for code, name, level in official_rows():
        if level == "community":
            for said in (name, short_name(name) + "3号楼2单元"):
                match = gazetteer.resolve(f"北京市通州区{names[code[:9]]}{said}")
                assert match, said
                assert match.code == code, said


def test_every_unique_official_name_resolves_alone_and_no_doubled_one_does(gazetteer):
    communities = [(code, name) for code, name, level in official_rows() if level == "community"]
    count = Counter(short_name(name) for _, name in communities)
    assert sum(n > 1 for n in count.values()) == 7
    for code, name in communities:
        match = gazetteer.resolve(name)
        expected = code if count[short_name(name)] == 1 else None
        assert (match and match.code) == expected, name


def test_full_width_digits_and_spaces_do_not_matter(gazetteer):
    plain = gazetteer.search("潞邑社区第3网格")
    assert gazetteer.search("　潞邑 社区 第３ 网格 ") == plain


def test_typing_offers_names_that_begin_so_before_names_that_have_it_inside(gazetteer):
    matches = gazetteer.search("玉桥")
    assert matches[0].code == "110112004"
    assert {m.why for m in matches[1:]} == {"start"}
    assert all("玉桥" in match.name for match in matches)


def test_typing_one_character_already_helps(gazetteer):
    matches = gazetteer.search("玉")
    assert len(matches) == 8
    assert all(match.name.startswith("玉") for match in matches)


def test_a_name_counts_for_less_as_that_of_a_street(gazetteer):
    codes = [match.code for match in gazetteer.search("新华大街杨庄")]
    assert codes.index("110112012") < codes.index("110112002")


def test_typing_on_after_a_town_looks_inside_that_town(gazetteer):
    matches = gazetteer.search("宋庄镇小")
    assert {"小堡村委会", "小营村委会"} <= {match.name for match in matches}
    assert all(match.code.startswith("110112104") for match in matches)


def test_typing_on_after_a_community_offers_its_grids(gazetteer):
    matches = gazetteer.search("白将军社区第3")
    assert matches[0].code == "110112001011003"


def test_grids_do_not_crowd_out_communities_while_only_a_name_is_typed(gazetteer):
    assert [len(match.code) for match in gazetteer.search("白将军")] == [12]


def test_a_village_of_one_name_in_two_towns_is_offered_twice_and_the_town_decides(gazetteer):
    assert [m.code[:9] for m in gazetteer.search("马庄", 2)] == ["110112106", "110112114"]
    assert gazetteer.search("台湖镇马庄")[0].code == "110112114237"
    assert gazetteer.search("马庄 台湖")[0].code == "110112114237"


def test_no_more_than_the_limit_comes_back_best_first(gazetteer):
    matches = gazetteer.search("庄", 5)
    assert len(matches) == 5
    assert [m.score for m in matches] == sorted((m.score for m in matches), reverse=True)
    assert gazetteer.search("") == []


def test_the_order_of_the_rows_does_not_matter(rows, gazetteer):
    backwards = Gazetteer(reversed(rows))
    for text in ("玉桥", "宋庄镇小", "庄", "第1网格"):
        assert backwards.search(text) == gazetteer.search(text)


@given(st.text(max_size=60))
def test_no_text_is_too_odd(text):
    small = Gazetteer(official_rows()[:80])
    small.resolve(text)
    assert all(match.score > 0 for match in small.search(text))


def test_an_empty_gazetteer_knows_nothing():
    assert Gazetteer([]).search("潞邑") == []
    assert Gazetteer([]).resolve("潞邑") is None
