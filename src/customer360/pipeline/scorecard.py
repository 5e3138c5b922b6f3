"""Show the scorecard of a build on the terminal."""

from __future__ import annotations

from pathlib import Path

from customer360.core import reading

SHOWN_BESIDE = ("landing_summary", "older_deliveries", "excluded_orders", "unknown_status_words")
"""Tables of the quality layer that are shown beside the scorecard."""


def print_scorecard(database: Path) -> None:
    """Print the scorecard, the files that are too old, the rows per outcome and the orders that do not count; says so where
    the build did not get that far, nothing where there is no file."""
    if not database.is_file():
        return
    with reading.connect(database) as connection:
        tables = {
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'quality'"
            ).fetchall()
        }
        if not {"scorecard", *SHOWN_BESIDE} <= tables:
            print("\nscorecard: not reached")
            return
        rows = connection.execute(
            """
            select
                status, measure, source_system, entity,
                numerator, denominator, rate, warn_level, error_level
            from quality.scorecard
            order by
                list_position(['fail', 'no_threshold', 'warn', 'reported', 'not_measured', 'pass'], status),
                measure, source_system, entity
            """
        ).fetchall()
        older = connection.execute(
            """
            select source_file, newest_record, newer_file, newer_record, is_in_force from quality.older_deliveries
            order by all
            """
        ).fetchall()
        outcomes = connection.execute(
            """
            select label_en, label_zh, sum(row_count) from quality.landing_summary
            where outcome <> 'staged' group by all having sum(row_count) > 0 order by 3 desc, 1
            """
        ).fetchall()
        excluded = connection.execute(
            """
            select source_system, label_en, label_zh, document_count, document_share from quality.excluded_orders
            order by document_count desc, source_system, label_en
            """
        ).fetchall()
        unknown = connection.execute(
            """
            select source_system, field, count(*), sum(document_count) from quality.unknown_status_words
            group by all order by all
            """
        ).fetchall()
    print("\n== scorecard 质量记分卡")
    for status, measure, system, entity, numerator, denominator, rate, warn, error in rows:
        told = status in ("pass", "reported")
        if (not told and denominator) or status == "fail" or system == "all":
            shown = "-" if rate is None else f"{rate:.2%}"
            scope = system if entity in ("all", system) else f"{system}.{entity}"
            levels = ", ".join(
                f"{name} {level:g}" for name, level in (("warn", warn), ("error", error)) if level is not None
            )
            print(
                f"{status:12} {measure:22} {scope:28} {shown:>9}"
                f"  ({numerator or 0:,.0f} of {denominator or 0:,.0f}; {levels or 'no levels'})"
            )
    passed, reported = (
        sum(1 for status, _, system, *_ in rows if status == wanted and system != "all")
        for wanted in ("pass", "reported")
    )
    absent = sum(
        1 for status, *_, denominator, _, _, _ in rows if status == "not_measured" and not denominator
    )
    print(
        f"and {passed} measures of single sources pass, {reported} are reported without a gate, "
        f"{absent} have nothing to measure (table quality.scorecard)"
    )
    left = {(measure, entity): rate for _, measure, _, entity, _, _, rate, *_ in rows if rate is not None}
    if (expected := left.get(("duplicate_rate_expected", "customers"))) is not None:
        lacking = ", ".join(
            f"{lacks} {rate:.1%}"
            for (measure, lacks), rate in sorted(left.items(), key=lambda item: -item[1])
            if measure == "duplicate_rate_lacking" and rate >= 0.0005
        )
        unreached = left.get(("duplicate_rate_unreached", "customers"), 0)
        print(
            f"{expected:.1%} of the persons may still be an earlier one 的个人客户可能仍重复"
            f" ({lacking or 'nothing speaks for it'}; table quality.expected_duplicates);"
            f" {unreached:.1%} were compared with nobody 未与任何人比较"
        )
    if older:
        print("\n== files older than one in force 比现用文件更旧的文件 (--take-older, TAKE_OLDER=)")
        for file, record, newer_file, newer_record, is_in_force in older:
            what = "beside it 并列，以后者为准" if is_in_force else "not taken 未采用"
            print(f"{what}: {file} ({record}); in force 现用 {newer_file} ({newer_record})")
    if outcomes:
        print("\n== quarantined rows 隔离的行")
        for label_en, label_zh, count in outcomes:
            print(f"{count:>10,}  {label_en} {label_zh}")
    if excluded:
        print("\n== orders that do not count 未计入的订单 (marts.orders: excluded_reason)")
        for system, label_en, label_zh, count, share in excluded:
            print(f"{count:>10,}  {system} {share:.2%}  {label_en} {label_zh}")
    if unknown:
        print("\n== status words that no list holds 无法识别的订单状态词 (quality.unknown_status_words)")
        for system, field, words, count in unknown:
            print(
                f"{count:>10,}  {system}.orders.{field}: {words} words 个词; say what they mean in `values` of the mapping"
            )
