"""Reports in the browser and by the API: who makes, who reads, how far a job is, what it costs."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Unit
from assessment import periods
from assessment.models import Job, ReportPlan
from assessment.services import jobs, work
from assessment.services.plans import ensure_plans
from dispatch.models import Paper
from dispatch.sheets import AreaMap, Chart, Series
from dispatch.sheets.papers import Words, sheet_of
from tests.cast import TOWN, Stage

Form = Paper.Form
READERS = ("leader", "assessor", "supervisor", "admin")
API = "/api/v1/assessment/reports/"


def signed_in(stage: Stage, name: str) -> Client:
    client = Client()
    client.force_login(stage.who(name))
    client.cookies["django_language"] = "en"
    return client


def paper(
    number: int, *, form: str = Form.MONTH, at: datetime | None = None, **given: Any
) -> Paper:
    """Keep a paper with a chart and a map."""
    at = at or timezone.now()
    chart = Chart("bar", "图1 得分", ("潞邑街道",), (Series("得分", (98.2,)),), "分", 2, 0)
    shown = AreaMap("街道（镇）得分分布", "分", ((TOWN, 98.2),), 0)
    words = Words("2026年3月工作专报", "各部门", ("全区共受理诉求7件。",), (), (), (chart,), shown)
    sheet = sheet_of(form, words, number=f"区专报〔2026〕{number}号", issuer="中心", at=at)
    fields = {"year": 2026, "seq": number, "number": sheet.number, "title": words.title}
    return Paper.objects.create(
        form=form, issued_at=at, sheet=sheet.as_json(), **(fields | {"period": "2026-03"} | given)
    )


def last_month() -> str:
    before, _after = periods.neighbours(periods.running_month(timezone.now()))
    assert before is not None
    return before.name


@pytest.mark.parametrize("who", READERS)
def test_a_reader_of_figures_asks_for_a_bulletin_and_follows_it(stage: Stage, who: str) -> None:
    client = signed_in(stage, who)
    assert client.get("/reports/new/").status_code == 200
    answer = client.post("/reports/new/", {"form": "month", "period": last_month(), "to_all": "on"})
    job = Job.objects.get()
    assert answer["Location"] == f"/reports/jobs/{job.pk}/"
    page = client.get(answer["Location"]).content.decode()
    assert "Waits for a worker" in page
    seen = page.split("?seen=")[1].split('"')[0]
    address = f"/reports/jobs/{job.pk}/progress/?seen="
    assert client.get(address + seen).status_code == 204
    work.run_jobs(timezone.now())
    done = client.get(address + seen).content.decode()
    number = Paper.objects.get(form=Form.MONTH).number
    assert number in done
    assert "hx-get" not in done
    assert number in client.get("/reports/").content.decode()


def test_others_neither_make_nor_follow_nor_plan(stage: Stage) -> None:
    job = jobs.ask(Job.Kind.REPORT, "x", {"title": "x"}, stage.who("leader"), stage.at)
    for who in ("town", "department", "operator", "callback", "community", "gridworker"):
        client = signed_in(stage, who)
        for address in ("/reports/new/", "/reports/plans/"):
            assert client.get(address).status_code == 403, (who, address)
        assert client.post("/reports/new/", {"form": "month"}).status_code == 403
        assert client.post("/reports/freeze/", {"period": "2026-01"}).status_code == 403
        assert client.get(f"/reports/jobs/{job.pk}/").status_code == 404
        reads = who in ("town", "department")
        assert client.get("/reports/").status_code == (200 if reads else 403)
    for who in ("leader", "supervisor"):
        assert (
            signed_in(stage, who).post("/reports/freeze/", {"period": "2026-01"}).status_code == 403
        )


def test_a_mistaken_form_keeps_what_was_typed(stage: Stage) -> None:
    typed = {"form": "unit", "period": "2026-99", "subject": TOWN}
    answer = signed_in(stage, "leader").post("/reports/new/", typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="2026-99"' in page
    assert "There is no period" in page
    assert not Job.objects.exists()


def test_a_unit_finds_what_is_addressed_to_it_or_to_all_and_opens_every_file(stage: Stage) -> None:
    mine, theirs, all_ = paper(1, form=Form.UNIT), paper(2, form=Form.UNIT), paper(3, to_all=True)
    mine.units.add(Unit.objects.get(code="CGW"))
    theirs.units.add(Unit.objects.get(code="ZJW"))
    client = signed_in(stage, "department")
    page = client.get("/reports/").content.decode()
    assert mine.number in page
    assert all_.number in page
    assert theirs.number not in page
    for ending, begins in (("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK")):
        answer = client.get(f"/papers/{mine.pk}/{ending}/")
        assert answer.content[: len(begins)] == begins
        assert answer["Cache-Control"] == "private, no-store"
        assert client.get(f"/papers/{theirs.pk}/{ending}/").status_code == 404
    assert client.get(f"/papers/{theirs.pk}/").status_code == 404
    assert mine.number not in signed_in(stage, "operator").get("/papers/").content.decode()


def test_the_page_of_a_paper_draws_its_charts_and_colours_its_map(stage: Stage) -> None:
    page = signed_in(stage, "leader").get(f"/papers/{paper(1).pk}/").content.decode()
    data = page.split('id="chart-2-data" type="application/json">')[1].split("</script>")[0]
    assert json.loads(data)["series"] == [{"name": "得分", "values": [98.2]}]
    values = page.split('id="map-values" type="application/json">')[1].split("</script>")[0]
    assert json.loads(values) == {"unit": "分", "values": {TOWN: 98.2}}
    assert 'data-values="map-values"' in page
    assert "style=" not in page.split('<article class="sheet')[1].split("</article>")[0]


def test_the_list_is_narrowed_by_form_and_period_and_its_cost_does_not_grow(stage: Stage) -> None:
    at = timezone.now() - timedelta(days=1)
    paper(1, at=at)
    client = signed_in(stage, "leader")

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/reports/").status_code == 200
        return len(queries)

    cost()
    few = cost()
    for number in range(2, 61):
        paper(number, form=Form.RANKING, at=at + timedelta(minutes=number), period="2026-02")
        jobs.ask(Job.Kind.REPORT, f"j{number}", {}, stage.who("leader"), at)
    assert cost() <= few + 1
    page = client.get("/reports/?form=month").content.decode()
    assert ("〕1号" in page, "〕60号" in page) == (True, False)
    page = client.get("/reports/?period=2026-02").content.decode()
    assert ("〕1号" in page, "〕60号" in page) == (False, True)
    assert "cursor=" in page
    assert "No report fits" in client.get("/reports/?period=1999").content.decode()


def test_the_calendar_is_shown_to_readers_and_set_by_assessors(stage: Stage) -> None:
    ensure_plans(timezone.now())
    plan = ReportPlan.objects.get(form=Form.MONTH)
    typed = {"plan": plan.pk, f"plan{plan.pk}-day": "5", f"plan{plan.pk}-hour": "10"}
    assert signed_in(stage, "leader").get("/reports/plans/").status_code == 200
    assert signed_in(stage, "leader").post("/reports/plans/", typed).status_code == 403
    assessor = signed_in(stage, "assessor")
    assert assessor.post("/reports/plans/", typed).status_code == 302
    plan.refresh_from_db()
    assert (plan.day, plan.hour, plan.active) == (5, 10, False)
    wrong = assessor.post("/reports/plans/", typed | {f"plan{plan.pk}-day": "31"})
    assert wrong.status_code == 400
    assert 'value="31"' in wrong.content.decode()


def test_an_assessor_freezes_a_month_that_is_over_and_sees_it_done(stage: Stage) -> None:
    name = last_month()
    span = periods.find(name)
    stage.case(at=span.starts_at + timedelta(days=3))
    client = signed_in(stage, "assessor")
    client.get(f"/month/{name}/")
    assert f'value="{name}"' in client.get("/reports/new/").content.decode()
    answer = client.post("/reports/freeze/", {"period": name})
    work.run_jobs(timezone.now())
    job = Job.objects.get(kind=Job.Kind.FREEZE)
    assert (job.state, job.error) == (Job.State.DONE, "")
    assert f"/month/{name}/" in client.get(answer["Location"]).content.decode()
    assert client.post("/reports/freeze/", {"period": name}).status_code == 409
    assert (
        f'value="{name}">{name}'
        not in client.get("/reports/new/").content.decode().split("datalist>")[1]
    )
    made = client.post("/reports/new/", {"form": "month", "period": name})
    work.run_jobs(timezone.now())
    assert made.status_code == 302
    kept = Paper.objects.get(form=Form.MONTH)
    assert "（暂）" not in kept.title
    assert "封存" in json.dumps(kept.sheet, ensure_ascii=False)


def test_by_the_api_a_report_is_asked_for_followed_and_fetched(stage: Stage) -> None:
    client = signed_in(stage, "leader")
    body = {"form": "month", "period": last_month()}
    headers = {"idempotency-key": "once"}
    first = client.post(API, body, content_type="application/json", headers=headers)
    again = client.post(API, body, content_type="application/json", headers=headers)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert Job.objects.count() == 1
    job = client.get(first.json()["url"]).json()
    assert (job["state"], job["paper"]) == ("waiting", None)
    work.run_jobs(timezone.now())
    job = client.get(first.json()["url"]).json()
    assert job["state"] == "done"
    row = client.get(API, {"form": "month"}).json()["results"][0]
    assert row["id"] == job["paper"]
    assert client.get(row["files"]["pdf"]).content.startswith(b"%PDF")
    assert client.get(f"/api/v1/papers/{row['id']}/").json()["charts"] == []
    for who in ("town", "department", "operator"):
        other = signed_in(stage, who)
        assert other.post(API, body, content_type="application/json").status_code == 403
        assert other.get(first.json()["url"]).status_code == 404
        assert other.get(row["files"]["pdf"]).status_code == 404
        assert other.get(API).json()["results"] == []
    wrong = client.post(API, {"form": "unit", "subject": "X"}, content_type="application/json")
    assert wrong.status_code == 400
