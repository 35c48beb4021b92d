"""What the resident says: every attempt to ask, kept."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, asking
from cases.api.cases import OfOneCase, seen_case
from cases.api.inputs import CallbackIn
from cases.api.outputs import CallbackOut
from cases.models import Callback
from cases.services.callbacks import check_may_call, record_callback


@extend_schema_view(get=extend_schema(responses=CallbackOut))
class Callbacks(Doing, OfOneCase):
    """The attempts to reach the resident of a case."""

    queryset = Callback.objects.all()
    orderings = ("at", "-at")
    success = 201

    def get_serializer_class(self) -> Any:
        return CallbackIn if self.request and self.request.method == "POST" else CallbackOut

    def rows(self) -> QuerySet[Callback]:
        return Callback.objects.filter(case=self.case()).select_related("case", "agent")

    @extend_schema(responses={201: CallbackOut})
    def post(self, request: Request, number: str) -> Response:
        """Record an attempt; where the resident was reached, the case is rated."""
        at, user = timezone.now(), asking(request)
        case = seen_case(request, number)

        def act() -> Any:
            check_may_call(user)
            callback = record_callback(case.pk, actor=user, at=at, **self.given(request))
            return CallbackOut(callback, context={"request": request}).data

        return self.do(request, act)
