"""What a claim would change in its month, by the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assessment.api.claims import seen_claim
from assessment.models import Claim
from assessment.services.claim_effects import effect_of


class StandingOut(serializers.Serializer[Any]):
    """A unit's figures as far as a claim may move them; null is “no data”. `parts` has a department's six parts;
    `missed` are the missed limits that are charged."""

    score = serializers.FloatField(allow_null=True)
    rank = serializers.IntegerField(allow_null=True)
    rates = serializers.DictField(child=serializers.FloatField(allow_null=True))
    parts = serializers.DictField(child=serializers.FloatField(allow_null=True))
    valid_callbacks = serializers.IntegerField()
    missed = serializers.IntegerField()


class MovedOut(serializers.Serializer[Any]):
    """A unit as it counts now, and as it would count if the claim were approved."""

    code = serializers.CharField(source="now.code")
    name = serializers.CharField(source="now.name")
    moves = serializers.BooleanField()
    now = StandingOut()
    then = StandingOut()


class EffectOut(serializers.Serializer[Any]):
    """`unit` is null where the claiming unit is not ranked; `others` are those whose figures would move, too. The
    figures of a frozen month stay: the difference would be entered as a late correction."""

    period = serializers.CharField()
    frozen = serializers.BooleanField()
    unit = MovedOut(allow_null=True)
    others = MovedOut(many=True)


class ClaimEffect(GenericAPIView[Claim]):
    """The effect of a claim on the figures of its month."""

    queryset = Claim.objects.all()
    serializer_class = EffectOut

    @extend_schema(responses=EffectOut)
    def get(self, request: Request, pk: int) -> Response:
        """Reckon what approving the claim would change, by the rules of that month; nothing is written."""
        return Response(EffectOut(effect_of(seen_claim(request, pk))).data)
