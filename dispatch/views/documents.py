"""Supervision documents: their list, the sheet, its files, the answer, and their place on other pages."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.refusals import BadInput
from accounts.services.notices import ANSWERING_ROLES
from cases.models import Case
from cases.privacy import shown_text
from dispatch.forms.documents import AnswerForm, DocumentFilter
from dispatch.forms.whistles import add_refusals
from dispatch.models import Document
from dispatch.queries import documents
from dispatch.services.documents import answer_document, check_may_answer
from dispatch.sheets import Sheet
from dispatch.sheets.docx import docx_of
from dispatch.sheets.pdf import pdf_of

MINE, EVERY = "mine", "all"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the documents: first what the user's units must answer, then all they may see."""
    at, user = timezone.now(), request.user
    form = DocumentFilter(request.GET)
    form.full_clean()
    tabs, tab = _tabs(request)
    find = documents.mine_page if tab == MINE else documents.list_page
    page = find(user, form.criteria(), at, request.GET.get("cursor", ""))
    context = {
        "form": form,
        "tabs": tabs,
        "tab": tab,
        "page": page,
        "narrowed": any(form.criteria().values()),
        "at": at,
    }
    return render(request, "dispatch/documents.html", context)


def _tabs(request: HttpRequest) -> tuple[list[dict[str, Any]], str]:
    """Return the parts of the list and the one shown: what waits for an answer, where something does."""
    if not request.user.holds(*ANSWERING_ROLES):
        return [], EVERY
    count = documents.count_mine(request.user)
    tab = request.GET.get("tab", "")
    if tab not in (MINE, EVERY):
        tab = EVERY if count == "0" else MINE
    labels = {MINE: _("To be answered by us"), EVERY: _("All documents")}
    return [
        {
            "url": f"{reverse('dispatch:documents')}?tab={name}",
            "label": label,
            "count": count if name == MINE else None,
            "active": name == tab,
            "tone": "red" if name == MINE and count != "0" else "",
        }
        for name, label in labels.items()
    ], tab


@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one document in the form of an official document, and its answer."""
    return _page(request, visible_document(request, pk), AnswerForm())


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a document; what was typed stays where it cannot be taken."""
    seen = visible_document(request, pk)
    check_may_answer(seen, request.user)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            answer_document(pk, actor=request.user, at=timezone.now(), **form.cleaned_data)
        except BadInput as refusal:
            add_refusals(form, refusal.fields)
        else:
            messages.success(request, _("Answered; the command centre is told."))
            return redirect("dispatch:document", pk)
    return _page(request, seen, form, status=400)


def _page(
    request: HttpRequest, seen: Document, form: AnswerForm, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    [row] = documents.rows_of([seen], request.user, at)
    context = {
        "row": row,
        "document": seen,
        "sheet": Sheet.from_json(seen.sheet),
        "form": form if row.awaited and row.mine else None,
        "answer": shown_text(seen.case, request.user, seen.answer),
        "written_late": (seen.written_at - seen.issued_at).total_seconds() >= 60,
        "at": at,
    }
    return render(request, "dispatch/document.html", context, status=status)


@require_GET
def docx(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the document as a Word file."""
    return _file(visible_document(request, pk), docx_of, WORD, "docx")


@require_GET
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the document as a PDF."""
    return _file(visible_document(request, pk), pdf_of, "application/pdf", "pdf")


def _file(
    seen: Document, write: Callable[[Sheet], bytes], content_type: str, ending: str
) -> HttpResponse:
    name = content_disposition_header(True, f"{seen.number}.{ending}")  # noqa: FBT003 - as attachment
    headers = {"Content-Disposition": str(name), "Cache-Control": "private, no-store"}
    return HttpResponse(write(Sheet.from_json(seen.sheet)), content_type, headers=headers)


@require_GET
def panel(request: HttpRequest, number: str) -> HttpResponse:
    """Show the documents about a case: a fragment of the case's page, empty where there are none."""
    at = timezone.now()
    case = get_object_or_404(Case.objects.visible_to(request.user), number=number)
    context = {"rows": documents.documents_of(case, request.user, at), "at": at}
    return render(request, "dispatch/_documents.html", context)


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Say how many documents wait for an answer: a fragment of the desks, empty where none do."""
    at = timezone.now()
    context = {"waiting": documents.waiting_for(request.user, at), "at": at}
    return render(request, "dispatch/_documents_waiting.html", context)


def visible_document(request: HttpRequest, pk: int) -> Document:
    """Return the document if the user may see it, else answer 404."""
    seen = Document.objects.visible_to(request.user).with_leave(request.user)
    shown = seen.select_related("case", "unit", "answer_clock", "answered_by", "clock")
    return get_object_or_404(shown, pk=pk)
