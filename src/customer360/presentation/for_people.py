"""The frame of what is made for people out of the published copy: pages, reports, workbooks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from customer360.core import reading
from customer360.core.data_sets import DataSet
from customer360.core.durable import write_text
from customer360.core.errors import Stopped
from customer360.core.warehouse import Warehouse

Made = Iterator[tuple[Path, str]]
"""Files of a data set, each with what there is to say of it, beginning right after its name."""


class NotMade(Stopped):
    """What was asked for cannot be made; the message says why and what to do."""


def make_all(
    make: Callable[..., Made],
    data_set: DataSet,
    warehouse: Warehouse,
    area: str | None = None,
    **options: object,
) -> None:
    """Write the files of `make(data_set, warehouse, **options)`, all of whose figures are of `area`, and print where each
    is.

    Reads the published copy only. Raises NotMade where nothing is published, where the copy leaves the area out, or where
    an older version of the project published it.
    """
    remedy = f"Run: make build DATA={data_set.name}"
    if not warehouse.published.is_file():
        raise NotMade(f"nothing is published yet. {remedy}")
    try:
        left_out = areas_left_out(warehouse)
        require_area(data_set, left_out, area)
        data_set = replace(data_set, leave_out=left_out)
        for path, said in make(data_set, warehouse, **options):
            print(f"open {path.relative_to(data_set.project)}{said}")
    except (duckdb.CatalogException, duckdb.BinderException, FileNotFoundError) as error:
        raise NotMade(f"the published copy is older than this command ({error}). {remedy}") from None


def areas_left_out(warehouse: Warehouse) -> tuple[str, ...]:
    """The areas that the published copy was made without."""
    with reading.connect(warehouse.published) as connection:
        if not connection.execute(
            "select 1 from duckdb_tables() where schema_name = 'publication' and table_name = 'areas'"
        ).fetchall():  # a copy of before areas could be left out
            return ()
        found = connection.execute("select area from publication.areas where not is_built order by area")
        return tuple(area for (area,) in found.fetchall())


def require_area(data_set: DataSet, left_out: Collection[str], area: str | None) -> None:
    """NotMade where an area is left out of the published copy."""
    if area in left_out:
        raise NotMade(
            f"the area {area} is left out of this data set. Take it out of leave_out in datasets/{data_set.name}.yml and"
            f" run: make build DATA={data_set.name}"
        )


def file_of(data_set: DataSet, name: str) -> Path:
    """Where the file of a data set lies; its folder is there afterwards."""
    path = data_set.project / "reports" / data_set.name / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def write_page(data_set: DataSet, name: str, html: str) -> Path:
    """Write a page of a data set and say where it is."""
    path = file_of(data_set, name)
    write_text(path, html)
    return path
