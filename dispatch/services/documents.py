"""Answer a document: by the people of the unit it is addressed to, once."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CENTRE_CODE, Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import ANSWERING_ROLES, Draft, tell_units
from cases.services.clocks import stop_clocks
from cases.services.locks import lock_case
from cases.services.records import record
from dispatch.models import Document

LONGEST_ANSWER = 4000


@transaction.atomic
def answer_document(pk: int, *, actor: User, at: datetime, text: str) -> Document:
    """Answer the document; a late answer is taken, and its lateness recorded.

    Raise `PermissionDenied` (403) for all but the unit addressed, `StepRefused` (409) where no answer is
    awaited, `BadInput` (400) where nothing is said.
    """
    lock_case(Document.objects.values_list("case", flat=True).get(pk=pk))
    document = Document.objects.select_related("case", "unit", "answer_clock").get(pk=pk)
    check_may_answer(document, actor)
    said = text.strip()
    if not said:
        raise BadInput({"text": _("Write the answer.")})
    if len(said) > LONGEST_ANSWER:
        most = _("At most %(count)s characters.") % {"count": LONGEST_ANSWER}
        raise BadInput({"text": most})
    assert document.answer_clock is not None
    stop_clocks([document.answer_clock], at)
    document.answer, document.answered_by, document.answered_at = said, actor, at
    document.save(update_fields=["answer", "answered_by", "answered_at"])
    record(
        document.case,
        "document.answer",
        actor=actor,
        at=at,
        unit_id=document.unit_id,
        document=document.pk,
        number=document.number,
        note=said[:500],
    )
    _tell_centre(document, at)
    return document


def may_answer(document: Document, user: User) -> bool:
    """Tell whether the user speaks for the unit that the document is addressed to."""
    return user.holds_in(document.unit_id, *ANSWERING_ROLES)


def check_may_answer(document: Document, actor: User) -> None:
    """Raise `PermissionDenied` where the answer is not the actor's, `StepRefused` where none is awaited."""
    if not may_answer(document, actor):
        raise PermissionDenied(_("Only the unit that the document is addressed to answers it."))
    if document.answer_clock is None:
        raise StepRefused(_("This document asks for no answer."))
    if document.answered_at is not None:
        raise StepRefused(_("This document has been answered already."))
    if document.answer_clock.stopped_at is not None:
        raise StepRefused(_("The case has ended; no answer is awaited any more."))


def _tell_centre(document: Document, at: datetime) -> None:
    centre = Unit.objects.values_list("pk", flat=True).get(code=CENTRE_CODE)
    params = {"document": document.number, "unit": document.unit.name, "id": document.pk}
    key = f"document_answered:{document.pk}"
    tell_units([Draft("document_answered", centre, key, document.case.number, params)], at)
