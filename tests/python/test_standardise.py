"""The standardisation functions over nasty values, against independent oracles, and under random input.

All views are built once (bench.macro_views); a test fills the table `cases` and reads a view.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import importlib.util
import random
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import duckdb
import phonenumbers
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opencc import OpenCC
from pypinyin import lazy_pinyin

from bench.macro_views import PROJECT, build
from customer360.core import functions
from customer360.privacy.hashing_key import DEMO_KEY, key_id, session_variables

PLAIN = [
    "fold_width",
    "clean_text",
    "han_simplify",
    "plain_words",
    "keyed_hash",
    "parse_timestamp",
    "parse_date",
    "parse_amount",
    "parse_integer",
    "parse_boolean",
    "gender",
    "industry_code",
    "mask_phone",
]
AS_OF = "date '2025-06-30'"
CASES = yaml.safe_load(Path(__file__).with_name("standardise_cases.yml").read_text(encoding="utf-8"))


def call(function: str, rest: str = "", field: str = "") -> str:
    """A call of a function on `x`, with further arguments, and the field of its struct that is asked for."""
    return f"{{{{ function('{function}') }}}}(x{rest}){field}"


NAME, MASKED = call("person_name", field=".name"), call("phone", field=".partial")
SURNAME = f"left({NAME}, {{{{ function('surname_length') }}}}({NAME}))"
# x is a country and, behind a bar, what stands in the field
OF_COUNTRY = (
    "{{ function('phone') }}(substr(x, strpos(x, '|') + 1), country => nullif(split_part(x, '|', 1), ''))"
)
EXPRESSIONS = {name: call(name) for name in PLAIN} | {
    "name_clean": NAME,
    "name_surname": f"nullif({SURNAME}, '')",
    "name_given": f"case when {SURNAME} <> '' then nullif(substr({NAME}, 1 + length({SURNAME})), '') end",
    "name_honorific": call("person_name", field=".honorific"),
    "name_note": call("person_name", field=".note"),
    "name_reason": call("person_name", field=".reason"),
    "name_part": call("name_part"),
    "customer_key": call("customer_key", field=".number"),
    "customer_key_reason": call("customer_key", field=".reason"),
    "name_script": f"{{{{ function('name_script') }}}}({NAME})",
    "name_pinyin": call("name_pinyin"),
    "company_clean": call("company_name", field=".name"),
    "company_legal_form": call("company_name", field=".legal_form"),
    "company_place": call("company_name", field=".place"),
    "company_branch": call("company_name", field=".branch"),
    "phone": call("phone", field=".number"),
    "phone_of_country": OF_COUNTRY + ".number",
    "phone_of_country_reason": OF_COUNTRY + ".reason",
    "phone_of_country_extension": OF_COUNTRY + ".extension",
    "phone_of_country_partial": OF_COUNTRY + ".partial",
    "country_code": call("country_code"),
    "phone_reason": call("phone", field=".reason"),
    "phone_type": call("phone", field=".type"),
    "phone_extension": call("phone", field=".extension"),
    "phone_partial": MASKED,
    "phone_partial_prefix": f"nullif(split_part({MASKED}, '****', 1), '')",
    "phone_partial_suffix": f"nullif(split_part({MASKED}, '****', 2), '')",
    "email": call("email", field=".address"),
    "email_reason": call("email", field=".reason"),
    "credit_code": call("credit_code", field=".code"),
    "credit_code_reason": call("credit_code", field=".reason"),
    "id_number_valid": f"case when {call('id_number', field='.reason')} is distinct from 'missing'"
    f" then {call('id_number', field='.reason')} is null end",
    "id_number_reason": call("id_number", field=".reason"),
    "id_number_birth_date": call("id_number", field=".birth_date"),
    "id_number_sex": call("id_number", field=".sex"),
    "id_number_hash": call("id_number", field=".hash"),
    "birth_date": call("birth_date", f", {AS_OF}", ".date"),
    "birth_date_reason": call("birth_date", f", {AS_OF}", ".reason"),
    "id_number_reason_as_of": call("id_number", f", {AS_OF}", ".reason"),
    "timestamp_day_first": call("parse_timestamp", ", day_first => true"),
    "timestamp_month_first": call("parse_timestamp", ", day_first => false"),
    "timestamp_utc": call("parse_timestamp", ", utc => true"),
    "timestamp_new_york": call("parse_timestamp", ", time_zone => 'America/New_York'"),
    "zone_abbreviations": "'{{ zone_abbreviations() | join(' ') }}'",
    "timestamp_london": call("parse_timestamp", ", time_zone => 'Europe/London'"),
    "amount_usd": call("parse_amount", ", currency => 'USD'"),
    "amount_chf": call("parse_amount", ", currency => 'CHF'"),
}
QUERIES = {
    # Parts read from a column computed once, under column names that the functions' own lambdas use as well.
    "parsed_once": """
        select id, concat_ws('|', _p.name, _p.honorific) as y
        from (
            select id, {{ function('person_name') }}(x) as _p, 1 as v, 2 as c, 3 as text from {{ ref('cases') }}
        ) as q
    """,
    "regions": """
        select
            c.id,
            concat_ws('/', r.province_code, r.city_code, coalesce(r.district_code, ''),
                coalesce(r.district, ''), r.region_status) as y
        from ({{ match_regions(ref('cases'), 'x') }}) as r
        inner join {{ ref('cases') }} as c on r.address = c.x
    """,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the views are built."""
    return tmp_path_factory.mktemp("macros") / "project"


@pytest.fixture(scope="module")
def views(folder: Path) -> duckdb.DuckDBPyConnection:
    """One view per expression over the table `cases (id, x)`."""
    return build(folder, EXPRESSIONS, QUERIES)


def test_functions_without_dbt_are_those_that_dbt_builds(
    views: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    """Lint reads the bodies without dbt, and landing three functions (customer360.core.functions)."""
    built = {
        file.stem: file.read_text(encoding="utf-8").strip()
        for file in (folder / "target/compiled").rglob("functions/*.sql")
    }
    bare = {name: re.sub(r'"macro_views"\."main"\."(\w+)"', r"\1", sql) for name, sql in built.items()}
    assert bare == {
        path.stem: functions.body(PROJECT, path.stem) for path in (PROJECT / "functions").glob("*.sql")
    }
    signatures = (
        "select function_name, parameters, parameter_types from duckdb_functions()"
        " where function_name in ('fold_width', 'squeeze', 'parse_timestamp') order by 1"
    )
    with duckdb.connect() as alone:
        for name in ("fold_width", "squeeze", "parse_timestamp"):
            alone.execute(functions.definition(PROJECT, name))
        assert alone.execute(signatures).fetchall() == views.execute(signatures).fetchall()


def run(views: duckdb.DuckDBPyConnection, view: str, values: Iterable[str | None]) -> list[Any]:
    """The view's answer for each value, in order."""
    values = list(values)
    views.execute("delete from cases")
    rows = [list(range(len(values))), values]
    views.execute("insert into cases select unnest($1::integer[]), unnest($2::varchar[])", rows)
    return [y for (y,) in views.execute(f"select y from {view} order by id").fetchall()]


def shown(answer: Any) -> Any:
    """The answer as the case file writes it."""
    if isinstance(answer, dt.date):
        return answer.isoformat()
    return str(answer) if isinstance(answer, Decimal) else answer


@pytest.mark.parametrize("view", CASES)
def test_nasty_values(views: duckdb.DuckDBPyConnection, view: str) -> None:
    """Every listed value gives the listed answer."""
    answers = run(views, view, [value for value, _ in CASES[view]])
    given_and_got = zip(CASES[view], map(shown, answers), strict=True)
    assert [(value, wanted, got) for (value, wanted), got in given_and_got if got != wanted] == []


@pytest.mark.parametrize(
    "family", ["phone", "phone_of_country", "email", "credit_code", "birth_date", "customer_key", "name"]
)
def test_a_reason_is_given_exactly_without_a_value(views: duckdb.DuckDBPyConnection, family: str) -> None:
    """Over all nasty values of all macros."""
    values = sorted({value for cases in CASES.values() for value, _ in cases if value is not None})
    parsed = "name_clean" if family == "name" else family
    both = zip(values, run(views, parsed, values), run(views, f"{family}_reason", values), strict=True)
    assert [v for v, value, reason in both if (value is None) == (reason is None)] == []


# Independent oracles


def test_folding_is_nfkc_on_the_ranges_it_covers(views: duckdb.DuckDBPyConnection) -> None:
    """Full-width forms, radicals, compatibility ideographs, sub- and superscripts, character by character."""
    ranges = ["FF01-FF5E", "FFE0-FFE6", "2F00-2FD5", "F900-FA6D", "2070-209C", "FE54-FE6B"]
    bounds = [[int(bound, 16) for bound in each.split("-")] for each in ranges]
    characters = [chr(c) for low, high in bounds for c in range(low, high + 1)]
    folded = dict(zip(characters, run(views, "fold_width", characters), strict=True))
    wanted = {c: unicodedata.normalize("NFKC", c) for c in characters}
    # Two deviations are meant: dashes become hyphens, and the macron is not taken apart.
    wanted |= {"﹘": "-", "⁻": "-", "₋": "-", "￣": "￣"}
    assert folded == wanted


def test_simplification_equals_opencc(views: duckdb.DuckDBPyConnection) -> None:
    """Every character of the basic block, alone; what deviates is what the seed's description says."""
    characters = [chr(c) for c in range(0x4E00, 0xA000)]
    wanted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    got = run(views, "han_simplify", characters)
    deviating = {c: w for c, w, g in zip(characters, wanted, got, strict=True) if w != g}
    assert all(g in (c, w) for c, w, g in zip(characters, wanted, got, strict=True))
    # Rare simplified forms outside of the basic block are not taken over, and these are left standing:
    inside = {c for c, w in deviating.items() if 0x4E00 <= ord(w) <= 0x9FFF}
    assert inside == set("乾夥徵於薹麽鿓")
    assert len(deviating) == 717


def test_pinyin_equals_the_library_on_common_names(views: duckdb.DuckDBPyConnection) -> None:
    """Names of usual characters; the library reads whole words, the function single characters."""
    draw = random.Random(7)
    surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹彭萧田董袁潘蔡蒋余杜叶程苏魏"
    given = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂文辉力红建国志华春梅玲玉兰海燕晓东佳琪子涵欣"
    names = [draw.choice(surnames) + "".join(draw.choices(given, k=draw.randint(1, 2))) for _ in range(3000)]
    got = run(views, "name_pinyin", names)
    wanted = [f"{lazy_pinyin(name[0])[0]} {''.join(lazy_pinyin(name[1:]))}" for name in names]
    agreeing = sum(g == w for g, w in zip(got, wanted, strict=True)) / len(names)
    assert agreeing > 0.99


def test_mobile_numbers_agree_with_phonenumbers(views: duckdb.DuckDBPyConnection) -> None:
    """Valid for Google's library means valid here, in the same form; it knows prefixes, so not the
    reverse."""
    draw = random.Random(3)
    mobiles = [f"1{draw.randint(3, 9)}{draw.randint(0, 999999999):09d}" for _ in range(3000)]
    numbers = [draw.choice(["", "+86", "0086 ", "86-"]) + mobile for mobile in mobiles]
    areas = ["010", "021", "0755", "0512", "0571"]
    numbers += [f"{draw.choice(areas)}{draw.randint(20000000, 89999999)}" for _ in range(1000)]
    got, reasons = run(views, "phone", numbers), run(views, "phone_reason", numbers)
    for number, value, reason in zip(numbers, got, reasons, strict=True):
        parsed = phonenumbers.parse(number.replace("0086 ", "+86"), "CN")
        if phonenumbers.is_valid_number(parsed) and reason != "placeholder":
            assert value == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    assert sum(value is not None for value in got) > 3900


def test_numbers_of_every_country_agree_with_phonenumbers(views: duckdb.DuckDBPyConnection) -> None:
    """Landlines and mobiles as their country's people write them, with its calling code and abroad: one key, that of the
    library. Chinese landlines alone need their 0 or the calling code."""
    draw, kinds, written = (
        random.Random(11),
        (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE),
        phonenumbers.PhoneNumberFormat,
    )
    spelled: dict[str, str] = {}
    for country in sorted(phonenumbers.SUPPORTED_REGIONS):
        for example in filter(None, (phonenumbers.example_number_for_type(country, kind) for kind in kinds)):
            digits = phonenumbers.national_significant_number(example)
            ends = ["", *(f"{draw.randint(0, 999):03}" for _ in range(6))]
            for national in (digits[: len(digits) - len(end)] + end for end in ends):
                number = phonenumbers.parse(f"+{example.country_code}{national}")
                if not phonenumbers.is_valid_number(number):
                    continue
                e164 = phonenumbers.format_number(number, written.E164)
                forms = [phonenumbers.format_number(number, form) for form in (0, 1, 2, 3)]
                forms += [e164[1:], f"00{e164[1:]}"] + ([national] if country != "CN" else [])
                spelled |= {f"{country}|{form}": e164 for form in forms}
    got, reasons = run(views, "phone_of_country", spelled), run(views, "phone_of_country_reason", spelled)
    wrong = [
        (form, e164, number)
        for (form, e164), number, reason in zip(spelled.items(), got, reasons, strict=True)
        if number != e164 and reason != "placeholder"
    ]
    assert wrong == []
    assert sum(number is not None for number in got) > 0.96 * len(spelled) > 19_000


def test_the_seed_of_countries_is_the_metadata_of_phonenumbers(tmp_path: Path) -> None:
    """What seeds/reference/rebuild.py writes is what is committed."""
    specification = importlib.util.spec_from_file_location("rebuild", PROJECT / "seeds/reference/rebuild.py")
    rebuild = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(rebuild)
    (tmp_path / "macros/words").mkdir(parents=True)
    rebuild.ROOT = rebuild.SEEDS = tmp_path
    rebuild.build_phones()
    for written, committed in (
        ("countries.csv", "seeds/reference/countries.csv"),
        ("country_names.csv", "seeds/reference/country_names.csv"),
        ("macros/words/phone_plans.sql", "macros/words/phone_plans.sql"),
    ):
        assert (tmp_path / written).read_bytes() == (PROJECT / committed).read_bytes(), committed


def test_the_hash_is_hmac_sha256(views: duckdb.DuckDBPyConnection) -> None:
    """Equal to Python's hmac with the same key; both forms of one ID number have one hash."""

    def hashed(value: str) -> str:
        return hmac.new(DEMO_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()

    values = ["+8613812345679", "张伟", "a", "", "x" * 200]
    assert run(views, "keyed_hash", [*values, None]) == [*map(hashed, values), None]
    numbers = ["110105491231002", "11010519491231002X", "110105 19491231 002x", "110105194912310021"]
    assert run(views, "id_number_hash", numbers) == [hashed("11010519491231002X")] * 3 + [None]


def test_a_hash_without_a_key_is_an_error(views: duckdb.DuckDBPyConnection) -> None:
    """Fail closed: no null, no unkeyed hash; only a missing value needs no key."""
    views.execute("delete from cases")
    views.execute("insert into cases values (1, '13812345679')")
    views.execute("reset variable customer360_hmac_outer")
    try:
        with pytest.raises(duckdb.Error, match="CUSTOMER360_HMAC_KEY"):
            views.execute("select y from keyed_hash").fetchall()
        views.execute("update cases set x = null")
        assert views.execute("select y from keyed_hash").fetchall() == [(None,)]
    finally:
        for name, value in session_variables(DEMO_KEY.encode()).items():
            views.execute(f"set variable {name} = ?", [value])
    assert len(key_id(DEMO_KEY.encode())) == 8


# Properties

MANY = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
MESSY = st.text(
    st.sampled_from("0123456789+-() *x/.,;:#e@abcAZqq.com¥TZ'\"\\␟|%_$[]{}\u3000\u200b\u2212")
    | st.sampled_from("转机手张王总万元年月日时分８（）")
    | st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
    max_size=30,
)
BATCH = st.lists(MESSY, min_size=1, max_size=60)


@MANY
@given(BATCH)
@pytest.mark.parametrize(
    "view", ["fold_width", "clean_text", "han_simplify", "phone", "email", "credit_code"]
)
def test_what_is_standard_stays(views: duckdb.DuckDBPyConnection, view: str, values: list[str]) -> None:
    """f(f(x)) = f(x), whatever x is; and no input is an error."""
    once = run(views, view, values)
    assert run(views, view, once) == once


@settings(MANY, max_examples=2)
@given(st.lists(MESSY, min_size=300, max_size=300))
def test_no_text_is_an_error(views: duckdb.DuckDBPyConnection, values: list[str]) -> None:
    """Every function answers every text."""
    for view in EXPRESSIONS:
        assert len(run(views, view, values)) == len(values)


@MANY
@given(BATCH)
def test_each_address_gets_one_region(views: duckdb.DuckDBPyConnection, values: list[str]) -> None:
    """One row per distinct address, none lost, none twice."""
    distinct = sorted(set(values))
    assert len(run(views, "regions", distinct)) == len(distinct)


@MANY
@given(st.lists(st.integers(-(10**17), 10**17), min_size=1, max_size=200))
def test_amounts_survive_being_written(views: duckdb.DuckDBPyConnection, cents: list[int]) -> None:
    """parse(write(x)) = x for every way of writing an amount."""
    amounts = [Decimal(c) / 100 for c in cents]
    for write in ("{}", "{:,.2f}", "￥{:,.2f}", "{:.2f}元"):
        assert run(views, "parse_amount", [write.format(a) for a in amounts]) == amounts
    brackets = [f"({abs(a):.2f})" if a < 0 else f"{a:.2f}" for a in amounts]
    assert run(views, "parse_amount", brackets) == amounts


@MANY
@given(st.lists(st.datetimes(dt.datetime(1980, 1, 1), dt.datetime(2090, 1, 1)), min_size=1, max_size=200))
def test_timestamps_survive_being_written(
    views: duckdb.DuckDBPyConnection, moments: list[dt.datetime]
) -> None:
    """parse(write(x)) = x for every accepted form, seconds precise."""
    moments = [m.replace(microsecond=0) for m in moments]
    dates = {
        "%Y-%m-%d": "%H:%M:%S",
        "%Y/%m/%d": "%H:%M:%S",
        "%Y年%m月%d日": "%H时%M分%S秒",
        "%d-%b-%Y": "%H:%M:%S",
    }
    for form in [f"{date} {time}" for date, time in dates.items()] + ["%Y%m%d%H%M%S"]:
        assert run(views, "parse_timestamp", [m.strftime(form) for m in moments]) == moments
    late = [m for m in moments if m > dt.datetime(2001, 9, 10)]
    epochs = [str(int(m.replace(tzinfo=HOME).timestamp())) for m in late]
    assert run(views, "parse_timestamp", epochs) == late


HOME = dt.timezone(dt.timedelta(hours=8))
"""The zone of the data set that the views are rendered for; no summer time since 1991."""
OFFSETS = st.integers(-12 * 4, 14 * 4).map(lambda quarters: dt.timezone(dt.timedelta(minutes=15 * quarters)))
SINCE_1992 = st.datetimes(dt.datetime(1992, 1, 2), dt.datetime(2090, 1, 1))


def at_home(moment: dt.datetime) -> dt.datetime:
    """An instant as the clock of the data set shows it."""
    return moment.astimezone(HOME).replace(tzinfo=None)


@MANY
@given(instants=st.lists(st.tuples(SINCE_1992, OFFSETS), min_size=1, max_size=200))
@pytest.mark.parametrize(
    "day", ["%Y-%m-%d ", "%Y/%m/%dT", "%Y%m%d ", "%d %B %Y ", "%b %d, %Y, ", "%a, %d %b %Y "]
)
@pytest.mark.parametrize("clock", ["%H:%M:%S.%f", "%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M%p"])
def test_instants_survive_being_written(
    views: duckdb.DuckDBPyConnection, instants: list[tuple[dt.datetime, dt.timezone]], day: str, clock: str
) -> None:
    """Each day with each clock and each way of writing an offset."""
    moments = [moment.replace(tzinfo=zone) for moment, zone in instants]
    if "%f" not in clock:
        moments = [m.replace(microsecond=0, second=m.second if "%S" in clock else 0) for m in moments]
    offsets = [(m.strftime("%z"), m.isoformat()[-6:]) for m in moments]
    texts = [
        m.strftime(day + clock) + between + written
        for m, (short, long) in zip(moments, offsets, strict=True)
        for between in ("", " ")
        for written in (short, long, f"UTC{long}")
    ]
    assert run(views, "parse_timestamp", texts) == [at_home(m) for m in moments for _ in range(6)]
    utc = [m.astimezone(dt.UTC).strftime(day + clock) for m in moments]
    assert run(views, "timestamp_utc", utc) == list(map(at_home, moments))


@MANY
@given(minutes=st.lists(st.integers(-300, 300), min_size=1, max_size=100))
@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("America/New_York", dt.datetime(2026, 3, 8, 2)),
        ("America/New_York", dt.datetime(2026, 11, 1, 2)),
        ("Europe/Berlin", dt.datetime(2026, 3, 29, 2)),
        ("Europe/Berlin", dt.datetime(2026, 10, 25, 3)),
        ("Australia/Lord_Howe", dt.datetime(2026, 4, 5, 2)),
        ("Australia/Lord_Howe", dt.datetime(2026, 10, 4, 2)),
        ("Antarctica/Troll", dt.datetime(2026, 10, 25, 3)),
        ("Asia/Kolkata", dt.datetime(2026, 3, 8, 2)),
    ],
)
def test_a_named_zone_is_read_but_for_times_its_clocks_skip_or_repeat(
    views: duckdb.DuckDBPyConnection, zone: str, change: dt.datetime, minutes: list[int]
) -> None:
    """Around a change of the clocks, against the tz database of Python."""
    local = [change + dt.timedelta(minutes=minute) for minute in minutes]
    wanted = []
    for moment in local:
        both = [moment.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(dt.UTC) for fold in (0, 1)]
        skipped = both[0].astimezone(ZoneInfo(zone)).replace(tzinfo=None) != moment
        wanted.append(at_home(both[0]) if both[0] == both[1] and not skipped else None)
    assert run(views, "parse_timestamp", [f"{moment:%Y-%m-%d %H:%M} {zone}" for moment in local]) == wanted
    if zone != "Asia/Kolkata":
        whole = [change + dt.timedelta(minutes=minute) for minute in range(-300, 300, 5)]
        read = run(views, "parse_timestamp", [f"{moment:%Y-%m-%d %H:%M} {zone}" for moment in whole])
        assert 0 < read.count(None) < len(read)


def test_an_abbreviation_is_read_only_where_it_means_one_offset(views: duckdb.DuckDBPyConnection) -> None:
    """Against all zones of the tz database, by the middle of each month of 15 years; other letters are no zone."""
    meanings: dict[str, set[dt.timedelta]] = {}
    for name in available_timezones():
        if "/" in name:
            for month in range(12 * 15):
                moment = dt.datetime(2012 + month // 12, 1 + month % 12, 15, tzinfo=ZoneInfo(name))
                meanings.setdefault(str(moment.tzname()).upper(), set()).add(
                    moment.utcoffset() or dt.timedelta()
                )
    (listed,) = set(run(views, "zone_abbreviations", ["x"]))
    accepted = set(listed.split()) - {"Z"}
    assert {name: len(meanings[name]) for name in accepted} == dict.fromkeys(accepted, 1)
    noon = dt.datetime(2026, 10, 10, 12)
    names = sorted(
        accepted | {name for name in meanings if name.isalpha()} | {"BST", "AST", "XYZ", "AM", "LOCAL"}
    )
    got = dict(zip(names, run(views, "parse_timestamp", [f"{noon} {name}" for name in names]), strict=True))
    assert {name for name, moment in got.items() if moment} - {"AM"} == accepted
    for name in accepted:
        assert got[name] == at_home(noon.replace(tzinfo=dt.timezone(*meanings[name])))
    assert not {"CST", "CDT", "PST", "IST", "BST", "AST"} & accepted
    how_to = (PROJECT / "docs/bring-your-data.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"or one of ([A-Z,\s]+)\.", how_to)
    assert set(re.findall(r"[A-Z]+", told)) == accepted


def id_number(draw: random.Random) -> str:
    """A valid 18-digit ID number."""
    born = dt.date(1930, 1, 1) + dt.timedelta(days=draw.randint(0, 33000))
    body = f"{draw.randint(110000, 659999)}{born:%Y%m%d}{draw.randint(0, 999):03d}"
    weights = [pow(2, 17 - i, 11) for i in range(17)]
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def credit_code(draw: random.Random) -> str:
    """A valid unified social credit code."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91{draw.randint(110000, 659999)}" + "".join(draw.choices(alphabet, k=9))
    return body + alphabet[-sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31]


def test_check_digits_catch_every_single_changed_character(views: duckdb.DuckDBPyConnection) -> None:
    """All valid numbers pass, and no valid number stays valid with one character changed."""
    draw = random.Random(11)
    for make, view, alphabet in (
        (id_number, "id_number_valid", "0123456789"),
        (credit_code, "credit_code", "0123456789ABCDEFGHJKLMNPQRTUWXY"),
    ):
        valid = [make(draw) for _ in range(200)]
        assert all(run(views, view, valid))
        places = [(v, i) for v in valid[:20] for i in range(18)]
        changed = [v[:i] + c + v[i + 1 :] for v, i in places for c in alphabet if c != v[i]]
        assert not any(run(views, view, changed))


def test_old_id_numbers_become_new_ones(views: duckdb.DuckDBPyConnection) -> None:
    """The 15-digit form of a number born in 19xx hashes like its 18-digit form."""
    draw = random.Random(5)
    new = [n for n in (id_number(draw) for _ in range(300)) if n[6:8] == "19"]
    assert run(views, "id_number_hash", [n[:6] + n[8:17] for n in new]) == run(views, "id_number_hash", new)
