"""The report of a week, a month or a quarter as one HTML file in two languages, ready for print.

It reads the published copy alone: what a sentence says, a mart holds. The same copy gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from customer360.core import reading
from customer360.core.data_sets import DataSet
from customer360.core.warehouse import Warehouse
from customer360.presentation import for_people
from customer360.presentation.page import Cell, Dictionary, bar, both, moment, trend
from customer360.presentation.report_charts import columns, either_way, nice_top
from customer360.presentation.report_sentences import (
    Part,
    Sentences,
    last_year,
    marked,
    period_name,
    plain,
    share,
    short,
    size,
    written,
)

PAGE = Dictionary(Path(__file__).with_name("report_words.csv"))
say, section = PAGE.say, PAGE.section

Row = dict[str, Any]

KINDS = {"week": r"\d{4}-W\d{2}", "month": r"\d{4}-\d{2}", "quarter": r"\d{4}-Q[1-4]"}
SHOWN_BEFORE = 12
"""Periods before the one reported that charts show."""

QUERIES = {
    "build": "select max(build_id) as build_id from marts.scorecard_history",
    "figures": "from pages.report_figures where period_kind = $kind and period = $period order by position",
    "history": """
        select kpi, period, period_start_on, period_end_on, value, last_year_value, target from pages.report_figures
        where period_kind = $kind and period_start_on <= $start order by period_start_on
    """,
    "contributors": """
        from pages.report_contributors where period_kind = $kind and period = $period
        order by kpi, segment_kind, contribution_rank
    """,
    "anomalies": """
        from marts.sales_anomalies where since_on <= $end and until_on >= $start
        order by evidence desc, anomaly_kind, segment
    """,
    "actions": "from pages.report_actions where period_kind = $kind and period = $period order by priority",
    "earlier_actions": """
        from pages.report_actions where period_kind = $kind and measured_period = $period order by period, priority
    """,
    "strategies": """
        from pages.strategy_results where period_kind = $kind and period = $period order by priority
    """,
    "next_strategies": """
        from pages.strategy_results where period_kind = $kind and period = $next order by priority
    """,
    "structure": """
        select * from marts.customer_structure
        where as_of_on = $end and dimension in ('value_tier', 'customer_group', 'lifecycle_stage')
        order by dimension, revenue_share desc nulls last, customer_count desc, member
    """,
    "classes": """
        select history.rfm_class, labels.member_zh, labels.member_en, count(*) as customer_count,
            count(*) / sum(count(*)) over () as customer_share, sum(history.rfm_net_amount) as net_amount,
            cast(sum(history.rfm_net_amount) as double) / sum(sum(history.rfm_net_amount)) over () as revenue_share,
            any_value(labels.advice_zh) as advice_zh, any_value(labels.advice_en) as advice_en
        from marts.customer_months as history
        inner join pages.rfm_summary as labels on labels.scheme = 'rfm_class' and labels.member = history.rfm_class
        where history.as_of_on = $end and history.is_month_end and history.rfm_window_months = 12
        group by history.rfm_class, labels.member_zh, labels.member_en, labels.position order by labels.position
    """,
    "moves": """
        select months_apart, sum(customer_count) as customer_count,
            coalesce(sum(customer_count) filter (from_segment = 'middle'), 0) as middle_count,
            coalesce(sum(customer_count) filter (from_segment = 'middle' and to_segment = 'high'), 0) as raised_count,
            coalesce(sum(customer_count) filter (from_segment = 'high'), 0) as high_count,
            coalesce(sum(customer_count) filter (from_segment = 'high' and to_segment <> 'high'), 0) as lowered_count
        from marts.segment_migration
        where scheme = 'value_tier' and period_end_on = $end and months_apart = case $kind when 'month' then 1 else 12 end
        group by months_apart
    """,
    "occasions": """
        select occasion_zh as label_zh, occasion_en as label_en,
            coalesce(sum(revenue) filter (month_start_on between $start and $end), 0) as amount,
            sum(revenue) filter (month_start_on between $start - interval 1 year and $end - interval 1 year) as earlier
        from marts.occasion_sales group by all
    """,
    "price_bands": """
        select price_band_zh as label_zh, price_band_en as label_en,
            coalesce(sum(net_amount) filter (month_start_on between $start and $end), 0) as amount,
            sum(net_amount) filter (month_start_on between $start - interval 1 year and $end - interval 1 year) as earlier
        from marts.price_band_channels group by all
    """,
    "channels": """
        select channel_zh as label_zh, channel_en as label_en,
            coalesce(sum(net_amount) filter (month_start_on between $start and $end), 0) as amount,
            sum(net_amount) filter (month_start_on between $start - interval 1 year and $end - interval 1 year) as earlier
        from marts.channel_performance group by all
    """,
    "lines": """
        select product_line as label_zh, product_line as label_en,
            coalesce(sum(net_amount) filter (month_start_on between $start and $end), 0) as amount,
            sum(net_amount) filter (month_start_on between $start - interval 1 year and $end - interval 1 year) as earlier
        from marts.product_contribution where is_goods and product_line is not null group by all
    """,
    "campaigns": """
        from marts.campaign_results where started_on <= $end and attributed_until_on >= $start
        order by started_on desc, campaign_id
    """,
    "lists": """
        select assigned.strategy, assigned.customer_count, coalesce(listed.customer_count, 0) as reachable_count,
            assigned.as_of_on
        from (
            select strategy, count(*) as customer_count, any_value(as_of_on) as as_of_on
            from marts.strategy_assignments group by strategy
        ) as assigned
        left join (
            select strategy, count(distinct customer_id) as customer_count from marts.activation
            where list_status = 'listed' group by strategy
        ) as listed on assigned.strategy = listed.strategy
    """,
    "triggers": """
        select trigger_zh, trigger_en, action_zh, action_en, count(*) filter (list_status = 'listed') as listed_count,
            count(*) filter (list_status <> 'listed') as held_back_count, min(valid_until_on) as first_until_on
        from marts.trigger_lists group by trigger_code, trigger_zh, trigger_en, action_zh, action_en
        order by trigger_code
    """,
    "followups": """
        select count(*) filter (follow_up_status in ('due', 'overdue')) as due_count,
            count(*) filter (is_overdue) as overdue_count, count(*) filter (follow_up_status = 'expired') as expired_count
        from marts.followups_due
    """,
}


class NoPeriod(for_people.NotMade):
    """The period asked for is not in the published copy; the message says which are."""


def kind_of(period: str) -> str:
    """Which kind of period a code names. Raises NoPeriod for a code of none."""
    for kind, pattern in KINDS.items():
        if re.fullmatch(pattern, period):
            return kind
    raise NoPeriod(
        f"{period!r} names no period: write a week as 2026-W43, a month as 2026-10, a quarter as 2026-Q3"
    )


def choose(periods: Sequence[Row], wanted: str | None) -> Row:
    """The period asked for, by default the latest complete month. Raises NoPeriod."""
    if wanted is None:
        found = next((row for row in periods if row["period_kind"] == "month" and row["is_latest"]), None)
        if found is None:
            raise NoPeriod("no month of the data set is complete yet")
        return found
    kind = kind_of(wanted)
    of_kind = [row for row in periods if row["period_kind"] == kind]
    if not of_kind:
        raise NoPeriod(f"no {kind} of the data set is complete yet")
    found = next((row for row in of_kind if row["period"] == wanted), None)
    if found is None:
        raise NoPeriod(
            f"there is no complete {kind} {wanted}: {of_kind[0]['period']} to {of_kind[-1]['period']} can be reported"
        )
    return found


def figures(published: Path, wanted: str | None) -> dict[str, Any]:
    """What a report shows: the period, all periods and the rows of every query. Raises NoPeriod."""
    with reading.connect(published) as connection:

        def ask(query: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
            names = set(re.findall(r"\$([a-z]+)", query))
            answer = connection.execute(
                query, {name: value for name, value in (parameters or {}).items() if name in names}
            )
            return [
                dict(zip([column for column, *_ in answer.description], row, strict=True))
                for row in answer.fetchall()
            ]

        periods = ask("from pages.report_periods order by period_kind, period_start_on")
        period = choose(periods, wanted)
        parameters = {
            "kind": period["period_kind"],
            "period": period["period"],
            "next": period["next_period"],
            "start": period["period_start_on"],
            "end": period["period_end_on"],
        }
        found = {name: ask(query, parameters) for name, query in QUERIES.items()}
    return {"period": period, "periods": periods, **found}


def coloured(html: str, kind: str) -> str:
    """A piece in the colour of what it means; a heading over it keeps its own."""
    return f'<span class="{kind}">{html}</span>' if kind else html


class Report:
    """One report; each method returns one section, or nothing where the kind of period has none."""

    def __init__(self, data_set: DataSet, found: dict[str, Any]) -> None:
        self.found = found
        self.period: Row = found["period"]
        self.kind: str = self.period["period_kind"]
        self.rows: list[Row] = found["figures"]
        self.by_kpi = {row["kpi"]: row for row in self.rows}
        self.currency = PAGE.words.get(
            f"currency.{data_set.currency}", (data_set.currency, data_set.currency)
        )
        self.sentences = Sentences(PAGE.words, self.currency)
        self.name = period_name(self.kind, self.period["period_start_on"], self.period["period_end_on"])

    def sections(self) -> Iterator[str]:
        build = (
            (self.headline, self.summary, self.kpis, self.strategies, self.lists, self.next_week, self.notes)
            if self.kind == "week"
            else (
                self.headline, self.summary, self.kpis, self.structure, self.needs, self.strategies, self.campaigns,
                self.actions, self.results, self.notes,
            )
        )  # fmt: skip
        for part in build:
            yield part()

    # --- cells ---------------------------------------------------------------------------------------------

    def amount(self, value: float | None, unit: str) -> Cell:
        """A figure in a table; a dash where there is none."""
        if value is None:
            return Cell("–", "number")
        return Cell(written(float(value), unit, self.currency).html(), "number")

    def figure(self, row: Row, column: str = "value") -> Cell:
        """A KPI in a table, with the mark that says which it is."""
        return (
            Cell("–", "number")
            if row[column] is None
            else Cell(self.sentences.figure(row, column).html(), "number")
        )

    def change(self, row: Row, reference: str) -> Cell:
        """A change with its sign, in the colour of what it means."""
        trend_of = row[f"trend_on_{reference}"]
        if trend_of is None:
            return Cell("–", "number")
        if trend_of == "steady":
            return Cell(say("steady"), "number")
        shown = size(
            row[f"change_on_{reference}"], row[f"relative_change_on_{reference}"], row["unit"], self.currency
        )
        sign = "+" if trend_of == "rise" else "−"
        better = (trend_of == "rise") == (row["direction"] == "higher")
        told = Part(f"{sign}{shown.zh}", f"{sign}{shown.en}").html()
        return Cell(coloured(told, "good" if better else "poor"), "number")

    def label(self, row: Row, stem: str, remark: str = "") -> Cell:
        """A label in both languages; an owner stays on one line."""
        return Cell(
            both(row[f"{stem}_zh"], row[f"{stem}_en"]) + remark,
            "tight" if stem in ("owner", "target_group") else "",
        )

    # --- sections ------------------------------------------------------------------------------------------

    def headline(self) -> str:
        cards = []
        for row in self.rows:
            if not row["is_headline"]:
                continue
            value = self.sentences.figure(row).html() if row["value"] is not None else say("not_measured")
            changes = "".join(
                f'<dd class="note"><span>{say(f"on.{reference}")}</span> {cell.html}</dd>'
                for reference in (last_year(row), "previous")
                for cell in [self.change(row, reference)]
                if cell.html != "–"
            )
            cards.append(f"<div><dt>{both(row['kpi_zh'], row['kpi_en'])}</dt><dd>{value}</dd>{changes}</div>")
        return f'<section id="headline"><dl class="cards">{"".join(cards)}</dl></section>'

    def summary(self) -> str:
        told = [row for row in self.rows if row["is_headline"] and row["value"] is not None]
        said: list[Part] = []
        for row in told:
            said.append(self.sentences.told(row))
            if row["kpi"] == "revenue":
                top = [
                    segment
                    for segment in self.found["contributors"]
                    if segment["kpi"] == row["kpi"] and segment["contribution_rank"] <= 2
                ]
                said += [part for part in [self.sentences.contributors(row, top)] if part]
        said += self.sentences.alerts(self.rows)
        said += [
            part
            for part in (
                self.sentences.anomalies(self.found["anomalies"]),
                self.sentences.targets(self.rows),
                self.sentences.results(self.found["earlier_actions"]),
                self.sentences.not_measured(self.rows),
            )
            if part
        ]
        items = "".join(f"<li>{part.html()}</li>" for part in said)
        return section("summary", self.chart("revenue"), f'<ul class="said">{items}</ul>')

    def chart(self, kpi: str) -> str:
        """The periods up to this one as columns, with the year before; nothing where there is no figure."""
        shown = [row for row in self.found["history"] if row["kpi"] == kpi][-SHOWN_BEFORE - 1 :]
        values = [row["value"] for row in shown]
        known = [
            value for row in shown for value in (row["value"], row["last_year_value"]) if value is not None
        ]
        if len([value for value in values if value is not None]) < 2:
            return ""
        top = nice_top(max(known))
        unit = self.by_kpi[kpi]["unit"]
        title = plain(self.by_kpi[kpi]["kpi_zh"], self.by_kpi[kpi]["kpi_en"])
        return columns(
            title,
            [self.tick(row) for row in shown],
            values,
            [row["last_year_value"] for row in shown],
            [(top * part / 4, short(top * part / 4, unit, self.currency)) for part in range(5)],
            (self.sentences.say("legend.now"), self.sentences.say("legend.before")),
        )

    def tick(self, row: Row) -> Part:
        """A period under a column, as short as can be."""
        start = row["period_start_on"]
        if self.kind == "week":
            return plain(row["period"][-3:])
        if self.kind == "quarter":
            return plain(f"{start:%y} Q{(start.month + 2) // 3}")
        return plain(f"{start:%y}-{start:%m}")

    def kpis(self) -> str:
        series: dict[str, list[float | None]] = {}
        for row in self.found["history"]:
            series.setdefault(row["kpi"], []).append(row["value"])
        lines = [
            [
                self.label(
                    row, "kpi", f' <span class="remark">{say("small")}</span>' if row["is_low_base"] else ""
                ),
                self.figure(row),
                self.change(row, last_year(row)),
                self.change(row, "previous"),
                *([] if self.kind == "week" else [self.target(row), self.figure(row, "field_average")]),
                trend(series.get(row["kpi"], [])[-SHOWN_BEFORE - 1 :], row["target"]),
            ]
            for row in self.rows
            if row["value"] is not None
        ]
        references = () if self.kind == "week" else ("target", "field")
        return section(
            "kpis",
            PAGE.table(
                say("kpis"),
                ("kpi", "value", "on.last_year", "on.previous", *references, "trend"),
                lines,
                quiet=True,
            ),
        )

    def target(self, row: Row) -> Cell:
        """The target, in the colour of whether it is met."""
        if row["target"] is None:
            return Cell("–", "number")
        shown = self.sentences.figure(row, "target").html()
        if row["is_target_met"] is None:
            return Cell(shown, "number")
        met = row["is_target_met"]
        return Cell(coloured(shown + (" ✓" if met else " ✗"), "good" if met else "poor"), "number")

    def structure(self) -> str:
        rows = self.found["structure"]
        tables = [
            PAGE.table(
                say(f"dimension.{dimension}"),
                ("member", "customers", "active", "active_share", "", "revenue_share", "", "customer_change"),
                [
                    [
                        self.label(row, "member"),
                        self.amount(row["customer_count"], "count"),
                        self.amount(row["active_count"], "count"),
                        self.amount(row["active_share"], "share"),
                        bar(row["active_share"]),
                        self.amount(row["revenue_share"], "share"),
                        bar(row["revenue_share"]),
                        self.signed(row["customer_change"]),
                    ]
                    for row in rows
                    if row["dimension"] == dimension
                ],
            )
            for dimension in ("value_tier", "customer_group", "lifecycle_stage")
            if rows
        ]
        classes = PAGE.table(
            say("classes"),
            ("member", "customers", "customer_share", "", "revenue_share", "", "advice"),
            [
                [
                    self.label(row, "member"),
                    self.amount(row["customer_count"], "count"),
                    self.amount(row["customer_share"], "share"),
                    bar(row["customer_share"]),
                    self.amount(row["revenue_share"], "share"),
                    bar(float(row["revenue_share"] or 0)),
                    self.label(row, "advice"),
                ]
                for row in self.found["classes"]
            ],
        )
        said = "".join(f"<li>{part.html()}</li>" for part in (self.concentration(), self.moves()) if part)
        return section("structure", f'<ul class="said">{said}</ul>' if said else "", *tables, classes)

    def signed(self, value: float | None) -> Cell:
        """A change of a count with its sign."""
        if value is None:
            return Cell("–", "number")
        return Cell("0" if value == 0 else f"{'+' if value > 0 else '−'}{abs(value):,.0f}", "number")

    def concentration(self) -> Part | None:
        """What share of the revenue the high tier brings; None without one."""
        high = next(
            (
                row
                for row in self.found["structure"]
                if row["dimension"] == "value_tier"
                and row["member"] == "high"
                and row["revenue_share"] is not None
            ),
            None,
        )
        if high is None or not high["active_count"]:
            return None
        return self.sentences.say(
            "structure.high",
            customers=marked(
                "customer_structure.value_tier.high.active_count",
                high["active_count"],
                plain(f"{high['active_count']:,}"),
            ),
            share=marked(
                "customer_structure.value_tier.high.active_share",
                high["active_share"],
                plain(share(high["active_share"])),
            ),
            revenue=marked(
                "customer_structure.value_tier.high.revenue_share",
                high["revenue_share"],
                plain(share(high["revenue_share"])),
            ),
        )

    def moves(self) -> Part | None:
        """How many customers rose to the high tier and left it; None without the states of both dates."""
        if not self.found["moves"]:
            return None
        row = self.found["moves"][0]
        return self.sentences.say(
            f"structure.moves.{row['months_apart']}",
            **{
                name: marked(
                    f"segment_migration.{name}_count",
                    row[f"{name}_count"],
                    plain(f"{row[f'{name}_count']:,}"),
                )
                for name in ("middle", "raised", "high", "lowered")
            },
        )

    def needs(self) -> str:
        parts = []
        revenue = self.by_kpi.get("revenue")
        top = [
            row
            for row in self.found["contributors"]
            if row["kpi"] == "revenue"
            and row["contribution_rank"] <= 5
            and row["share_of_change"] is not None
        ]
        if revenue and revenue[f"trend_on_{last_year(revenue)}"] in ("rise", "fall") and top:
            for kind in ("region", "customer_group", "channel"):
                rows = [row for row in top if row["segment_kind"] == kind]
                largest = max((abs(row["contribution"]) for row in rows), default=0.0)
                parts.append(
                    PAGE.table(
                        say(f"pull.{kind}"),
                        ("segment", "amount", "earlier", "contribution", "", "share_of_change"),
                        [
                            [
                                self.label(row, "segment"),
                                self.amount(row["value"], "money"),
                                self.amount(row["last_year_value"], "money"),
                                self.amount(row["contribution"], "money"),
                                either_way(row["contribution"], largest),
                                Cell(f"{row['share_of_change']:.0%}".replace("-", "−"), "number"),
                            ]
                            for row in rows
                        ],
                    )
                )
        for name in ("occasions", "lines", "price_bands", "channels"):
            parts.append(self.mix(name))
        return section("needs", *parts)

    def mix(self, name: str) -> str:
        """What the sales of the period are made of, with the share a year before; largest first."""
        rows = [row for row in self.found[name] if row["amount"]]
        total = float(sum(row["amount"] for row in rows))
        earlier = float(sum(row["earlier"] or 0 for row in self.found[name]))
        if total <= 0:
            return f"<h3>{say(f'mix.{name}')}</h3><p>{say('no_input')}</p>"
        lines = []
        for row in sorted(rows, key=lambda row: (-row["amount"], row["label_en"]))[:8]:
            label = Cell(escape(row["label_zh"])) if name == "lines" else self.label(row, "label")
            before = float(row["earlier"] or 0) / earlier if earlier > 0 else None
            lines.append(
                [
                    label,
                    self.amount(row["amount"], "money"),
                    self.amount(float(row["amount"]) / total, "share"),
                    bar(float(row["amount"]) / total),
                    self.amount(before, "share"),
                ]
            )
        return PAGE.table(
            say(f"mix.{name}"), ("member", "amount", "amount_share", "", "earlier_share"), lines
        )

    def strategies(self) -> str:
        rows = self.found["strategies"]
        if not rows:
            return section("strategies", f"<p>{say('no_states')}</p>")
        lines = [
            [
                self.label(row, "strategy"),
                self.label(row, "owner"),
                self.amount(row["customer_count"], "count"),
                self.amount(row["contacted_count"], "count"),
                self.amount(row["sent_count"], "count"),
                self.amount(row["converted_count"], "count"),
                self.amount(row["conversion_rate"], "share"),
                self.amount(row["expected_rate"], "share"),
                self.amount(row["attributed_revenue"], "money"),
                self.amount(row["buyer_count"], "count"),
            ]
            for row in rows
        ]
        heads = (
            "strategy", "owner", "list", "contacted", "messages", "converted", "conversion", "expected_rate",
            "attributed", "buyers",
        )  # fmt: skip
        said = "".join(
            f"<li>{part.html()}</li>" for row in rows for part in [self.sentences.strategy(row)] if part
        )
        return section(
            "strategies",
            f'<ul class="said">{said}</ul>',
            PAGE.table(say("strategies"), heads, lines, quiet=True),
        )

    def campaigns(self) -> str:
        rows = self.found["campaigns"]
        if not rows:
            return section("campaigns", f"<p>{say('no_campaigns')}</p>")
        lines = [
            [
                Cell(f"<code>{escape(row['campaign_code'] or row['campaign_id'])}</code>"),
                self.label(row, "target_group") if row["target_group_zh"] else Cell("–"),
                Cell(
                    f"{row['started_on']:%m-%d} – {row['ended_on']:%m-%d}"
                    if row["ended_on"]
                    else f"{row['started_on']:%m-%d}",
                    "tight",
                ),
                self.amount(row["cost"], "money"),
                self.amount(row["converted_count"], "count"),
                self.amount(row["conversion_rate_target"], "share"),
                *(
                    Cell("–" if row[ratio] is None else f"{row[ratio]:.1f}", "number")
                    for ratio in ("incremental_return_ratio", "return_ratio")
                ),
                self.label(row, "return_basis"),
                Cell(escape(row["owner"] or "–")),
                self.label(row, "suggestion") if row["suggestion_zh"] else Cell("–"),
            ]
            for row in rows
        ]
        heads = (
            "campaign",
            "target_group",
            "when",
            "cost",
            "converted",
            "conversion",
            "incremental_return",
            "return",
            "return_basis",
            "owner",
            "advice",
        )
        return section("campaigns", PAGE.table(say("campaigns"), heads, lines, quiet=True))

    def actions(self) -> str:
        lines = [
            [
                Cell(str(number), "rank"),
                self.label(row, "action"),
                self.label(row, "owner"),
                Cell(f"{row['due_on']:%Y-%m-%d}", "number"),
                self.label(
                    row, "kpi", f' <span class="remark">{say("situation." + row["situation"])}</span>'
                ),
                self.marked(row, "value"),
                self.marked(row, "reference_value"),
                self.marked(row, "expected_value"),
            ]
            for number, row in enumerate(self.found["actions"], start=1)
        ]
        heads = ("", "action", "owner", "due", "why", "value", "reference", "expected")
        return section("actions", PAGE.table(say("actions"), heads, lines, quiet=True))

    def marked(self, row: Row, column: str) -> Cell:
        """A figure of an action."""
        if row[column] is None:
            return Cell("–", "number")
        key = f"report_actions.{row['period']}.{row['action']}.{column}"
        return Cell(
            marked(key, row[column], written(row[column], row["unit"], self.currency)).html(), "number"
        )

    def results(self) -> str:
        kinds = {"reached": "good", "not_reached": "poor"}
        lines = [
            [
                self.label(row, "action"),
                self.label(row, "owner"),
                Cell(f"<code>{row['period']}</code>", "tight"),
                self.label(
                    row,
                    "kpi",
                    f' <span class="remark">{say("small")}</span>' if row["is_measured_low_base"] else "",
                ),
                self.marked(row, "value"),
                self.marked(row, "expected_value"),
                self.marked(row, "measured_value"),
                Cell(coloured(say(f"result.{row['result']}"), kinds.get(row["result"], "")), "tight"),
            ]
            for row in self.found["earlier_actions"]
        ]
        heads = ("action", "owner", "recommended", "kpi", "then", "expected", "measured", "result")
        return section("last_time", PAGE.table(say("last_time"), heads, lines, quiet=True))

    # --- the week ------------------------------------------------------------------------------------------

    def lists(self) -> str:
        """Whom lists and triggers name now: known of the as-of date alone, so only of the latest week."""
        if not self.period["is_latest"]:
            return section("lists", f"<p>{say('lists.later')}</p>")
        names = {row["strategy"]: row for row in self.found["next_strategies"]}
        strategies = PAGE.table(
            say("lists.strategies"),
            ("strategy", "owner", "assigned", "reachable"),
            [
                [
                    self.label(names[row["strategy"]], "strategy"),
                    self.label(names[row["strategy"]], "owner"),
                    self.amount(row["customer_count"], "count"),
                    self.amount(row["reachable_count"], "count"),
                ]
                for row in sorted(self.found["lists"], key=lambda row: names[row["strategy"]]["priority"])
            ],
        )
        triggers = PAGE.table(
            say("lists.triggers"),
            ("trigger", "what", "listed", "held_back", "until"),
            [
                [
                    self.label(row, "trigger"),
                    self.label(row, "action"),
                    self.amount(row["listed_count"], "count"),
                    self.amount(row["held_back_count"], "count"),
                    Cell(f"{row['first_until_on']:%Y-%m-%d}", "number"),
                ]
                for row in self.found["triggers"]
            ],
        )
        due = self.found["followups"][0]
        told = {kind: plain(due[f"{kind}_count"]) for kind in ("due", "overdue", "expired")}
        followups = (
            f"<p>{self.sentences.say('lists.followups', **told).html()}</p>" if due["due_count"] else ""
        )
        return section("lists", strategies, triggers, followups)

    def next_week(self) -> str:
        rows = [row for row in self.found["next_strategies"] if row["customer_count"]]
        lines = [
            [
                self.label(row, "strategy"),
                self.label(row, "action"),
                self.label(row, "owner"),
                Cell(f"{row['period_end_on']:%Y-%m-%d}", "number"),
                self.amount(row["customer_count"], "count"),
                self.amount(row["expected_rate"], "share"),
                Cell(
                    "–"
                    if row["expected_converted_count"] is None
                    else f"{row['expected_converted_count']:,.1f}",
                    "number",
                ),
            ]
            for row in rows
        ]
        heads = ("strategy", "what", "owner", "due", "list", "expected_rate", "expected_conversions")
        return section("next_week", PAGE.table(say("next_week"), heads, lines, quiet=True))

    def notes(self) -> str:
        sources = sorted(
            {
                (row[f"{reference}_source_zh"], row[f"{reference}_source_en"])
                for row in self.rows
                for reference in ("target", "field_average")
                if row[f"{reference}_source_zh"] and self.kind != "week"
            },
            key=lambda source: source[1],
        )
        items = [say(f"notes.{name}") for name in ("figures", "change", "strategies")]
        if sources:
            zh, en = zip(*sources, strict=True)
            items.append(f"{say('notes.sources')}{both('；'.join(zh), '; '.join(en))}")
        return section(
            "notes", '<ul class="notes">' + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
        )


def render(data_set: DataSet, found: dict[str, Any]) -> str:
    """The whole page."""
    report = Report(data_set, found)
    period = report.period
    facts = PAGE.facts(
        data_set,
        report.name.html(),
        f"{period['period_start_on']} – {period['period_end_on']}",
        f"{say('as_of')} {period['as_of_on']}",
        f"{say('build')} {escape(moment(found['build'][0]['build_id']))}",
    )
    name = f"{data_set.name} {period['period']}"
    titled = Dictionary(PAGE.file)
    titled.words = PAGE.words | {"title": PAGE.words[f"title.{report.kind}"]}
    page = titled.document(name, facts, report.sections())
    return page.replace("</style>", f"{STYLE}</style>", 1)


def make(data_set: DataSet, warehouse: Warehouse, period: str | None = None) -> for_people.Made:
    """Write the report of a period."""
    found = figures(warehouse.published, period)
    name = f"report-{found['period']['period']}.html"
    yield for_people.write_page(data_set, name, render(data_set, found)), ""


STYLE = """
@page { size: A4; margin: 15mm 14mm 16mm; @bottom-right { content: counter(page) " / " counter(pages);
  font: 8pt sans-serif; color: #5b6875; } }
.cards { display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; margin: 1.25rem 0 0; }
.cards div { padding: .75rem .9rem; background: var(--ground); border-radius: .5rem; }
.cards dt { color: var(--soft); font-size: .85rem; }
.cards dd { margin: .1rem 0 .25rem; font-size: 1.45rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.cards dd.note { display: flex; justify-content: space-between; gap: .5rem; margin: 0;
  font-size: .82rem; font-weight: 400; color: var(--soft); }
.poor { color: var(--bad); }
.said { margin: .6rem 0 0; padding-left: 1.15rem; max-width: 56rem; }
.said li { margin: .32rem 0; }
.said data { font-weight: 600; font-variant-numeric: tabular-nums; }
.notes { padding-left: 1.15rem; color: var(--soft); font-size: .88rem; max-width: 56rem; }
figure { margin: 1.5rem 0 0; }
figcaption { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
.legend { color: var(--soft); font-size: .82rem; }
.key { display: inline-block; width: .8rem; height: .6rem; margin: 0 .35rem 0 1rem; background: var(--share); }
.key.line-key { height: 2px; vertical-align: middle; background: var(--warn); }
.chart { display: block; width: 100%; height: auto; margin-top: .4rem; }
.chart text { font-size: 12px; fill: var(--soft); }
.chart .strong { fill: var(--ink); font-weight: 600; }
.grid { stroke: var(--line); stroke-width: 1; }
.column { fill: var(--share); opacity: .45; }
.column.now { opacity: 1; }
.before { stroke: var(--warn); stroke-width: 2; }
.up { fill: var(--good); }
.down { fill: var(--bad); }
.middle { stroke: var(--soft); stroke-width: .6; }
.tight { white-space: nowrap; }
.rank { color: var(--soft); width: 1.6rem; }
td.bar, th.bar { width: 12%; min-width: 4rem; }
#kpis .trend { width: 7rem; }
#strategies tbody th { min-width: 7.5rem; }
#strategies .tight { white-space: normal; min-width: 5rem; }
@media (max-width: 44rem) { .cards { grid-template-columns: repeat(2, 1fr); } }
@media print { :root { --soft: #444; --line: #ccc; --ground: #f0f3f6; --share: #2f6690; --good: #1f7a4d; --warn: #9a6700;
  --bad: #b42318; } * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  body { font-size: 9.5pt; line-height: 1.45; } h1 { font-size: 18pt; } h2 { margin-top: 1.4rem; font-size: 12.5pt; }
  .cards dd { font-size: 13pt; } .cards, figure, .said li { break-inside: avoid; } th, td { padding: .2rem .5rem .2rem 0; }
  .chart text { font-size: 16px; }
  thead { display: table-header-group; } caption { padding-top: .5rem; } h2 + p { break-after: avoid; }
  p { orphans: 3; widows: 3; } }
"""
