"""Sentences out of figures, in Chinese and English: what a report says is what its numbers show and no more.

Direction comes from the mart (`trend_on_...`), the wording from the dictionary; here the two meet. Every figure in a
sentence is a `<data>` element that carries its raw value and says which column of which mart it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

Row = Mapping[str, Any]

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
QUARTERS = "一二三四"
RELATIVE = {"money", "count", "hours", "days"}
"""Units whose change is told in percent of the earlier figure; that of shares and points is told in points."""


@dataclass(frozen=True)
class Part:
    """A piece of a sentence in both languages, as HTML."""

    zh: str
    en: str

    def html(self) -> str:
        """Both languages; the switch of the page hides one."""
        return f'<span lang="zh">{self.zh}</span><span lang="en">{self.en}</span>'


def plain(zh: object, en: object | None = None) -> Part:
    """A piece of text; of a name there is only one."""
    return Part(escape(str(zh)), escape(str(zh if en is None else en)))


def enumerated(parts: Sequence[Part], zh: str = "、", en: str = ", ") -> Part:
    """Pieces one after the other."""
    return Part(zh.join(part.zh for part in parts), en.join(part.en for part in parts))


# --- figures -----------------------------------------------------------------------------------------------


def share(value: float) -> str:
    """A share in percent: small ones with two digits, and never rounded to 0% or 100% that it is not."""
    shown = f"{value:,.2%}" if abs(value) < 0.01 else f"{value:,.1%}"
    if shown == "100.0%" and value < 1:
        return "> 99.9%"
    if float(shown[:-1].replace(",", "")) == 0:
        return "0%" if value == 0 else ("< 0.01%" if value > 0 else "> −0.01%")
    return _minus(shown)


def money(value: float, currency: tuple[str, str]) -> Part:
    """An amount; `currency` is what it is called in Chinese and English. Chinese readers count yuan by ten thousands."""
    zh, en = currency
    if zh == "元" and abs(value) >= 1e8:
        in_chinese = f"{value / 1e8:,.2f} 亿元"
    elif zh == "元" and abs(value) >= 1e4:
        in_chinese = f"{value / 1e4:,.2f} 万元"
    else:
        in_chinese = f"{_whole(value)} {zh}"
    return plain(_minus(in_chinese), _minus(f"{en} {_whole(value)}"))


def written(value: float, unit: str, currency: tuple[str, str]) -> Part:
    """A figure in its unit, as text."""
    if unit == "money":
        return money(value, currency)
    if unit == "share":
        return plain(share(value))
    if unit == "count":
        return plain(_minus(f"{value:,.0f}"))
    if unit == "hours":
        return plain(f"{value:,.1f} 小时", f"{value:,.1f} h")
    if unit == "days":
        return plain(f"{value:,.1f} 天", f"{value:,.1f} days")
    return plain(_minus(f"{value:,.1f}"))


def size(change: float, relative: float | None, unit: str, currency: tuple[str, str]) -> Part:
    """How large a change is, without its direction; of a relative unit that comes from nothing, the amount."""
    if unit in RELATIVE:
        return written(abs(change), unit, currency) if relative is None else plain(share(abs(relative)))
    points = abs(change) * (100 if unit == "share" else 1)
    digits = 1 if points >= 0.1 else 2
    return plain(
        f"{points:,.{digits}f} {'个百分点' if unit == 'share' else '点'}", f"{points:,.{digits}f} points"
    )


def short(value: float, unit: str, currency: tuple[str, str]) -> Part:
    """A round figure for the axis of a chart, as short as can be."""
    if unit in ("money", "count") and abs(value) >= 10_000:
        millions = value / 1e6
        return plain(
            f"{value / 1e4:,g} 万", f"{millions:,g}m" if abs(millions) >= 1 else f"{value / 1e3:,g}k"
        )
    return plain(f"{value:,g}") if unit == "money" else written(value, unit, currency)


def marked(key: str, value: float, text: Part) -> Part:
    """A figure as an element that says which one it is; `key` is mart, row and column."""
    opened = f'<data value="{float(value)!r}" data-key="{escape(key)}">'
    return Part(f"{opened}{text.zh}</data>", f"{opened}{text.en}</data>")


def _whole(value: float) -> str:
    return f"{value:,.2f}" if abs(value) < 100 and value != int(value) else f"{value:,.0f}"


def _minus(text: str) -> str:
    return text.replace("-", "−")


# --- periods -----------------------------------------------------------------------------------------------


def period_name(kind: str, start: dt.date, end: dt.date) -> Part:
    """A period as people call it."""
    if kind == "month":
        return plain(f"{start.year} 年 {start.month} 月", f"{MONTHS[start.month - 1]} {start.year}")
    if kind == "quarter":
        number = (start.month + 2) // 3
        return plain(f"{start.year} 年第{QUARTERS[number - 1]}季度", f"Q{number} {start.year}")
    year, week, _ = start.isocalendar()
    same = start.month == end.month
    until_zh = f"{end.day} 日" if same else f"{end.month} 月 {end.day} 日"
    from_en = f"{start.day}" if same else f"{start.day} {MONTHS[start.month - 1][:3]}"
    return plain(
        f"{year} 年第 {week} 周（{start.month} 月 {start.day} 日–{until_zh}）",
        f"week {week} of {year} ({from_en}–{end.day} {MONTHS[end.month - 1][:3]})",
    )


# --- sentences ---------------------------------------------------------------------------------------------


def last_year(row: Row) -> str:
    """The last year that a figure is first held against: of the same festival seasons where one moved, else the calendar's."""
    return "last_year_aligned" if row["last_year_aligned_status"] == "aligned" else "last_year"


class Sentences:
    """What one report can say: its dictionary and its currency."""

    def __init__(self, words: Mapping[str, tuple[str, str]], currency: tuple[str, str]) -> None:
        self.words = words
        self.currency = currency

    def say(self, key: str, **parts: Part) -> Part:
        """A text of the dictionary with its gaps filled; raises KeyError for a text that is not there."""
        zh, en = self.words[key]
        return Part(
            escape(zh, quote=False).format(**{name: part.zh for name, part in parts.items()}),
            escape(en, quote=False).format(**{name: part.en for name, part in parts.items()}),
        )

    def figure(self, row: Row, column: str = "value", unit: str | None = None) -> Part:
        """A figure of report_figures."""
        return marked(
            f"report_figures.{row['kpi']}.{column}",
            row[column],
            written(row[column], unit or row["unit"], self.currency),
        )

    def moved(self, row: Row, reference: str) -> Part:
        """How large a change is: in per cent of the earlier figure, or in the unit of the KPI."""
        change, relative = row[f"change_on_{reference}"], row[f"relative_change_on_{reference}"]
        told = (
            f"relative_change_on_{reference}"
            if row["unit"] in RELATIVE and relative is not None
            else f"change_on_{reference}"
        )
        return marked(
            f"report_figures.{row['kpi']}.{told}",
            row[told],
            size(change, relative, row["unit"], self.currency),
        )

    def change(self, row: Row, reference: str) -> Part | None:
        """How a figure stands to an earlier one (`previous`, `last_year` or `last_year_aligned`); None without one."""
        trend = row[f"trend_on_{reference}"]
        if trend is None:
            return None
        return self.say(
            f"change.{reference}.{trend}",
            size=self.moved(row, reference),
            period=self.say(f"period.{reference}.{row['period_kind']}"),
            reference=self.figure(row, f"{reference}_value"),
        )

    def by_calendar(self, row: Row) -> Part | None:
        """What the calendar says where festivals moved, and which did; None where none did or there is nothing to say."""
        if last_year(row) == "last_year" or row["trend_on_last_year"] is None:
            return None
        return self.say(
            f"by_calendar.{row['trend_on_last_year']}",
            size=self.moved(row, "last_year"),
            shift=plain(row["festival_shift_zh"], row["festival_shift_en"]),
        )

    def target(self, row: Row) -> Part | None:
        """Whether the target is met, and by how much it is missed; None without a target or a figure."""
        if row["is_target_met"] is None:
            return None
        if row["is_target_met"]:
            return self.say("target.met", target=self.figure(row, "target"))
        gap = row["change_on_target"]
        return self.say(
            "target.missed",
            target=self.figure(row, "target"),
            gap=marked(
                f"report_figures.{row['kpi']}.change_on_target",
                gap,
                written(abs(gap), row["unit"], self.currency)
                if row["unit"] in RELATIVE
                else size(gap, None, row["unit"], self.currency),
            ),
        )

    def low_base(self, row: Row) -> Part | None:
        """That the base is small, and which it is; None where it is not."""
        if not row["is_low_base"]:
            return None
        column = "numerator" if row["base"] is None else "base"
        return self.say("low_base", base=self.figure(row, column, "count"))

    def told(self, row: Row) -> Part:
        """One KPI of the period: figure, last year, the period before, target, small base."""
        kpi = plain(row["kpi_zh"], row["kpi_en"])
        if row["value"] is None:
            return self.say("figure.not_measured", kpi=kpi)
        changes = [self.change(row, last_year(row)), self.by_calendar(row), self.change(row, "previous")]
        clauses = [clause for clause in changes if clause] or [self.say("change.none")]
        clauses += [clause for clause in (self.target(row), self.low_base(row)) if clause]
        return self.say(
            "figure.told",
            kpi=kpi,
            value=self.figure(row),
            clauses=enumerated(clauses, "，", ", "),
        )

    def contributors(self, row: Row, segments: Iterable[Row]) -> Part | None:
        """Where the change of a sum on last year comes from: the first of each kind, with its share of the change.

        None where the figure did not change, or no segment pulled in the direction of the change.
        """
        trend = row[f"trend_on_{last_year(row)}"]
        if trend not in ("rise", "fall"):
            return None
        kinds: dict[str, list[Part]] = {}
        for segment in segments:
            if segment["share_of_change"] is None or segment["share_of_change"] <= 0:
                continue
            key = (
                f"report_contributors.{segment['kpi']}.{segment['segment_kind']}"
                f".{segment['segment']}.share_of_change"
            )
            value = segment["share_of_change"]
            kinds.setdefault(segment["segment_kind"], []).append(
                self.say(
                    "contributor",
                    segment=plain(segment["segment_zh"], segment["segment_en"]),
                    share=marked(key, value, plain(f"{value:.0%}")),
                )
            )
        if not kinds:
            return None
        return self.say(
            f"contributors.{trend}",
            kpi=plain(row["kpi_zh"], row["kpi_en"]),
            segments=enumerated(
                [
                    self.say(f"contributors.{kind}", segments=enumerated(parts))
                    for kind, parts in kinds.items()
                ],
                "；",
                "; ",
            ),
        )

    def targets(self, rows: Sequence[Row]) -> Part | None:
        """How many KPIs with a target meet it, and which do not; None where none has a target and a figure."""
        held = [row for row in rows if row["is_target_met"] is not None]
        if not held:
            return None
        missed = [row for row in held if not row["is_target_met"]]
        counts = {"held": plain(len(held)), "met": plain(len(held) - len(missed))}
        if not missed:
            return self.say("targets.all", **counts)
        listed = [
            self.say(
                "targets.one",
                kpi=plain(row["kpi_zh"], row["kpi_en"]),
                value=self.figure(row),
                target=self.figure(row, "target"),
            )
            for row in missed
        ]
        return self.say("targets.missed", **counts, listed=enumerated(listed, "、", ", "))

    def alerts(self, rows: Sequence[Row]) -> list[Part]:
        """What the management is told beside missed targets and single days, with the segments that contribute most."""
        elsewhere = ("target", "daily_anomaly")
        found = []
        for row in rows:
            kinds = [
                kind for kind in (row["alert_kinds"] or "").split(", ") if kind and kind not in elsewhere
            ]
            if not kinds:
                continue
            kpi = plain(row["kpi_zh"], row["kpi_en"])
            reasons = enumerated([self.say(f"alert.{kind}") for kind in kinds])
            said = self.say("alert", kpi=kpi, reasons=reasons)
            # of a quarter, that is what `contributors` has said
            is_told = row["period_kind"] == "quarter" and row["contributors_of"] == "year_on_year"
            if row["contributors_of"] in kinds and row["top_contributors_zh"] and not is_told:
                more = self.say(
                    "alert.contributors",
                    segments=plain(row["top_contributors_zh"], row["top_contributors_en"]),
                )
                said = Part(said.zh + more.zh, f"{said.en} {more.en}")
            found.append(said)
        return found

    def anomalies(self, rows: Sequence[Row]) -> Part | None:
        """What stood out in the sales of the days of the period, the surest first; None where nothing did."""
        if not rows:
            return None
        listed = [
            self.say(
                "anomalies.one",
                kind=plain(row["anomaly_kind_zh"], row["anomaly_kind_en"]),
                segment=plain(row["segment_label"]),
                since=plain(row["since_on"].isoformat()),
                actual=written(row["actual_count"], "count", self.currency),
                expected=plain(f"{row['expected_count']:,.1f}"),
                amount=written(float(row["amount"]), "money", self.currency),
            )
            for row in rows
        ]
        return self.say("anomalies", count=plain(len(rows)), listed=enumerated(listed, "；", "; "))

    def not_measured(self, rows: Sequence[Row]) -> Part | None:
        """Which KPIs have no figure in the period; None where all have one."""
        absent = [plain(row["kpi_zh"], row["kpi_en"]) for row in rows if row["value"] is None]
        return self.say("absent", kpis=enumerated(absent)) if absent else None

    def results(self, actions: Sequence[Row]) -> Part | None:
        """How often what was expected of earlier actions has come; None where none was measured in the period."""
        if not actions:
            return None
        outcomes = {
            outcome: plain(sum(action["result"] == outcome for action in actions))
            for outcome in ("reached", "on_the_way", "not_reached", "not_measured")
        }
        return self.say("results", actions=plain(len(actions)), **outcomes)

    def strategy(self, row: Row) -> Part | None:
        """What came of a strategy against what was expected; None for one without customers."""
        if not row["customer_count"]:
            return None
        if row["contacted_count"] is None:
            outcome, told = "no_campaigns", ("customer", "buyer")
        elif not row["expected_converted_count"]:
            outcome, told = "unknown", ("customer", "contacted", "converted")
        else:
            reached = row["converted_count"] >= row["expected_converted_count"]
            outcome, told = (
                "reached" if reached else "missed",
                ("customer", "contacted", "converted", "expected_converted"),
            )
        counts = {
            name: marked(
                f"strategy_results.{row['strategy']}.{name}_count",
                row[f"{name}_count"],
                plain(f"{row[f'{name}_count']:,.{1 if name == 'expected_converted' else 0}f}"),
            )
            for name in told
        }
        return self.say(
            f"strategy.{outcome}", strategy=plain(row["strategy_zh"], row["strategy_en"]), **counts
        )
