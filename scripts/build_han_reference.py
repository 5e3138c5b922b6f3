"""Write seeds/reference/han_characters.csv and macros/standardise/han_traditional.sql from maintained tables.

Run after an upgrade of one of the two libraries (both are development dependencies):

    uv run python scripts/build_han_reference.py

Sources: OpenCC's TSCharacters table as shipped by opencc-python-reimplemented (Apache-2.0) and the readings of
pypinyin (MIT). A character that OpenCC lets stand in some contexts and that the simplified set GB 2312 contains is
never converted: 乾, 徵 or 於 in a mainland name are right as they stand; OpenCC's first choice would be 干, 征, 于.
"""

import csv
from importlib.resources import files
from pathlib import Path

from pypinyin import lazy_pinyin

ROOT = Path(__file__).resolve().parent.parent
FIRST, LAST = 0x4E00, 0x9FFF


def in_gb2312(character: str) -> bool:
    """Whether the character belongs to GB 2312."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def traditional_to_simplified() -> dict[str, str]:
    """Map of traditional characters of the basic block to their first simplified form there."""
    table = files("opencc").joinpath("dictionary/TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    choices = {old: new.split(" ") for old, new in pairs}
    return {
        old: new[0]
        for old, new in choices.items()
        if old != new[0]
        and FIRST <= ord(old) <= LAST
        and FIRST <= ord(new[0]) <= LAST
        and not (old in new and in_gb2312(old))
    }


def reading(character: str) -> str:
    """Most usual reading without tone (ü as v); empty when the library has none."""
    return "".join(lazy_pinyin(character, errors="ignore"))


def main() -> None:
    """Write both files."""
    simplified = traditional_to_simplified()
    with (ROOT / "seeds/reference/han_characters.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["code_point", "han", "simplified", "pinyin"])
        for code_point in range(FIRST, LAST + 1):
            character = chr(code_point)
            if (spoken := reading(character)) or character in simplified:
                writer.writerow([code_point, character, simplified.get(character, character), spoken])
    text = "".join(sorted(simplified))
    (ROOT / "macros/standardise/han_traditional.sql").write_text(
        "{#- Written by scripts/build_han_reference.py: every character that han_characters converts. -#}\n"
        f"{{% macro han_traditional() -%}}\n{text}\n{{%- endmacro %}}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
