"""Sample photos for the demo: plainly drawn scenes, marked as samples."""

from datetime import datetime
from io import BytesIO
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

SIZE = (960, 720)


def sample_photo(rng: Random, at: datetime) -> SimpleUploadedFile:
    """Draw a street with houses and something in the way; no real place."""
    image = Image.new("RGB", SIZE, (200 + rng.randrange(30), 220, 235))
    draw = ImageDraw.Draw(image)
    x = 0
    while x < SIZE[0]:
        width = rng.randrange(90, 200)
        top = rng.randrange(150, 330)
        grey = rng.randrange(120, 190)
        draw.rectangle([x, top, x + width, 520], fill=(grey, grey - 10, grey - 20))
        for wx in range(x + 14, x + width - 24, 36):
            for wy in range(top + 18, 490, 44):
                draw.rectangle([wx, wy, wx + 18, wy + 24], fill=(90, 110, 130))
        x += width + 8
    draw.rectangle([0, 520, *SIZE], fill=(110, 110, 112))
    for _ in range(rng.randrange(3, 9)):
        px, py, side = rng.randrange(80, 820), rng.randrange(540, 650), rng.randrange(24, 70)
        colour = (rng.randrange(90, 200), rng.randrange(60, 140), rng.randrange(40, 110))
        draw.polygon([(px, py + side), (px + side // 2, py), (px + side, py + side)], fill=colour)
    draw.text((20, 690), f"SAMPLE {timezone.localtime(at):%Y-%m-%d %H:%M}", fill="white")
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return SimpleUploadedFile("sample.jpg", out.getvalue(), "image/jpeg")
