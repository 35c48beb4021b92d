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
from cases.services.callbacks import Said, check_may_call, record_call


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
        """Record an attempt; where the resident was reached, the case is rated. One call may speak of several
        cases that came with one call (`also`)."""
        at, user = timezone.now(), asking(request)
        case = seen_case(request, number)

        def act() -> Any:
            check_may_call(user)
            given = self.given(request)
            outcome, others = given.pop("outcome"), given.pop("also", [])
            said = {case.pk: Said(**given)}
            for other in others:
                spoken_of = seen_case(request, other.pop("case"))
                said[spoken_of.pk] = Said(**other)
            callback = record_call(said, actor=user, at=at, outcome=outcome)[case.pk]
            return CallbackOut(callback, context={"request": request}).data

        return self.do(request, act)
