"""pos.

Tills of the stores. Upper-case headings, local times, returns as receipts of type R with negative quantities.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from demo_company import identifiers
from demo_company import reference as ref
from demo_company.behaviour import POS
from demo_company.context import Context, Tables, frame, take, words
from demo_company.systems.shop import person_columns

METHODS = ("CASH", "WECHAT", "ALIPAY", "CARD")


def render(ctx: Context) -> Tables:
    """Tables of the tills."""
    return {("pos", "members"): _members(ctx), ("pos", "stores"): _stores(ctx)} | _receipts(ctx)


def _members(ctx: Context) -> pa.Table:
    records = ctx.table("pos")
    c = person_columns(ctx, "pos")
    rate = ctx.behaviour.traits.rate[records.owner]
    place = ctx.places["city"][c["city"]]
    return ctx.sql(
        """
        select
            member_no, member_name, mobile, gender, replace(birth, '-', '') as birthday,
            level::varchar as level, store_code,
            city || district || address as address, strftime(created, '%Y%m%d') as registered_on
        from r
        """,
        r=frame(
            member_no=ctx.keys["pos"],
            member_name=records.name,
            mobile=records.phone,
            gender=words(np.where(records.u[:, 7] < 0.12, -1, c["sex"]), ("F", "M")),
            birth=c["birth"],
            level=1 + np.searchsorted((4.0, 11.0), rate),
            store_code=take(
                np.array(ctx.world.outlets.store_code, dtype=object),
                ctx.behaviour.traits.store[records.owner],
            ),
            city=place,
            district=c["district"],
            address=c["address"],
            created=ctx.stamp(records.created),
        ),
    )


def _stores(ctx: Context) -> pa.Table:
    o = ctx.world.outlets
    n = len(o.store_code)
    opened = (o.store_opened * np.timedelta64(1, "D")).astype("timedelta64[us]") + np.datetime64(
        "1970-01-01", "us"
    )
    city = ctx.places["city_short"][o.store_city]
    return ctx.sql(
        "select * replace (strftime(opened_on, '%Y%m%d') as opened_on) from r",
        r=frame(
            store_code=o.store_code,
            store_name=[f"澜江{city[k]}{ref.STREETS[(k * 7) % len(ref.STREETS)]}店" for k in range(n)],
            store_type=o.store_type,
            dealer_code=take(np.array(o.dealer_code, dtype=object), o.store_dealer),
            province=ctx.places["province"][o.store_city],
            city=ctx.places["city"][o.store_city],
            address=o.store_address,
            phone=o.store_phone,
            opened_on=opened,
        ),
    )


def _receipts(ctx: Context) -> Tables:
    o, rng = ctx.orders, ctx.rng("pos")
    rows = np.flatnonzero(o.channel == POS)
    n = len(rows)
    key, return_key = ctx.order_keys
    heads = ctx.sql(
        """
        with moves as (
            select idx, 0 as part, receipt_no, store_code, till_no, member_no, ts, 'S' as receipt_type,
                null as original_receipt_no, fen, pay_method, cashier
            from o
            union all
            select idx, 1, return_no, store_code, till_no, member_no, back, 'R',
                case when shown then receipt_no end, -back_fen, pay_method, cashier
            from o
            where back is not null
        )
        select
            receipt_no, store_code, till_no::varchar as till_no, member_no,
            strftime(ts, '%Y-%m-%d %H:%M:%S') as sold_at, receipt_type,
            original_receipt_no, format('{:.2f}', fen / 100.0) as total_amount, pay_method, cashier
        from moves
        order by ts, idx, part
        """,
        o=frame(
            idx=rows,
            receipt_no=key[rows],
            return_no=return_key[rows],
            store_code=words(o.store[rows], ctx.world.outlets.store_code),
            till_no=1 + rng.integers(0, 3, n),
            member_no=take(ctx.keys["pos"], ctx.registry.order_record[rows]),
            ts=ctx.order_moment[rows],
            back=ctx.stamp(ctx.return_day[rows], o.second[rows]),
            shown=rng.random(n) < 0.8,
            fen=o.total_fen[rows],
            back_fen=ctx.return_fen[rows],
            pay_method=words(rng.choice(4, n, p=[0.12, 0.55, 0.23, 0.10]), METHODS),
            cashier=ctx.staff(o.store[rows] % 90, "K"),
        ),
    )
    lines = np.flatnonzero(o.channel[o.line_order] == POS)
    owner = o.line_order[lines]
    barcodes = [identifiers.ean13(k) for k in range(len(ref.products().rows))]
    items = ctx.sql(
        """
        with moves as (
            select row, 0 as part, receipt_no, line_no, barcode, item_name, quantity, unit_fen, discount_fen,
                amount_fen
            from l
            union all
            select row, 1, return_no, line_no, barcode, item_name, -returned, unit_fen, 0, -back_fen
            from l
            where returned > 0
        )
        select
            receipt_no, line_no::varchar as line_no, barcode, item_name, quantity::varchar as quantity,
            format('{:.2f}', unit_fen / 100.0) as price, format('{:.2f}', discount_fen / 100.0) as discount,
            format('{:.2f}', amount_fen / 100.0) as amount
        from moves
        order by part, row
        """,
        l=frame(
            row=lines,
            receipt_no=key[owner],
            return_no=return_key[owner],
            line_no=o.line_no[lines],
            barcode=words(o.product[lines], barcodes),
            item_name=words(o.product[lines], [r["name"][:14].strip() for r in ref.products().rows]),
            quantity=o.quantity[lines],
            returned=o.returned[lines],
            unit_fen=o.unit_fen[lines],
            discount_fen=o.discount_fen[lines],
            amount_fen=o.amount_fen[lines],
            back_fen=o.return_fen[lines],
        ),
    )
    return {("pos", "receipts"): heads, ("pos", "receipt_items"): items}
