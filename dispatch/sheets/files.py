"""The files in which a paper may be had."""

from collections.abc import Callable

from dispatch.sheets import Sheet
from dispatch.sheets.docx import docx_of
from dispatch.sheets.pdf import pdf_of
from dispatch.sheets.xlsx import xlsx_of

_OFFICE = "application/vnd.openxmlformats-officedocument"
FILES: dict[str, tuple[Callable[[Sheet], bytes], str]] = {
    "docx": (docx_of, f"{_OFFICE}.wordprocessingml.document"),
    "pdf": (pdf_of, "application/pdf"),
    "xlsx": (xlsx_of, f"{_OFFICE}.spreadsheetml.sheet"),
}
"""By ending: what writes the file, and its content type."""
