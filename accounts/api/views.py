"""Signing in for programs, who one is, and the units."""

from typing import Any

import django_filters
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.generics import RetrieveAPIView
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from accounts.api.bases import KeyedList, asking
from accounts.api.errors import LockedOut
from accounts.api.parsers import BoundedJSONParser
from accounts.models import Role, Unit, User
from accounts.services.tokens import token_of


class TokenIn(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class TokenOut(serializers.Serializer[Any]):
    token = serializers.CharField()


class TokenView(APIView):
    """Exchange name and password for a token; then send `Authorization: Token …` with every call."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    parser_classes = [BoundedJSONParser, MultiPartParser, FormParser]
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "token"

    @extend_schema(request=TokenIn, responses={200: TokenOut}, auth=[])
    def post(self, request: Request) -> Response:
        read = TokenIn(data=request.data)
        read.is_valid(raise_exception=True)
        plain = request._request  # noqa: SLF001 - the lock-out marks Django's own request
        user = authenticate(plain, **read.validated_data)
        if getattr(plain, "axes_locked_out", False):
            plain.axes_locked_out = False  # type: ignore[attr-defined]  # else its middleware answers in HTML
            raise LockedOut
        if not isinstance(user, User):
            raise exceptions.AuthenticationFailed(_("Name or password is wrong."))
        user_logged_in.send(sender=User, request=plain, user=user)  # clears the count of failures
        return Response({"token": token_of(user)})

    def get_authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a wrong password is 401 and not 403."""
        return "Token"


class PostOut(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=Role.choices)
    unit = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")


class MeOut(serializers.Serializer[Any]):
    username = serializers.CharField()
    display_name = serializers.CharField()
    language = serializers.CharField()
    roles = PostOut(many=True, source="posts")


class Me(APIView):
    """Tell who is asking and which roles they hold."""

    @extend_schema(responses={200: MeOut})
    def get(self, request: Request) -> Response:
        return Response(MeOut(asking(request)).data)


class UnitOut(serializers.ModelSerializer[Unit]):
    class Meta:
        model = Unit
        fields = ["code", "name", "short_name", "kind", "area", "active"]


class UnitFilter(django_filters.FilterSet):
    kind = django_filters.MultipleChoiceFilter(choices=Unit.Kind.choices)
    area = django_filters.CharFilter(lookup_expr="startswith")
    active = django_filters.BooleanFilter()
    q = django_filters.CharFilter(method="by_name", help_text="part of the name or code")

    class Meta:
        model = Unit
        fields: list[str] = []

    def by_name(self, rows: QuerySet[Unit], name: str, value: str) -> QuerySet[Unit]:
        part = Q(name__icontains=value) | Q(short_name__icontains=value)
        return rows.filter(part | Q(code__iexact=value))


class Units(KeyedList):
    """The units: towns, communities, departments, companies, the centre's desks."""

    queryset = Unit.objects.all()
    serializer_class = UnitOut
    filterset_class = UnitFilter
    orderings = ("code", "-code")

    def rows(self) -> QuerySet[Unit]:
        return Unit.objects.all()


class OneUnit(RetrieveAPIView[Unit]):
    """One unit by its code."""

    queryset = Unit.objects.all()
    serializer_class = UnitOut
    lookup_field = "code"


class UnknownCall(APIView):
    """Answer 404 in the API's own shape where there is no such call."""

    permission_classes = [AllowAny]

    @extend_schema(exclude=True)
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise exceptions.NotFound
