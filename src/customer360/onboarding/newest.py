"""What stands newest, of records that rows of another entity carry: an export of lines repeats its customer and its article
with every order, as they were known on that day.
"""

from __future__ import annotations

from collections.abc import Collection

from customer360.onboarding.mapped_facts import BESIDE, PLACE_CODES
from customer360.onboarding.model_text import macro_call

_TIMES = {
    "customers": ("customers__last_seen_at", "orders__ordered_at"),
    "products": ("orders__ordered_at",),
}
"""Entities whose attributes change from row to row, and the columns of the base model that say when a row was so, the closest
first. A document is one thing, of which the first value counts."""

_MAIN = {beside: main for main, columns in BESIDE.items() for beside in columns}


def told_at(entity: str, typed: Collection[str]) -> str | None:
    """When the rows were so, as SQL; None where they tell no time, or where time decides nothing. `typed`: columns of the
    base model."""
    times = [time for time in _TIMES.get(entity, ()) if time in typed]
    if not times:
        return None
    return times[0] if len(times) == 1 else f"coalesce({', '.join(times)})"


def newest_value(entity: str, column: str, time: str) -> str:
    """The newest value of a column that is not empty, as SQL. What stands beside another one (why there is no name) is
    that of the row which the other one comes from."""
    value = f"{entity}__{column}"
    main = _MAIN.get(column)
    if main is None:
        return macro_call("newest_filled", [f"'{value}'", f"'{time}'"])
    of = f"{entity}__{main}"
    if main == "region":
        # a place is one thing: of two at one time its parts are those of one of them
        parts = "".join(f",\n        {entity}__{part}" for part in (*PLACE_CODES, "region_status"))
        of = f"nullif(concat_ws(\n        '/'{parts}\n    ), 'missing')"
    return macro_call("newest_beside", [f"'{value}'", f'"{of}"', f"'{time}'"])
