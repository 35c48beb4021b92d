"""The unit that a report of wrongdoing complains of neither sees nor handles it, nor hears of it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Notice, Unit, User
from accounts.refusals import BadInput
from accounts.services.notices import Draft, tell_units
from cases.filters import CaseFilters
from cases.models import Attachment, Case, Clock
from cases.privacy import may_reveal, shown_phone
from cases.queries import lines
from cases.services.steps import advance, steps_for
from grids.places import Place
from tests.cast import OTHER_TOWN, TOWN, Stage

SignIn = Callable[[str], Client]

OTHER_PLACE = Place("110112012001001", 116.655, 39.905, "杨庄北里5号楼")
ACCUSED = [("town", TOWN), ("community", "110112013001"), ("supervisor", "CENTRE")]


def report(stage: Stage, accused: str, **given: object) -> Case:
    return stage.case(kind="report", accused=accused, text="街道干部吃拿卡要", **given)


@pytest.mark.parametrize(("name", "accused"), ACCUSED)
def test_the_people_of_the_unit_do_not_see_a_report_of_it(
    stage: Stage, name: str, accused: str
) -> None:
    case = report(stage, accused)
    other = report(stage, OTHER_TOWN)
    seen = Case.objects.visible_to(stage.who(name))
    assert list(seen) == [other]
    hidden = list(Case.objects.hidden_from(stage.who(name)))
    assert hidden == [case]


def test_others_of_the_place_and_the_district_see_it(stage: Stage) -> None:
    case = report(stage, TOWN)
    for name in ("operator", "callback", "supervisor", "leader", "assessor", "community"):
        assert case in Case.objects.visible_to(stage.who(name)), name


def test_a_plain_complaint_stays_with_the_unit_complained_of(stage: Stage) -> None:
    case = stage.case(accused=TOWN)
    assert case in Case.objects.visible_to(stage.who("town"))
    assert Clock.objects.running().filter(case=case, unit__code=TOWN).exists()


def test_a_post_in_the_unit_does_not_help_a_district_wide_role_elsewhere_does(stage: Stage) -> None:
    case = report(stage, TOWN)
    town = stage.who("town")
    Membership.objects.create(user=town, unit=Unit.objects.get(code=TOWN), role="supervisor")
    assert case not in Case.objects.visible_to(stage.who("town"))
    Membership.objects.create(user=town, unit=Unit.objects.get(code="HOTLINE"), role="operator")
    assert case in Case.objects.visible_to(stage.who("town"))
    assert not may_reveal(case, stage.who("town")), "the caller is kept by the post elsewhere only"
    assert shown_phone(case, stage.who("town")) == ""
    assert "hold" not in steps_for(case, stage.who("town"))


def test_a_post_of_another_unit_over_the_place_still_shows_it(stage: Stage) -> None:
    case = report(stage, TOWN)
    community = Unit.objects.get(code="110112013001")
    Membership.objects.create(user=stage.who("town"), unit=community, role="community")
    assert case in Case.objects.visible_to(stage.who("town"))


def test_the_reporter_of_the_unit_does_not_follow_it(stage: Stage) -> None:
    case = stage.case(by="gridworker", kind="report")
    advance(
        case.pk,
        "correct",
        actor=stage.who("operator"),
        at=stage.at,
        accused="110112013001",
        reason="举报社区",
    )
    assert case not in Case.objects.visible_to(stage.who("gridworker"))


def test_nobody_takes_down_a_report_about_the_own_unit(stage: Stage) -> None:
    with pytest.raises(BadInput, match=r"own unit|所在的单位"):
        stage.case(by="community", kind="report", accused="110112013001")
    case = stage.case(by="community", kind="complaint", accused="110112013001")
    assert case.accused is not None


def test_only_complaints_and_reports_name_a_unit(stage: Stage) -> None:
    with pytest.raises(BadInput):
        stage.case(kind="help", accused=TOWN)
    with pytest.raises(BadInput):
        stage.case(accused="NOWHERE")


def test_its_clocks_are_the_centres_and_nobody_of_the_town_is_told(stage: Stage) -> None:
    case = report(stage, TOWN)
    owners = set(Clock.objects.running().filter(case=case).values_list("unit__code", flat=True))
    assert owners == {"CENTRE"}
    told = Notice.objects.filter(case_number=case.number)
    assert {notice.recipient.username for notice in told} == {"supervisor"}


def test_a_correction_takes_the_case_from_the_town_and_back(stage: Stage) -> None:
    case = stage.case()
    centre = {"actor": stage.who("supervisor"), "at": stage.at, "reason": "核实诉求"}
    advance(case.pk, "correct", kind="report", accused=TOWN, **centre)
    assert case not in Case.objects.visible_to(stage.who("town"))
    running = Clock.objects.running().filter(case=case)
    assert set(running.values_list("unit__code", flat=True)) == {"CENTRE"}
    advance(case.pk, "correct", accused="-", **centre)
    assert set(running.all().values_list("unit__code", flat=True)) == {TOWN}
    assert case in Case.objects.visible_to(stage.who("town"))


def test_whoever_writes_notices_the_unit_is_not_told(stage: Stage) -> None:
    case = report(stage, TOWN)
    Notice.objects.all().delete()
    town = Unit.objects.get(code=TOWN)
    number = case.number
    tell_units([Draft("case_received", town.pk, "any", number)], stage.at)
    assert [n.recipient.username for n in Notice.objects.all()] == ["supervisor"]
    tell_units([Draft("case_received", town.pk, "plain", stage.case().number)], stage.at)
    assert "town" in {n.recipient.username for n in Notice.objects.all()}


def test_where_the_centre_is_complained_of_leaders_elsewhere_are_told(stage: Stage) -> None:
    district = Unit.objects.create(code="110112", name="通州区", kind="district")
    leader = User.objects.create(username="governor")
    Membership.objects.create(user=leader, unit=district, role="leader")
    case = report(stage, "CENTRE")
    Notice.objects.all().delete()
    centre = Unit.objects.get(code="CENTRE")
    tell_units([Draft("case_received", centre.pk, "any", case.number)], stage.at)
    assert [n.recipient.username for n in Notice.objects.all()] == ["governor"]


def test_lists_counts_photos_and_searches_leave_it_out(stage: Stage) -> None:
    case = report(stage, TOWN)
    photo = Attachment.objects.create(
        case=case, step="receive", token="0" * 32, file="x.jpg", at=stage.at
    )
    town = stage.who("town")
    rows = Case.objects.visible_to(town)
    filters = CaseFilters({"q": "吃拿卡要"}, reader=town, at=stage.at, queryset=rows)
    assert not filters.found().exists()
    assert lines(rows.for_list(), town) == []
    assert photo not in Attachment.objects.visible_to(town)


PATHS = [
    lambda number: reverse("cases:detail", args=[number]),
    lambda number: reverse("cases:alike", args=[number]),
    lambda number: reverse("dispatch:orders", args=[number]),
    lambda number: reverse("dispatch:documents_of", args=[number]),
    lambda number: reverse("dispatch:blow", args=[number]),
    lambda number: reverse("cases:step", args=[number, "handle"]),
    lambda number: f"/api/v1/cases/{number}/",
    lambda number: f"/api/v1/cases/{number}/events/",
    lambda number: f"/api/v1/cases/{number}/clocks/",
    lambda number: f"/api/v1/cases/{number}/attachments/",
    lambda number: f"/api/v1/cases/{number}/duplicates/",
]


def test_every_page_and_call_of_the_case_answers_404_to_the_unit(
    stage: Stage, client: Client
) -> None:
    case = report(stage, TOWN)
    client.force_login(stage.people["town"])
    for path in PATHS:
        assert client.get(path(case.number)).status_code == 404, path(case.number)
    reveal = reverse("cases:reveal", args=[case.number])
    assert client.post(reveal, {"purpose": "Other duty"}).status_code == 404
    for listed in ("/api/v1/cases/", reverse("cases:list"), reverse("cases:town_desk")):
        assert case.number not in client.get(listed).content.decode()


def test_the_hotline_names_the_unit_on_the_form_and_the_api(stage: Stage, client: Client) -> None:
    client.force_login(stage.people["operator"])
    page = client.get(reverse("cases:intake")).content.decode()
    assert 'name="accused"' in page
    answer = client.post(
        "/api/v1/cases/",
        {
            "channel": "hotline",
            "kind": "report",
            "category": "0306",
            "text": "举报",
            "area": "110112013001",
            "accused": TOWN,
        },
        content_type="application/json",
    )
    assert answer.status_code == 201, answer.content
    number = answer.json()["number"]
    assert client.get(f"/api/v1/cases/{number}/").json()["accused"] == TOWN


def test_of_two_posts_the_one_not_complained_of_counts(stage: Stage) -> None:
    town = stage.who("town")
    Membership.objects.create(user=town, unit=Unit.objects.get(code="HOTLINE"), role="operator")
    of_the_town, of_the_hotline = (
        report(stage, TOWN, by="supervisor"),
        report(stage, "HOTLINE", by="supervisor"),
    )
    elsewhere = stage.case(by="supervisor", kind="report", accused="HOTLINE", place=OTHER_PLACE)
    plain = stage.case(place=OTHER_PLACE)
    seen = set(Case.objects.visible_to(stage.who("town")))
    assert seen == {of_the_town, of_the_hotline, plain}
    assert list(Case.objects.hidden_from(stage.who("town"))) == [elsewhere]
