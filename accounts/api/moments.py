"""Moments asked for in a filter: ISO 8601 with any offset, in the end UTC."""

from datetime import UTC, datetime
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django_filters.fields import IsoDateTimeField


class MomentField(IsoDateTimeField):
    """PostgreSQL reads no offset of sixteen hours or more; ours are turned into UTC before."""

    def clean(self, value: Any) -> datetime | None:
        moment = super().clean(value)
        try:
            return moment.astimezone(UTC) if moment else None
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class MomentFilter(django_filters.IsoDateTimeFilter):
    """A bound on a time; a date alone is its first moment."""

    field_class = MomentField
