"""Three answers or five: what each counts, which is offered when, and that the past keeps its own."""

import json
import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from accounts.refusals import BadInput
from assessment import periods, scales, scoring
from assessment.models import AssessmentPolicy, PeriodFigures
from assessment.papers.saying import Told
from assessment.queries.behind import orders_behind
from assessment.rules import Rules
from assessment.scoring import CONTENT, SOLVED, Facts, Weights
from assessment.services.freezing import freeze, rebuild
from assessment.services.policies import READY, SHIPPED, rules_for, rules_of
from assessment.services.proposals import proposed_rules
from assessment.services.reports import reckon, report
from assessment.services.rule_changes import write_version
from assessment.services.trials import Proposal, try_out
from assessment.services.value_sets import answers_offered
from assessment.services.workings import working_of_department, working_of_town
from assessment.workbook import workbook_of
from cases.models import Callback
from cases.services.callbacks import record_callback
from cases.services.steps import advance
from tests.assessment.histories import APRIL, MARCH, history
from tests.assessment.test_figures_equal_a_recount import FIVE, answered_in_five
from tests.assessment.test_policies import AT, PAGE, form_of, rules, signed_in
from tests.cast import TOWN, Stage

MARCH_2026 = "2026-03"
OWN = {"satisfied": "0.9", "dissatisfied": "0.3", "very_dissatisfied": "0.1"}


def five(**more: Any) -> dict[str, Any]:
    """Return the fields of a version with five answers."""
    return {"scale": "five", "basic_factor": Decimal("0.6"), "answer_factors": OWN} | more


# --- scoring

falling = st.lists(st.integers(0, 1000), min_size=5, max_size=5).map(
    lambda parts: [Decimal(part) / 1000 for part in sorted(parts, reverse=True)]
)


@st.composite
def some_weights(draw: st.DrawFn) -> Weights:
    """Return weights whose factors never rise from the best answer to the worst."""
    content, solved = draw(falling), sorted(draw(falling)[:2], reverse=True)
    response = draw(st.integers(0, 1000))
    resolution = draw(st.integers(0, 1000 - response))
    return Weights(
        Decimal(response) / 1000,
        Decimal(resolution) / 1000,
        1 - Decimal(response + resolution) / 1000,
        partly_factor=solved[0],
        no_factor=solved[1],
        **{f"{name}_factor": factor for name, factor in zip(CONTENT, content, strict=True)},
    )


answers = st.lists(
    st.tuples(st.booleans(), st.sampled_from([*SOLVED, ""]), st.sampled_from([*CONTENT, ""])),
    max_size=30,
)


def facts_of(said: list[tuple[bool, str, str]]) -> Facts:
    """Count answers; an empty one is a question that an older system left out."""
    solved = {"yes": "resolved", "partly": "partly", "no": "unsolved"}
    counts = dict.fromkeys([*solved.values(), *CONTENT], 0)
    for _contacted, resolved, satisfied in said:
        for name in filter(None, (solved.get(resolved), satisfied)):
            counts[name] += 1
    return Facts(len(said), sum(contacted for contacted, *_rest in said), **counts)


@given(answers, some_weights())
def test_points_of_all_answers_add_up_to_the_score(
    said: list[tuple[bool, str, str]], rule: Weights
) -> None:
    each = [
        scoring.points(contacted=contacted, resolved=resolved, satisfied=satisfied, weights=rule)
        for contacted, resolved, satisfied in said
    ]
    whole = sum(map(Fraction, each), Fraction(0)) / len(said) if said else None
    assert scoring.exact_score(facts_of(said), rule) == whole


@given(answers.filter(bool), some_weights(), st.data())
def test_a_worse_answer_never_raises_a_score(
    said: list[tuple[bool, str, str]], rule: Weights, data: st.DataObject
) -> None:
    before = scoring.exact_score(facts_of(said), rule)
    number = data.draw(st.integers(0, len(said) - 1))
    contacted, resolved, satisfied = said[number]
    worse = CONTENT[CONTENT.index(satisfied) :] if satisfied else ("",)
    said[number] = (contacted, resolved, data.draw(st.sampled_from(worse)))
    after = scoring.exact_score(facts_of(said), rule)
    assert before is not None
    assert after is not None
    assert after <= before


@given(answers, answers, some_weights())
def test_whatever_the_unreached_would_say_lies_within_the_bounds(
    said: list[tuple[bool, str, str]], unasked: list[tuple[bool, str, str]], rule: Weights
) -> None:
    asked = [one for one in unasked if one[1] and one[2]]
    low, high = scoring.against_and_for(facts_of(said), len(asked))
    found = [scoring.exact_rates(one, rule) for one in (low, facts_of(said + asked), high)]
    for name in scoring.RATES:
        least, real, most = (rates[name] for rates in found)
        if real is not None:
            assert least is not None
            assert most is not None
            assert least <= real <= most


def test_rising_factors_are_no_weights() -> None:
    usual = Weights(Decimal("0.1"), Decimal("0.5"), Decimal("0.4"), Decimal("0.9"))
    for wrong in ({"satisfied_factor": Decimal("0.8")}, {"no_factor": Decimal("0.1")}):
        with pytest.raises(ValueError, match="worse answer"):
            replace(usual, **wrong)
    replace(usual, no_factor=Decimal("0.1"), partly_factor=Decimal("0.1"))


def test_every_answer_that_can_be_stored_has_a_factor_on_both_scales() -> None:
    assert set(CONTENT) == set(Callback.Satisfied.values)
    own = {"satisfied": Decimal("0.8"), "dissatisfied": Decimal("0.2")}
    for scale in scales.OFFERED:
        found = scales.factors_of(scale, own)
        assert set(found) == {*CONTENT, "no"} - {"basic"}
    three = scales.factors_of("three", own)
    assert (three["very_satisfied"], three["very_dissatisfied"]) == (Decimal("0.8"), Decimal("0.2"))


# --- rules that are kept


def test_three_answers_are_kept_as_ever_and_five_come_back_whole(stage: Stage) -> None:
    policy = AssessmentPolicy.objects.get()
    usual = rules_of(policy)
    assert {"scale", "answer_factors"}.isdisjoint(usual.snapshot())
    assert Rules.from_snapshot(usual.snapshot()) == usual
    for name, value in five(partly_factor=Decimal("0.5")).items():
        setattr(policy, name, value)
    other = rules_of(policy)
    kept = json.loads(json.dumps(other.snapshot()))
    assert kept["scale"] == "five"
    assert kept["answer_factors"]["dissatisfied"] == "0.3"
    assert Rules.from_snapshot(kept) == other
    policy.scale, policy.answer_factors = "three", {"no": "0.2"}
    assert Rules.from_snapshot(rules_of(policy).snapshot()) == rules_of(policy)


def test_ready_made_policies_offer_three_answers() -> None:
    for given_ in (SHIPPED, *READY.values()):
        assert {"scale", "answer_factors"}.isdisjoint(given_)


def test_a_report_on_three_answers_has_no_word_of_five(stage: Stage) -> None:
    history(stage.people, 3, 30)
    text = json.dumps(reckon(periods.find(MARCH_2026), APRIL))
    for word in ("very_", "dissatisfied", "unsolved", "answer_factors", "scale"):
        assert word not in text


# --- from callbacks to a frozen period


def called(stage: Stage, satisfied: str, resolved: str = "yes") -> Callback:
    """Have a case handled by its town and its resident called back."""
    case, town = stage.case(), stage.who("town")
    advance(case.pk, "handle", actor=town, at=stage.at)
    advance(case.pk, "finish", actor=town, at=stage.at, result="已清理")
    who = stage.who("callback")
    said: dict[str, Any] = {"contacted": True, "resolved": resolved, "satisfied": satisfied}
    return record_callback(case.pk, actor=who, at=stage.at, outcome="reached", **said)


def test_five_answers_go_from_the_callback_to_the_frozen_month(stage: Stage) -> None:
    AssessmentPolicy.objects.update(**five())
    for answer, times in zip(CONTENT, (3, 2, 1, 1, 1), strict=True):
        for _time in range(times):
            called(stage, answer)
    span = periods.find(MARCH_2026)
    found = report(span, APRIL)
    town = next(row for row in found["by_town"] if row["code"] == TOWN)
    assert {name: town[name] for name in CONTENT} == {
        "very_satisfied": 3,
        "satisfied": 2,
        "basic": 1,
        "dissatisfied": 1,
        "very_dissatisfied": 1,
    }
    # (3 × 1 + 2 × 0.9 + 0.6 + 0.3 + 0.1) ÷ 8
    assert town["rates"]["satisfaction"] == 72.5
    working = working_of_town(span, TOWN)
    lines = working["parts"]["results"]["contributions"]
    whole = sum((Fraction(line["points"]) for line in lines), Fraction(0)) / len(lines)
    assert scoring.half_up(whole) == Decimal(str(town["score"])) == Decimal("89.00")
    assert working["policy"]["answer_factors"]["satisfied"] == "0.9"
    frozen = freeze(span, None, APRIL)
    AssessmentPolicy.objects.update(scale="three", answer_factors={}, basic_factor="0.1")
    assert rebuild(frozen) == frozen.figures
    assert working_of_town(span, TOWN)["score"] == 89.0


def test_a_department_is_measured_by_the_same_factors(stage: Stage) -> None:
    AssessmentPolicy.objects.update(**FIVE)
    history(stage.people, 4, 40)
    answered_in_five(5)
    span = periods.find(MARCH_2026)
    for row in report(span, APRIL)["by_department"]:
        results = working_of_department(span, row["code"])["parts"]["results"]
        counted = [Fraction(line["points"]) for line in results["contributions"] if not line["why"]]
        if counted:
            mean = sum(counted, Fraction(0)) / len(counted)
            assert scoring.half_up(mean) == Decimal(str(row["parts"]["results"]))


def test_answers_of_other_rules_keep_a_weight_and_are_told(stage: Stage) -> None:
    """A year scored by the rules of January holds the months after a change, and five answers with them."""
    history(stage.people, 4, 30)
    answered_in_five(6)
    span = periods.find(MARCH_2026)
    totals = reckon(span, APRIL)["totals"]
    assert totals["very_satisfied"]
    assert sum(totals[name] for name in CONTENT) == totals["valid_callbacks"]
    found = reckon(span, APRIL)["rates"]["satisfaction"]
    full = totals["very_satisfied"] + totals["satisfied"] + Fraction("0.9") * totals["basic"]
    assert Decimal(str(found)) == scoring.half_up(full * 100 / totals["valid_callbacks"])
    AssessmentPolicy.objects.update(**five())
    Callback.objects.filter(outcome="reached").update(satisfied="satisfied")
    assert reckon(span, APRIL)["rates"]["satisfaction"] == 90.0


def test_old_answers_can_be_tried_under_other_factors(stage: Stage) -> None:
    for answer in ("satisfied", "basic", "dissatisfied"):
        called(stage, answer)
    span = periods.find(MARCH_2026)
    base = rules_for(span)
    weights = replace(base.weights, satisfied_factor=Decimal("0.9"), basic_factor=Decimal("0.8"))
    tried = try_out(span, Proposal(rules=replace(base, weights=weights)), APRIL)
    AssessmentPolicy.objects.update(answer_factors={"satisfied": "0.9"}, basic_factor="0.8")
    now = {row["code"]: row["score"] for row in report(span, APRIL)["by_town"]}
    assert [row["rates"]["satisfaction"] for _then, row in tried.towns][:1] == [56.67]
    assert {row["code"]: row["score"] for _then, row in tried.towns} == now
    with pytest.raises(BadInput) as refused:
        proposed_rules(rules_for(span), {"basic_factor": Decimal("0.95")}, {})
    assert list(refused.value.fields) == ["basic_factor"]


def test_the_rules_of_a_version_are_tried_on_a_past_month(stage: Stage) -> None:
    for answer in ("satisfied", "basic", "dissatisfied"):
        called(stage, answer)
    write_version(stage.who("assessor"), rules(**five()), [], AT)
    client = signed_in(stage, "assessor")
    assert "what-if/?version=2027%20rules" in client.get(PAGE).content.decode()
    page = "/what-if/?version=2027%20rules"
    form = client.get(page).context["form"]
    assert form["version"].value() == "2027 rules"
    typed = {bound.name: bound.value() for bound in form if bound.value() not in (None, "")}
    tried = client.post(page, typed | {"period": MARCH_2026}).context["trial"]
    then, now = tried.towns[0]
    # 10/50/40 with 0.9 then; 10/45/45 with 0.9, 0.6 and 0.3 in the version
    assert (then["score"], now["score"]) == (85.33, 82.0)
    unknown = client.post(page, typed | {"period": MARCH_2026, "version": "none"})
    assert unknown.context["form"].errors["version"]
    with pytest.raises(CommandError):
        call_command("whatif", MARCH_2026, policy="none")
    out = StringIO()
    call_command("whatif", MARCH_2026, policy="2027 rules", json=True, stdout=out)
    assert json.loads(out.getvalue())["towns"][0]["score"] == [85.33, 82.0]


# --- where the answers are read


def test_the_month_page_the_workbook_and_the_paper_show_five_where_five_are_asked(
    stage: Stage,
) -> None:
    history(stage.people, 4, 30)
    client = signed_in(stage, "leader")
    page = f"/month/{MARCH_2026}/"
    html = client.get(f"{page}?tab=towns").content.decode()
    assert "Very satisfied" not in html
    answered_in_five(4)
    AssessmentPolicy.objects.update(**five())
    PeriodFigures.objects.all().delete()
    html = unescape(client.get(f"{page}?tab=towns").content.decode())
    for head in ("Very satisfied", "Satisfied", "Basically", "Dissatisfied", "Very dissatisfied"):
        assert f">{head}</th>" in html
    assert "satisfied=very_dissatisfied" in html
    html = unescape(client.get(page).content.decode())
    assert "0.9 × <a" in html
    assert "</a>) / <a" in html, "what is divided stands in brackets"
    found = report(periods.find(MARCH_2026), APRIL)
    assert (
        "“非常满意”按1计，“满意”按0.9计，“基本满意”按0.6计，“不满意”按0.3计" in Told(found).rules()
    )
    assert b"xl/worksheets" in workbook_of(found)


def test_each_number_of_a_department_opens_its_orders(stage: Stage) -> None:
    AssessmentPolicy.objects.update(**FIVE)
    history(stage.people, 4, 100)
    answered_in_five(4)
    span, leader = periods.find(MARCH_2026), stage.who("leader")
    found = report(span, APRIL)["by_department"]
    for what in ("very_satisfied", "dissatisfied", "very_dissatisfied", "unsolved"):
        counts = {
            row["code"]: orders_behind(span, leader, unit=row["code"], what=what).count()
            for row in found
        }
        assert counts == {row["code"]: row[what] for row in found}
        assert any(counts.values())
    url = f"/month/{MARCH_2026}/orders/?what=very_dissatisfied"
    assert signed_in(stage, "leader").get(url).status_code == 200


# --- what is offered


@pytest.mark.parametrize("day", [1, 19])
@pytest.mark.parametrize("hour", [0, 12])
def test_the_answers_offered_are_those_the_month_is_scored_by(
    stage: Stage, day: int, hour: int
) -> None:
    AssessmentPolicy.objects.update(month_first_day=day, day_first_hour=hour)
    base = AssessmentPolicy.objects.get()
    for begins, scale in ((date(2026, 3, 1), "five"), (date(2026, 5, 9), "three")):
        base.pk, base.name, base.valid_from, base.scale = None, f"{begins}", begins, scale
        base.save(force_insert=True)
    dice = random.Random(day)
    moments = [MARCH - timedelta(minutes=dice.randint(-200_000, 200_000)) for _n in range(60)]
    found = answers_offered(moments)
    expected = [scales.OFFERED[rules_for(periods.running_month(at)).scale] for at in moments]
    assert found == expected
    assert len(set(found)) == 2


def test_without_any_policy_three_answers_are_offered(stage: Stage) -> None:
    AssessmentPolicy.objects.all().delete()
    assert answers_offered([MARCH]) == [("satisfied", "basic", "dissatisfied")]


# --- policies


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"answer_factors": {"very_satisfied": "1"}}, "factor_very_satisfied"),
        (five(answer_factors={"satisfied": "1.1"}), "factor_satisfied"),
        (five(answer_factors={"satisfied": "0.1234"}), "factor_satisfied"),
        (five(answer_factors={"satisfied": "NaN"}), "factor_satisfied"),
        (five(answer_factors={"satisfied": "0.5"}), "basic_factor"),
        (five(answer_factors={"dissatisfied": "0.7"}), "factor_dissatisfied"),
        (five(answer_factors={"very_dissatisfied": "0.1"}), "factor_very_dissatisfied"),
        ({"answer_factors": {"no": "0.6"}}, "factor_no"),
        ({"answer_factors": {"delighted": "1"}}, "factor_delighted"),
        ({"scale": "seven"}, "scale"),
    ],
)
def test_factors_that_do_not_fit_are_refused_beside_their_field(
    stage: Stage, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        write_version(stage.who("assessor"), rules(**changed), [], AT)
    assert list(refused.value.fields) == [field]
    assert not AssessmentPolicy.objects.filter(name="2027 rules").exists()


def test_a_version_with_five_answers_is_written_on_the_page(stage: Stage) -> None:
    client = signed_in(stage, "assessor")
    typed = form_of(
        client,
        name="five",
        valid_from="2099-01-01",
        scale="five",
        factor_satisfied="0.9",
        basic_factor="0.6",
        factor_very_satisfied="1",
        factor_very_dissatisfied="0",
    )
    rising = client.post(f"{PAGE}new/", typed | {"factor_dissatisfied": "0.7"})
    html = unescape(rising.content.decode())
    assert "A worse answer cannot count more than a better one." in html
    assert 'value="0.7"' in html
    lacking = client.post(f"{PAGE}new/", typed | {"factor_very_satisfied": ""})
    assert "factor_very_satisfied" in lacking.context["form"].errors
    assert client.post(f"{PAGE}new/", typed).status_code == 302
    policy = AssessmentPolicy.objects.get(name="five")
    assert (policy.scale, policy.answer_factors) == ("five", {"satisfied": "0.9"})
    html = unescape(signed_in(stage, "leader").get(PAGE).content.decode())
    assert "factor of “very satisfied”" in html
    assert "very satisfied, satisfied, basically satisfied" in html
    answer = client.get("/api/v1/assessment/policies/").json()["results"][0]
    assert answer["scale"] == "five"
    assert answer["answer_factors"]["very_satisfied"] == "1"


@pytest.mark.parametrize("typed", ["", "1.5", "-0.1", "much", "0.12345"])
def test_a_factor_that_is_none_is_refused_beside_it_and_nothing_typed_is_lost(
    stage: Stage, typed: str
) -> None:
    client = signed_in(stage, "assessor")
    form = form_of(client, name="next", valid_from="2099-01-01", basic_factor=typed)
    page = client.post(f"{PAGE}new/", form)
    assert list(page.context["form"].errors) == ["basic_factor"]
    assert 'value="2099-01-01"' in page.content.decode()


def test_with_three_answers_the_outer_two_are_not_asked_for(stage: Stage) -> None:
    client = signed_in(stage, "assessor")
    typed = form_of(client, name="next", valid_from="2099-01-01", factor_very_satisfied="0.3")
    assert client.post(f"{PAGE}new/", typed).status_code == 302
    assert AssessmentPolicy.objects.get(name="next").answer_factors == {}
