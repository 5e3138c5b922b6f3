"""The dashboard: a data set's marts as one HTML file that filters, in Chinese and English.

It reads the published copy and the records beside it. What filters choose from are cubes (dashboard_cube.py); what has no
filter is a table and a chart of a mart (dashboard_blocks.py). The browser part is dashboard.js.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from customer360.core import reading
from customer360.core.data_sets import DataSet
from customer360.core.policy import policy_table
from customer360.core.warehouse import Warehouse
from customer360.presentation import for_people
from customer360.presentation.dashboard_blocks import BLOCKS, Block
from customer360.presentation.dashboard_cube import (
    HIDDEN,
    MONTHS,
    REGIONS,
    Attribute,
    close,
    cube,
    profiles,
    protect_profiles,
    with_totals,
)  # fmt: skip
from customer360.presentation.page import Cell, Dictionary, NoCharts, both, css_class, echarts, moment, trend
from customer360.release.gate import REPORT
from customer360.release.publish import RECORD


class Words(Dictionary):
    """The texts of the dashboard; those that name the floor know it."""

    floor = 0

    def say(self, key: str, **values: object) -> str:
        """A text of the dictionary."""
        return super().say(key, floor=self.floor, **values)


PAGE = Words(Path(__file__).with_name("dashboard_words.csv"))
SCRIPT = Path(__file__).with_name("dashboard.js")
STYLE = Path(__file__).with_name("dashboard.css")
say = PAGE.say

Row = dict[str, Any]

TAGS_PER_FAMILY = 8
"""Tags to combine: of every family those that split the customers best."""

ORDER = {
    "value_tier": ("high", "middle", "low", "inactive"),
    "customer_group": ("business", "gift", "personal"),
    "lifecycle_stage": ("awareness", "trial", "stable", "churn_warning", "churned", "unconverted"),
    "rfm_class": (
        "important_value", "important_development", "important_retention", "important_winback",
        "general_value", "general_development", "general_retention", "general_winback",
    ),
    "alert_level": ("1", "2", "3", "none", "not_measured"),
}  # fmt: skip
"""The order in which people expect codes; others follow by name."""

SECTIONS = ("overview", "structure", "value", "churn", "tags", "marketing", "products", "service", "quality")

LABELS = """
    create temp table labels as
    select distinct on (dimension, code) * from (
        select dimension, member as code, member_zh as zh, member_en as en from marts.customer_structure
        union all select area_kind, area, area_zh, area_en from marts.area_maturity
        union all select 'rfm_class', rfm_class, rfm_class_zh, rfm_class_en from marts.customer_rfm
        union all select 'clv_class', clv_class, clv_class_zh, clv_class_en from marts.customer_clv
        union all select 'churn_stage', churn_stage, churn_stage_zh, churn_stage_en from marts.customer_churn_risk
        union all select 'root_cause', root_cause, root_cause_zh, root_cause_en from marts.customer_churn_risk
        union all select 'intervention', intervention, intervention_zh, intervention_en from marts.customer_churn_risk
        union all select 'channel', channel, channel_zh, channel_en from marts.channel_performance
        union all select 'festival', festival, festival_zh, festival_en from marts.festival_results
        union all select 'occasion', occasion, occasion_zh, occasion_en from marts.occasion_sales
        union all select 'channel', to_segment, to_segment_zh, to_segment_en
        from marts.segment_migration where scheme = 'main_channel'
        union all select 'channel', from_segment, from_segment_zh, from_segment_en
        from marts.segment_migration where scheme = 'main_channel'
    ) where code is not null and zh is not null
"""

BUYERS = """
    create temp table buyers as
    select
        features.*, coalesce(features.province_code, features.country, 'unknown') as region,
        coalesce(features.recency_score || '-' || features.frequency_score, 'none') as rf,
        case
            when risk.risk_status = 'not_measured' then risk.risk_status
            else coalesce(cast(risk.alert_level as varchar), 'none')
        end as level,
        risk.value_at_risk as at_risk,
        clv.formula_value, clv.dynamic_value, clv.probabilistic_value, clv.lifetime_value, risk.p_no_order_90d
    from marts.customer_features as features
    left join marts.customer_clv as clv on features.customer_id = clv.customer_id
    left join marts.customer_churn_risk as risk on features.customer_id = risk.customer_id
    where features.value_tier is not null
"""
"""Customers who have bought, on the as-of date: the filters are about them."""

MONTH = """
    create or replace temp table states as
    select
        months.customer_id, value_tier, customer_group, lifecycle_stage, frequency_12m, net_amount_12m, rfm_class,
        abc_class, coalesce(areas.region, 'unknown') as region,
        case when frequency_12m > 0 then 'active' else 'quiet' end as activity
    from marts.customer_months as months
    left join (
        select customer_id, coalesce(province_code, country) as region from marts.customers
    ) as areas on months.customer_id = areas.customer_id
    where value_tier is not null and as_of_on = ?
"""


# --- figures -----------------------------------------------------------------------------------------------


class Published:
    """The published copy, opened read-only beside a memory database for what is derived from it."""

    def __init__(self, path: Path) -> None:
        self.connection = duckdb.connect()
        reading.attach(self.connection, path, "published")
        self.connection.execute("use published")
        self.connection.execute(LABELS)
        self.connection.execute(BUYERS)
        self.labels = {
            (row["dimension"], row["code"]): (row["zh"], row["en"]) for row in self.rows("from temp.labels")
        }

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query, by column."""
        answer = self.connection.execute(sql, parameters)
        columns = [column for column, *_ in answer.description]
        return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]

    def one(self, sql: str) -> Any:
        """The first value of a query, None where there is no row."""
        row = self.connection.execute(sql).fetchone()
        return row and row[0]

    def codes(self, dimension: str, expression: str, relation: str = "temp.buyers") -> list[str]:
        """The codes of a dimension: those of ORDER first, the others by name; unknown ones last."""
        found = {
            row["code"]
            for row in self.rows(f"select distinct coalesce({expression}, 'unknown') as code from {relation}")
        }
        known = [code for code in ORDER.get(dimension, ()) if code in found]
        return known + sorted(found - {*known, "unknown"}) + sorted(found & {"unknown"})

    def label(self, dimension: str, code: str | None) -> tuple[str, str]:
        """What people call a code: the dictionary's word first, then the marts' label, then the code."""
        code = "unknown" if code is None else str(code)
        for key in (f"member.{dimension}.{code}", f"member.{code}"):
            if key in PAGE.words:
                return PAGE.words[key]
        zh, en = self.labels.get((dimension, code), (code, code))
        return zh, _in_latin(en)


def _in_latin(label: str) -> str:
    """Bands of amounts that the company's own files write in ten thousands (万)."""
    if "万" not in label:
        return label
    number = re.sub(
        r"(\d+)(?:-(\d+))?万", lambda m: f"{m[1]}0" + (f"–{m[2]}0" if m[2] else "") + " thousand", label
    )
    return re.sub(r"(.*)以下", r"under \1", re.sub(r"(.*)以上", r"\1 and more", number)).strip()


def _value(value: Any) -> Any:
    """A figure as JSON has it: finite, short."""
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, dt.date | dt.datetime):
        return str(value)[:10]
    number = float(value)
    if not math.isfinite(number):
        return None
    return float(f"{number:.9g}")


def cubes(published: Published) -> dict[str, Any]:
    """What the filters choose from: dimensions, months, and cells by month; see dashboard.js for how they are read."""
    regions = [
        row["region"]
        for row in published.rows(
            "select region, count(*) as customers from temp.buyers group by region order by customers desc, region"
        )
    ]
    dimensions = {
        "region": [*regions[:REGIONS], *(["other"] if len(regions) > REGIONS else [])],
        "customer_group": published.codes("customer_group", "customer_group"),
        "value_tier": published.codes("value_tier", "value_tier"),
    }
    if not regions:
        return {"dimensions": {}, "months": [], "cells": [], "attributes": [], "latest": {}}
    months = [
        row["as_of_on"]
        for row in published.rows(
            f"select distinct as_of_on from marts.customer_months where value_tier is not null order by 1 desc limit {MONTHS}"
        )
    ][::-1]

    def split(name: str, expression: str, relation: str, **sums: str) -> Attribute:
        return Attribute(name, expression, tuple(published.codes(name, expression, relation)), sums)

    monthly, cells = [], []
    for month in months:
        published.connection.execute(MONTH, [month])
        if not monthly:
            # the codes of all months are those of the latest states and of the first month
            everything = "marts.customer_months"
            monthly = [
                Attribute(
                    "activity", "activity", ("active", "quiet"),
                    {"orders": "sum(frequency_12m)", "amount": "sum(net_amount_12m)"},
                ),
                split("lifecycle_stage", "lifecycle_stage", everything),
                split("rfm_class", "rfm_class", everything),
                split("abc_class", "abc_class", everything),
            ]  # fmt: skip
            monthly[2:] = [_with_rest(attribute) for attribute in monthly[2:]]
        made = cube(published.connection, "temp.states", dimensions, monthly, PAGE.floor)
        cells.append(made.as_json(monthly))
    latest = [
        Attribute(
            "buyer", "'buyer'", ("buyer",),
            {
                "leading": "sum(lifetime_value)", "formula": "sum(formula_value)", "dynamic": "sum(dynamic_value)",
                "probabilistic": "sum(probabilistic_value)", "at_risk": "sum(at_risk)", "risk": "sum(p_no_order_90d)",
                "judged": "count(p_no_order_90d)",
            },
        ),
        _with_rest(split("rf", "rf", "temp.buyers", amount="sum(net_amount_12m)"), "none"),
        _with_rest(split("rfm_class", "rfm_class", "temp.buyers", amount="sum(net_amount_12m)")),
        _with_rest(split("abc_class", "abc_class", "temp.buyers", amount="sum(net_amount_12m)")),
        split("clv_class", "clv_class", "temp.buyers", leading="sum(lifetime_value)"),
        split("alert_level", "level", "temp.buyers", at_risk="sum(at_risk)"),
        split("churn_stage", "churn_stage", "temp.buyers"),
        split("root_cause", "root_cause", "temp.buyers"),
        split("channel", "main_channel", "temp.buyers"),
    ]  # fmt: skip
    now = cube(published.connection, "temp.buyers", dimensions, latest, PAGE.floor)
    return {
        "dimensions": {
            name: [[code, *published.label(name, code)] for code in codes]
            for name, codes in dimensions.items()
        },
        "months": [str(month) for month in months],
        "attributes": [_described(published, attribute) for attribute in monthly],
        "cells": cells,
        "latest": {
            "attributes": [_described(published, attribute) for attribute in latest],
            "cells": now.as_json(latest),
            "known": [
                name
                for name, known in zip(VALUES, known_of_all(published, VALUES.values()), strict=True)
                if known
            ],
        },
    }


def _with_rest(attribute: Attribute, rest: str = "unknown") -> Attribute:
    """The attribute with a last code for customers that have none of its codes."""
    members = [code for code in attribute.members if code != rest]
    return Attribute(attribute.name, attribute.expression, (*members, rest), attribute.sums)


def _described(published: Published, attribute: Attribute) -> dict[str, Any]:
    members = [[code, *published.label(attribute.name, code)] for code in attribute.members]
    return {"name": attribute.name, "members": members, "sums": list(attribute.sums)}


PROFILE = {
    "customer_group": "customer_group", "value_tier": "value_tier", "lifecycle_stage": "lifecycle_stage",
    "alert_level": "level",
}  # fmt: skip


def company_fields(made: Mapping[str, Any]) -> dict[str, int]:
    """Customers by field of the RFM matrix as the cube shows them for everybody; hidden ones are below 0."""
    attributes = made["latest"].get("attributes", [])
    place = next((at for at, one in enumerate(attributes, start=1) if one["name"] == "rf"), None)
    whole = made["latest"].get("cells", {}).get("0")
    if place is None or whole is None:
        return {}
    codes = [code for code, *_ in attributes[place - 1]["members"]]
    return dict(zip(codes, whole[place][0], strict=True))


CUBED = (
    "customer_group", "value_tier", "abc_class", "rfm_class", "clv_class", "lifecycle_stage", "alert_level", "churn_stage",
    "root_cause", "main_channel", "province_code", "recency_score", "frequency_score", "is_lapsed",
)  # fmt: skip
"""Features that the cube counts."""

PROFILE_SUMS = ("net_amount_12m", "lifetime_value", "p_no_order_90d")
VALUES = {
    "leading": "lifetime_value", "formula": "formula_value", "dynamic": "dynamic_value",
    "probabilistic": "probabilistic_value",
}  # fmt: skip


def known_of_all(published: Published, columns: Iterable[str]) -> list[bool]:
    """Whether every customer who has bought has a value in the column: else the sum ÷ customers is no mean."""
    counts = published.connection.execute(
        f"select count(*), {', '.join(f'count({column})' for column in columns)} from temp.buyers"
    ).fetchone()
    return [count == counts[0] for count in counts[1:]] if counts else []


def combined(published: Published, company: Mapping[str, int]) -> dict[str, Any]:
    """Tags and fields of the RFM matrix: who holds them, and for tags who holds two of them.

    `company`: the fields that the cube shows for everybody, with their customers. Tags that say what a filter or a class says
    are left out: the cube has them, and two tables of one thing would have to be held to the floor together.
    """
    tags = published.rows(
        f"""
        with lifts as (
            select tag_code, lift from marts.tag_effectiveness
            qualify row_number() over (partition by tag_code order by lift is null, as_of_on desc) = 1
        )
        select tag_code, family, label_zh, label_en, meaning_zh, meaning_en, lift, holders
        from (
            select registry.*, lifts.lift,
                (select count(*) from marts.customer_tags as held inner join temp.buyers
                    on held.customer_id = buyers.customer_id where held.tag_code = registry.tag_code) as holders,
                (select count(*) from temp.buyers) as everybody
            from marts.tag_registry as registry left join lifts on registry.tag_code = lifts.tag_code
            where registry.is_in_force and registry.is_sound and registry.feature not in {CUBED}
        )
        where holders between {PAGE.floor} and everybody - {PAGE.floor}
        qualify row_number() over (
            partition by family
            order by (1 + coalesce(abs(ln(nullif(lift, 0))), 0)) * holders * (everybody - holders) desc, tag_code
        ) <= {TAGS_PER_FAMILY}
        order by family, tag_code
        """
    )
    customers = published.connection.execute(
        "select customer_id, rf, "
        + ", ".join(f"coalesce({expression}, 'unknown') as {name}" for name, expression in PROFILE.items())
        + ", "
        + ", ".join(f"cast(coalesce({name}, 0) as double) as {name}" for name in PROFILE_SUMS)
        + " from temp.buyers order by customer_id"
    ).fetchnumpy()
    size = len(customers["customer_id"])
    if size < PAGE.floor:
        parts = dict.fromkeys(("attributes", "tags", "single", "empty"), ())
        return {**parts, "everybody": None, "pairs": {}, "fields": {}}
    blocks, names, columns = [], [], []
    for name, expression in PROFILE.items():
        codes = published.codes(name, expression)
        blocks.append(slice(len(columns), len(columns) + len(codes)))
        names.append({"name": name, "members": [[code, *published.label(name, code)] for code in codes]})
        columns += [(np.asarray(customers[name]) == code) for code in codes]
    members = np.array(columns, np.float32).T.reshape(size, len(columns))
    measures = np.array([customers[name] for name in PROFILE_SUMS], np.float32).T.reshape(
        size, len(PROFILE_SUMS)
    )
    everybody = np.rint(members.sum(axis=0)).astype(np.int64)
    known = known_of_all(published, PROFILE_SUMS)
    held = published.connection.execute(
        "select place.number - 1 as customer, tags.tag as tag from marts.customer_tags as held"
        " inner join (select customer_id, row_number() over (order by customer_id) as number from temp.buyers) as place"
        " on held.customer_id = place.customer_id inner join (select unnest(?) as code, unnest(?) as tag) as tags"
        " on held.tag_code = tags.code",
        [[row["tag_code"] for row in tags], list(range(len(tags)))],
    ).fetchnumpy()
    has = np.zeros((size, len(tags)), bool)
    has[np.asarray(held["customer"], int), np.asarray(held["tag"], int)] = True
    found = profiles(has, members, measures, pairs=True)
    shown, parts = protect_profiles(found, blocks, everybody, PAGE.floor)

    def entry(at: int) -> list[Any]:
        counts = np.where(parts[at], found.parts[at], HIDDEN)
        means = _means(found.sums[at], found.counts[at], known)
        return [int(found.counts[at]), [counts[block].tolist() for block in blocks], means]

    singles = len(tags)
    total = measures.sum(axis=0, dtype=np.float64)
    codes = [f"{recency}-{frequency}" for recency in range(5, 0, -1) for frequency in range(1, 6)]
    fields = np.array([np.asarray(customers["rf"]) == code for code in codes]).T.reshape(size, len(codes))
    return {
        "attributes": names,
        "everybody": [
            size,
            [everybody[block].tolist() for block in blocks],
            _means(total, size, known),
        ]
        if size >= PAGE.floor
        else None,
        "tags": [
            [
                row["tag_code"],
                row["label_zh"],
                row["label_en"],
                row["family"],
                row["meaning_zh"],
                row["meaning_en"],
            ]
            for row in tags
        ],
        "single": [entry(at) if shown[at] else None for at in range(singles)],
        "pairs": {
            f"{a}-{b}": entry(at)
            for at, (a, b) in enumerate(found.pairs, start=singles)
            if shown[at] and found.counts[at]
        },
        "empty": [
            f"{a}-{b}"
            for at, (a, b) in enumerate(found.pairs, start=singles)
            if shown[at] and not found.counts[at]
        ],
        "fields": _fields(
            [code for code in codes if company.get(code, 0) >= PAGE.floor],
            codes,
            fields,
            members,
            measures,
            blocks,
            known,
        ),
    }


def _means(sums: np.ndarray, count: int, known: Sequence[bool]) -> list[Any]:
    """Sums ÷ customers; None where some have no value."""
    return [
        _value(round(float(value) / max(count, 1), 4)) if there else None
        for value, there in zip(sums, known, strict=True)
    ]


def _fields(
    wanted: Sequence[str], codes: Sequence[str], fields: np.ndarray, members: np.ndarray, measures: np.ndarray,
    blocks: Sequence[slice], known: Sequence[bool],
) -> dict[str, Any]:  # fmt: skip
    """Profiles of the fields of the RFM matrix by stage and alert level; group and tier are cells of the cube.

    The fields add up to everybody, so they are held to the floor as one table.
    """
    inside = np.concatenate([fields, ~fields.any(axis=1, keepdims=True)], axis=1)
    found = profiles(inside, members, measures, pairs=False)
    parts = {}
    for block in blocks[2:]:
        table = with_totals(found.parts[:, block], (0, 1))
        for at, code in enumerate(codes):
            # a field that the cube hides is hidden here
            table[at + 1, 0] = table[at + 1, 0] if code in wanted else min(table[at + 1, 0], 1)
        (parts[block.start],) = close(table, [], PAGE.floor)
    return {
        code: [
            int(found.counts[at]),
            [
                np.where(parts[block.start][at + 1, 1:], found.parts[at, block], HIDDEN).tolist()
                for block in blocks[2:]
            ],
            _means(found.sums[at], found.counts[at], known),
        ]
        for at, code in enumerate(codes)
        if code in wanted and all(shown[at + 1, 0] for shown in parts.values())
    }


def structure(published: Published) -> dict[str, Any]:
    """Customers by registered attributes at the ends of months: members, and per month their counts and amounts."""
    left_out = ("province", "customer_group", "value_tier", "abc_class", "lifecycle_stage")
    rows = published.rows(
        f"""
        select as_of_on, dimension, member, customer_count, net_amount_12m from marts.customer_structure
        where dimension not in {left_out} and as_of_on in (
            select distinct as_of_on from marts.customer_structure order by as_of_on desc limit {MONTHS}
        ) order by dimension, member = 'unknown', member, as_of_on
        """
    )
    months = sorted({row["as_of_on"] for row in rows})
    dimensions: dict[str, dict[str, Any]] = {}
    for row in rows:
        dimension = dimensions.setdefault(row["dimension"], {"members": [], "rows": {}})
        if row["member"] not in dimension["members"]:
            dimension["members"].append(row["member"])
        dimension["rows"][row["member"], row["as_of_on"]] = (row["customer_count"], row["net_amount_12m"])
    answer = {}
    for name, dimension in dimensions.items():
        if dimension["members"] == ["unknown"]:
            continue
        dimension["members"].sort(key=_rising)
        counts = np.array(
            [
                [dimension["rows"].get((member, month), (0, 0))[0] for member in dimension["members"]]
                for month in months
            ]
        )
        answer[name] = {
            "members": [[member, *published.label(name, member)] for member in dimension["members"]],
            "counts": [_floored(line).tolist() for line in counts],
            "amounts": [
                [_value(dimension["rows"].get((member, month), (0, 0))[1]) for member in dimension["members"]]
                for month in months
            ],
        }
    return {"months": [str(month) for month in months], "dimensions": answer}


def _rising(member: str) -> tuple[bool, bool, float, str]:
    """Bands in the order of their figures, the lowest first, unknown last."""
    number = re.search(r"\d+", member)
    lowest = bool(re.match("under|before|micro", member)) or "以下" in member
    return member == "unknown", not lowest, float(number[0]) if number else 0, member


def _floored(line: np.ndarray) -> np.ndarray:
    """Counts that add up to everybody, with those hidden that are below the floor or follow from it."""
    (shown,) = close(with_totals(line, [0]), [], PAGE.floor)
    return np.where(shown[1:], line, HIDDEN)


def kpis(published: Published) -> dict[str, Any]:
    """Every KPI of the last two years by month, and which month is the last complete one."""
    columns = (
        "value", "numerator", "base", "last_year_value", "baseline_value", "target", "target_deviation", "is_target_met",
        "field_average", "leader", "is_alert", "last_year_aligned_value",
    )  # fmt: skip
    rows = published.rows(
        "select * from marts.kpi_monthly where month_start_on > ("
        "select max(month_start_on) from marts.kpi_monthly) - interval 25 month order by month_start_on, kpi"
    )
    months = sorted({row["month_start_on"] for row in rows})
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        kpi = found.setdefault(
            row["kpi"],
            {
                "label": [row["kpi_zh"], row["kpi_en"]], "area": row["area"], "unit": row["unit"],
                "direction": row["direction"], "window": row["window_months"],
                "source": [row["target_source"], row["field_average_source"], row["leader_source"]],
                "rows": [None] * len(months),
            },
        )  # fmt: skip
        kpi["rows"][months.index(row["month_start_on"])] = [_value(row[column]) for column in columns]
    complete = [
        months.index(row["month_start_on"])
        for row in published.rows("select distinct month_start_on from marts.kpi_monthly where is_complete")
        if row["month_start_on"] in months
    ]
    return {
        "months": [str(month)[:7] for month in months], "columns": columns, "complete": max(complete, default=-1),
        "kpis": found,
    }  # fmt: skip


# --- blocks: tables and charts without filters -------------------------------------------------------------

NUMBERS = {"people", "count", "money", "share", "ratio", "figure", "days", "hours", "unit", "level", "score"}


def shown(kind: str, value: Any, row: Row) -> str:
    """A figure as people read it."""
    if value is None:
        return "–"
    if kind == "unit":
        kind = {"share": "share", "money": "money", "count": "count"}.get(row.get("unit") or "", "figure")
    if kind == "level":
        kind = "share" if row["statistic"] in ("share", "share_within") else "figure"
    number = float(value)
    if kind == "share":
        return f"{number:,.1%}".replace("-", "−")
    if kind in ("people", "count"):
        return f"{number:,.0f}".replace("-", "−")
    if kind == "money":
        return f"{number:,.0f}" if abs(number) >= 100 else f"{number:,.2f}"
    if kind in ("ratio",):
        return f"{number:,.2f}".replace("-", "−")
    return f"{number:,.1f}".replace("-", "−")


class Blocks:
    """Draws blocks from the published copy: a table each, and the data of a chart where one says more."""

    def __init__(
        self,
        published: Published,
        missing: Mapping[str, tuple[str, str]],
        audit: Iterable[Row],
        cube: Mapping[str, Any],
    ) -> None:
        self.published = published
        self.missing = missing
        self.cube = cube
        self.audit = list(audit)
        self.charts: dict[str, Any] = {}

    def draw(self, block: Block) -> str:
        rows = (
            self.audit
            if block.name == "audit"
            else self.published.rows(block.sql.replace("{period}", "year"))
        )
        key = f"block.{block.name}"
        if not rows:
            return self.frame(block.name, self.absent(block.needs), wide=block.wide)
        if block.name == "cohorts":
            body = self.cohorts(block.sql)
        elif block.matrix:
            body = self.moves(block, rows)
        else:
            rows = self.floored(block, rows)
            table = self.table(block, rows)
            spec = self.spec(block, rows) if block.chart else None
            if spec and any(value is not None for series in spec["series"] for value in series["values"]):
                self.charts[block.name] = spec
                body = (
                    f'<div class="chart" data-chart="{block.name}" role="img" aria-labelledby="h-{block.name}"></div>'
                    f"<details><summary>{say('table')}</summary>{table}</details>"
                )
            else:
                body = table
        return self.frame(block.name, body, wide=block.wide, key=key)

    def frame(self, name: str, body: str, wide: bool = False, key: str = "") -> str:
        key = key or f"block.{name}"
        return (
            f'<article class="block{" broad" if wide else ""}" id="b-{name}"><h3 id="h-{name}">{say(key)}'
            f"{info(name, key)}</h3>{body}</article>"
        )

    def absent(self, needs: Sequence[str]) -> str:
        inputs = [self.missing[entity] for entity in needs if entity in self.missing]
        if not inputs:
            return f'<p class="absent">{say("nothing")}</p>'
        zh, en = "、".join(zh for zh, _ in inputs), ", ".join(en for _, en in inputs)
        zh_text, en_text = PAGE.words["no_input"]
        return f'<p class="absent">{both(zh_text.format(inputs=zh), en_text.format(inputs=en))}</p>'

    def floored(self, block: Block, rows: Sequence[Row]) -> list[Row]:
        """The rows without figures of 1 to floor - 1 customers, and without those from which such a group would follow."""
        people = next((column for column, kind in block.columns.items() if kind == "people"), None)
        hidden: set[int] = set()
        uncounted: set[int] = set()
        if block.line is not None:
            wholes: dict[Any, list[int]] = {}
            for at, row in enumerate(rows):
                wholes.setdefault(row.get(block.line), []).append(at)
            for places in wholes.values():
                line = _floored(np.array([int(rows[at][people] or 0) for at in places]))
                hidden |= {at for at, count in zip(places, line, strict=True) if count == HIDDEN}
        if block.cube:
            column, name = block.cube
            told = self.told(name)
            # parts of an attribute add up to a shown total, with their sums; of a region or tier the means may stand
            kept = uncounted if name in self.cube["dimensions"] else hidden
            kept |= {at for at, row in enumerate(rows) if str(row[column]) not in told}
        answer = []
        for at, row in enumerate(rows):
            few = {
                column
                for column, kind in block.columns.items()
                if kind == "people" and (at in uncounted or 0 < (row[column] or 0) < PAGE.floor)
            }
            if at in hidden or (block.base and 0 < (row[block.base] or 0) < PAGE.floor):
                few |= {column for column, kind in block.columns.items() if kind in NUMBERS}
                few -= {block.cube[0]} if block.cube else set()
            answer.append({**row, **dict.fromkeys(few), "_few": few})
        return answer

    def told(self, name: str) -> set[str]:
        """The codes that the cube shows for the whole company: of a filter with its active customers, or of an attribute."""
        made = self.cube
        if not made["cells"]:
            return set()
        if name in made["dimensions"]:
            sizes = [len(codes) + 1 for codes in made["dimensions"].values()]
            axis = list(made["dimensions"]).index(name)
            step = int(np.prod(sizes[axis + 1 :]))
            cells = {
                code: made["cells"][-1].get(str((number + 1) * step))
                for number, (code, *_) in enumerate(made["dimensions"][name])
            }
            return {code for code, cell in cells.items() if cell and HIDDEN not in cell[1][0]}
        attributes = made["latest"]["attributes"]
        at = next(number for number, one in enumerate(attributes) if one["name"] == name)
        whole = made["latest"]["cells"].get("0")
        counts = whole[1 + at][0] if whole else []
        return {
            code for (code, *_), count in zip(attributes[at]["members"], counts, strict=False) if count > 0
        }

    def table(self, block: Block, rows: Sequence[Row]) -> str:
        latest = list(rows)[-block.rows :] if block.rows else list(rows)
        if (
            len(latest) > 1
            and block.columns
            and next(iter(block.columns.values())) == "month"
            and not block.rows
        ):
            latest = latest[-25:]
        head = "".join(
            f'<th scope="col"{css_class("number" if kind in NUMBERS else "")}>{say(f"col.{column}")}</th>'
            for column, kind in block.columns.items()
        )
        body = []
        for row in latest:
            cells = [self.cell(column, kind, row) for column, kind in block.columns.items()]
            body.append(
                f'<tr><th scope="row"{css_class(cells[0].kind)}>{cells[0].html}</th>'
                + "".join(f"<td{css_class(cell.kind)}>{cell.html}</td>" for cell in cells[1:])
                + "</tr>"
            )
        caption = f'<caption class="quiet">{say(f"block.{block.name}")}</caption>'
        return (
            f'<div class="table" tabindex="0" role="region" aria-labelledby="h-{block.name}"><table>{caption}'
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
        )

    def cell(self, column: str, kind: str, row: Row) -> Cell:
        if kind in NUMBERS:
            return Cell(say("few") if column in row["_few"] else shown(kind, row[column], row), "number")
        if kind == "trend":
            return trend([_value(value) for value in row[column] or []], _value(row["error_level"]))
        if kind == "flag":
            return Cell("–" if row[column] is None else say("yes" if row[column] else "no"))
        if kind == "status":
            return Cell(say(f"status.{row[column]}"), f"state {row[column]}")
        if kind == "name":
            return Cell(f'<span translate="no">{escape(str(row[column] or "–"))}</span>', "wide")
        zh, en = self.text(column, kind, row)
        return Cell(both(zh, en), "when" if kind in ("month", "date", "year") else "")

    def text(self, column: str, kind: str, row: Row) -> tuple[str, str]:
        """Both languages of what a row is called."""
        if kind == "label":
            zh, en = row[f"{column}_zh"], row[f"{column}_en"]
            code = row.get(column)
            if f"member.{code}" in PAGE.words:
                return PAGE.words[f"member.{code}"]
            return (str(zh or code or "–"), _in_latin(str(en or code or "–")))
        if kind.startswith("word:"):
            key = f"{kind[5:]}.{row[column]}"
            return PAGE.words.get(key, (str(row[column]), str(row[column])))
        if kind.startswith("member:"):
            return self.published.label(kind[7:], row[column])
        if kind == "word_or_member":
            return self.published.label(row["segment_kind"], row[column])
        if kind == "entity":
            return PAGE.words.get(f"entity.{row[column]}", (str(row[column]), str(row[column])))
        value = row[column]
        if kind == "month":
            return (str(value)[:7],) * 2
        return (str(value if value is not None else "–")[:10],) * 2

    def spec(self, block: Block, rows: Sequence[Row]) -> dict[str, Any]:
        """What the script draws: labels, and series with their kind."""
        chart = block.chart
        rows = list(rows)[: chart.most] if chart.most else rows
        kinds = {**dict.fromkeys(chart.y, "figure"), **block.columns}
        labels = list(dict.fromkeys(self.text(chart.x, kinds.get(chart.x, "label"), row) for row in rows))
        series = []
        if chart.by:
            (column,) = chart.y
            for name in dict.fromkeys(self.text(chart.by, kinds.get(chart.by, "label"), row) for row in rows):
                of = {
                    self.text(chart.x, kinds[chart.x], row): _value(row[column])
                    for row in rows
                    if self.text(chart.by, kinds.get(chart.by, "label"), row) == name
                }
                series.append(
                    {"name": name, "kind": kinds[column], "values": [of.get(label) for label in labels]}
                )
        else:
            series = [
                {
                    "name": PAGE.words.get(f"col.{column}", (column, column)), "kind": kinds[column],
                    "dashed": column in chart.dashed, "values": [_value(row[column]) for row in rows],
                }
                for column in chart.y
            ]  # fmt: skip
            labels = [self.text(chart.x, kinds.get(chart.x, "label"), row) for row in rows]
        return {"kind": chart.kind, "labels": labels, "series": series}

    def moves(self, block: Block, rows: Sequence[Row]) -> str:
        """Who moved from where to where: shares of each row, with the counts that are too small hidden."""
        start, end, count = block.matrix
        order = ORDER.get(block.columns[start].removeprefix("member:"), ())

        def codes(column: str) -> list[str]:
            found = {row[column] for row in rows}
            return [code for code in order if code in found] + sorted(found - set(order))

        starts, ends = codes(start), codes(end)
        table = np.zeros((len(starts), len(ends)), np.int64)
        for row in rows:
            table[starts.index(row[start]), ends.index(row[end])] = row[count]
        total = with_totals(table, (0, 1))
        (visible,) = close(total, [], PAGE.floor)
        dimension = block.columns[start].removeprefix("member:")
        head = "".join(
            f'<th scope="col" class="number">{both(*self.published.label(dimension, code))}</th>'
            for code in ends
        )
        body = ""
        for at, code in enumerate(starts):
            whole = int(table[at].sum())
            cells = ""
            for to in range(len(ends)):
                if not visible[at + 1, to + 1] or not visible[at + 1, 0]:
                    cells += f'<td class="number few">{say("few")}</td>'
                    continue
                share = table[at, to] / whole if whole else 0
                cells += f'<td class="number heat h{min(9, round(share * 10))}">{share:.0%}</td>'
            base = f"{whole:,}" if visible[at + 1, 0] else say("few")
            body += (
                f'<tr><th scope="row">{both(*self.published.label(dimension, code))}</th>'
                f'<td class="number">{base}</td>{cells}</tr>'
            )
        return (
            f'<div class="table" tabindex="0" role="region" aria-labelledby="h-{block.name}"><table class="matrix">'
            f'<caption class="quiet">{say(f"block.{block.name}")}</caption><thead><tr><th scope="col">{say("from_to")}</th>'
            f'<th scope="col" class="number">{say("col.customer_count")}</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        )

    def cohorts(self, sql: str) -> str:
        """Retention by months since the first purchase: cohorts of months or quarters, of years where those are too small."""
        for period in ("month", "quarter", "year"):
            rows = self.published.rows(sql.format(period=period))
            few = [row for row in rows if not self._enough(row)]
            if 2 * len(few) <= len(rows):
                break
        months = sorted({row["months_since"] for row in rows})
        cohorts: dict[Any, dict[int, Row]] = {}
        for row in rows:
            cohorts.setdefault(row["cohort_on"], {})[row["months_since"]] = row
        head = "".join(f'<th scope="col" class="number">+{month}</th>' for month in months)
        body = ""
        for cohort, found in list(cohorts.items())[-18:]:
            size = next(iter(found.values()))["customer_count"]
            cells = ""
            for month in months:
                row = found.get(month)
                if row is None:
                    cells += '<td class="number"></td>'
                elif not self._enough(row):
                    cells += f'<td class="number few">{say("few")}</td>'
                else:
                    share = row["retained_count"] / row["customer_count"]
                    cells += f'<td class="number heat h{min(9, round(float(share) * 10))}">{share:.0%}</td>'
            base = say("few") if size < PAGE.floor else f"{size:,}"
            name = str(cohort)[:4] if period == "year" else str(cohort)[:7]
            body += f'<tr><th scope="row" class="when">{name}</th><td class="number">{base}</td>{cells}</tr>'
        return (
            f'<div class="table" tabindex="0" role="region" aria-labelledby="h-cohorts"><table class="matrix">'
            f'<caption class="quiet">{say("block.cohorts")}</caption><thead><tr><th scope="col">{say("col.cohort")}</th>'
            f'<th scope="col" class="number">{say("col.customer_count")}</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        )

    def _enough(self, row: Row) -> bool:
        left = row["customer_count"] - row["retained_count"]
        return row["customer_count"] >= PAGE.floor and all(
            count == 0 or count >= PAGE.floor for count in (row["retained_count"], left)
        )


def info(name: str, key: str) -> str:
    """The definition and base of what stands beside it, shown on hover and on keyboard focus."""
    if f"{key}.def" not in PAGE.words:
        return ""
    return (
        f'<span class="info"><button type="button" aria-describedby="d-{name}">?<span class="quiet">{say("definition")}</span>'
        f'</button><span role="tooltip" id="d-{name}">{say(f"{key}.def")}</span></span>'
    )


# --- the page ----------------------------------------------------------------------------------------------

VIEWS = {
    "overview": ("kpi_tiles", "revenue_trend", "customer_trend", "kpi_table"),
    "structure": ("group_trend", "by_region", "by_group", "by_tier", "by_stage", "registered"),
    "value": ("rfm_matrix", "rfm_classes", "abc", "clv"),
    "churn": ("alert_levels", "churn_stages", "causes", "by_risk"),
    "tags": ("tag_profile",),
}
"""What the script draws per section, from the cubes; the rest are blocks."""

FILTERED = ("structure", "value", "churn")
BROAD = ("kpi_tiles", "kpi_table", "group_trend", "tag_profile", "rfm_matrix")


def least(data_set: DataSet) -> int:
    """Fewest customers that a figure may be about, by the policy of the data set."""
    table = policy_table(data_set.project, data_set.policy, "privacy_policy", ["minimum_group_size"])
    return int(table.only_row()["minimum_group_size"])


def figures(warehouse: Warehouse, floor: int) -> dict[str, Any]:
    """Everything that the page shows, from the published version that holds."""
    PAGE.floor = floor
    current = warehouse.current()
    record = json.loads((current / RECORD).read_text(encoding="utf-8"))
    report = json.loads((current / REPORT).read_text(encoding="utf-8"))
    published = Published(warehouse.published)
    missing = {
        row["entity"]: (row["label_zh"], row["label_en"])
        for row in published.rows("from marts.input_coverage where status <> 'present'")
    }
    audit = [
        {"rule": None, "rule_zh": result["label_zh"], "rule_en": result["label_en"], "status": result["status"],
         "detail": result["detail"], "_few": set()}
        for result in report["results"]
    ]  # fmt: skip
    cube_ = cubes(published)
    blocks = Blocks(published, missing, audit, cube_)
    drawn = {section: [blocks.draw(block) for block in BLOCKS.get(section, ())] for section in SECTIONS}
    return {
        "record": record,
        "gate": report,
        "as_of": str(published.one("select max(as_of_on) from marts.customer_features") or "–"),
        "blocks": drawn,
        "charts": blocks.charts,
        "cube": cube_,
        "combined": combined(published, company_fields(cube_)),
        "structure": structure(published),
        "kpis": kpis(published),
        "missing": missing,
    }


def stand(found: Mapping[str, Any]) -> str:
    """As-of date, publication, and whether contract and audit hold."""
    statuses = {result["status"] for result in found["gate"]["results"]}
    verdict = "fail" if "fail" in statuses else "warn" if statuses & {"warn", "accepted"} else "pass"
    return (
        f"{say('as_of')} {escape(found['as_of'])} · {say('publication')} {escape(moment(found['record']['build_id']))} · "
        f"{say('contract')} <code>{escape(str(found['record']['contract']))}</code> "
        f'<span class="state {verdict}">{say(f"contract.{verdict}")}</span>'
    )


def controls(found: Mapping[str, Any]) -> str:
    """Navigation between the parts, and the filters."""
    links = "".join(f'<a href="#{name}">{say(name)}</a>' for name in SECTIONS)
    selects = "".join(
        f'<label for="f-{name}">{say(f"filter.{name}")}<select id="f-{name}" data-filter="{name}"></select></label>'
        for name in ("region", "customer_group", "value_tier", "period")
    )
    return (
        f'<div class="tools"><div class="parts" role="navigation" aria-label="{escape(" · ".join(PAGE.words["parts"]))}">{links}</div>'
        f'<form class="filters" id="filters">{selects}<button type="reset">{say("filter.reset")}</button>'
        f'<output id="chosen" aria-live="polite"></output></form></div>'
    )


def sections(found: Mapping[str, Any]) -> Iterator[str]:
    """The parts of the page; views are drawn by the script."""
    for name in SECTIONS:
        views = "".join(
            f'<article class="block{" broad" if view in BROAD else ""}" id="b-{view}"><h3 id="h-{view}">{say(f"view.{view}")}'
            f'{info(view, f"view.{view}")}</h3><div data-view="{view}"></div></article>'
            for view in VIEWS.get(name, ())
        )
        note = f"<p>{say(f'{name}.note')}</p>" if f"{name}.note" in PAGE.words else ""
        scope = "filtered" if name in FILTERED else "whole"
        yield (
            f'<section id="{name}" data-scope="{scope}"><h2>{say(name)}</h2><p class="stand">{stand(found)}</p>{note}'
            f'<div class="grid">{views}{"".join(found["blocks"][name])}</div></section>'
        )


def render(data_set: DataSet, found: Mapping[str, Any], library: str) -> str:
    """The whole page. `library`: the source of ECharts."""
    facts = PAGE.facts(data_set, say("money_in", currency=data_set.currency))
    data = {
        "words": {key: words for key, words in PAGE.words.items() if key.split(".")[0] in SPOKEN},
        "currency": data_set.currency, "floor": PAGE.floor,
        "title": PAGE.words["title"], "name": [data_set.label_zh, data_set.label_en],
        **{part: found[part] for part in ("charts", "cube", "combined", "structure", "kpis")},
    }  # fmt: skip
    script = f"{library}\n{SCRIPT.read_text(encoding='utf-8')}"
    return PAGE.document(
        data_set.name, facts, sections(found), script,
        style=STYLE.read_text(encoding="utf-8"), controls=controls(found), data=data,
    )  # fmt: skip


SPOKEN = (
    "js",
    "kpi",
    "area",
    "family",
    "dimension",
    "col",
    "member",
    "filter",
    "unit",
    "few",
    "not_measured",
)
"""First words of the keys that the script uses."""


def make(data_set: DataSet, warehouse: Warehouse) -> for_people.Made:
    """Write the page."""
    try:
        library = echarts(data_set.project / "reports" / ".cache")
    except NoCharts as error:
        raise for_people.NotMade(f"{error}.") from None
    page = render(data_set, figures(warehouse, least(data_set)), library)
    path = for_people.write_page(data_set, "dashboard.html", page)
    size, drawn = path.stat().st_size / 1e6, len(library.encode()) / 1e6
    yield path, f" ({size:.2f} MB, {drawn:.2f} of them ECharts)"
