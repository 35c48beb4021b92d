"""The district by the API: what it is called, which profiles there are, what picking one changes, picking it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import district as own
from accounts.api.bases import Doing, asking
from accounts.models import DistrictChange, Role
from config.profiles.picking import earliest_begin, pick, preview, this_district
from config.profiles.reading import shipped_profile
from config.profiles.shape import Profile
from config.profiles.shipped import CODES


class ListNameOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    description = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # the row's column, not DRF's option


class ProfileOut(serializers.Serializer[Profile]):
    """A shipped profile; `unknown` is what no source told."""

    code = serializers.CharField()
    name = serializers.CharField()
    slogan = serializers.CharField()
    description = serializers.CharField()
    unknown = serializers.ListField(child=serializers.CharField())


class DistrictOut(serializers.Serializer[Any]):
    """The district: its name, the profile it picked, its own words and lists of duties."""

    name = serializers.CharField()
    profile = serializers.CharField()
    terms = serializers.DictField(child=serializers.CharField())
    lists = ListNameOut(many=True)
    profiles = ProfileOut(many=True)


class ChangeOut(serializers.Serializer[Any]):
    """One row that is added, changed or ended."""

    part = serializers.CharField()
    action = serializers.CharField()
    what = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class PickIn(serializers.Serializer[Any]):
    """Which shipped profile, and from which day its limits hold (default: the earliest possible)."""

    profile = serializers.ChoiceField(choices=CODES)
    begins = serializers.DateField(required=False, allow_null=True, default=None)


class District(APIView):
    """What the district is called and which profiles there are to pick from."""

    @extend_schema(responses=DistrictOut)
    def get(self, request: Request) -> Response:
        """Return the district's name, words and lists, and the shipped profiles."""
        row = this_district()
        return Response(
            DistrictOut(
                {
                    "name": own.district_name(),
                    "profile": row.profile,
                    "terms": row.terms,
                    "lists": row.lists,
                    "profiles": [shipped_profile(code) for code in CODES],
                }
            ).data
        )


class ProfileChanges(APIView):
    """What picking a profile would change."""

    @extend_schema(
        responses=ChangeOut(many=True),
        parameters=[OpenApiParameter("begins", str, description="first day of its limits")],
    )
    def get(self, request: Request, code: str) -> Response:
        """Return the changes row by row; nothing is written. For administrators."""
        if not asking(request).holds(Role.ADMIN):
            raise PermissionDenied(_("Only an administrator picks the district's profile."))
        if code not in CODES:
            raise Http404
        begins = serializers.DateField().run_validation(
            request.query_params.get("begins") or earliest_begin(timezone.now())
        )
        return Response(ChangeOut(preview(shipped_profile(code), begins), many=True).data)


class PickProfile(Doing):
    """Pick a profile."""

    serializer_class = PickIn
    queryset = DistrictChange.objects.none()

    @extend_schema(responses=ChangeOut(many=True))
    def post(self, request: Request) -> Response:
        """Work by a shipped profile and return what was changed; the same again changes nothing."""
        at, user = timezone.now(), asking(request)

        def act() -> Any:
            given = self.given(request)
            profile = shipped_profile(given["profile"])
            changes = pick(profile, actor=user, at=at, begins=given["begins"])
            return ChangeOut(changes, many=True).data

        return self.do(request, act)
