"""What stands newest, of records that rows of another entity carry: an export of lines repeats its customer and its article
with every order, as they were known on that day.
"""

from __future__ import annotations

from collections.abc import Collection

from customer360.onboarding.mapped_facts import BESIDE

CHANGING = ("customers", "products")
"""Entities whose attributes change from row to row; a document is one thing, of which the first value counts."""

_TIMES = ("customers__last_seen_at", "orders__ordered_at")
"""Columns of the base model that say when a row was so, the closest first."""

_MAIN = {beside: main for main, columns in BESIDE.items() for beside in columns}


def told_at(entity: str, typed: Collection[str]) -> str | None:
    """When the rows were so, as SQL; None where they tell no time, or where time decides nothing. `typed`: columns of the
    base model."""
    times = [time for time in _TIMES if time in typed]
    if entity not in CHANGING or not times:
        return None
    return times[0] if len(times) == 1 else f"coalesce({', '.join(times)})"


def newest_value(entity: str, column: str, time: str) -> str:
    """The newest value of a column that is not empty, as SQL. What stands beside another one (why there is no name) is
    that of the row which the other one comes from."""
    value = f"{entity}__{column}"
    main = _MAIN.get(column)
    if main is None:
        return f"{{{{ newest_filled('{value}', '{time}') }}}}"
    of = f"nullif({entity}__region_status, \\'missing\\')" if main == "region" else f"{entity}__{main}"
    return f"{{{{ newest_beside('{value}', '{of}', '{time}') }}}}"
