"""The call on the rules of assessment."""

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.bases import asking
from assessment.access import check_reads_figures
from assessment.models import AssessmentPolicy
from assessment.services.policies import policy_on, rules_of

MOST = 100


class Policies(APIView):
    """The versions of the rules, the newest first."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        """Return each version as figures are kept with it, from which day it holds and whether it does today."""
        check_reads_figures(asking(request))
        in_force = policy_on(timezone.localdate())
        rows = AssessmentPolicy.objects.order_by("-valid_from").prefetch_related("groups__members")
        results = [
            {"valid_from": f"{policy.valid_from:%F}", "in_force": policy.pk == in_force.pk}
            | rules_of(policy).snapshot()
            for policy in rows[:MOST]
        ]
        return Response({"results": results, "next": None})
