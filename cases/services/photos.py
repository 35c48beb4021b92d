"""Keep photos: checked, turned upright, made smaller, metadata removed."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, TypeAlias

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.models import User
from accounts.refusals import BadInput
from cases.models import Attachment, Case

Photo: TypeAlias = "UploadedFile[Any]"

MOST_PHOTOS = 6
LARGEST_BYTES = 12 * 1024 * 1024
LONGEST_SIDE = 1920  # pixels: legible on a desk screen, about half a megabyte


def keep_photos(
    case: Case,
    photos: Sequence[Photo],
    *,
    step: str,
    actor: User | None,
    at: datetime,
    order_ref: int | None = None,
    item_ref: int | None = None,
) -> list[Attachment]:
    """Store the photos with the case. Raise `BadInput` on what is no photo, is too large or too many."""
    if len(photos) > MOST_PHOTOS:
        raise BadInput({"photos": _("At most %(count)s photos at once.") % {"count": MOST_PHOTOS}})
    clean = [reencode(photo) for photo in photos]
    kept = []
    for content in clean:
        attachment = Attachment(
            case=case,
            step=step,
            order_ref=order_ref,
            item_ref=item_ref,
            token=uuid.uuid4(),
            uploaded_by=actor,
            at=at,
        )
        attachment.file.save("photo.jpg", ContentFile(content), save=False)
        attachment.save()
        kept.append(attachment)
    return kept


def reencode(photo: Photo, field: str = "photos") -> bytes:
    """Return the photo as a JPEG of our own; raise `BadInput` under the field's name where it is none."""
    if (photo.size or 0) > LARGEST_BYTES:
        raise BadInput({field: _("A photo may have at most 12 MB.")})
    try:
        with Image.open(photo) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        text = _("“%(name)s” is no photo that can be read (JPEG, PNG or WebP).")
        raise BadInput({field: text % {"name": photo.name}}) from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = BytesIO()
    upright.save(out, "JPEG", quality=82)
    return out.getvalue()
