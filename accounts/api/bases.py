"""The two shapes of our API views: a list that is paged by key, and a call that does something once."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import answer_once
from accounts.api.paging import KeyPages
from accounts.api.parsers import BoundedJSONParser
from accounts.models import User


def asking(request: Request) -> User:
    """Return who asks; every call of ours refuses strangers before."""
    assert isinstance(request.user, User)
    return request.user


class KeyedList(ListAPIView[Any]):
    """A list: `queryset` names the model, `rows` what the asking user may see of it."""

    pagination_class = KeyPages
    parser_classes = [BoundedJSONParser]
    orderings: tuple[str, ...] = ("pk",)

    def rows(self) -> QuerySet[Any]:
        """Return what the user may see, before filters, order and pages."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            assert isinstance(self.queryset, QuerySet)
            return self.queryset
        return self.rows()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        assert page is not None
        self.dress(page)
        return self.get_paginated_response(self.shown(page))

    def dress(self, page: Sequence[Any]) -> None:
        """Load what the rows of this page need beyond their own query."""

    def shown(self, page: Sequence[Any]) -> Any:
        """Return the rows of this page as JSON."""
        return self.get_serializer(page, many=True).data


class Doing(GenericAPIView[Any]):
    """A POST that reads `serializer_class` and does its work once for each Idempotency-Key."""

    parser_classes = [BoundedJSONParser]
    once = True
    success: int = status.HTTP_200_OK

    def given(self, request: Request) -> dict[str, Any]:
        """Return the input, checked; raise what becomes a 400."""
        read = self.get_serializer(data=request.data)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def do(self, request: Request, act: Callable[[], Any]) -> Response:
        """Answer with what `act` returns, or as the same request was answered before."""
        return answer_once(request, lambda: Response(act(), status=self.success))
