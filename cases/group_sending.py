"""How a file of a working group leaves the house: under its own name, to be saved and never opened here."""

from django.http import FileResponse, Http404

from cases.models import GroupFile


def send_file(found: GroupFile) -> FileResponse:
    """Return the file's content under its own name; browsers may not guess another type."""
    try:
        content = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(
        content, as_attachment=True, filename=found.name, content_type=found.content_type
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
