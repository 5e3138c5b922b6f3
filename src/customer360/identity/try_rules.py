"""A dry run of edited identity rules: who would change customer, before anything is built or published.

Identity resolution runs with the policy as it lies in `seeds/` now on a copy of the latest build file, over the same
records and the same earlier state. The copy is thrown away.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import duckdb

from customer360.core import reading
from customer360.core.data_sets import DataSet, check_policy
from customer360.core.dbt import dbt_command, dbt_environment
from customer360.core.errors import Stopped
from customer360.core.steps import ended
from customer360.core.warehouse import Warehouse
from customer360.privacy.hashing_key import require_key

EXAMPLES = 20
"""Records shown of each kind of change."""

SELECTED = (
    "resource_type:seed,identity_*",
    "int_identity__records+,+int_customers__ids",
    "customer_identity_evidence",
    "identity_review_queue",
    "identity_quality",
)
"""What runs again: the policy, everything from the records to their customers, and three readers of that."""


class NoTrial(Stopped):
    """There is nothing to try the rules on, or they cannot be used; the message says why and what to do."""


def try_rules(data_set: DataSet, warehouse: Warehouse) -> tuple[str, duckdb.DuckDBPyConnection]:
    """Resolve again on a copy of the latest build; returns its id, and a connection in memory with the tables of
    `_remember` for both sides.

    Raises DeclarationError where a policy file cannot be used, NoTrial where there is no build or the edited rules fail,
    Busy while a build or another dry run goes on.
    """
    check_policy(data_set.project, data_set)
    remedy = f"Run: make build DATA={data_set.name}"
    if warehouse.latest_build() is None:
        raise NoTrial(f"nothing is built yet. {remedy}")
    require_key(data_set)
    connection = duckdb.connect()
    with warehouse.workshop("try", f"dry run of {data_set.name}") as folder:
        with warehouse.lock():  # a running build's file is the latest one
            built = warehouse.latest_build()
            shutil.copyfile(built, folder / built.name)
        database = folder / built.name
        try:
            _remember(connection, database, "before")
        except duckdb.CatalogException:
            raise NoTrial(f"the latest build did not get as far as its customers. {remedy}") from None
        _resolve(data_set, built.parent, database)
        _remember(connection, database, "after")
    if not connection.execute("select count(*) from records where before_id is not null").fetchone()[0]:
        raise NoTrial(f"no record of the latest build is known: it was made with another key. {remedy}")
    return built.parent.name, connection


def _resolve(data_set: DataSet, build: Path, database: Path) -> None:
    """Run dbt on the copy as the build ran it; what it writes beside the database stays in the copy's folder."""
    command = dbt_command(
        data_set,
        "build",
        "--select",
        *SELECTED,
        "--indirect-selection",
        "cautious",
        "--exclude-resource-type",
        "unit_test",
    )
    places = ["--target-path", str(database.parent / "target"), "--log-path", str(database.parent / "logs")]
    told = dbt_environment(data_set.project, database, build.name, build / "state")
    done = ended(data_set.project, [*command, *places], told, is_quiet=True)
    if done.returncode:
        lines = done.stdout.splitlines()
        first = next(
            (n for n, line in enumerate(lines) if "Failure in" in line or "Error" in line), len(lines) - 20
        )
        told = "\n".join(lines[max(first, 0) :][:30])
        raise NoTrial(f"the rules as they are now do not work:\n{told}\n{done.stderr[-2000:]}".rstrip())


def _remember(connection: duckdb.DuckDBPyConnection, database: Path, side: str) -> None:
    """Read what the dry run compares; `side` is `before` or `after`, and after comes last.

    Tables <side>_ids (record_id, customer_id), <side>_links (record_id_a < record_id_b, rule_code), <side>_evidence
    (links inside a customer with masked values), <side>_review (pairs), <side>_quality (measures); after both of them
    also `rules` and `records` (record_id, before_id, after_id, change).
    """
    file = str(database).replace("'", "''")
    reading.attach(connection, file, "build")
    try:
        connection.execute(
            f"""
            create table {side}_ids as
            select record_id, customer_id from build.intermediate.int_customers__ids;
            create table {side}_links as
            select distinct
                least(a.record_id, b.record_id) as record_id_a, greatest(a.record_id, b.record_id) as record_id_b,
                links.rule_code
            from build.intermediate.int_identity__links as links
            inner join build.intermediate.int_identity__records as a on links.record_key_a = a.record_key
            inner join build.intermediate.int_identity__records as b on links.record_key_b = b.record_key;
            create table {side}_evidence as from build.marts.customer_identity_evidence;
            create table {side}_review as
            select distinct record_id_a, record_id_b from build.marts.identity_review_queue;
            create table {side}_quality as from build.quality.identity_quality
            """
        )
        if side == "before":
            return
        connection.execute(
            """
            create table rules as select rule_code, label_zh, label_en from build.policy.identity_rules;
            create table records as
            select
                after_ids.record_id, before_ids.customer_id as before_id, after_ids.customer_id as after_id,
                case
                    when before_ids.customer_id is null then 'NEW'
                    when before_ids.customer_id = after_ids.customer_id then 'UNCHANGED'
                    when after_ids.customer_id in (select customer_id from before_ids) then 'joined'
                    else 'split'
                end as change
            from after_ids
            left join before_ids on after_ids.record_id = before_ids.record_id
            """
        )
    finally:
        connection.execute("detach build")


# --- the report --------------------------------------------------------------------------------------------

LINKS = """
    select
        coalesce(b.rule_code, a.rule_code) as rule_code,
        any_value(coalesce(rules.label_zh, '')) as label_zh,
        any_value(coalesce(rules.label_en, '')) as label_en,
        count(b.rule_code) as before,
        count(a.rule_code) as after,
        count(*) filter (a.rule_code is null) as gone,
        count(*) filter (b.rule_code is null) as appeared
    from before_links as b
    full outer join after_links as a
        on b.record_id_a = a.record_id_a and b.record_id_b = a.record_id_b and b.rule_code = a.rule_code
    left join rules on coalesce(b.rule_code, a.rule_code) = rules.rule_code
    group by 1
    having gone + appeared > 0
    order by 1
"""

EXAMPLE = """
    with

    changed as (
        -- of a record that was split off a link that is gone, of one that joined a link that is new
        select *, 'split' as change from before_evidence as e
        where not exists (
            from after_links as l
            where
                l.record_id_a = least(e.record_id_a, e.record_id_b)
                and l.record_id_b = greatest(e.record_id_a, e.record_id_b)
                and l.rule_code = e.rule_code
        )
        union all
        select *, 'joined' as change from after_evidence as e
        where not exists (
            from before_links as l
            where
                l.record_id_a = least(e.record_id_a, e.record_id_b)
                and l.record_id_b = greatest(e.record_id_a, e.record_id_b)
                and l.rule_code = e.rule_code
        )
    ),

    touching as (
        select
            change, record_id_a as record_id, record_id_b as other_id, rule_code, tier,
            value_a_masked as mine, value_b_masked as theirs, name_a_masked as my_name, name_b_masked as their_name
        from changed
        union all
        select
            change, record_id_b, record_id_a, rule_code, tier,
            value_b_masked, value_a_masked, name_b_masked, name_a_masked
        from changed
    )

    select
        records.record_id, records.before_id, records.after_id, touching.rule_code, touching.other_id,
        concat_ws(', ', touching.my_name, touching.mine) as mine,
        concat_ws(', ', touching.their_name, touching.theirs) as theirs
    from records
    left join touching on records.record_id = touching.record_id and records.change = touching.change
    where records.change = ?
    qualify row_number() over (
        partition by records.record_id order by touching.tier, touching.rule_code, touching.other_id
    ) = 1
    order by touching.rule_code nulls last, records.record_id
    limit ?
"""

MEASURES = {
    "pair_precision": "记录对精确率 pair precision",
    "pair_recall": "记录对召回率 pair recall",
    "pair_f1": "记录对 pair F1",
    "look_alikes_merged": "误合并的相似客户 look-alikes merged",
}


def report(connection: duckdb.DuckDBPyConnection, data_set: str, build_id: str) -> Iterator[str]:
    """The lines of the report; keys and masked values only."""
    counts = dict(connection.execute("select change, count(*) from records group by change").fetchall())
    split, joined = counts.get("split", 0), counts.get("joined", 0)
    customers, queue = (
        [
            connection.execute(f"select count(distinct {what}) from {side}_{table}").fetchone()[0]
            for side in SIDES
        ]
        for what, table in (("customer_id", "ids"), ("(record_id_a, record_id_b)", "review"))
    )
    yield f"试跑 dry run: {data_set}, 对照构建 against build {build_id}"
    yield f"  {'NEW':10} {counts.get('NEW', 0):>9,}  新记录 records that the build did not have"
    yield (
        f"  {'MOVED':10} {split + joined:>9,}  换了客户 to another customer"
        f" (拆出 split off {split:,}, 并入 joined {joined:,})"
    )
    yield f"  {'UNCHANGED':10} {counts.get('UNCHANGED', 0):>9,}  不变 same customer"
    yield f"  客户 customers {customers[0]:,} → {customers[1]:,}; 待审 for review {queue[0]:,} → {queue[1]:,}"
    yield from _links(connection)
    yield from _quality(connection)
    for change, title in (("split", "拆出 split off"), ("joined", "并入 joined")):
        yield from _examples(connection, change, title, counts.get(change, 0))


SIDES = ("before", "after")


def _links(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    changed = connection.execute(LINKS).fetchall()
    yield ""
    if not changed:
        yield "连接没有变化 no link changed"
        return
    names = [f"  {rule} {label_zh} {label_en}".rstrip() for rule, label_zh, label_en, *_ in changed]
    title = "变化的连接 links that changed"
    width = 2 + max(_width(name) for name in [title, *names])
    yield _padded(title, width) + f"{'前 before':>11}{'后 after':>11}{'消失 gone':>10}{'新增 new':>10}"
    for name, (*_, before, after, gone, appeared) in zip(names, changed, strict=True):
        yield _padded(name, width) + "".join(f"{count:>12,}" for count in (before, after, gone, appeared))


def _quality(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    found = {
        side: {
            name: (numerator, denominator)
            for name, numerator, denominator in connection.execute(
                f"select measure, sum(numerator), sum(denominator) from {side}_quality"
                " where scope = 'all' or measure = 'look_alikes_merged' group by measure"
            ).fetchall()
            if name in MEASURES
        }
        for side in SIDES
    }
    yield ""
    if not found["before"]:
        yield "没有标注数据，未测量 no labelled records: not measured"
        return
    yield "对照真相 against the truth"
    for name, label in MEASURES.items():
        shown = [
            f"{pair[0]:,.0f}/{pair[1]:,.0f} = {pair[0] / pair[1]:.4%}"
            if (pair := found[side].get(name))
            else "-"
            for side in SIDES
        ]
        yield _padded(f"  {label}", 42) + " → ".join(shown)


def _examples(connection: duckdb.DuckDBPyConnection, change: str, title: str, total: int) -> Iterator[str]:
    rows = connection.execute(EXAMPLE, [change, EXAMPLES]).fetchall()
    if not rows:
        return
    yield ""
    yield f"{title}: {len(rows)} / {total:,}"
    for record, before, after, rule, other, mine, theirs in rows:
        yield f"  {record}: {before} → {after}"
        sign = "-" if change == "split" else "+"
        yield (
            f"    {sign} {rule} {other}: {mine} | {theirs}"
            if rule
            else "    随所在一组 with others of its group"
        )


def _width(text: str) -> int:
    """Columns on the terminal, where a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * max(1, width - _width(text))
