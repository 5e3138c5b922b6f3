"""The cubes of the dashboard: customers counted by what its filters choose, with a floor under every group.

Nothing here is one row per customer. A figure of a group leaves this module if the group has at least `floor` customers,
and if no smaller group is what remains when shown groups are taken from a shown whole (`close`). So whoever filters, and
whoever subtracts one filter from another, learns nothing about fewer people than that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import duckdb
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import lsqr

HIDDEN = -1
"""A count that is not shown: fewer customers than the floor, or a number from which such a group would follow."""

MONTHS = 13
"""Ends of months that the filters reach back to: a year and the same month of the year before."""

REGIONS = 34
"""Regions with a filter of their own, the largest first; the others are one. Bounds the page, whatever the country."""

Counts = np.ndarray


def with_totals(parts: np.ndarray, axes: Sequence[int]) -> np.ndarray:
    """The table with the total of each of the axes put before its parts."""
    for axis in axes:
        parts = np.concatenate([parts.sum(axis=axis, keepdims=True), parts], axis=axis)
    return parts


@dataclass(frozen=True)
class Attribute:
    """How the customers of a cell are split: the codes in their order, and what is summed over each of the parts."""

    name: str
    expression: str
    members: tuple[str, ...]
    sums: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Cube:
    """One as-of date: the counts of the cells and of their parts, and what may be shown of them."""

    counts: Counts
    shown: np.ndarray
    parts: dict[str, Counts]
    parts_shown: dict[str, np.ndarray]
    sums: dict[str, dict[str, np.ndarray]]

    def as_json(self, attributes: Sequence[Attribute]) -> dict[str, list[Any]]:
        """Cell → [customers, one entry per attribute]; an entry is the counts of the members, then their sums."""
        cells: dict[str, list[Any]] = {}
        for at in zip(*np.nonzero(self.shown & (self.counts > 0)), strict=True):
            cell: list[Any] = [int(self.counts[at])]
            for attribute in attributes:
                shown = self.parts_shown[attribute.name][at][1:]
                entry = [np.where(shown, self.parts[attribute.name][at][1:], HIDDEN).tolist()]
                for name in attribute.sums:
                    values = self.sums[attribute.name][name][at]
                    entry.append(np.where(shown, np.rint(values * 100) / 100, 0.0))
                cell.append([entry[0], *([_short(value) for value in sums] for sums in entry[1:])])
            cells[str(int(np.ravel_multi_index(at, self.counts.shape)))] = cell
        return cells


def _short(value: float) -> float | int:
    return round(float(value)) if abs(value) >= 1000 or float(value).is_integer() else float(value)


def cube(
    connection: duckdb.DuckDBPyConnection, relation: str, dimensions: Mapping[str, Sequence[str]],
    attributes: Sequence[Attribute], floor: int,
) -> Cube:  # fmt: skip
    """Count the customers of `relation` (one row per customer, a column per dimension and expression) by every choice.

    Index 0 of a dimension is "all"; a code that is not listed counts as the last one.
    """
    shape = tuple(len(codes) for codes in dimensions.values())
    axes = tuple(range(len(shape)))
    places = [_place(name, codes) for name, codes in dimensions.items()]
    counts = with_totals(_grouped(connection, relation, places, ["count(*)"], shape)[0], axes).astype(
        np.int64
    )
    parts, sums = {}, {}
    for attribute in attributes:
        place = _place(attribute.expression, attribute.members)
        tables = _grouped(
            connection, relation, [*places, place], ["count(*)", *attribute.sums.values()],
            (*shape, len(attribute.members)),
        )  # fmt: skip
        parts[attribute.name] = with_totals(tables[0], (*axes, len(shape))).astype(np.int64)
        sums[attribute.name] = {
            name: with_totals(table, axes) for name, table in zip(attribute.sums, tables[1:], strict=True)
        }
    shown, *parts_shown = close(counts, list(parts.values()), floor)
    return Cube(counts, shown, parts, dict(zip(parts, parts_shown, strict=True)), sums)


def _place(expression: str, codes: Sequence[str]) -> str:
    listed = ", ".join("'" + code.replace("'", "''") + "'" for code in codes)
    return f"coalesce(list_position([{listed}], cast({expression} as varchar)), {len(codes)}) - 1"


def _grouped(
    connection: duckdb.DuckDBPyConnection, relation: str, places: Sequence[str], measures: Sequence[str],
    shape: tuple[int, ...],
) -> list[np.ndarray]:  # fmt: skip
    keys = ", ".join(f"cast({place} as bigint) as key_{at}" for at, place in enumerate(places))
    values = ", ".join(
        f"cast(coalesce({measure}, 0) as double) as value_{at}" for at, measure in enumerate(measures)
    )
    rows = connection.execute(f"select {keys}, {values} from {relation} group by all").fetchnumpy()
    where = tuple(np.asarray(rows[f"key_{at}"]) for at in range(len(places)))
    tables = []
    for at in range(len(measures)):
        table = np.zeros(shape)
        table[where] = np.asarray(rows[f"value_{at}"])
        tables.append(table)
    return tables


def followed(counts: Counts, shown: np.ndarray, floor: int, seed: int = 7) -> list[tuple[int, ...]]:
    """Cells of 1 to floor - 1 customers whose count follows from the shown ones by adding and subtracting.

    Every shown cell is an equation over the finest cells. A sum of finest cells follows from the equations if every change of
    the finest cells that leaves the equations alone leaves the sum alone too; one such change, drawn at random, tells all
    sums but those of measure zero. Finest cells that are shown are known, so only the hidden ones are unknowns.
    """
    axes = tuple(range(counts.ndim))
    finest = (slice(1, None),) * counts.ndim
    unknown = (counts[finest] > 0) & ~shown[finest]
    few = (counts > 0) & (counts < floor) & ~shown
    if not few.any():
        return []
    place = np.cumsum(unknown.ravel()).reshape(unknown.shape) - 1
    rows, columns, weights = [], [], []
    cells = np.nonzero(unknown)
    total = 0
    for bound in product((False, True), repeat=counts.ndim):
        at = tuple(
            cell + 1 if is_bound else np.zeros_like(cell) for cell, is_bound in zip(cells, bound, strict=True)
        )
        flat = np.ravel_multi_index(at, counts.shape)
        visible = shown[at]
        keys, equation, sizes = np.unique(flat[visible], return_inverse=True, return_counts=True)
        weights.append(1 / np.sqrt(sizes[equation]))  # equations of one length: solved in fewer steps
        rows.append(equation + total)
        columns.append(place[cells][visible])
        total += len(keys)
    width = int(unknown.sum())
    matrix = csr_matrix(
        (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))), shape=(total, width)
    )
    drawn = np.random.default_rng(seed).standard_normal(width)
    free = drawn - lsqr(matrix, matrix @ drawn, atol=1e-10, btol=1e-10, iter_lim=4 * width + 100)[0]
    change = np.zeros(unknown.shape)
    change[cells] = free
    moved = np.abs(with_totals(change, axes)) > 1e-6
    return [at for at in zip(*np.nonzero(few & ~moved), strict=True)]


def close(counts: Counts, parts: Sequence[Counts], floor: int) -> list[np.ndarray]:
    """Which cells of tables with totals may be shown, so that nothing about 1 to floor - 1 customers follows from them.

    `counts`: customers by choice; along every axis, index 0 is the total of the others. `parts`: the same customers with one
    more axis, whose index 0 is `counts`. From the total to the finest cells, and within a level first `counts`, then parts,
    axes with few codes and large cells before the others, a cell is shown if every total of which it is a part is shown and
    all tables stay `safe`. Showing more never makes safe what was not, so many cells are tried at once and halved where they
    fail, and no cell that stays hidden could be shown in addition. Gives the shown cells of `counts`, then of each of `parts`.
    """
    tables = [counts, *parts]
    shown = [table == 0 for table in tables]
    bound = np.indices(counts.shape) > 0
    level = bound.sum(axis=0)
    codes = np.tensordot(counts.shape, bound, axes=1)

    def mark(table: int, cells: np.ndarray, value: bool) -> None:
        shown[table][tuple(cells.T)] = value
        if table == 0:
            for one in shown[1:]:
                one[(*cells.T, 0)] = value

    def show(table: int, cells: np.ndarray, holds: Callable[[Counts, np.ndarray, int], bool]) -> None:
        """Show as many of the cells as the condition lets, the first ones before the later ones."""
        if len(cells) == 0:
            return
        mark(table, cells, True)
        changed = [table] if table else range(len(tables))
        if all(holds(tables[one], shown[one], floor) for one in changed):
            return
        mark(table, cells, False)
        if len(cells) > 1:
            show(table, cells[: len(cells) // 2], holds)
            show(table, cells[len(cells) // 2 :], holds)

    for depth in range(counts.ndim + 1):
        for table, numbers in enumerate(tables):
            at_depth = (level if table == 0 else level[..., None]) == depth
            cells = np.argwhere(at_depth & (numbers >= floor) & ~shown[table] & _wider_shown(shown[table]))
            at = tuple(cells.T)
            cells = cells[np.lexsort((-numbers[at], codes[at[: counts.ndim]]))]
            # lines are quickly tried and refuse most of what is refused; equations then have few cells to part
            show(table, cells, lines_hold)
            likely = shown[table][tuple(cells.T)]
            mark(table, cells, False)
            show(table, cells[likely], safe)
            show(table, cells[~likely], safe)
    return [one & _wider_shown(one) for one in shown]


def _wider_shown(shown: np.ndarray) -> np.ndarray:
    """Whether the totals of which a cell is a part, along each axis, are shown."""
    wider = np.ones(shown.shape, bool)
    for axis in range(shown.ndim):
        np.moveaxis(wider, axis, 0)[1:] &= np.moveaxis(shown, axis, 0)[:1]
    return wider


def lines_hold(counts: Counts, shown: np.ndarray, floor: int) -> bool:
    """Whether the hidden parts of every shown total are nobody or at least floor customers."""
    for axis in range(counts.ndim):
        number, visible = np.moveaxis(counts, axis, 0), np.moveaxis(shown, axis, 0)
        hidden = np.where(visible[1:], 0, number[1:]).sum(axis=0)
        if (visible[0] & (hidden > 0) & (hidden < floor)).any():
            return False
    return True


def safe(counts: Counts, shown: np.ndarray, floor: int) -> bool:
    """Whether `lines_hold` and no small cell follows."""
    return lines_hold(counts, shown, floor) and not followed(counts, shown, floor)


# --- profiles of chosen customers: tags, pairs of tags, fields of the RFM matrix -------------------------------


@dataclass(frozen=True)
class Profiles:
    """Customers of each selector (columns of `has`) split by attributes (columns of `members`, in blocks)."""

    counts: Counts
    """(selectors + pairs), customers"""
    parts: Counts
    """(selectors + pairs) x members"""
    sums: np.ndarray
    """(selectors + pairs) x measures"""
    pairs: list[tuple[int, int]]


def profiles(has: np.ndarray, members: np.ndarray, measures: np.ndarray, pairs: bool) -> Profiles:
    """Count what holders of each selector, and of each two of them, are. `has`, `members`: customers x columns, 0 or 1."""
    chosen = [(a, b) for a in range(has.shape[1]) for b in range(a + 1, has.shape[1])] if pairs else []
    first, second = np.array([a for a, _ in chosen], int), np.array([b for _, b in chosen], int)
    columns = np.concatenate(
        [np.ones((len(has), 1), np.float32), members, measures], axis=1, dtype=np.float32
    )
    found = np.zeros((has.shape[1] + len(chosen), columns.shape[1]))
    size = 65536  # rows at once: memory stays flat, and sums of 32-bit floats exact for counts
    for start in range(0, len(has), size):
        block, values = has[start : start + size].astype(np.float32), columns[start : start + size]
        found[: has.shape[1]] += block.T @ values
        if chosen:
            for at in range(values.shape[1]):
                both = (block * values[:, at : at + 1]).T @ block
                found[has.shape[1] :, at] += both[first, second]
    width = members.shape[1]
    return Profiles(
        np.rint(found[:, 0]).astype(np.int64), np.rint(found[:, 1 : 1 + width]).astype(np.int64),
        found[:, 1 + width :], chosen,
    )  # fmt: skip


def protect_profiles(
    found: Profiles, blocks: Sequence[slice], everybody: Counts, floor: int
) -> tuple[np.ndarray, np.ndarray]:
    """Which selectors and pairs, and which of their members, may be shown.

    `everybody`: customers by member. A selector is held against everybody, a pair against both of its selectors: neither the
    part nor what is left of the whole may have 1 to floor - 1 customers. Within a block the hidden members must be at least
    floor together, or nobody.
    """
    singles = len(found.counts) - len(found.pairs)
    total = int(everybody[blocks[0]].sum())

    def apart(part: Counts, whole: Counts | int) -> np.ndarray:
        left = whole - part
        return ((part == 0) | (part >= floor)) & ((left == 0) | (left >= floor))

    shown = np.zeros(len(found.counts), bool)
    parts = np.zeros(found.parts.shape, bool)
    shown[:singles] = apart(found.counts[:singles], total)
    parts[:singles] = apart(found.parts[:singles], everybody) & shown[:singles, None]
    _lines(parts[:singles], found.parts[:singles], blocks, floor)
    for number, (a, b) in enumerate(found.pairs, start=singles):
        shown[number] = all(shown[one] and apart(found.counts[number], found.counts[one]) for one in (a, b))
        parts[number] = shown[number] & apart(found.parts[number], found.parts[a])
        parts[number] &= apart(found.parts[number], found.parts[b]) & parts[a] & parts[b]
    _lines(parts[singles:], found.parts[singles:], blocks, floor)
    return shown, parts


def _lines(shown: np.ndarray, counts: Counts, blocks: Sequence[slice], floor: int) -> None:
    for block in blocks:
        number, visible = counts[:, block], shown[:, block]
        while True:
            hidden = np.where(visible, 0, number).sum(axis=1)
            candidates = visible & (number > 0)
            lines = np.nonzero((hidden > 0) & (hidden < floor) & candidates.any(axis=1))[0]
            if not len(lines):
                break
            smallest = np.where(candidates, number, np.iinfo(np.int64).max).argmin(axis=1)
            visible[lines, smallest[lines]] = False
