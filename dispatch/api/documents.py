"""Supervision documents: list and show them, answer one."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from dispatch.api.filters import DocumentFilter
from dispatch.api.inputs import AnswerIn
from dispatch.api.outputs import DocumentOut, DocumentRowOut
from dispatch.models import Document
from dispatch.queries.documents import rows_of
from dispatch.services.documents import answer_document, check_may_answer


def seen_document(request: Request, pk: int) -> Document:
    """Return the document, or raise 404 where the asking user may not see it."""
    shown = Document.objects.visible_to(asking(request)).select_related(
        "case", "unit", "clock", "answer_clock", "answered_by"
    )
    return get_object_or_404(shown, pk=pk)


def document_answer(request: Request, pk: int) -> dict[str, Any]:
    """Return the document as it stands now and as the asking user may see it."""
    document: Any = seen_document(request, pk)
    dress([document], request)
    return dict(DocumentOut(document, context={"request": request}).data)


def dress(documents: Sequence[Any], request: Request) -> None:
    """Give each document its `stands` and whether it is `mine` to answer."""
    for document, row in zip(
        documents, rows_of(documents, asking(request), timezone.now()), strict=True
    ):
        document.stands = row.standing.value or None
        document.mine = row.mine and row.awaited


class Documents(KeyedList):
    """The supervision documents that you may see, the latest first."""

    queryset = Document.objects.all()
    serializer_class = DocumentRowOut
    filterset_class = DocumentFilter
    orderings = ("-issued_at", "issued_at")

    def rows(self) -> QuerySet[Document]:
        return Document.objects.visible_to(asking(self.request)).for_list()

    def dress(self, page: Sequence[Any]) -> None:
        dress(page, self.request)


class OneDocument(GenericAPIView[Document]):
    """One supervision document."""

    queryset = Document.objects.all()
    serializer_class = DocumentOut

    def get(self, request: Request, pk: int) -> Response:
        """Show the document with its text as issued, and its answer."""
        return Response(document_answer(request, pk))


class AnswerDocument(Doing):
    """The unit addressed answers: 403 for others, 409 where no answer is awaited."""

    serializer_class = AnswerIn

    @extend_schema(responses=DocumentOut)
    def post(self, request: Request, pk: int) -> Response:
        """Answer the document and return it."""
        at, user = timezone.now(), asking(request)
        document = seen_document(request, pk)

        def act() -> Any:
            check_may_answer(document, user)
            answer_document(document.pk, actor=user, at=at, **self.given(request))
            return document_answer(request, document.pk)

        return self.do(request, act)
