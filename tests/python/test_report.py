"""Reports say what the published marts say: sentence by sentence, in two languages, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import pytest
from test_identity_page import Reader, ask, assert_self_contained, published
from test_privacy import canaries

from conftest import PROJECT
from customer360.cli import main
from customer360.core.data_sets import load_data_set
from customer360.core.sources import load_sources
from customer360.presentation import page as engine
from customer360.presentation import report, report_charts, report_sentences
from customer360.presentation.report import PAGE, NoPeriod, choose, figures, kind_of, render
from customer360.presentation.report_charts import either_way, nice_top
from customer360.presentation.report_sentences import (
    Sentences,
    money,
    period_name,
    share,
    short,
    size,
    written,
)

YUAN, POUND = ("元", "CNY"), ("英镑", "GBP")
PERIODS = [
    (data_set, kind) for data_set in ("demo", "online_retail") for kind in ("month", "quarter", "week")
]
every_report = pytest.mark.parametrize(("data_set", "kind"), PERIODS)


@cache
def latest(data_set: str, kind: str) -> str:
    ((period,),) = ask(
        data_set, f"select period from pages.report_periods where period_kind = '{kind}' and is_latest"
    )
    return period


@cache
def page(data_set: str, kind: str) -> str:
    declared = load_data_set(PROJECT, data_set, load_sources(PROJECT))
    return render(declared, figures(published(data_set), latest(data_set, kind)))


def bare(html: str) -> str:
    """A piece of a page without its tags."""
    return unescape(re.sub(r"<[^>]+>", "", html))


# --- numbers and words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.201, "20.1%"),
        (-0.0152, "−1.5%"),
        (0.0029, "0.29%"),
        (0.0, "0%"),
        (0.00001, "< 0.01%"),
        (-0.00001, "> −0.01%"),
        (0.9996, "> 99.9%"),
        (1.0, "100.0%"),
        (16.995, "1,699.5%"),
    ],
)
def test_a_share_is_never_rounded_to_what_it_is_not(value: float, shown: str) -> None:
    assert share(value) == shown


@pytest.mark.parametrize(
    ("value", "currency", "zh", "en"),
    [
        (901234.6, YUAN, "90.12 万元", "CNY 901,235"),
        (9999, YUAN, "9,999 元", "CNY 9,999"),
        (2.5e8, YUAN, "2.50 亿元", "CNY 250,000,000"),
        (-20000, YUAN, "−2.00 万元", "CNY −20,000"),
        (654321, POUND, "654,321 英镑", "GBP 654,321"),
        (12.345, POUND, "12.35 英镑", "GBP 12.35"),
        (12, POUND, "12 英镑", "GBP 12"),
    ],
)
def test_money_is_written_as_its_readers_count(value: float, currency: Any, zh: str, en: str) -> None:
    assert (money(value, currency).zh, money(value, currency).en) == (zh, en)


@pytest.mark.parametrize(
    ("change", "relative", "unit", "zh", "en"),
    [
        (-227301.0, -0.2014, "money", "20.1%", "20.1%"),
        (5.0, None, "count", "5", "5"),
        (-0.0179, -0.074, "share", "1.8 个百分点", "1.8 points"),
        (0.0004, 0.01, "share", "0.04 个百分点", "0.04 points"),
        (9.75, 0.2, "points", "9.8 点", "9.8 points"),
        (-1.6, -0.26, "hours", "26.0%", "26.0%"),
    ],
)
def test_a_change_is_told_in_percent_or_in_points(
    change: float, relative: float | None, unit: str, zh: str, en: str
) -> None:
    told = size(change, relative, unit, YUAN)
    assert (told.zh, told.en) == (zh, en)


def test_times_and_axes_have_their_units() -> None:
    assert (written(4.52, "hours", YUAN).zh, written(4.52, "hours", YUAN).en) == ("4.5 小时", "4.5 h")
    assert (written(5.6, "days", YUAN).zh, written(5.6, "days", YUAN).en) == ("5.6 天", "5.6 days")
    assert (short(2.4e6, "money", YUAN).zh, short(2.4e6, "money", YUAN).en) == ("240 万", "2.4m")
    assert short(600_000, "money", YUAN).en == "600k" and short(0, "money", YUAN).en == "0"


@pytest.mark.parametrize(
    ("kind", "start", "end", "zh", "en"),
    [
        ("month", (2026, 10, 1), (2026, 10, 31), "2026 年 10 月", "October 2026"),
        ("quarter", (2026, 10, 1), (2026, 12, 31), "2026 年第四季度", "Q4 2026"),
        ("week", (2026, 10, 19), (2026, 10, 25), "2026 年第 43 周（10 月 19 日–25 日）", "week 43 of 2026 (19–25 Oct)"),
        ("week", (2024, 12, 30), (2025, 1, 5), "2025 年第 1 周（12 月 30 日–1 月 5 日）", "week 1 of 2025 (30 Dec–5 Jan)"),
    ],
)  # fmt: skip
def test_a_period_has_the_name_people_give_it(kind: str, start: Any, end: Any, zh: str, en: str) -> None:
    name = period_name(kind, dt.date(*start), dt.date(*end))
    assert (name.zh, name.en) == (zh, en)


# --- sentences --------------------------------------------------------------------------------------------


def row(**given: Any) -> dict[str, Any]:
    """A row of report_figures without anything to compare with."""
    empty = {
        "kpi": "revenue", "kpi_zh": "收入", "kpi_en": "Revenue", "unit": "money", "direction": "higher",
        "period_kind": "month", "value": 90.0, "numerator": 90.0, "base": None, "is_low_base": False, "target": None,
        "change_on_target": None, "is_target_met": None, "alert_kinds": None, "contributors_of": None,
        "top_contributors_zh": None, "top_contributors_en": None, "last_year_aligned_status": "unmoved",
        "festival_shift_zh": None, "festival_shift_en": None,
    }  # fmt: skip
    for reference in ("previous", "last_year", "last_year_aligned"):
        empty |= {f"{reference}_value": None, f"trend_on_{reference}": None}
        empty |= {f"change_on_{reference}": None, f"relative_change_on_{reference}": None}
    return empty | given


def moved(reference: str, trend: str, before: float, now: float = 90.0) -> dict[str, Any]:
    return {
        "value": now,
        f"trend_on_{reference}": trend,
        f"{reference}_value": before,
        f"change_on_{reference}": now - before,
        f"relative_change_on_{reference}": (now - before) / before if before else None,
    }


TELL = Sentences(PAGE.words, YUAN)


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        (
            moved("last_year", "fall", 100) | moved("previous", "rise", 80),
            "收入为 90 元，同比下降 10.0%（上年同月 100 元），环比上升 12.5%（上月 80 元）。",
            "Revenue: CNY 90, down 10.0% on the same month last year (CNY 100), up 12.5% on the month before (CNY 80).",
        ),
        (
            moved("last_year", "rise", 60),
            "收入为 90 元，同比上升 50.0%（上年同月 60 元）。",
            "Revenue: CNY 90, up 50.0% on the same month last year (CNY 60).",
        ),
        (
            moved("last_year", "fall", 100)
            | moved("last_year_aligned", "rise", 80)
            | {"last_year_aligned_status": "aligned", "festival_shift_zh": "节移", "festival_shift_en": "Feast moved"},
            "收入为 90 元，按节日季同比上升 12.5%（上年同一节日季 80 元），按日历同比下降 10.0%，因节日移动（节移）。",
            "Revenue: CNY 90, up 12.5% on the same festival season last year (CNY 80), "
            "down 10.0% by the calendar because a festival moved (Feast moved).",
        ),
        (
            moved("last_year", "fall", 100) | {"last_year_aligned_status": "not_aligned", "festival_shift_zh": "节移"},
            "收入为 90 元，同比下降 10.0%（上年同月 100 元）。",
            "Revenue: CNY 90, down 10.0% on the same month last year (CNY 100).",
        ),
        (
            moved("previous", "steady", 90.1) | {"period_kind": "week"},
            "收入为 90 元，环比基本持平（上周 90.10 元）。",
            "Revenue: CNY 90, about the same as the week before (CNY 90.10).",
        ),
        (
            moved("previous", "rise", 0.0) | {"period_kind": "quarter"},
            "收入为 90 元，环比上升 90 元（上季度 0 元）。",
            "Revenue: CNY 90, up CNY 90 on the quarter before (CNY 0).",
        ),
        ({}, "收入为 90 元，没有可比的历史数据。", "Revenue: CNY 90, with nothing earlier to compare."),
        ({"value": None}, "收入：本期未测量，缺少数据或基数。", "Revenue: not measured, for want of input or base."),
        (
            {"target": 100.0, "change_on_target": -10.0, "is_target_met": False},
            "收入为 90 元，没有可比的历史数据，未达到目标 100 元，差 10 元。",
            "Revenue: CNY 90, with nothing earlier to compare, which misses the target of CNY 100 by CNY 10.",
        ),
        (
            {"target": 80.0, "change_on_target": 10.0, "is_target_met": True},
            "收入为 90 元，没有可比的历史数据，达到目标 80 元。",
            "Revenue: CNY 90, with nothing earlier to compare, which meets the target of CNY 80.",
        ),
        (
            {"unit": "share", "value": 0.5, "numerator": 6.0, "base": 12.0, "is_low_base": True},
            "收入为 50.0%，没有可比的历史数据，基数较小（12），仅供参考。",
            "Revenue: 50.0%, with nothing earlier to compare, from a small base of 12, so read it with care.",
        ),
        (
            {"unit": "count", "value": 17.0, "numerator": 17.0, "is_low_base": True},
            "收入为 17，没有可比的历史数据，基数较小（17），仅供参考。",
            "Revenue: 17, with nothing earlier to compare, from a small base of 17, so read it with care.",
        ),
    ],
)  # fmt: skip
def test_a_kpi_is_told_with_the_right_direction_size_and_reference(
    given: dict[str, Any], zh: str, en: str
) -> None:
    told = TELL.told(row(**given))
    assert (bare(told.zh), bare(told.en)) == (zh, en)


def segment(kind: str, name: str, part: float | None) -> dict[str, Any]:
    return {
        "kpi": "revenue", "segment_kind": kind, "segment": name, "segment_zh": f"{name}区", "segment_en": name,
        "share_of_change": part,
    }  # fmt: skip


def test_contributors_are_those_that_pull_with_the_change() -> None:
    segments = [segment("region", "A", 1.2), segment("region", "B", -0.2), segment("channel", "C", None)]
    fallen = TELL.contributors(row(**moved("last_year", "fall", 100)), segments)
    assert bare(fallen.en) == "Contributed most to the fall on last year (Revenue): by region A (120%)."
    assert bare(fallen.zh) == "收入同比下降中拉动最大的：按地区，A区（120%）。"
    risen = TELL.contributors(
        row(**moved("last_year", "rise", 80)), [*segments[:1], segment("channel", "C", 0.4)]
    )
    assert (
        bare(risen.en)
        == "Contributed most to the rise on last year (Revenue): by region A (120%); by channel C (40%)."
    )


def test_contributors_are_those_of_the_change_that_is_told_first() -> None:
    risen = row(
        **moved("last_year", "fall", 100) | moved("last_year_aligned", "rise", 80),
        last_year_aligned_status="aligned",
    )
    assert bare(TELL.contributors(risen, [segment("region", "A", 1.2)]).en) == (
        "Contributed most to the rise on last year (Revenue): by region A (120%)."
    )


@pytest.mark.parametrize("trend", ["steady", None])
def test_what_did_not_change_has_no_contributors(trend: str | None) -> None:
    assert TELL.contributors(row(trend_on_last_year=trend), [segment("region", "A", 1.0)]) is None
    assert TELL.contributors(row(**moved("last_year", "rise", 80)), [segment("region", "A", -1.0)]) is None


def test_targets_are_counted_where_they_are_measured() -> None:
    met = row(target=1.0, is_target_met=True)
    missed = row(kpi="churn", kpi_en="Churn", unit="share", value=0.24, target=0.06, is_target_met=False)
    unknown = row(target=3.0, value=None, is_target_met=None)
    assert bare(TELL.targets([met, missed, unknown]).en) == (
        "Of 2 measured KPIs with a target, 1 meet it; behind are Churn 24.0% (target 6.0%)."
    )
    assert bare(TELL.targets([met, unknown]).en) == "All 1 measured KPIs with a target meet it."
    assert TELL.targets([unknown]) is None


def test_anomalies_of_the_days_are_listed_with_what_was_expected() -> None:
    assert TELL.anomalies([]) is None
    slip = {
        "anomaly_kind_zh": "价格错误", "anomaly_kind_en": "Price far below the usual", "segment_label": "酒",
        "since_on": dt.date(2026, 10, 3), "actual_count": 5, "expected_count": 0.04, "amount": 806,
    }  # fmt: skip
    told = TELL.anomalies([slip])
    assert (
        told.zh == "本期逐日销售数据中有 1 处异常：价格错误（酒，2026-10-03 起，5，预期 0.0，涉及 806 元）。"
    )
    assert told.en == (
        "Anomalies in the sales of these days: 1. "
        "Price far below the usual (酒, since 2026-10-03: 5 where 0.0 were expected, CNY 806)."
    )


def test_an_alert_says_why_and_missed_targets_are_no_alert_of_their_own() -> None:
    contributors = {"top_contributors_zh": "甲 40%", "top_contributors_en": "A 40%"}
    anomaly = row(alert_kinds="anomaly, target", contributors_of="anomaly", **contributors)
    assert [bare(part.en) for part in TELL.alerts([anomaly])] == [
        "Alert on Revenue: beyond what season and trend let expect. Contributed most: A 40%."
    ]
    of_target = row(alert_kinds="anomaly, target", contributors_of="target", **contributors)
    assert "A 40%" not in TELL.alerts([of_target])[0].en
    quarter = row(
        alert_kinds="year_on_year", contributors_of="year_on_year", period_kind="quarter", **contributors
    )
    assert "A 40%" not in TELL.alerts([quarter])[0].en
    assert TELL.alerts([row(alert_kinds="target", contributors_of="target", **contributors), row()]) == []


def test_results_of_actions_are_counted() -> None:
    actions = [{"result": result} for result in ("reached", "reached", "on_the_way", "not_measured")]
    assert bare(TELL.results(actions).en) == (
        "Of 4 earlier actions measured in this period, 2 reached what was expected, 1 improved without reaching it,"
        " 0 did not improve and 1 could not be measured."
    )
    assert TELL.results([]) is None


@pytest.mark.parametrize(
    ("given", "en"),
    [
        ((9, 2, 1, 1.0), "Keep: 50 on the list, 9 contacted, 2 converted, which reaches the 1.0 expected."),
        ((9, 1, 1, 1.0), "Keep: 50 on the list, 9 contacted, 1 converted, which reaches the 1.0 expected."),
        ((0, 0, 1, 1.2), "Keep: 50 on the list, 0 contacted, 0 converted, short of the 1.2 expected."),
        (
            (9, 2, 1, 0.0),
            "Keep: 50 on the list, 9 contacted, 2 converted; no earlier conversions to expect from.",
        ),
        (
            (9, 2, 1, None),
            "Keep: 50 on the list, 9 contacted, 2 converted; no earlier conversions to expect from.",
        ),
        (
            (None, None, 7, None),
            "Keep: 50 on the list, 7 of them bought; the data set has no campaigns, so contacts and conversions are not measured.",
        ),
    ],
)
def test_a_strategy_is_held_against_what_was_expected_of_it(given: tuple, en: str) -> None:
    names = ("contacted_count", "converted_count", "buyer_count", "expected_converted_count")
    told = {"strategy": "keep", "strategy_zh": "维系", "strategy_en": "Keep", "customer_count": 50}
    assert bare(TELL.strategy(told | dict(zip(names, given, strict=True))).en) == en
    assert TELL.strategy(told | {"customer_count": 0}) is None


def test_a_name_cannot_become_markup() -> None:
    told = TELL.told(row(kpi_en="<b>R&D</b>", kpi_zh="<b>"))
    assert "<b>" not in told.en and "&lt;b&gt;R&amp;D" in told.en and "<b>" not in told.zh


def test_charts_end_on_round_figures_and_draw_what_there_is() -> None:
    assert [nice_top(value) for value in (0, 1, 950, 2_279_720, 83)] == [1, 1, 1000, 2_400_000, 100]
    assert 'x="25.00" width="25.00"' in either_way(-5, 10).html and 'class="down"' in either_way(-5, 10).html
    assert 'x="50.00" width="50.00"' in either_way(10, 10).html and 'class="up"' in either_way(10, 10).html
    assert 'width="0.00"' in either_way(None, 10).html and 'width="0.00"' in either_way(3, 0).html


# --- the page ---------------------------------------------------------------------------------------------

KEYS = {
    "report_figures": ("kpi",),
    "report_contributors": ("kpi", "segment_kind", "segment"),
    "report_actions": ("period", "action"),
    "strategy_results": ("strategy",),
    "customer_structure": ("dimension", "member"),
}


def measured(connection: duckdb.DuckDBPyConnection, kind: str, period: str, key: str) -> float:
    """The figure of the mart that a key names: mart, row, column."""
    mart, *middle, column = key.split(".")
    where = dict(zip(KEYS[mart], middle, strict=True))
    if mart != "customer_structure":
        where["period_kind"] = kind
    if mart not in ("customer_structure", "report_actions"):
        where["period"] = period
    test = " and ".join(f"{name} = ${name}" for name in where)
    schema = "marts" if mart == "customer_structure" else "pages"
    if mart == "customer_structure":
        test += f" and as_of_on = (select period_end_on from pages.report_periods where period = '{period}')"
    ((value,),) = connection.execute(
        f"select cast({column} as double) from {schema}.{mart} where {test}", where
    ).fetchall()
    return value


@every_report
def test_every_figure_of_a_sentence_is_that_of_its_mart(data_set: str, kind: str) -> None:
    found = re.findall(r'<data value="([^"]+)" data-key="([^"]+)">(.*?)</data>', page(data_set, kind))
    keys = {
        unescape(key): float(value) for value, key, _ in found if not key.startswith("segment_migration.")
    }
    assert len(keys) > 15
    with duckdb.connect(str(published(data_set)), read_only=True) as connection:
        period = latest(data_set, kind)
        assert {key: measured(connection, kind, period, key) for key in keys} == keys
    shown = {key: text for _, key, text in found}
    units = dict(ask(data_set, f"select kpi, unit from pages.report_figures where period_kind = '{kind}'"))
    currency = PAGE.words[{"demo": "currency.CNY", "online_retail": "currency.GBP"}[data_set]]
    for key, value in keys.items():
        mart, kpi, *_, column = key.split(".")
        if mart == "report_figures" and column == "value":
            assert shown[key] == written(value, units[kpi], currency).en


def test_the_moves_between_tiers_are_those_of_the_mart() -> None:
    moves = dict(
        re.findall(
            r'<data value="([^"]+)" data-key="segment_migration\.(\w+)_count">', page("demo", "month")
        )[i][::-1]
        for i in range(4)
    )
    ((middle, raised, high, lowered),) = ask(
        "demo",
        """
        select sum(customer_count) filter (from_segment = 'middle'),
            sum(customer_count) filter (from_segment = 'middle' and to_segment = 'high'),
            sum(customer_count) filter (from_segment = 'high'),
            sum(customer_count) filter (from_segment = 'high' and to_segment <> 'high')
        from marts.segment_migration where scheme = 'value_tier' and months_apart = 1 and period_end_on = (
            select period_end_on from pages.report_periods where period_kind = 'month' and is_latest
        )
        """,
    )
    assert {name: float(value) for name, value in moves.items()} == {
        "middle": middle, "raised": raised, "high": high, "lowered": lowered,
    }  # fmt: skip


@every_report
def test_a_report_is_whole_and_needs_nothing_from_elsewhere(data_set: str, kind: str) -> None:
    assert_self_contained(page(data_set, kind))


@every_report
def test_every_text_is_there_in_both_languages(data_set: str, kind: str) -> None:
    """Outside of the language spans stand figures, dates, keys and names that are data: products, employees."""
    read = Reader(page(data_set, kind))
    assert len(read.texts["zh"]) > 60
    assert [text for text in read.texts["en"] if re.search(r"[\u4e00-\u9fff]", text)] == []
    assert "<code>" not in re.sub(r"<code>(CP\d+|\d{4}-[WQ]?\d+)</code>", "", page(data_set, kind))
    names = {
        name for (name,) in ask(data_set, "select distinct product_line from marts.product_contribution")
    }
    names |= {name for (name,) in ask(data_set, "select distinct owner from marts.campaign_results")}
    plain = re.compile(r"[^a-zA-Z\u4e00-\u9fff]*( UTC)?|CP\d+|\d{4}-[WQ]?\d+")
    assert [text for text in read.bare if not plain.fullmatch(text) and text not in names] == []


def test_the_dictionary_is_filled_and_used() -> None:
    source = "".join(
        Path(module.__file__).read_text(encoding="utf-8")
        for module in (report, report_sentences, report_charts, engine)
    )
    assert all(zh.strip() and en.strip() for zh, en in PAGE.words.values())
    lone = [key for key in PAGE.words if "." not in key]
    assert [key for key in lone if not re.search(f"['\"]{re.escape(key)}['\"]", source)] == []
    stems = {key.rsplit(".", 1)[0] for key in PAGE.words if "." in key} - set(PAGE.words)
    known = {key.split(".")[0] for key in PAGE.words}
    assert [stem for stem in stems if stem.split(".")[0] not in known] == []
    reasons = {name for (name,) in ask("demo", "select distinct reason from marts.kpi_alerts")}
    # sentences of their own
    reasons -= {"target", "daily_anomaly"}
    assert {f"alert.{name}" for name in reasons} <= PAGE.words.keys()
    results = {name for (name,) in ask("demo", "select distinct result from pages.report_actions")} - {
        "waiting"
    }
    assert {f"result.{name}" for name in results} <= PAGE.words.keys()


def test_a_report_lists_what_the_period_called_for_and_what_became_of_the_last_ones() -> None:
    read = Reader(page("demo", "month"))
    period = latest("demo", "month")
    called = ask(
        "demo", f"select action_en from pages.report_actions where period = '{period}' order by priority"
    )
    earlier = ask(
        "demo",
        "select action_en, result from pages.report_actions"
        f" where measured_period = '{period}' order by period, priority",
    )
    assert len(called) > 3 and len(earlier) > 3
    assert [cells[1]["en"].strip() for cells in read.rows["actions"][1:]] == [action for (action,) in called]
    told = {
        name: PAGE.words[f"result.{name}"][1]
        for name in ("reached", "on_the_way", "not_reached", "not_measured")
    }
    assert [(cells[0]["en"].strip(), cells[-1]["en"].strip()) for cells in read.rows["last_time"][1:]] == [
        (action, told[result]) for action, result in earlier
    ]


def test_the_weekly_report_has_a_row_per_strategy_and_next_weeks_lists() -> None:
    read = Reader(page("demo", "week"))
    week = latest("demo", "week")
    rows = ask(
        "demo",
        "select strategy_en, customer_count, contacted_count, converted_count from pages.strategy_results"
        f" where period = '{week}' order by priority",
    )
    assert [
        (cells[0]["en"].strip(), *(int(cells[at]["en"].replace(",", "")) for at in (2, 3, 5)))
        for cells in read.rows["strategies"][1:]
    ] == rows
    lists = ask(
        "demo",
        "select strategy_en, customer_count from pages.strategy_results where customer_count > 0 and period ="
        f" (select next_period from pages.report_periods where period = '{week}') order by priority",
    )
    assert [(cells[0]["en"].strip(), int(cells[4]["en"])) for cells in read.rows["next_week"][1:]] == lists


def test_absent_inputs_are_said_and_not_told_as_nothing() -> None:
    told = page("online_retail", "month")
    assert PAGE.words["no_campaigns"][1] in told
    assert "the data set has no campaigns, so contacts and conversions are not measured" in told
    assert "0 contacted" not in bare(told)
    absent = bare(re.search(r"Not measured in this period.*?</li>", told).group())
    assert "Net promoter score" in absent and "Churn" in absent and "Revenue," not in absent


def test_the_same_copy_gives_the_same_bytes_and_others_do_not(tmp_path: Path) -> None:
    declared = load_data_set(PROJECT, "online_retail", load_sources(PROJECT))
    copied = tmp_path / "customer360.duckdb"
    shutil.copy(published("online_retail"), copied)
    again = render(declared, figures(copied, latest("online_retail", "quarter")))
    assert again == page("online_retail", "quarter")
    assert again != page("online_retail", "month")


def test_no_planted_value_is_in_a_report() -> None:
    planted = canaries()
    assert [
        value for value in planted for kind in ("month", "quarter", "week") if value in page("demo", kind)
    ] == []


# --- which period -----------------------------------------------------------------------------------------


def periods(*codes: str) -> list[dict[str, Any]]:
    return [{"period": code, "period_kind": kind_of(code), "is_latest": code == codes[-1]} for code in codes]


def test_the_latest_complete_month_is_the_default() -> None:
    assert choose(periods("2026-W01", "2026-01", "2026-02"), None)["period"] == "2026-02"
    with pytest.raises(NoPeriod, match="no month of the data set is complete yet"):
        choose(periods("2026-W01"), None)


@pytest.mark.parametrize("wanted", ["2025-12", "2026-04", "2026-13"])
def test_a_period_out_of_reach_is_refused_with_those_that_exist(wanted: str) -> None:
    with pytest.raises(NoPeriod, match=f"no complete month {wanted}: 2026-01 to 2026-03 can be reported"):
        choose(periods("2026-01", "2026-02", "2026-03"), wanted)


@pytest.mark.parametrize("wanted", ["2026", "2026-Q5", "2026-W1", "October", "2026-10-01", ""])
def test_what_names_no_period_is_refused_with_examples(wanted: str) -> None:
    with pytest.raises(NoPeriod, match="2026-W43, a month as 2026-10, a quarter as 2026-Q3"):
        choose(periods("2026-01"), wanted)


def test_the_command_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("datasets", "models"):
        (tmp_path / name).symlink_to(PROJECT / name)
    assert main(["--project", str(tmp_path), "report", "--data", "demo"]) == 1
    assert "make build DATA=demo" in capsys.readouterr().err
    assert main(["--project", str(tmp_path), "report", "--data", "nobody"]) == 2
    (tmp_path / "warehouse").symlink_to(PROJECT / "warehouse")
    assert main(["--project", str(tmp_path), "report", "--data", "demo", "--period", "1999-01"]) == 1
    assert "no complete month 1999-01" in capsys.readouterr().err
    assert (
        main(["--project", str(tmp_path), "report", "--data", "demo", "--period", latest("demo", "week")])
        == 0
    )
    assert (tmp_path / "reports" / "demo" / f"report-{latest('demo', 'week')}.html").is_file()
