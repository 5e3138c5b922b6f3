"""What a build's scorecard will say of a data set, as far as its staging decides it: rates and reasons, places and no values.

Rates of the landing layer are the scorecard's own, from the same models. Of later layers it is foretold what no later step
changes: rows whose customer is known, and core fields that nobody fills.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from customer360.core.macros import Macros
from customer360.core.sources import Table
from customer360.onboarding.mapped_models import MappedTable
from customer360.onboarding.mapping import Contract

Filled = Mapping[str, Mapping[str, Mapping[str, int]]]
"""Input entity → system → column → rows in which it is filled; the key `*` counts the rows."""


_STATUS_WORDS = 20
"""A column of more different words is not one of statuses, and may hold what is nobody's business."""


@dataclass(frozen=True)
class Reason:
    """Why rows of one landed entity are errors, how many, and where the first of them stands."""

    code: str
    rows: int
    file: str
    sheet: str
    row: int
    label: str
    remedy: str
    headings: tuple[str, ...] = ()
    """What the columns of the rule are called in that file."""


@dataclass(frozen=True)
class Measured:
    """What the build's scorecard will say of one landed entity (or of `all`), and the reasons for its errors."""

    measure: str
    source: str
    status: str
    numerator: int
    denominator: int
    allowed: float | None
    reasons: tuple[Reason, ...] = ()
    details: tuple[str, ...] = ()
    """What it is of that: lines to show."""


def measured(connection: duckdb.DuckDBPyConnection) -> list[Measured]:
    """Measures of the landing layer that count a row or have no threshold, as the scorecard rates them; places, no
    values."""
    reasons: dict[str, list[Reason]] = {}
    for source, *rest in connection.execute(
        """
        select source, reason_code, row_count, first_place.file, first_place.sheet, first_place.row, label, remedy
        from (
            select
                found.source_system || '.' || found.entity as source,
                found.reason_code,
                count(*) as row_count,
                min({'file': found.source_file, 'sheet': found.source_sheet_key, 'row': found.source_row}) as first_place,
                any_value(reasons.label_en || ' ' || reasons.label_zh) as label,
                any_value(reasons.remedy_en || ' ' || reasons.remedy_zh) as remedy
            from quality.quarantine as found
            inner join policy.quarantine_reasons as reasons on found.reason_code = reasons.reason_code
            where reasons.counts_as_error
            group by all
        )
        order by row_count desc, reason_code
        """
    ).fetchall():
        reasons.setdefault(source, []).append(Reason(*rest))
    return [
        Measured(measure, source, *rest, tuple(reasons.get(source, ()) if measure == "error_rate" else ()))
        for measure, source, *rest in connection.execute(
            """
            select
                measure, case when source_system = 'all' then 'all' else source_system || '.' || entity end as source,
                status, cast(numerator as bigint), cast(denominator as bigint), error_level
            from quality.scorecard_landing where numerator > 0 or status = 'no_threshold' order by measure, source
            """
        ).fetchall()
    ]


_INTEGRATION = """
with

records as (

    select
        'transactions' as family,
        orders.source_system,
        orders.source_customer_id
    from input.input__order_items as lines
    inner join input.input__orders as orders
        on
            lines.source_system = orders.source_system
            and lines.source_order_id = orders.source_order_id

    union all

    select family, source_system, source_customer_id from input.input__interactions

),

rejected as (

    select family, sum(row_count) as row_count from quality.landing_summary
    where counts_as_error
    group by family

),

known as (

    select distinct source_system, source_customer_id from input.input__customers

)

select
    records.family,
    count(known.source_customer_id) as linked_count,
    cast(count(*) + coalesce(any_value(rejected.row_count), 0) as bigint) as row_count
from records
left join known
    on
        records.source_system = known.source_system
        and records.source_customer_id = known.source_customer_id
left join rejected on records.family = rejected.family
group by records.family
order by records.family
"""

_NOT_CONVERTED = """
select
    source_system,
    count(excluded_reason) as problem_count,
    count(*) as document_count,
    list_sort(list(distinct coalesce(currency, 'several 多币种')) filter (where excluded_reason is not null)) as currencies
from intermediate.int_orders__currencies
group by source_system
having problem_count > 0
order by source_system
"""

_CORE_FIELDS = (
    "select customer_kind, list(field order by field) from policy.core_fields group by all order by all"
)

_OF_EACH_CUSTOMER = 1_000
"""Fields are the same of each customer: so many, that the least base of the measure, which counts their values, is reached."""


def _rated(
    connection: duckdb.DuckDBPyConnection, project: Path, found: Sequence[tuple[Measured, int]]
) -> list[Measured]:
    """The measures with status and level, as the scorecard rates them; each counts for so many like it. What would be a
    warning passes: no build stops there."""
    macros = Macros([project / "macros" / "quality"], {"ref": lambda name: f"policy.{name}"})
    connection.execute(
        "create or replace temp table foretold"
        " (measure varchar, source_system varchar, entity varchar, numerator bigint, denominator bigint)"
    )
    for one, times in found:
        scope = one.source.split(".")
        connection.execute(
            "insert into foretold values (?, ?, ?, ?, ?)",
            [one.measure, *scope, one.numerator * times, one.denominator * times],
        )
    rates = {
        (measure, source): (status, level)
        for measure, source, status, level in connection.execute(
            f"""
            select
                measure, source_system || '.' || entity, case status when 'warn' then 'pass' else status end, error_level
            from ({macros["rated"]("foretold")})
            """
        ).fetchall()
    }
    return [
        replace(one, status=status, allowed=level)
        for one, _ in found
        for status, level in [rates[one.measure, one.source]]
    ]


def foreseen(connection: duckdb.DuckDBPyConnection, filled: Filled, project: Path) -> list[Measured]:
    """Measures of later layers as far as rows and mapping decide them: documents that no rate converts (not_converted), rows
    whose customer is known (integration_rate), and the most that can be filled of the core fields (completeness) where
    nobody fills some of them. Lines of documents that turn out not to count are among the rows still."""
    found = [
        (Measured("integration_rate", f"all.{family}", "", linked, rows, None), 1)
        for family, linked, rows in connection.execute(_INTEGRATION).fetchall()
    ]
    for system, problems, documents, currencies in connection.execute(_NOT_CONVERTED).fetchall():
        told = (f"without a rate 缺少汇率: {', '.join(currencies)}",)
        found.append(
            (Measured("not_converted", f"{system}.orders", "", problems, documents, None, (), told), 1)
        )
    given = {
        column
        for columns in filled.get("customers", {}).values()
        for column, count in columns.items()
        if count
    }
    for kind, fields in connection.execute(_CORE_FIELDS).fetchall():
        empty = [field for field in fields if field not in given]
        if empty and (kind != "organisation" or "company_name" in given):
            told = (f"never filled 从未填写: {', '.join(empty)}",)
            most = len(fields) - len(empty)
            one = Measured("completeness", f"all.{kind}", "", most, len(fields), None, (), told)
            found.append((one, _OF_EACH_CUSTOMER))
    return _rated(connection, project, found)


def unknown_words(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Status words of orders that nothing explains, as lines to show; of a column of many words their number alone, for it
    is none of statuses."""
    lines = []
    for system, column, count, orders, words in connection.execute(
        """
        select source_system, field, count(*), sum(document_count), list(source_word order by document_count desc, source_word)
        from quality.unknown_status_words group by all order by all
        """
    ).fetchall():
        told = ", ".join(words) if count <= _STATUS_WORDS else f"{count:,} words 个词"
        lines.append(f"  {system}: orders.{column}: {told} ({orders:,} orders 个订单)")
    if lines:
        lines.insert(0, "no revenue until `values` of the mapping say what these mean 状态未知，不计收入:")
    return lines


def with_headings(
    found: Sequence[Measured],
    tables: Sequence[Table],
    contracts: Mapping[str, Contract],
    report: Mapping[str, Any],
) -> list[Measured]:
    """The same, with the headings of the first file of each reason; rules that were written by hand name no column."""
    columns = {
        f"{table.system}.{table.entity}": MappedTable(table, contracts).columns_of_rules()
        for table in tables
        if table.rows
    }
    headings = {
        (load["source_file"], part["sheet"] or ""): part["headings"] or {}
        for table in report["tables"]
        for load in table["loads"]
        for part in load["parts"]
    }

    def named(source: str, reason: Reason) -> Reason:
        names = columns.get(source, {}).get(reason.code, ())
        there = headings.get((reason.file, reason.sheet), {})
        return replace(reason, headings=tuple(there[name] for name in names if name in there))

    return [replace(one, reasons=tuple(named(one.source, reason) for reason in one.reasons)) for one in found]


_WHAT = {
    "error_rate": "rows with errors 行有错误",
    "conservation": "rows neither staged nor quarantined 行下落不明",
    "integration_rate": "rows of a known customer 行的客户已知",
    "completeness": "core fields that a source fills 个核心字段有来源",
    "not_converted": "documents in another currency without a rate 外币单据无法折算",
}
_REMEDIES = {
    "not_converted": "Bring rates of these currencies (exchange_rates) for the days of the documents 补充这些币种在单据日期的汇率",
    "integration_rate": "Map what names the customer (orders.source_customer_id and the customers' own), or lower the threshold in"
    " quality_thresholds.csv of the policy with a reason 映射客户标识，或在策略中说明理由并调低阈值",
    "completeness": "Map a column to them, or take them out of core_fields.csv of the policy 映射相应的列，或从策略的核心字段中去掉",
}


def told(measure: Measured, inbox: str) -> Iterator[str]:
    """One measure as lines: how many of how many rows, and for each reason how many, the first place and the remedy."""
    what = _WHAT.get(measure.measure, f"rows, {measure.measure}")
    total = f"{measure.denominator:,}"
    share = f"{measure.numerator / measure.denominator:.2%}" if measure.denominator else "-"
    is_better = measure.measure in ("integration_rate", "completeness")
    bound = "at least 至少" if is_better else "allowed 允许"
    level = "" if measure.allowed is None else f"; {bound} {measure.allowed:.2%}"
    if measure.status == "no_threshold":
        level = f"; no row for {measure.measure} in quality_thresholds.csv 未设阈值"
    if measure.status == "not_measured":
        level = "; too few to be measured 行数过少，不计量"
    yield f"  {measure.source}: {measure.numerator:,} of {total} {what} ({share}{level})"
    for reason in measure.reasons:
        sheet = f", sheet 工作表 {reason.sheet}" if reason.sheet else ""
        yield f"    {reason.code}: {reason.rows:,} of {total} rows. {reason.label}"
        yield f"      first 首例: {inbox}/{reason.file}{sheet}, row 行 {reason.row}"
        if reason.headings:
            yield f"      column 列: {', '.join(reason.headings)}"
        yield f"      remedy 处理: {reason.remedy}"
    yield from (f"    {line}" for line in measure.details)
    if measure.measure in _REMEDIES and measure.status == "fail":
        yield f"      remedy 处理: {_REMEDIES[measure.measure]}"
