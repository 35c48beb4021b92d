"""What stands beside a rank in the report: interval, places, ties, the adjusted score, before, and the list."""

from decimal import Decimal
from typing import Any

from assessment.parts import UnitWeights
from assessment.rules import Rules
from assessment.scoring import Weights
from assessment.services.standing import with_standing
from assessment.strata import Stratum

RULES = Rules(
    "test",
    Weights(Decimal("0.1"), Decimal("0.5"), Decimal("0.4"), Decimal("0.9")),
    UnitWeights(Decimal("0.4"), Decimal("0.3"), Decimal("0.3")),
    by_volume=False,
    min_cases=5,
)
Row = dict[str, Any]


def answers(unit: str, solved: int, others: int, difficulty: str = "01/complaint") -> list[Stratum]:
    return [
        Stratum(unit, difficulty, contacted=True, resolved=said, satisfied=mood, count=count)
        for said, mood, count in (("yes", "satisfied", solved), ("no", "dissatisfied", others))
        if count
    ]


def town(code: str, rank: int | None, strata: list[Stratum], **more: Any) -> Row:
    solved = sum(line.count for line in strata if line.unit == code and line.resolved == "yes")
    valid = sum(line.count for line in strata if line.unit == code)
    score = round(10 + 90 * solved / valid, 2) if valid else None
    rates = {"resolution": 100 * solved / valid if valid else None}
    return {
        "code": code,
        "group": "all",
        "rank": rank,
        "score": score,
        "received": valid,
        "rates": rates,
    } | more


def department(
    code: str, rank: int | None, score: float, reviews: int, kept: int, **more: Any
) -> Row:
    return {
        "code": code,
        "group": "all",
        "rank": rank,
        "score": score,
        "orders": kept,
        "rates": {"resolution": None},
        "parts": {"marks": score, "timeliness": 100.0, "results": None},
        "limits": {"finish": {"decided": kept, "kept": kept, "missed": 0}},
        "town_weights": [{"code": "t", "reviews": reviews, "mean": score, "weight": 1.0}],
    } | more


def standing(towns: list[Row], strata: list[Stratum], *earlier: Row, units: Any = ()) -> Row:
    report = {"by_town": towns, "by_department": list(units)}
    return with_standing(report, {"town": strata, "unit": []}, RULES, earlier)


def test_towns_that_chance_may_have_ordered_are_ties_and_share_their_places() -> None:
    strata = answers("a", 48, 2) + answers("b", 47, 3) + answers("c", 20, 300)
    towns = [town(code, n + 1, strata) for n, code in enumerate("abc")]
    first, second, third = standing(towns, strata)["by_town"]
    assert (first["places"], first["tied_with"]) == ([1, 2], ["b"])
    assert (second["places"], second["tied_with"]) == ([1, 2], ["a"])
    assert (third["places"], third["tied_with"]) == ([3, 3], [])
    low, high = first["interval"]
    assert low < first["score"] < high <= 100


def test_a_town_without_a_rank_is_compared_with_nobody() -> None:
    strata = answers("a", 48, 2) + answers("few", 2, 1)
    rows = standing(
        [town("a", 1, strata), town("few", None, strata), town("none", None, [])], strata
    )
    ranked, few, none = rows["by_town"]
    assert ranked["places"] == [1, 1]
    assert (few["places"], few["tied_with"], few["list"]) == (None, [], "")
    assert few["interval"][0] < few["score"]
    assert none["interval"] is None


def test_units_are_compared_within_their_group_only() -> None:
    strata = answers("a", 48, 2) + answers("b", 48, 2)
    towns = [town("a", 1, strata, group="streets"), town("b", 1, strata, group="rural")]
    assert [row["tied_with"] for row in standing(towns, strata)["by_town"]] == [[], []]


def test_the_adjusted_score_stands_beside_the_raw_one() -> None:
    strata = [
        *answers("easy", 480, 20, "01/help"),
        *answers("easy", 35, 15, "02/help"),
        *answers("hard", 48, 2, "01/help"),
        *answers("hard", 350, 150, "02/help"),
    ]
    towns = [town("easy", 1, strata), town("hard", 2, strata)]
    easy, hard = standing(towns, strata)["by_town"]
    assert easy["score"] - hard["score"] > 15
    assert abs(easy["adjusted"] - hard["adjusted"]) < 0.01
    assert hard["expected"] < easy["expected"]


def test_the_period_before_stands_beside_and_says_who_improved() -> None:
    strata = answers("a", 480, 20) + answers("b", 480, 20)
    before = standing([town("a", 1, strata), town("b", 2, answers("b", 300, 200))], strata)
    before["by_town"][1]["interval"] = [60.0, 66.0]
    now = [town("a", 1, strata), town("b", 1, strata), town("new", None, [])]
    same, better, new = standing(now, strata, before)["by_town"]
    assert same["previous"] == {"score": same["score"], "rank": 1}
    assert new["previous"] is None
    assert (same["list"], better["list"]) == ("", "progress")
    assert better["list_reason"] == {
        "score": better["score"],
        "before": better["previous"]["score"],
    }


def test_figures_kept_before_there_were_intervals_put_nobody_on_a_list() -> None:
    strata = answers("a", 480, 20) + answers("b", 480, 20)
    towns = [town("a", 1, strata), town("b", 1, strata)]
    old = {
        "by_town": [town("a", 1, strata), town("b", 2, answers("b", 10, 400))],
        "by_department": [],
    }
    assert [row["list"] for row in standing(towns, strata, old)["by_town"]] == ["", ""]


def test_departments_differ_where_their_parts_leave_no_doubt() -> None:
    units = [
        department("a", 1, 95.0, reviews=400, kept=2000),
        department("b", 2, 94.0, reviews=400, kept=2000),
        department("c", 3, 30.0, reviews=400, kept=2000),
        department("few", 4, 20.0, reviews=2, kept=5),
    ]
    first, second, third, few = standing([], [], units=units)["by_department"]
    assert first["tied_with"] == ["b", "few"]
    assert third["places"] == [3, 4]
    assert few["tied_with"] == ["a", "b", "c"]
    assert few["interval"][1] - few["interval"][0] > 3 * (
        third["interval"][1] - third["interval"][0]
    )
    assert second["interval"][0] < 94 < second["interval"][1]


def test_a_part_that_is_counted_adds_no_chance() -> None:
    alone = department("a", 1, 95.0, reviews=50, kept=100)
    counted = alone | {"parts": alone["parts"] | {"objections": None}}
    rules = standing([], [], units=[dict(alone), counted])["by_department"]
    assert rules[0]["interval"] == rules[1]["interval"]
