"""From typed words to an area: 「潞邑社区3号楼」, 「新华大街 中仓街道」, 「白将军」.

Pure module, no pinyin. The score of an area is how many characters of the text it explains: its own
longest name found there, plus those of the town and the community it lies in. So the longest match
wins, and a town's name decides between two villages of one name.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from grids.naming import SHORTEST_STEM, short_name, stem

Why: TypeAlias = Literal["name", "stem", "start", "part", "street"]

WORTH: dict[Why, float] = {
    "name": 1.0,
    "stem": 0.9,
    "start": 0.5,
    "part": 0.3,
    "street": 0.15,
}
LONGEST_TEXT = 200  # characters looked at; an address is shorter
SURE = 1.6  # least score of an area that `resolve` will name
CLEARLY = 1.3  # and it must beat every other reading by this factor
LOOSE = 0.5  # worth of the shortest stem in the middle of other words

_SPACE = re.compile(r"[\s,,。、;:·\-—()【】《》「」\"']+")
_ORDINAL = re.compile(r"第(?=\d|$)|(?<=\d)号(?=微?网格)")
_STREET = re.compile(r"[东西南北中]?(?:大街|街(?!道)|路|桥|胡同|大道|巷)")
_HOUSE = re.compile(
    r"[街路]\d"
)  # 「运河大街5号」: a street far longer than the community named after it
_BOUNDARY = re.compile(r"$|[\d村号栋]|社区|小区|居委")


@dataclass(frozen=True, slots=True)
class Match:
    """An area that fits, and why.

    Its `name` or `stem` stands in the text; the text is the `start` or a `part` of its name; or its
    stem stands there only as the name of a `street`.
    """

    code: str
    name: str
    score: float
    why: Why


class _Found(NamedTuple):
    """One area's name at one place of the text."""

    start: int
    end: int
    why: Why
    worth: float

    def apart(self, other: "_Found") -> bool:
        return self.end <= other.start or other.end <= self.start

    def holds(self, other: "_Found") -> bool:
        longer = self.end - self.start > other.end - other.start
        return longer and self.start <= other.start and other.end <= self.end


class _Reading(NamedTuple):
    """What one area explains of the text: by its own name, and with the areas it lies in."""

    score: float
    own: _Found


class _Form(NamedTuple):
    """One way to write an area; its first `repeats` characters are the name of the area above."""

    text: str
    code: str
    repeats: int


class Gazetteer:
    """An index of area names: `search` while typing, `resolve` for one certain answer."""

    def __init__(self, areas: Iterable[tuple[str, str, str]]) -> None:
        """Take (code, official name, level) rows; codes nest by prefix."""
        rows = list(areas)
        self._names = {code: name for code, name, _ in rows}
        self._lengths = sorted({len(code) for code in self._names}, reverse=True)
        self._by_text: dict[str, list[tuple[str, Why]]] = {}
        self._forms: list[_Form] = []
        for code, name, level in rows:
            for form, why in _forms(name, level).items():
                self._by_text.setdefault(form, []).append((code, why))
                self._forms.append(_Form(form, code, self._repeats(form, code)))
        self._longest = max(map(len, self._by_text), default=0)

    def search(self, text: str, limit: int = 8) -> list[Match]:
        """Return the areas that fit the text best, best first and always in the same order."""
        plain = normalised(text)
        read = self._read(plain)
        fits = self._typing(plain, read)
        for code, reading in read.items():
            fits[code] = max(
                fits.get(code, (0.0, reading.own.why)), (reading.score, reading.own.why)
            )
        ranked = sorted(fits.items(), key=lambda item: (-item[1][0], len(item[0]), item[0]))
        return [
            Match(code, self._names[code], round(s, 2), why) for code, (s, why) in ranked[:limit]
        ]

    def resolve(self, address: str) -> Match | None:
        """Return the one area the address certainly lies in, or None: better to ask than to guess.

        Of two readings of which one lies in the other the larger is certain. Two that exclude each
        other are not, but the town named with both of them is.
        """
        read = {
            code: one
            for code, one in self._read(normalised(address)).items()
            if one.own.why != "street"
        }
        for code in sorted(read, key=lambda code: (-read[code].score, len(code), code)):
            score, own = read[code]
            if score >= SURE and not self._contested(code, read):
                return Match(code, self._names[code], round(score, 2), own.why)
        return None

    def _read(self, text: str) -> dict[str, _Reading]:
        """Return each area named in the text, read where it explains most."""
        found = self._found(text)
        # 「潞邑」 in 「潞邑社区」 names no town: only names that no longer one holds support others
        places = {(one.start, one.end): one for ones in found.values() for one in ones}.values()
        held = {(one.start, one.end) for one in places if any(two.holds(one) for two in places)}
        free = {
            code: [one for one in ones if (one.start, one.end) not in held]
            for code, ones in found.items()
        }
        return {
            code: max(self._explained(code, own, free) for own in ones)
            for code, ones in found.items()
        }

    def _found(self, text: str) -> dict[str, list[_Found]]:
        found: dict[str, list[_Found]] = {}
        for start in range(len(text)):
            for end in range(start + 1, min(len(text), start + self._longest) + 1):
                for code, why in self._by_text.get(text[start:end], ()):
                    found.setdefault(code, []).append(_weighed(text, start, end, why))
        return found

    def _explained(self, code: str, own: _Found, free: dict[str, list[_Found]]) -> _Reading:
        """Add up the name and the names of the areas above, no character of the text twice."""
        taken = [own]
        for above in self._above(code):
            apart = [other for other in free.get(above, ()) if all(map(other.apart, taken))]
            if apart:
                taken.append(max(apart, key=lambda other: other.worth))
        return _Reading(sum(one.worth for one in taken), own)

    def _contested(self, code: str, read: dict[str, _Reading]) -> bool:
        """Return whether another reading, about as good, excludes this one."""
        score, own = read[code]
        return any(
            reading.score * CLEARLY > score
            for rival, reading in read.items()
            if not (rival.startswith(code) or code.startswith(rival) or own.holds(reading.own))
        )

    def _typing(self, text: str, read: dict[str, _Reading]) -> dict[str, tuple[float, Why]]:
        """Return the areas whose name has in it what is typed, or what follows an area named."""
        fits = self._unfinished(text, "")
        for code, (score, own) in read.items():
            if own.why != "street":
                for inside, (more, why) in self._unfinished(text[own.end :], code).items():
                    fits[inside] = max(fits.get(inside, (0.0, why)), (score + more, why))
        return fits

    def _unfinished(self, typed: str, within: str) -> dict[str, tuple[float, Why]]:
        fits: dict[str, tuple[float, Why]] = {}
        if not typed:
            return fits
        for form, code, repeats in self._forms:
            if (
                typed in form
                and code.startswith(within)
                and form.rindex(typed) + len(typed) > repeats
            ):
                why: Why = "start" if form.startswith(typed) else "part"
                score = WORTH[why] * (len(typed) + len(typed) / len(form))
                fits[code] = max(fits.get(code, (0.0, why)), (score, why))
        fits.pop(within, None)
        return fits

    def _repeats(self, form: str, code: str) -> int:
        """Return how many characters are the name of the area above (「潞邑社区」3网格)."""
        above = next((normalised(short_name(self._names[one])) for one in self._above(code)), "")
        return len(above) if above and form != above and form.startswith(above) else 0

    def _above(self, code: str) -> Sequence[str]:
        """Return the known areas the area lies in, the nearest first."""
        return [code[:n] for n in self._lengths if n < len(code) and code[:n] in self._names]


def normalised(text: str) -> str:
    """Return the text as the index has it: no spaces, half-width digits, 第3网格 as 3网格."""
    plain = _SPACE.sub("", unicodedata.normalize("NFKC", text[:LONGEST_TEXT])).casefold()
    return _ORDINAL.sub("", plain)


def _forms(name: str, level: str) -> dict[str, Why]:
    """Return the ways to write an area: official, said, with other endings, and the stem."""
    said, bare = short_name(name), stem(name, level)
    forms: dict[str, Why] = {
        normalised(bare): "stem",
        normalised(said): "name",
        normalised(name): "name",
    }
    endings: Sequence[str] = ()
    if bare != said and level == "community":
        village = ("村委会", "村村委会", "村民委员会")
        estate = ("社区居委会", "社区居民委员会", "居委会", "居民委员会")
        endings = village if said.endswith("村") else estate
    return forms | {normalised(bare + ending): "name" for ending in endings}


def _weighed(text: str, start: int, end: int, why: Why) -> _Found:
    """Weigh a name found: less as a street's name or as two stray characters in other words."""
    if why == "stem" and (_STREET.match(text, end) or _HOUSE.match(text, end - 1)):
        why = "street"
    worth = WORTH[why] * (end - start)
    stray = end - start == SHORTEST_STEM and start > 0 and not _BOUNDARY.match(text, end)
    return _Found(start, end, why, worth * LOOSE if why == "stem" and stray else worth)
