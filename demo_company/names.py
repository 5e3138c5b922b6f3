"""Chinese and Latin names: who is called what, and how other people write it down."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from demo_company.reference import COHORTS, cumulative, given_names, latin_names, pick, surnames

LATIN_SHARE = 0.06
_COHORT_STARTS = np.array([f"{y}-01-01" for y in COHORTS], dtype="datetime64[D]").astype(int)


@dataclass
class Names:
    """Names of persons; `latin` marks those written in Latin letters."""

    surname: list[str]
    given: list[str]
    latin: np.ndarray

    def full(self, i: int) -> str:
        """Name as its bearer writes it."""
        if self.latin[i]:
            return f"{self.given[i]} {self.surname[i]}"
        return self.surname[i] + self.given[i]


def _zipf(values: list[str]) -> np.ndarray:
    """Values are listed from common to rare; shares fall as 1 / (rank + 3)."""
    return cumulative(1.0 / (np.arange(len(values)) + 4.0))


def sample_names(rng: np.random.Generator, sex: np.ndarray, birth: np.ndarray) -> Names:
    """Draw names by sex (0 female, 1 male) and birth cohort (`birth`: days since 1970-01-01)."""
    n = len(sex)
    family, family_cdf = surnames()
    surname = [family[i] for i in pick(rng, family_cdf, n)]
    given: list[str] = [""] * n
    cohort = np.searchsorted(_COHORT_STARTS, birth, side="right").clip(1) - 1
    for c, year in enumerate(COHORTS):
        for s, letter in ((0, "F"), (1, "M")):
            rows = np.flatnonzero((cohort == c) & (sex == s))
            table = given_names()[(year, letter)]
            kinds = ("single", "first", "popular")
            kind = pick(rng, cumulative([table[k][0] for k in kinds]), len(rows))
            values = {k: table[k][1] for k in (*kinds, "second")}
            draws = {k: pick(rng, _zipf(v), len(rows)) for k, v in values.items()}
            for j, row in enumerate(rows):
                if kind[j] == 0:
                    given[row] = values["single"][draws["single"][j]]
                elif kind[j] == 1:
                    given[row] = values["first"][draws["first"][j]] + values["second"][draws["second"][j]]
                else:
                    given[row] = values["popular"][draws["popular"][j]]
    latin = rng.random(n) < LATIN_SHARE
    pools = latin_names()
    rows = np.flatnonzero(latin)
    family_draw = rng.integers(0, len(pools["surname"]), len(rows))
    given_draw = rng.random(len(rows))
    for j, row in enumerate(rows):
        pool = pools["given_M" if sex[row] else "given_F"]
        surname[row] = pools["surname"][family_draw[j]]
        given[row] = pool[int(given_draw[j] * len(pool))]
    return Names(surname, given, latin)


@cache
def _letters() -> tuple[dict[str, str], dict[str, str], dict[str, list[str]]]:
    """Pinyin, traditional form and homophones of every character used in names."""
    from opencc import OpenCC
    from pypinyin import lazy_pinyin

    chars = list(dict.fromkeys("".join(surnames()[0])))
    for table in given_names().values():
        for _, values in table.values():
            chars += [c for value in values for c in value]
    chars = list(dict.fromkeys(chars))
    pinyin = {c: lazy_pinyin(c)[0] for c in chars}
    converter = OpenCC("s2t")
    traditional = {c: converter.convert(c) for c in chars}
    homophones: dict[str, list[str]] = {}
    for c in chars:
        homophones[c] = [d for d in chars if d != c and pinyin[d] == pinyin[c]]
    return pinyin, traditional, homophones


def pinyin(text: str) -> str:
    """Pinyin of a name, syllables joined; characters outside the tables are dropped."""
    return "".join(_letters()[0].get(c, "") for c in text)


NAME_KINDS = (
    "plain", "homophone", "swapped", "traditional", "pinyin", "honorific", "nickname", "note", "spaced",
    "masked", "missing",
)  # fmt: skip

_HONORIFICS_M = ("总", "先生", "经理", "老板", "哥", "主任", "董")
_HONORIFICS_F = ("总", "女士", "经理", "姐", "小姐", "主任", "老师")
_NOTES = (
    "（老客户）",
    "(送礼)",
    " 老板朋友",
    "-婚宴",
    "（介绍来的）",
    " 尾款未结",
    "/司机代收",
    "(VIP)",
    "－要发票",
    "（同学）",
)


def variant(kind: str, surname: str, given: str, latin: bool, male: bool, u: float) -> str | None:
    """How a name is written down: one of NAME_KINDS; `u` in [0, 1) chooses among the ways of one kind."""
    if kind == "missing":
        return None
    if latin:
        return _latin_variant(kind, surname, given, male, u)
    full = surname + given
    if kind == "homophone":
        at = int(u * 97) % len(given)
        others = _letters()[2].get(given[at], [])
        if not others:
            return full
        return surname + given[:at] + others[int(u * 997) % len(others)] + given[at + 1 :]
    if kind == "swapped":
        return surname + given[::-1]
    if kind == "traditional":
        return "".join(_letters()[1].get(c, c) for c in full)
    if kind == "pinyin":
        family, name = pinyin(surname), pinyin(given)
        if not family or not name:
            return full
        return (
            f"{family.title()} {name.title()}",
            f"{family}{name}",
            f"{family.upper()} {name.upper()}",
            f"{name.title()} {family.title()}",
        )[int(u * 4)]
    if kind == "honorific":
        titles = _HONORIFICS_M if male else _HONORIFICS_F
        title = titles[int(u * len(titles))]
        return surname + title if u * 31 % 1 < 0.7 else full + title
    if kind == "nickname":
        return (f"小{surname}", f"老{surname}", f"阿{given[-1]}", given if len(given) > 1 else given * 2)[
            int(u * 4)
        ]
    if kind == "note":
        return full + _NOTES[int(u * len(_NOTES))]
    if kind == "spaced":
        return (f"{surname} {given}", f" {full}", f"{surname}　{given}", f"{full} ")[int(u * 4)]
    if kind == "masked":
        return surname + "*" * len(given)
    return full


def _latin_variant(kind: str, surname: str, given: str, male: bool, u: float) -> str:
    """The same kinds for Latin names; kinds that make no sense there fall back to case and order."""
    if kind == "honorific":
        return f"{'Mr.' if male else 'Ms.'} {surname}"
    if kind == "nickname":
        return given
    if kind == "note":
        return f"{given} {surname} (VIP)"
    if kind == "masked":
        return f"{given[0]}*** {surname[0]}***"
    if kind in ("homophone", "swapped"):
        return f"{surname}, {given}"
    if kind in ("pinyin", "traditional"):
        return f"{given} {surname}".upper() if u < 0.5 else f"{given[0]}. {surname}"
    if kind == "spaced":
        return f" {given}  {surname}"
    return f"{given} {surname}"
