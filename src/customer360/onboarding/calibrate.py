"""`make calibrate-policy`: propose the bands of the action groups from a company's own customers, as a policy file to review."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb

from customer360.core import reading
from customer360.core.data_sets import DataSet
from customer360.core.durable import write_text
from customer360.core.errors import Stopped
from customer360.core.policy import PolicyTable, policy_table

SEED = "rfm_action_groups"
REST = "other"
GROUPS = ("high_value", "potential", "new", "churn_risk")
"""The groups whose bands are proposed. Their codes and labels, and those of the rest, stay as they are."""
BOUNDS = (
    "recency_months_above",
    "recency_months_to",
    "frequency_from",
    "frequency_to",
    "monetary_from",
    "monetary_below",
)
_WINDOW = 12

_CUSTOMERS = """
    create temp table customers as
    select customer_id, last_purchase_on, as_of_on, frequency, net_amount, action_group
    from marts.customer_rfm where window_months = ?
"""
_RECENT = "frequency > 0 and last_purchase_on >= as_of_on - to_months({months})"
_BOX = """
    (recency_months_above is null or last_purchase_on < cast(as_of_on - to_months(recency_months_above) as date))
    and (recency_months_to is null or last_purchase_on >= cast(as_of_on - to_months(recency_months_to) as date))
    and frequency between coalesce(frequency_from, 0) and coalesce(frequency_to, 2147483647)
    and net_amount >= coalesce(monetary_from, -999999999999) and net_amount < coalesce(monetary_below, 999999999999)
"""


class NotProposed(Stopped):
    """No bands can be proposed; the message says why and what to do."""


@dataclass(frozen=True)
class Method:
    """The numbers of the method (seed calibration_policy)."""

    recent_share: float
    frequent_share: float
    high_share: float
    significant_digits: int
    minimum_customers: int
    rest_share_limit: float


@dataclass(frozen=True)
class Proposal:
    """Proposed bands, and how many customers stand where before and after."""

    path: Path
    before: Mapping[str, int]
    after: Mapping[str, int]
    silent: int
    """Customers without a purchase in the 12 months: in the rest under any bands."""
    lines: Sequence[str]
    """What to tell people."""


def calibrate(data_set: DataSet, database: Path | None) -> Proposal:
    """Propose bands from the latest build `database` and write them to reports/<data set>/proposed_policy/.

    Raises NotProposed where there is no build, too few customers, or where they differ too little; DeclarationError where
    the policy cannot be read.
    """
    if database is None:
        raise NotProposed(f"nothing is built yet. Run: make build DATA={data_set.name}")
    method = _method(data_set)
    table = policy_table(data_set.project, data_set.policy, SEED, ("action_group", *BOUNDS))
    rows = {row["action_group"]: row for _, row in table.rows}
    if missing := [group for group in (*GROUPS, REST) if group not in rows]:
        raise NotProposed(
            f"{table.file.name} has no group {', '.join(missing)}: its own bands cannot be proposed"
        )
    with reading.connect(database) as connection:
        connection.execute(_CUSTOMERS, [_WINDOW])
        before = dict(
            connection.execute("select action_group, count(*) from customers group by all").fetchall()
        )
        bounds = _bounds(connection, method, data_set.name)
        can_leave = _repeats(connection)
        after = _shares(connection, rows, bounds, can_leave)
        (silent,) = connection.execute("select count(*) from customers where frequency <= 0").fetchone()
    path = data_set.project / "reports" / data_set.name / "proposed_policy" / f"{SEED}.csv"
    write_text(path, _text(table, bounds))
    lines = _told(data_set, path, rows, before, after, silent, method)
    return Proposal(path, before, after, silent, lines)


def _method(data_set: DataSet) -> Method:
    row = policy_table(
        data_set.project, data_set.policy, "calibration_policy", tuple(Method.__annotations__)
    ).only_row()
    whole = ("significant_digits", "minimum_customers")
    return Method(**{name: (int if name in whole else float)(row[name]) for name in Method.__annotations__})


def _bounds(connection: duckdb.DuckDBPyConnection, method: Method, name: str) -> dict[str, dict[str, object]]:
    """The bounds of each group. Raises NotProposed."""

    def one(query: str, *given: object) -> tuple:
        return connection.execute(query, given).fetchone()

    (buyers,) = one("select count(*) from customers where frequency > 0")
    if buyers < method.minimum_customers:
        raise NotProposed(
            f"{buyers} customers of {name} bought in the last {_WINDOW} months, and {method.minimum_customers} are needed"
            " (calibration_policy.minimum_customers). The bands stay as they are"
        )
    # recent: as many months as hold this share of the customers' latest purchases
    shares = {
        months: one(
            f"select count(*) / ? from customers where {_RECENT.format(months=months)}", float(buyers)
        )[0]
        for months in range(1, _WINDOW)
    }
    months = next((months for months, share in shares.items() if share >= method.recent_share), _WINDOW - 1)
    connection.execute(
        f"create temp table recent as select * from customers where {_RECENT.format(months=months)}"
    )
    frequency, money = _split(connection, method)
    (high,) = one(
        "select quantile_disc(net_amount, ?) from recent where frequency >= ? and net_amount >= ?",
        1 - method.high_share,
        frequency,
        money,
    )
    rounded = rounded_to(high, method.significant_digits) if high is not None else None
    high = rounded if rounded is not None and rounded > money else high
    if high is None or high <= money:
        raise NotProposed(
            f"the customers of {name} differ too little to be told apart. The bands stay as they are"
        )
    return {
        "high_value": {"recency_months_to": months, "frequency_from": frequency, "monetary_from": high},
        "potential": {
            "recency_months_to": months,
            "frequency_from": frequency,
            "monetary_from": money,
            "monetary_below": high,
        },
        "new": {
            "recency_months_to": months,
            "frequency_from": 1,
            "frequency_to": frequency - 1,
            "monetary_below": money,
        },
        "churn_risk": {"recency_months_above": months, "frequency_from": 1},
    }


def _split(connection: duckdb.DuckDBPyConnection, method: Method) -> tuple[int, Decimal]:
    """Purchases and money from which on a customer buys often and much: the fewest purchases (two or more) that no more
    than the policy's share of recent customers make, and the money under which fewest do one and not the other."""
    (frequency,) = connection.execute(
        """
        with steps as (select distinct frequency from recent where frequency >= 2),
        shares as (
            select steps.frequency, avg(cast(recent.frequency >= steps.frequency as integer)) as share
            from steps cross join recent group by steps.frequency
        )
        select coalesce(min(frequency) filter (share <= ?), max(frequency), 2) from shares
        """,
        [method.frequent_share],
    ).fetchone()
    cuts = connection.execute(
        "select unnest(quantile_disc(net_amount, list_transform(range(5, 96), lambda p: p / 100.0))) from recent"
    ).fetchall()
    rounded = {rounded_to(cut, method.significant_digits) for (cut,) in cuts if cut > 0}
    missed = "select count_if((frequency >= ?) <> (net_amount >= ?)) from recent"
    tried = [(*connection.execute(missed, [frequency, money]).fetchone(), money) for money in rounded]
    return frequency, min(tried, default=(0, Decimal(0)))[1]


def rounded_to(amount: Decimal, digits: int) -> Decimal:
    """An amount to so many significant digits, never to fractions of a cent: 1,659.00 to 1,700 with two."""
    if amount == 0:
        return Decimal(0)
    place = max(math.floor(math.log10(abs(amount))) + 1 - digits, -2)
    step = Decimal(10) ** place
    return (amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def _repeats(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether enough customers came back for a group that judges who leaves, as int_value__rfm_classes asks."""
    return connection.execute(
        """
        select count(*) >= (select max(minimum_repeat_customers) from policy.clv_policy)
        from intermediate.int_value__base_features where is_latest and purchase_days > 1
        """
    ).fetchone()[0]


def _shares(
    connection: duckdb.DuckDBPyConnection,
    rows: Mapping[str, Mapping[str, str]],
    bounds: Mapping[str, Mapping[str, object]],
    can_leave: bool,
) -> dict[str, int]:
    """Customers in each group under the proposed bounds."""
    columns = ", ".join(
        f"{bound} decimal(18, 2)" if "monetary" in bound else f"{bound} integer" for bound in BOUNDS
    )
    connection.execute(f"create temp table bands (action_group varchar, {columns})")
    for group in GROUPS:
        if can_leave or rows[group].get("needs_model") != "true":
            values = [group, *(bounds[group].get(bound) for bound in BOUNDS)]
            connection.execute(f"insert into bands values ({', '.join('?' * len(values))})", values)
    found = connection.execute(
        f"""
        select coalesce(bands.action_group, '{REST}'), count(*)
        from customers left join bands on {_BOX} group by all
        """
    ).fetchall()
    return dict(found)


def _text(table: PolicyTable, bounds: Mapping[str, Mapping[str, object]]) -> str:
    """The policy file with the proposed bounds in the place of its own."""
    text = io.StringIO()
    writer = csv.DictWriter(text, table.columns, lineterminator="\n")
    writer.writeheader()
    for _, row in table.rows:
        own = bounds.get(row["action_group"])
        changed = {} if own is None else {bound: _cell(own.get(bound)) for bound in BOUNDS}
        writer.writerow({**row, **changed})
    return text.getvalue()


def _cell(value: object) -> str:
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def _told(
    data_set: DataSet,
    path: Path,
    rows: Mapping[str, Mapping[str, str]],
    before: Mapping[str, int],
    after: Mapping[str, int],
    silent: int,
    method: Method,
) -> list[str]:
    """Shares before and after, what stays in the rest and why, and what to do next."""
    count = sum(after.values())
    lines = [f"{'group 分组':<40}{'before 现行':>12}{'proposed 建议':>12}"]
    for group, row in rows.items():
        label = f"{row['label_zh']} {row['label_en']}"
        lines.append(f"{label:<40}{before.get(group, 0) / count:>12.1%}{after.get(group, 0) / count:>12.1%}")
    rest = after.get(REST, 0)
    lines.append(
        f"of the rest {silent} of {rest} did not buy in {_WINDOW} months, which no band of purchases can hold"
        f" 其余客户中 {silent} 位近 {_WINDOW} 个月未购买"
    )
    if empty := [group for group in GROUPS if not after.get(group)]:
        lines.append(f"empty 空分组: {', '.join(empty)}")
    if rest / count >= method.rest_share_limit:
        lines.append(
            f"the rest stays above {method.rest_share_limit:.0%} (calibration_policy.rest_share_limit)"
            " 其余客户占比仍高于上限"
        )
    wanted = (
        f"policies/{data_set.policy}"
        if (data_set.project / "policies" / data_set.policy).is_dir()
        else "seeds/policy"
    )
    lines.append(
        f"review {path.relative_to(data_set.project)}; to use it, copy it into {wanted}/ and build again"
    )
    return lines
