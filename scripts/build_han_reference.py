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


# Characters read otherwise when they are a surname (Xiandai Hanyu Cidian).
SURNAME_READINGS = dict(
    pair.split(":")
    for pair in (
        "单:shan 單:shan 曾:zeng 解:xie 仇:qiu 查:zha 翟:zhai 区:ou 區:ou 朴:piao 盖:ge 蓋:ge 乐:yue 樂:yue 覃:qin "
        "缪:miao 繆:miao 员:yun 員:yun 繁:po 种:chong 秘:bi 黑:he 折:she 召:shao 任:ren 华:hua 華:hua 葛:ge 燕:yan "
        "宓:mi 逄:pang 晁:chao 洗:xian 冼:xian 那:na 隗:wei 牟:mu 石:shi 柏:bai 贾:jia 賈:jia 俞:yu 沈:shen 卜:bu "
        "车:che 車:che 尉:wei 应:ying 應:ying 宁:ning 寧:ning 纪:ji 紀:ji 相:xiang 重:chong 都:du 降:xiang 长:chang"
    ).split()
)


def main() -> None:
    """Write both files."""
    simplified = traditional_to_simplified()
    with (ROOT / "seeds/reference/han_characters.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["code_point", "han", "simplified", "pinyin", "surname_pinyin"])
        for code_point in range(FIRST, LAST + 1):
            character = chr(code_point)
            if (spoken := reading(character)) or character in simplified:
                as_surname = SURNAME_READINGS.get(character, spoken)
                writer.writerow([code_point, character, simplified.get(character, character), spoken, as_surname])
    text = "".join(sorted(simplified))
    (ROOT / "macros/standardise/han_traditional.sql").write_text(
        "{#- Written by scripts/build_han_reference.py: every character that han_characters converts. -#}\n"
        f"{{% macro han_traditional() -%}}\n{text}\n{{%- endmacro %}}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
