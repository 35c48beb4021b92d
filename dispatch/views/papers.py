"""The papers of the district: their list, the sheet, its files, and the inspection bulletin."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Role
from dispatch.forms.directives import BulletinForm, PaperFilter
from dispatch.forms.parties import accepted
from dispatch.models import Directive, Paper
from dispatch.queries import directives
from dispatch.services.papers import check_writes, publish_bulletin
from dispatch.sheets import Sheet
from dispatch.sheets.files import FILES
from dispatch.views.charts import parts_of
from dispatch.views.sections import sections


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the papers the user may read, searched by number, title and text."""
    form = PaperFilter(request.GET)
    form.full_clean()
    context = {
        "tabs": sections("papers"),
        "form": form,
        "page": directives.papers_page(
            request.user, form.criteria(), request.GET.get("cursor", "")
        ),
        "narrowed": any(form.criteria().values()),
        "may_write": request.user.holds(Role.SUPERVISOR),
    }
    return render(request, "dispatch/papers.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of an inspection bulletin; POST publishes it."""
    check_writes(request.user)
    at = timezone.now()
    offered = directives.directives_to_choose(request.user, at)
    form = BulletinForm(request.POST or None, chosen_from=offered)
    if request.method == "POST" and form.is_valid():
        given = {
            **form.cleaned_data,
            "directives": [int(pk) for pk in form.cleaned_data["directives"]],
        }
        paper = accepted(form, lambda: publish_bulletin(actor=request.user, at=at, **given))
        if paper:
            messages.success(request, _("%(number)s is published.") % {"number": paper.number})
            return redirect("dispatch:paper", paper.pk)
    context = {
        "form": form,
        "offered": offered,
        "chosen": set(form["directives"].value() or ()),
        "tabs": sections("papers"),
        "at": at,
    }
    status = 400 if form.errors else 200
    return render(request, "dispatch/paper_new.html", context, status=status)


@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one paper in official form."""
    seen = _seen(request, pk)
    sheet = Sheet.from_json(seen.sheet)
    of_paper = Directive.objects.visible_to(request.user).filter(paper=seen).first()
    context = {
        "paper": seen,
        "sheet": sheet,
        "parts": parts_of(sheet),
        "directive": of_paper,
        "units": seen.units.order_by("kind", "pk"),
    }
    return render(request, "dispatch/paper.html", context)


@require_GET
def docx(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the paper as a Word file."""
    return _file(_seen(request, pk), "docx")


@require_GET
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the paper as a PDF."""
    return _file(_seen(request, pk), "pdf")


@require_GET
def xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the paper as a workbook: its tables as numbers, its charts drawn by the program."""
    return _file(_seen(request, pk), "xlsx")


def _file(paper: Paper, ending: str) -> HttpResponse:
    write, content_type = FILES[ending]
    content = write(Sheet.from_json(paper.sheet))
    attached = str(content_disposition_header(True, f"{paper.number}.{ending}"))  # noqa: FBT003 - as attachment
    headers = {"Content-Disposition": attached, "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type, headers=headers)


def _seen(request: HttpRequest, pk: int) -> Paper:
    rows = Paper.objects.visible_to(request.user).select_related("issued_by")
    return get_object_or_404(rows, pk=pk)
