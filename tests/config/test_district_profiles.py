"""District profiles are data: read whole or refused, previewed as picked, and the past keeps its rules."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import District, DistrictChange
from accounts.refusals import BadInput
from assessment.models import AssessmentPolicy
from assessment.services.policies import ensure_default_policy
from cases.models import AdjustmentPolicy, Clock, Ladder, TimeLimit, WorkHours
from cases.services.limits import Facts, rules_for
from cases.services.policies import import_adjustments, import_ladders
from cases.services.reference import import_limits
from cases.services.working_hours import import_hours
from config.profiles.parts import PARTS
from config.profiles.picking import earliest_begin, pick, preview
from config.profiles.reading import read_profile, shipped_profile
from config.profiles.shape import ProfileRefused
from config.profiles.shipped import CODES, text_of
from config.profiles.writing import write_profile
from dispatch.models import WhistleKind, WhistleLevel, WhistleRight
from tests.api.calls import caller
from tests.cast import NOON, ROOT, Stage

TABLES = (
    TimeLimit,
    AdjustmentPolicy,
    Ladder,
    WorkHours,
    WhistleLevel,
    WhistleKind,
    WhistleRight,
    AssessmentPolicy,
)


@pytest.fixture
def lived(stage: Stage) -> Stage:
    """Return the cast's district with every shipped table and one case whose clocks run."""
    load_shipped_tables()
    stage.case()
    return stage


def load_shipped_tables() -> None:
    import_hours(ROOT / "cases/data/work_hours.csv")
    import_limits(ROOT / "cases/data/time_limits.csv")
    import_adjustments(ROOT / "cases/data/adjustment_policies.csv")
    import_ladders(ROOT / "cases/data/ladders.json")
    ensure_default_policy()


def empty() -> None:
    for table in (WhistleRight, *TABLES):
        table.objects.all().delete()


def stored(*, without: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Return every row of the tables a profile holds, keys of rows left out."""
    found = {}
    for table in TABLES:
        names = [
            field.attname
            for field in table._meta.concrete_fields
            if (not field.primary_key or field.attname == "code") and field.attname not in without
        ]
        rows = [tuple(map(repr, row)) for row in table.objects.values_list(*names)]
        found[table.__name__] = sorted(rows)
    return found


def own_profile(**parts: Any) -> Any:
    given = {"format": 1, "base": "shipped", "code": "own", "name": "试点区"}
    return read_profile(json.dumps(given | parts, ensure_ascii=False))


@pytest.mark.parametrize("code", CODES)
def test_every_shipped_profile_is_whole_and_every_row_names_its_source(db: None, code: str) -> None:
    profile = shipped_profile(code)
    assert profile.code == code
    assert profile.name
    assert profile.slogan
    assert profile.description
    rows = [row for part in PARTS for row in profile.rows[part.name]]
    assert all(row["source"] for row in (*rows, profile.assessment, *profile.lists))
    stated = json.loads(text_of(code)).get("rights", [])
    assert all(row["source"] for row in stated)


@pytest.mark.parametrize("code", CODES)
def test_it_applies_to_an_empty_district_and_twice_changes_nothing(db: None, code: str) -> None:
    empty()
    assert pick(shipped_profile(code), actor=None, at=NOON)
    first = stored()
    assert first["TimeLimit"]
    assert first["WhistleRight"]
    assert first["Ladder"]
    assert pick(shipped_profile(code), actor=None, at=NOON) == []
    assert stored() == first
    assert DistrictChange.objects.count() == 1


def test_tongzhou_is_what_the_product_ships(db: None) -> None:
    """Picked in a district that has only the shipped tables, it changes no row of them; picked in
    an empty one, it writes the very same rows."""
    empty()
    load_shipped_tables()
    dated = [table.__name__ for table in (TimeLimit, AdjustmentPolicy, Ladder, WorkHours)]
    by_import = {name: rows for name, rows in stored().items() if name in dated}
    empty()
    pick(shipped_profile("tongzhou"), actor=None, at=NOON)
    by_profile = stored()
    assert {name: by_profile[name] for name in dated} == by_import


@pytest.mark.parametrize("code", [code for code in CODES if code != "tongzhou"])
def test_in_a_lived_district_running_clocks_keep_their_rule(lived: Stage, code: str) -> None:
    before = list(Clock.objects.order_by("pk").values_list("policy", "due_at", "ladder"))
    pick(shipped_profile(code), actor=None, at=NOON)
    assert list(Clock.objects.order_by("pk").values_list("policy", "due_at", "ladder")) == before
    assert pick(shipped_profile(code), actor=None, at=NOON) == []


def test_what_was_previewed_is_what_is_done(lived: Stage) -> None:
    begins = date(2026, 3, 9)
    profile = shipped_profile("nanchang")
    seen = preview(profile, begins)
    assert pick(profile, actor=None, at=NOON, begins=begins) == seen
    assert preview(profile, begins) == []
    assert DistrictChange.objects.get().changes == [change.kept() for change in seen]


def test_old_limits_end_the_day_before_and_new_ones_begin(lived: Stage) -> None:
    """A rule in force is never overwritten: what began before the day is judged as before."""
    limit = {"clock": "finish", "amount": "3", "unit": "workday", "source": "试点区规程"}
    profile = own_profile(limits=[limit])
    begins = timezone.localtime(NOON).date() + timedelta(days=5)
    pick(profile, actor=lived.who("admin"), at=NOON, begins=begins)
    general = TimeLimit.objects.filter(
        clock="finish", whistle_kind="", urgency="", case_kind="", category="", redo=False
    ).exclude(condition__gt="")
    old, new = general.order_by("valid_from")
    assert (old.amount, old.valid_to) == (5, begins - timedelta(days=1))
    assert (new.amount, new.valid_from, new.valid_to) == (3, begins, None)
    facts = Facts("normal", "complaint", "0306")
    on_the_eve, on_the_day = (
        rules_for(["finish"], facts, NOON + timedelta(days=days))["finish"].amount
        for days in (4, 5)
    )
    assert (on_the_eve, on_the_day) == (5, 3)


def test_of_rules_without_an_end_the_latest_is_the_one_in_force(lived: Stage) -> None:
    """A row without an end may simply be followed by a later one: that one is compared and ended."""
    limits = TimeLimit.objects.filter(clock="rule", condition="")
    later = limits.get()
    later.pk, later.amount, later.valid_from = None, 2, date(2024, 1, 1)
    later.save()
    limit = {"clock": "rule", "unit": "workday", "source": later.source}
    pick(own_profile(limits=[limit | {"amount": "2"}]), actor=None, at=NOON)
    assert limits.filter(valid_to=None).count() == 2  # nothing to change
    begins = date(2026, 3, 9)
    pick(own_profile(limits=[limit | {"amount": "1"}]), actor=None, at=NOON, begins=begins)
    facts = Facts("normal", "complaint", "0306")
    amounts = [rules_for(["rule"], facts, NOON + timedelta(days=n))["rule"].amount for n in (4, 5)]
    assert amounts == [2, 1]
    assert limits.filter(valid_to=None).count() == 1


def test_going_back_at_once_leaves_no_trace_in_the_rules(lived: Stage) -> None:
    pick(shipped_profile("tongzhou"), actor=None, at=NOON)
    before = stored()
    pick(shipped_profile("nanchang"), actor=None, at=NOON)
    assert stored() != before
    pick(shipped_profile("tongzhou"), actor=None, at=NOON)
    assert stored() == before


def test_where_clocks_run_no_rule_of_today_is_written_over(lived: Stage) -> None:
    assert earliest_begin(NOON) == date(2026, 3, 5)
    with pytest.raises(BadInput, match="2026-03-05"):
        pick(shipped_profile("wuda"), actor=None, at=NOON, begins=date(2026, 3, 4))
    assert not DistrictChange.objects.exists()


def test_weights_are_a_new_policy_from_a_day_on(lived: Stage) -> None:
    weights = {"name": "30/35/35", "response_weight": "0.3", "resolution_weight": "0.35"}
    weights |= {"satisfaction_weight": "0.35", "source": "准格尔旗"}
    pick(own_profile(assessment=weights), actor=None, at=NOON, begins=date(2026, 4, 1))
    new = AssessmentPolicy.objects.get(name="30/35/35")
    assert (new.valid_from, AssessmentPolicy.objects.count()) == (date(2026, 4, 1), 2)


def test_a_district_with_five_answers_says_so_in_its_profile(lived: Stage) -> None:
    day = date(2026, 4, 1)
    own = {"scale": "five", "basic_factor": "0.6", "answer_factors": {"satisfied": "0.9"}}
    profile = own_profile(assessment=own)
    [change] = [one for one in preview(profile, day) if one.part == "assessment"]
    assert "非常满意 × 1, 满意 × 0.9, 基本满意 × 0.6, 不满意 × 0" in change.after
    pick(profile, actor=None, at=NOON, begins=day)
    policy = AssessmentPolicy.objects.get(valid_from=day)
    assert (policy.scale, policy.answer_factors) == ("five", {"satisfied": "0.9"})
    assert preview(read_profile(write_profile(day)), day) == []


BAD: list[tuple[dict[str, Any], str, str]] = [
    (
        {"limits": [{"clock": "finish", "amount": "3", "unit": "workday", "source": "x"}, {}]},
        "limits[2]",
        "",
    ),
    (
        {"limits": [{"clock": "finish", "amount": "-1", "unit": "workday", "source": "x"}]},
        "limits[1]",
        "",
    ),
    (
        {"limits": [{"clock": "nap", "amount": "1", "unit": "workday", "source": "x"}]},
        "limits[1]",
        "nap",
    ),
    ({"limits": [{"clock": "finish", "amount": "1", "unit": "workday"}]}, "limits[1]", "source"),
    (
        {"ladders": [{"name": "x", "rungs": [{"form": "song"}], "source": "x"}]},
        "ladders[1]",
        "song",
    ),
    (
        {"levels": [{"code": "grid", "name": "x", "summons": ["army"], "source": "x"}]},
        "levels[1]",
        "",
    ),
    ({"kinds": [{"code": "nap", "name": "x", "source": "x"}]}, "kinds[1]", "nap"),
    ({"rights": [{"power": "blow", "level": "grid", "roles": ["king"]}]}, "rights[1]", ""),
    (
        {"rights": [{"power": "blow", "level": "grid", "roles": ["gridhead"]}]},
        "rights",
        "community",
    ),
    ({"assessment": {"response_weight": "0.9"}}, "assessment", ""),
    ({"assessment": {"marks_weight": "0.2", "results_weight": "0.5"}}, "assessment", "三分之一"),
    ({"assessment": {"answer_factors": {"very_satisfied": "1"}}}, "assessment", "very_satisfied"),
    ({"assessment": {"answer_factors": {"dissatisfied": "0.95"}}}, "assessment", "dissatisfied"),
    ({"terms": {"weather": "晴"}}, "terms", "hotline"),
    ({"lists": [{"name": "权责清单"}]}, "lists[1]", ""),
    (
        {
            "hours": [
                {"code": "office", "name": "x", "periods": [["18:00", "08:00"]], "source": "x"}
            ]
        },
        "hours[1]",
        "",
    ),
    ({"songs": []}, "file", "songs"),
]


@pytest.mark.parametrize(("parts", "place", "word"), BAD)
def test_a_bad_file_is_refused_whole_with_the_place_of_the_error(
    db: None, parts: dict[str, Any], place: str, word: str
) -> None:
    with pytest.raises(ProfileRefused) as refusal:
        own_profile(**parts)
    places = [str(problem) for problem in refusal.value.problems]
    assert any(text.startswith(f"{place}:") and word in text for text in places), places


def test_all_that_is_wrong_is_told_at_once(db: None) -> None:
    with pytest.raises(ProfileRefused) as refusal:
        own_profile(limits=[{}, {"clock": "nap"}], terms={"weather": "晴"})
    assert {problem.part for problem in refusal.value.problems} == {"limits", "terms"}
    for text in ("", "[]", "{", '{"format": 2}'):
        with pytest.raises(ProfileRefused):
            read_profile(text)


def test_the_settings_in_force_can_be_exported_and_picked_again(lived: Stage) -> None:
    pick(shipped_profile("jiangyuan"), actor=None, at=NOON)
    day = date(2026, 3, 6)
    text = write_profile(day)
    again = read_profile(text)
    pick(shipped_profile("wuda"), actor=None, at=NOON, begins=day)
    pick(again, actor=None, at=NOON, begins=day)
    assert WhistleLevel.objects.get(code="grid").matter == "微事"
    assert write_profile(day) == text
    assert preview(shipped_profile("jiangyuan"), day) == []


def test_only_an_administrator_picks(lived: Stage) -> None:
    for name in ("supervisor", "leader", "town"):
        with pytest.raises(PermissionDenied):
            pick(shipped_profile("wuda"), actor=lived.who(name), at=NOON)
        client = Client()
        client.force_login(lived.who(name))
        for path in ("", "wuda/", "export/"):
            assert client.get(f"/district/{path}").status_code == 403
        for path in ("wuda/", "import/", "words/"):
            assert client.post(f"/district/{path}", {"pick": "1"}).status_code == 403
    assert not DistrictChange.objects.exists()


def test_the_command_lists_shows_applies_and_exports(
    lived: Stage, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("profile")
    assert "nanchang" in capsys.readouterr().out
    call_command("profile", "--show", "nanchang")
    shown = capsys.readouterr().out
    assert not DistrictChange.objects.exists()
    call_command("profile", "--apply", "nanchang")
    assert capsys.readouterr().out == shown
    assert District.objects.get().profile == "nanchang"
    call_command("profile", "--export", tmp_path / "own.json")
    assert read_profile((tmp_path / "own.json").read_text(encoding="utf-8")).terms["docket"]


def test_the_api_shows_previews_and_picks_for_administrators_alone(lived: Stage) -> None:
    def call(who: str, method: str, path: str, **body: Any) -> Any:
        return getattr(caller(lived, who), method)(f"/api/v1/district/{path}", body)

    shown = call("operator", "get", "").json()
    assert [profile["code"] for profile in shown["profiles"]] == list(CODES)
    assert call("supervisor", "get", "profiles/nanchang/").status_code == 403
    assert call("supervisor", "post", "pick/", profile="nanchang").status_code == 403
    assert call("admin", "get", "profiles/atlantis/").status_code == 404
    assert call("admin", "get", "profiles/nanchang/", begins="soon").status_code == 400
    assert call("admin", "post", "pick/", profile="atlantis").status_code == 400
    assert (
        call("admin", "post", "pick/", profile="nanchang", begins="2026-01-01").status_code == 400
    )
    planned = call("admin", "get", "profiles/nanchang/").json()
    assert not DistrictChange.objects.exists()
    picked = call("admin", "post", "pick/", profile="nanchang")
    assert (picked.status_code, picked.json()) == (200, planned)
    assert call("operator", "get", "").json()["profile"] == "nanchang"


# --- the page


@pytest.fixture
def page(lived: Stage) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(lived.who("admin"))
    client.cookies["django_language"] = "en"
    return client


def test_the_page_shows_five_profiles_and_picks_one_after_a_preview(page: Client) -> None:
    body = page.get("/district/").content.decode()
    assert all(shipped_profile(code).name in body for code in CODES)
    shown = page.get("/district/nanchang/").content.decode()
    assert "村社哨" in shown
    assert "提醒函—交办单—督办单" in shown
    begins = f"{timezone.localdate() + timedelta(days=3):%F}"
    assert page.post("/district/nanchang/", {"begins": begins}).status_code == 200
    assert not DistrictChange.objects.exists()
    answer = page.post("/district/nanchang/", {"begins": begins, "pick": "1"})
    assert (answer.status_code, answer["Location"]) == (302, "/district/")
    body = page.get("/district/").content.decode()
    assert "村社吹哨、部门报到，事不完、人不走" in body
    change = DistrictChange.objects.get()
    assert (change.by.username, f"{change.begins:%F}") == ("admin", begins)  # type: ignore[union-attr]  # picked on the page
    too_soon = page.post("/district/wuda/", {"begins": "2026-01-01", "pick": "1"})
    assert too_soon.status_code == 400
    assert page.get("/district/atlantis/").status_code == 404


def test_a_file_of_ones_own_is_taken_over_in_two_steps(page: Client, tmp_path: Any) -> None:
    file = tmp_path / "own.json"
    file.write_text(page.get("/district/export/").content.decode().replace("村", "屯"), "utf-8")
    text = json.loads(file.read_text("utf-8"))
    text["levels"][0]["name"] = "屯哨"
    file.write_text(json.dumps(text, ensure_ascii=False), "utf-8")
    with file.open("rb") as handle:
        shown = page.post("/district/import/", {"file": handle})
    assert shown.status_code == 200
    assert "屯哨" in shown.content.decode()
    carried = shown.context["form"]["text"].value()
    begins = f"{timezone.localdate() + timedelta(days=1):%F}"
    page.post("/district/own/", {"begins": begins, "text": carried, "pick": "1"})
    assert WhistleLevel.objects.filter(name="屯哨").exists()
    file.write_text('{"format": 1, "limits": 3}', "utf-8")
    with file.open("rb") as handle:
        refused = page.post("/district/import/", {"file": handle})
    assert refused.status_code == 400
    assert "limits" in refused.content.decode()


def test_the_district_is_called_by_its_own_name_on_every_page(page: Client) -> None:
    page.post("/district/words/", {"name": "高新区", "hotline": "8890"})
    assert District.objects.get().terms == {"hotline": "8890"}
    body = page.get("/district/").content.decode()
    assert '<span class="brand-district">高新区</span>' in body
    assert DistrictChange.objects.get().changes[0]["after"] == "高新区"


def test_the_page_asks_few_questions(page: Client, django_assert_max_num_queries: Any) -> None:
    page.get("/district/")
    with django_assert_max_num_queries(12):
        page.get("/district/")
    with django_assert_max_num_queries(20):
        page.get("/district/nanchang/")
