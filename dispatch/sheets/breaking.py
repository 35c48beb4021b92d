"""Break Chinese text into lines: between any two characters, but no mark of closing begins a line and no
number or word is cut."""

import re
from collections.abc import Callable, Iterator

_PIECE = re.compile(r"[〔（“‘《【(]*(?:[!-'*-~]+|.)[〕）”’》】)，。；：？！、…]*")
"""What stays together: opening marks, a Latin word or number or one character, closing marks."""


def broken(text: str, width: float, measure: Callable[[str], float], indent: float) -> list[str]:
    """Return the text as lines that fit `width`, the first of them `indent` shorter."""
    lines, line, room = [], "", width - indent
    for piece in _pieces(text, width, measure):
        if line and measure(line + piece) > room:
            lines.append(line)
            line, room = piece.lstrip(), width
        else:
            line += piece
    return [*lines, line]


def _pieces(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """Yield what may not be cut; what is longer than a line is cut after all."""
    for piece in _PIECE.findall(text):
        if measure(piece) <= width:
            yield piece
        else:
            yield from piece
