"""Small photos for tests."""

from io import BytesIO

from PIL import Image


def jpeg(colour: str = "red") -> bytes:
    """Return a small JPEG of one colour."""
    out = BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return out.getvalue()
