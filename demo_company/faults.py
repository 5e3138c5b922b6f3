"""Errors planted into the finished tables, and the manifest that says where and what must become of them.

Two families:

* row kinds: the row as a whole cannot be used and must end in the quarantine. Such rows are *added*; taking
  them away leaves exactly the true data, so that orders reconcile to the fen;
* field kinds: one value of a good row is spoilt. The row stays, the value becomes null with a reason, stays
  visible as unmapped, is filled, or is only flagged.

A row carries at most one fault, named in the hidden column `_fault` (its number in the manifest), so that the
writers can say in which line of which file it ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer360.core.sources import Table
from demo_company.context import Context, Tables, frame

QUARANTINE, NULL, UNMAPPED, FLAG, FILL, TO_VERIFY = (
    "quarantine",
    "null",
    "unmapped",
    "flag",
    "fill",
    "to_verify",
)

KINDS: dict[str, tuple[str, str]] = {
    # kind -> (outcome, expected reason)
    "amount_negative": (QUARANTINE, "amount_negative"),
    "quantity_zero": (QUARANTINE, "quantity_zero"),
    "amount_unparseable": (QUARANTINE, "amount_unparseable"),
    "date_unparseable": (QUARANTINE, "date_unparseable"),
    "date_after_landing": (QUARANTINE, "date_after_landing"),
    "customer_unknown": (QUARANTINE, "customer_unknown"),
    "orphan_row": (QUARANTINE, "parent_missing"),
    "child_of_refused_row": (QUARANTINE, "parent_missing"),
    "key_missing": (QUARANTINE, "key_missing"),
    "repeated_load": (QUARANTINE, "repeated_load"),
    "not_data_row": (QUARANTINE, "not_data_row"),
    "phone_invalid": (NULL, "phone_invalid"),
    "phone_placeholder": (NULL, "phone_placeholder"),
    "email_invalid": (NULL, "email_invalid"),
    "email_placeholder": (NULL, "email_placeholder"),
    "credit_code_invalid": (NULL, "credit_code_invalid"),
    "id_number_invalid": (NULL, "id_number_invalid"),
    "birth_date_invalid": (NULL, "birth_date_invalid"),
    "missing_interface_error": (NULL, "interface_error"),
    "missing_not_provided": (NULL, "not_provided"),
    "missing_unknown": (NULL, "unknown"),
    "region_unknown": (UNMAPPED, "region_unmapped"),
    "industry_unknown": (UNMAPPED, "industry_unmapped"),
    "missing_under_5_percent": (FILL, "filled"),
    "missing_over_5_percent": (TO_VERIFY, "to_verify"),
    "bulk_purchase": (FLAG, "bulk_purchase"),
}

ROW_SHARE = 0.0008
"""Added bad rows per kind, as a share of the table; at least two."""
FIELD_SHARE = 0.004
"""Spoilt values per kind, as a share of the table; at least three."""

BAD_PHONES = ("1381234567", "138123456789", "12312345678", "0000", "无电话", "1391234567X")
PLACEHOLDER_PHONES = (
    "13800000000",
    "13888888888",
    "11111111111",
    "12345678901",
    "13800138000",
    "18888888888",
    "13012345678",
)
BAD_EMAILS = ("wang@@qq.com", "zhangsan.163.com", "li si@qq.com", "@126.com", "chen@", "zhao@qq")
PLACEHOLDER_EMAILS = ("test@test.com", "none@example.com", "user@example.org", "noreply@noreply.com")
BAD_CITIES = ("云端市", "未名市", "东海新城", "Shangri-La")


@dataclass
class Manifest:
    """What was planted, one entry per row or value."""

    entries: list[dict[str, str | int | None]] = field(default_factory=list)

    def add(
        self,
        kind: str,
        system: str,
        entity: str,
        key: str | None,
        column: str | None = None,
        true_value: str | None = None,
    ) -> int:
        """Note one fault; returns its number (from 1), which the row carries in `_fault`."""
        outcome, reason = KINDS[kind]
        self.entries.append(
            {
                "kind": kind,
                "system": system,
                "entity": entity,
                "business_key": key,
                "column_name": column,
                "outcome": outcome,
                "expected_reason": reason,
                "true_value": true_value,
                "source_file": None,
                "source_sheet": None,
                "source_row": None,
            }
        )
        return len(self.entries)


class Sheet:
    """A table under treatment: rows to add, cells to spoil, and who already carries a fault."""

    def __init__(
        self,
        table: pa.Table,
        declared: Table,
        manifest: Manifest,
        rng: np.random.Generator,
        barred: np.ndarray,
    ) -> None:
        self.table = table
        self.declared = declared
        self.manifest = manifest
        self.rng = rng
        self.fault = np.zeros(table.num_rows, dtype=np.int64)
        self.free = ~barred
        self.extra: list[pa.Table] = []
        self.extra_fault: list[int] = []

    def values(self, column: str) -> np.ndarray:
        """A column as objects (None for null)."""
        return self.table.column(column).to_numpy(zero_copy_only=False)

    def draw(self, count: int, where: np.ndarray | None = None) -> np.ndarray:
        """Distinct free rows, taken out of the pool; fewer when there are not enough."""
        pool = np.flatnonzero(self.free if where is None else self.free & where)
        rows = np.sort(self.rng.choice(pool, min(count, len(pool)), replace=False))
        self.free[rows] = False
        return rows

    def size(self, share: float, least: int) -> int:
        """Number of faults of one kind for this table."""
        return max(least, round(self.table.num_rows * share))

    def key(self, row: dict[str, object]) -> str:
        """Business key of a row: its key columns joined by |."""
        return "|".join("" if row[k] is None else str(row[k]) for k in self.declared.row_key)

    def spoil(
        self,
        kind: str,
        column: str,
        change: Callable[[object, int], object],
        share: float = FIELD_SHARE,
        least: int = 3,
    ) -> np.ndarray:
        """Change the value of `column` in some rows that have one."""
        old = self.values(column)
        rows = self.draw(self.size(share, least), np.array([v is not None for v in old]))
        if not len(rows):
            return rows
        new = old.copy()
        keys = self.table.select(list(self.declared.row_key)).take(rows).to_pylist()
        for n, r in enumerate(rows):
            new[r] = change(old[r], n)
            self.fault[r] = self.manifest.add(
                kind, self.declared.system, self.declared.entity, self.key(keys[n]), column, str(old[r])
            )
        self._set(column, new)
        return rows

    def _set(self, column: str, values: np.ndarray) -> None:
        at = self.table.schema.get_field_index(column)
        kind = self.table.schema.field(at).type
        self.table = self.table.set_column(at, column, pa.array(values.tolist(), type=kind))

    def add(self, kind: str, row: dict[str, object], column: str | None = None) -> None:
        """Add a bad row."""
        number = self.manifest.add(kind, self.declared.system, self.declared.entity, self.key(row), column)
        self.extra.append(pa.Table.from_pylist([row], schema=self.table.schema))
        self.extra_fault.append(number)

    def add_copies(self, kind: str, rows: np.ndarray, **columns: pa.Array) -> None:
        """Add copies of whole rows, with some columns replaced."""
        copies = self.table.take(rows)
        for name, values in columns.items():
            copies = copies.set_column(copies.schema.get_field_index(name), name, values)
        for row in copies.select(list(self.declared.row_key)).to_pylist():
            self.extra_fault.append(
                self.manifest.add(kind, self.declared.system, self.declared.entity, self.key(row))
            )
        self.extra.append(copies)

    def rows(self, index: np.ndarray) -> list[dict[str, object]]:
        """Some rows as dictionaries."""
        return self.table.take(index).to_pylist()

    def finish(self) -> pa.Table:
        """The table with the bad rows strewn among the others and the hidden column `_fault`."""
        table, fault = self.table, self.fault
        if self.extra:
            extra = pa.concat_tables(self.extra)
            place = np.concatenate(
                [np.arange(table.num_rows), self.rng.random(extra.num_rows) * table.num_rows]
            )
            order = np.argsort(place, kind="stable")
            table = pa.concat_tables([table, extra]).take(order)
            fault = np.concatenate([fault, np.array(self.extra_fault, dtype=np.int64)])[order]
        return table.append_column("_fault", pa.array(fault))


def plant(ctx: Context, tables: Tables, declared: dict[tuple[str, str], Table]) -> tuple[Tables, Manifest]:
    """Plant all kinds of faults into the tables of a chunk; adds crm.corrections."""
    rng = ctx.rng("faults")
    manifest = Manifest()
    canary = _canary_pattern(ctx)
    sheets: dict[tuple[str, str], Sheet] = {}
    for key, table in tables.items():
        if "_file" not in table.column_names:
            table = table.append_column("_file", pa.nulls(table.num_rows, pa.string()))
        barred = _barred(table, declared[key], canary) if canary else np.zeros(table.num_rows, dtype=bool)
        sheets[key] = Sheet(table, declared[key], manifest, rng, barred)
    _mark_bulk(ctx, sheets, manifest)
    _repeat_loads(ctx, sheets)
    _bad_fields(sheets)
    corrections = _missing_fields(ctx, sheets)
    _bad_lines(sheets)
    _bad_heads(sheets, ctx.chunk)
    _bad_rows(sheets, ctx.chunk)
    finished = {key: sheet.finish() for key, sheet in sheets.items()}
    finished["crm", "corrections"] = corrections
    return finished, manifest


def _canary_pattern(ctx: Context) -> str:
    """Regular expression of the canaries' names, empty for a chunk without canaries."""
    return "|".join(str(ctx.full_names[i]) for i in ctx.world.canary_people)


def _barred(table: pa.Table, declared: Table, pattern: str) -> np.ndarray:
    """Rows that show a canary's name stay as they are."""
    barred = np.zeros(table.num_rows, dtype=bool)
    for column in declared.columns:
        if column.pii and pa.types.is_string(table.schema.field(column.name).type):
            hit = pc.fill_null(pc.match_substring_regex(table.column(column.name), pattern), False)
            barred |= hit.to_numpy(zero_copy_only=False)
    return barred


_BULK = {
    "erp": ("orders", "order_no"),
    "shop": ("orders", "order_id"),
    "pos": ("receipts", "receipt_no"),
    "marketplace": ("orders", "order_sn"),
}
_CHANNEL = ("erp", "dealer", "pos", "shop", "marketplace")


def _mark_bulk(ctx: Context, sheets: dict[tuple[str, str], Sheet], manifest: Manifest) -> None:
    """Abnormally large true purchases: nothing is changed, they are only to be flagged."""
    o = ctx.orders
    for k in np.flatnonzero(o.bulk):
        system = _CHANNEL[o.channel[k]]
        key = ctx.order_keys[0][k]
        if system == "dealer":
            dealer = ctx.world.outlets.dealer_code[o.dealer[k]]
            sheet = sheets["dealer", "sellout"]
            mask = pc.and_(
                pc.equal(sheet.table["document_no"], key), pc.equal(sheet.table["dealer_code"], dealer)
            )
        else:
            entity, column = _BULK[system]
            sheet = sheets[system, entity]
            mask = pc.equal(sheet.table[column], key)
        rows = np.flatnonzero(mask.to_numpy(zero_copy_only=False))
        for r, row in zip(rows, sheet.rows(rows), strict=True):
            sheet.fault[r] = manifest.add("bulk_purchase", system, sheet.declared.entity, sheet.key(row))
        sheet.free[rows] = False


def _repeat_loads(ctx: Context, sheets: dict[tuple[str, str], Sheet]) -> None:
    """Rows delivered a second time in another file: part of an export, or a dealer's whole sheet."""

    def again(system: str, entity: str, rows: np.ndarray) -> None:
        sheet = sheets[system, entity]
        sheet.free[rows] = False
        name = f"{entity}_{ctx.chunk + 1:04d}_resent"
        sheet.add_copies("repeated_load", rows, _file=pa.array([name] * len(rows), pa.string()))

    def stretch(system: str, entity: str) -> np.ndarray:
        """A run of neighbouring rows without faults, as in an export that was started again."""
        sheet = sheets[system, entity]
        free = np.flatnonzero(sheet.free)
        size = min(sheet.size(ROW_SHARE, 5), len(free))
        start = int(sheet.rng.integers(0, len(free) - size + 1))
        return free[start : start + size]

    for system, entity in (("erp", "payments"), ("app", "events"), ("marketing", "coupons")):
        again(system, entity, stretch(system, entity))
    for system, head, line, key in (
        ("shop", "orders", "order_items", "order_id"),
        ("pos", "receipts", "receipt_items", "receipt_no"),
    ):
        rows = stretch(system, head)
        numbers = sheets[system, head].table[key].take(rows)
        again(system, head, rows)
        again(system, line, _rows_of(sheets[system, line].table, key, numbers))
    sheet = sheets["dealer", "sellout"]
    codes = sheet.values("_dealer")
    names, counts = np.unique(codes.astype(str), return_counts=True)
    clean = {str(c) for c in names} - {str(c) for c in codes[~sheet.free]}
    candidates = [(int(n), str(c)) for c, n in zip(names, counts, strict=True) if str(c) in clean]
    if candidates:
        code = min(candidates)[1]
        rows = np.flatnonzero(codes == code)
        sheet.free[rows] = False
        sheet.add_copies("repeated_load", rows, _file=pa.array(["resent"] * len(rows), pa.string()))


def _rows_of(table: pa.Table, column: str, values: pa.ChunkedArray | list[str]) -> np.ndarray:
    """Row numbers whose `column` is one of `values`."""
    wanted = (
        values.combine_chunks() if isinstance(values, pa.ChunkedArray) else pa.array(values, type=pa.string())
    )
    return np.flatnonzero(pc.is_in(table[column], value_set=wanted).to_numpy(zero_copy_only=False))


def _cycle(values: tuple[str, ...]) -> Callable[[object, int], object]:
    return lambda _, n: values[n % len(values)]


def _wrong_check(value: object, n: int) -> str:
    """The same code with another check character."""
    text = str(value)
    other = "0123456789"[(int(text[-1]) + 1 + n % 8) % 10] if text[-1].isdigit() else str(n % 10)
    return text[:-1] + other


def _bad_fields(sheets: dict[tuple[str, str], Sheet]) -> None:
    """Values that must become null with a reason, or stay visible as unmapped."""
    phones = (
        ("crm", "contacts", "mobile"), ("pos", "members", "mobile"), ("shop", "users", "mobile"),
        ("dealer", "sellout", "phone"),
        ("marketing", "profiles", "mobile"), ("service", "requesters", "phone"),
    )  # fmt: skip
    for system, entity, column in phones:
        share = FIELD_SHARE / 4 if entity == "sellout" else FIELD_SHARE
        sheets[system, entity].spoil("phone_invalid", column, _cycle(BAD_PHONES), share)
        sheets[system, entity].spoil("phone_placeholder", column, _cycle(PLACEHOLDER_PHONES), share)
    for system, entity in (("crm", "contacts"), ("shop", "users"), ("marketing", "profiles")):
        sheets[system, entity].spoil("email_invalid", "email", _cycle(BAD_EMAILS))
        sheets[system, entity].spoil("email_placeholder", "email", _cycle(PLACEHOLDER_EMAILS))
    sheets["crm", "companies"].spoil("credit_code_invalid", "credit_code", _wrong_check, 0.02, 2)
    sheets["erp", "accounts"].spoil("credit_code_invalid", "credit_code", _wrong_check, 0.02, 2)
    contacts = sheets["crm", "contacts"]
    contacts.spoil("id_number_invalid", "id_number", _wrong_check)
    contacts.spoil(
        "birth_date_invalid", "birth_date", _cycle(("1990-02-30", "1900-01-01", "2085-06-15", "1984-13-01"))
    )
    sheets["pos", "members"].spoil(
        "birth_date_invalid", "birthday", _cycle(("19900230", "19000101", "20850615"))
    )
    contacts.spoil("region_unknown", "city", _cycle(BAD_CITIES))
    sheets["erp", "accounts"].spoil(
        "region_unknown", "region_code", _cycle(("999999", "000000", "3301")), 0.01, 2
    )
    sheets["crm", "companies"].spoil(
        "industry_unknown", "industry_code", _cycle(("X99", "Z00", "C99")), 0.01, 2
    )
    contacts.spoil("missing_interface_error", "email", _cycle(("NULL", "#N/A", "null")))
    sheets["marketing", "profiles"].spoil("missing_interface_error", "mobile", _cycle(("#N/A", "NULL")))
    contacts.spoil("missing_not_provided", "income_band", _cycle(("保密", "拒绝提供", "未提供")))
    contacts.spoil("missing_unknown", "address", _cycle(("不详", "未知", "待补充")))


def _missing_fields(ctx: Context, sheets: dict[tuple[str, str], Sheet]) -> pa.Table:
    """A key field missing in 3% of one source (may be filled) and over 5% of another (never),
    and the corrections.

    Corrections: most of the blanked cities, part of the spoilt telephones and industry codes.
    """
    rng = ctx.rng("corrections")
    contacts = sheets["crm", "contacts"]
    contacts.spoil("missing_under_5_percent", "city", lambda *_: None, 0.03, 3)
    members = sheets["pos", "members"]
    empty = np.flatnonzero(np.array([v is None for v in members.values("birthday")]) & members.free)
    for r, row in zip(
        empty, members.table.select(list(members.declared.row_key)).take(empty).to_pylist(), strict=True
    ):
        members.fault[r] = members.manifest.add(
            "missing_over_5_percent", "pos", "members", members.key(row), "birthday"
        )
    members.free[empty] = False
    wanted = {"missing_under_5_percent": 0.6, "phone_invalid": 0.3, "industry_unknown": 0.5}
    chosen = [
        e
        for e in contacts.manifest.entries
        if e["system"] == "crm" and e["kind"] in wanted and rng.random() < wanted[str(e["kind"])]
    ]
    n = len(chosen)
    days = ctx.config.days - 1 - np.sort(rng.integers(0, 200, n))[::-1]
    reasons = {
        "missing_under_5_percent": "建档时漏填",
        "phone_invalid": "号码录入错误",
        "industry_unknown": "行业代码有误",
    }
    return ctx.sql(
        """
        select
            'GZ' || lpad((base + idx)::varchar, 8, '0') as correction_id, 'crm' as system, entity, record_id,
            column_name, old_value,
            new_value, reason, requested_by,
            year(ts) || '/' || month(ts) || '/' || day(ts) || ' ' || hour(ts) || strftime(ts,
            ':%M') as requested_at, 0::bigint as _fault
        from c
        """,
        c=frame(
            base=np.full(n, ctx.chunk * 100_000, dtype=np.int64),
            idx=np.arange(n),
            entity=[str(e["entity"]) for e in chosen],
            record_id=[str(e["business_key"]) for e in chosen],
            column_name=[str(e["column_name"]) for e in chosen],
            old_value=[None if e["kind"] == "missing_under_5_percent" else _now(sheets, e) for e in chosen],
            new_value=[str(e["true_value"]) for e in chosen],
            reason=[reasons[str(e["kind"])] for e in chosen],
            requested_by=[f"E{ctx.chunk * 100 + k % 6 + 1:05d}" for k in range(n)],
            ts=ctx.stamp(days, rng.integers(9 * 3600, 18 * 3600, n)),
        ),
    )


def _now(sheets: dict[tuple[str, str], Sheet], entry: dict[str, str | int | None]) -> str | None:
    """The spoilt value as it stands in the table."""
    sheet = sheets["crm", str(entry["entity"])]
    row = _rows_of(sheet.table, sheet.declared.row_key[0], [str(entry["business_key"])])
    return sheet.table[str(entry["column_name"])][int(row[0])].as_py()


LINES = {
    # table -> (order number, quantity, amount, line number that is not taken; None: made from the order
    # number)
    ("erp", "order_lines"): ("order_no", "quantity", "amount", {"line_no": "990"}),
    ("shop", "order_items"): ("order_id", "quantity", "amount_fen", {"item_id": None}),
    ("pos", "receipt_items"): ("receipt_no", "quantity", "amount", {"line_no": "99"}),
    ("marketplace", "order_items"): ("order_sn", "quantity", "amount", {"sub_order_sn": None}),
    ("dealer", "sellout"): ("document_no", "quantity", "amount", {}),
}


def _bad_lines(sheets: dict[tuple[str, str], Sheet]) -> None:
    """Lines added to true orders, so that the orders are right again once these are gone."""
    for (system, entity), (order, quantity, amount, number) in LINES.items():
        sheet = sheets[system, entity]
        whole = np.array([v is not None and float(v) > 0 for v in sheet.values(quantity)])
        kinds = ["amount_negative", "quantity_zero"]
        if system in ("erp", "pos", "dealer"):
            kinds.append("amount_unparseable")
        used: set[str] = set()
        for kind in kinds:
            for row in sheet.rows(sheet.draw(sheet.size(ROW_SHARE, 2), whole)):
                if row[order] in used:
                    continue
                used.add(str(row[order]))
                for column, value in number.items():
                    row[column] = value or f"{row[order]}99"
                if entity == "sellout":
                    row["document_no"] = _spare(str(row["document_no"]), len(used))
                for column in ("refund_status", "refund_quantity", "refund_amount", "refunded_at"):
                    if column in row:
                        row[column] = "无退款" if column == "refund_status" else None
                if kind == "amount_negative":
                    row[amount] = _negated(row[amount])
                elif kind == "quantity_zero":
                    row[quantity] = 0 if isinstance(row[quantity], int) else "0"
                    row[amount] = (
                        0
                        if isinstance(row[amount], int)
                        else ("¥0.00" if system == "marketplace" else "0.00")
                    )
                else:
                    row[amount] = ("待定", "面议", "ERR")[len(used) % 3]
                sheet.add(kind, row, quantity if kind == "quantity_zero" else amount)


def _negated(amount: object) -> object:
    """-amount in the notation it has."""
    if isinstance(amount, int):
        return -amount
    text = str(amount)
    return f"-{text}" if not text.startswith("¥") else f"¥-{text[1:]}"


def _spare(number: str, n: int) -> str:
    """An order number out of the range that is kept for planted errors (the last six digits from 900000)."""
    return f"{number[:-6]}{900_000 + n:06d}"


HEADS = {
    # head -> (number, date, customer, children, column and value that mark an ordinary sale)
    ("erp", "orders"): ("order_no", "order_date", "account_no", ("order_lines",), "order_type", "ZOR"),
    ("shop", "orders"): ("order_id", "created_at", "user_id", ("order_items",), "status", "completed"),
    ("pos", "receipts"): ("receipt_no", "sold_at", "member_no", ("receipt_items",), "receipt_type", "S"),
    ("marketplace", "orders"): ("order_sn", "ordered_at", "buyer_id", ("order_items",), "status", "交易成功"),
}
FUTURE = {
    "erp": "20991231",
    "shop": "2099-12-31T10:00:00+08:00",
    "pos": "2099-12-31 10:00:00",
    "marketplace": "2099/12/31 10:00:00",
}
NO_DATE = {"erp": "20251345", "pos": "2025-02-30 11:20:00"}
NOBODY = {"erp": "19{:08d}", "shop": "U9{:08d}", "pos": "809{:07d}"}


def _bad_heads(sheets: dict[tuple[str, str], Sheet], chunk: int) -> None:
    """Whole orders that never happened: their head is refused, and their lines go with it."""
    for (system, entity), (number, date, customer, children, status, good) in HEADS.items():
        sheet = sheets[system, entity]
        usable = (sheet.values(status) == good) & np.array([v is not None for v in sheet.values(customer)])
        kinds = (
            ["date_after_landing"]
            + (["date_unparseable"] if system in NO_DATE else [])
            + (["customer_unknown"] if system in NOBODY else [])
        )
        counter = 0
        for kind in kinds:
            for row in sheet.rows(sheet.draw(sheet.size(ROW_SHARE, 2), usable)):
                counter += 1
                old = str(row[number])
                row[number] = new = (
                    _spare(old, counter)
                    if system != "marketplace"
                    else f"{old[:4]}{900_000 + counter:06d}{old[10:]}"
                )
                column = customer if kind == "customer_unknown" else date
                if kind == "date_after_landing":
                    row[date] = FUTURE[system]
                elif kind == "date_unparseable":
                    row[date] = NO_DATE[system]
                else:
                    row[customer] = NOBODY[system].format(chunk * 1000 + counter)
                if system == "shop":
                    row["coupon_no"] = row["campaign_code"] = None
                sheet.add(kind, row, column)
                for child in children:
                    _adopt(sheets[system, child], number, old, new)


def _adopt(lines: Sheet, column: str, old: str, new: str) -> None:
    """Lines for an order that never happened, copied from a true one."""
    rows = _rows_of(lines.table, column, [old])
    copies = {column: pa.array([new] * len(rows), type=pa.string())}
    own = lines.declared.row_key[0]
    if own != column:
        copies[own] = pa.array([f"{new}{k + 1:02d}" for k in range(len(rows))], type=pa.string())
    if "refund_status" in lines.table.column_names:
        copies["refund_status"] = pa.array(["无退款"] * len(rows))
        for name in ("refund_quantity", "refund_amount", "refunded_at"):
            copies[name] = pa.nulls(len(rows), pa.string())
    lines.add_copies("child_of_refused_row", rows, **copies)


def _bad_rows(sheets: dict[tuple[str, str], Sheet], chunk: int) -> None:
    """Remaining single rows: orphans, missing keys, dates and amounts nobody can read, unknown members."""

    def each(system: str, entity: str, kind: str, column: str, **values: str | None) -> None:
        """Add copies of good rows with some values replaced; {} in a value stands for a number of its own."""
        sheet = sheets[system, entity]
        for n, row in enumerate(sheet.rows(sheet.draw(sheet.size(ROW_SHARE, 2)))):
            row.update({c: v and v.format(chunk * 1000 + n) for c, v in values.items()})
            sheet.add(kind, row, column)

    each("erp", "order_lines", "orphan_row", "order_no", order_no="SO2209{:09d}", line_no="10")
    each("pos", "receipt_items", "orphan_row", "receipt_no", receipt_no="S99999220901{:08d}")
    each(
        "shop",
        "order_items",
        "orphan_row",
        "order_id",
        order_id="20220901109{:08d}",
        item_id="20220901109{:08d}01",
    )
    each("erp", "payments", "orphan_row", "order_no", order_no="SO2210{:09d}", payment_no="SK22109{:09d}")
    each("erp", "order_lines", "key_missing", "order_no", order_no=None)
    each("shop", "users", "key_missing", "user_id", user_id=None)
    each("crm", "contacts", "key_missing", "contact_id", contact_id=None)
    each("app", "events", "key_missing", "event_id", event_id=None)
    each("dealer", "sellout", "key_missing", "document_no", document_no=None)
    each(
        "crm",
        "activities",
        "date_unparseable",
        "started_at",
        activity_id="HD9{:09d}",
        started_at="2025-02-30 10:00",
    )
    each("service", "tickets", "date_unparseable", "created_at", ticket_no="T9{:09d}", created_at="昨天下午")
    each("erp", "payments", "amount_unparseable", "amount", payment_no="SK22119{:09d}", amount="#VALUE!")
    each("app", "events", "customer_unknown", "user_id", event_id="e9{:010d}", user_id="a9{:09d}")
    each(
        "marketing",
        "loyalty_transactions",
        "customer_unknown",
        "member_no",
        txn_no="J9{:010d}",
        member_no="809{:07d}",
        order_no=None,
    )
    sellout = sheets["dealer", "sellout"]
    for start, kind, values in (
        (1500, "date_unparseable", ("3月初", "2025/13/45", "春节前")),
        (500, "date_after_landing", ("2099/1/1", "2099-01-01")),
    ):
        for n, row in enumerate(sellout.rows(sellout.draw(sellout.size(ROW_SHARE, 2)))):
            row["sold_on"] = values[n % len(values)]
            row["document_no"] = _spare(str(row["document_no"]), start + n)
            sellout.add(kind, row, "sold_on")
    if ("marketing", "spend") in sheets:
        each("marketing", "spend", "amount_unparseable", "amount", spend_id="FY99{:04d}", amount="待定")
