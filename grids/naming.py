"""How Chinese division names shorten: the official name, the name people say, and its stem.

Pure module. 「潞邑社区居民委员会」 is said 「潞邑社区」 and stems to 「潞邑」;
「漷县村村委会」 is said 「漷县村」.
"""

import re

_COMMITTEE = re.compile(r"(?:居民?委员?会|居委会)$")
_VILLAGE_COMMITTEE = re.compile(r"村(?:民委员会|委会)$")
_TOWN_KIND = re.compile(r"(?:街道办事处|街道|(?:[\u4e00-\u9fff]族)?乡|镇|地区|苏木|开发区)$")
_COMMUNITY_KIND = re.compile(r"(?:社区|嘎查|村)$")
_DISTRICT_KIND = re.compile(r"(?:新区|区|县|市|旗)$")
_KIND = {"town": _TOWN_KIND, "community": _COMMUNITY_KIND, "district": _DISTRICT_KIND}
SHORTEST_STEM = 2


def short_name(name: str) -> str:
    """Return the name people say: without 居委会 and 居民委员会, with 村 in place of 村委会.

    A village whose own name ends in 村 (大庞村村委会) keeps exactly one 村.
    """
    village = _VILLAGE_COMMITTEE.sub("村", name)
    if village != name:
        return village[:-1] if village.endswith("村村") else village
    return _COMMITTEE.sub("", name) or name


def stem(name: str, level: str) -> str:
    """Return `short_name` without the word for its kind (街道, 镇, 回族乡, 社区, 村).

    One character would match nearly anything: then the short name is returned instead (坚村).
    """
    said = short_name(name)
    kind = _KIND.get(level)
    bare = kind.sub("", said) if kind else said
    return bare if len(bare) >= SHORTEST_STEM else said
