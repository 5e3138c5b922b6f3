"""dealer: sell-out sheets, one file per dealer, each with its own headings, dates and notes."""

from __future__ import annotations

import numpy as np

from demo_company import reference as ref
from demo_company.behaviour import DEALER
from demo_company.context import Context, Tables, frame, take, words

REMARKS = ("自提", "送货上门", "婚宴用酒", "老客户优惠", "已开票", "现金")


def customer_key(dealer_code: str, name: str | None, phone: str | None) -> str:
    """Key of a dealer's customer, who has no number of their own: dealer, name and telephone as written."""
    return f"{dealer_code}|{name or ''}|{phone or ''}"


def told_apart(ctx: Context) -> np.ndarray:
    """Names of the dealer records; where two people would share name and telephone, the later gets a mark.

    Sheets do the same (王总2): the dealer knows that they are two.
    """
    records = ctx.table("dealer")
    seen: dict[tuple[int, str | None, str | None], int] = {}
    names = records.name.copy()
    for r in range(len(records)):
        dealer, owner, mark = int(records.sub[r]), int(records.owner[r]), 1
        name = names[r]
        while seen.setdefault((dealer, name, records.phone[r]), owner) != owner:
            mark += 1
            name = f"{names[r] or '客户'}{mark}"
        names[r] = name
    return names


def render(ctx: Context) -> Tables:
    """The sheets of all dealers, one long table with the file and sheet each row belongs to."""
    o, rng = ctx.orders, ctx.rng("dealer")
    key, return_key = ctx.order_keys
    records = ctx.table("dealer")
    outlets, places = ctx.world.outlets, ctx.places
    lines = np.flatnonzero(o.channel[o.line_order] == DEALER)
    owner = o.line_order[lines]
    record = ctx.registry.order_record[owner]
    who = records.owner
    city = ctx.world.cities()[who]
    address = np.full(len(records), None, dtype=object)
    people = who < ctx.world.n_people
    safe = np.where(people, who, 0)
    org = np.where(people, 0, who - ctx.world.n_people)
    street = np.where(people, ctx.addresses[safe], np.array(ctx.world.orgs.address, dtype=object)[org])
    district = np.where(people, np.array(ctx.world.people.district, dtype=object)[safe], "")
    told = records.keep(0.35, 1) | np.isin(who, ctx.world.canary_people)
    prefix = np.where(records.u[:, 3] < 0.6, places["city"][city], places["city_short"][city])
    address[told] = (prefix + district + street)[told]
    conflict = outlets.dealer_conflict[o.dealer[owner]]
    remark = np.where(rng.random(len(lines)) < 0.10, rng.integers(0, len(REMARKS), len(lines)), -1)
    table = ctx.sql(
        """
        with moves as (
            select
                row, 0 as part, document_no, ts, null as original_document_no, quantity, amount_fen, remark,
                dealer, dealer_code, customer_name, phone, address, product_code, product_name, unit_fen,
                sold_region, owner
            from l
            union all
            select
                row, 1, return_no, back, case when shown then document_no end, -returned, -back_fen, '退货',
                dealer, dealer_code, customer_name, phone, address, product_code, product_name, unit_fen,
                sold_region, owner
            from l
            where returned > 0
        )
        select
            dealer_code,
            document_no,
            (row_number() over (partition by dealer, year(ts) order by ts, row, part))::varchar as line_no,
            case dealer % 4
                when 0 then year(ts) || '/' || month(ts) || '/' || day(ts)
                when 1 then strftime(ts, '%Y-%m-%d')
                when 2 then year(ts) || '年' || month(ts) || '月' || day(ts) || '日'
                else strftime(ts, '%Y%m%d')
            end as sold_on,
            customer_name, phone, address, product_code, product_name, quantity::varchar as quantity,
            format('{:.0f}', unit_fen / 100.0) as unit_price,
            case
                when dealer % 3 = 0 then format('{:,.2f}', amount_fen / 100.0)
                else format('{:.0f}', amount_fen / 100.0)
            end as amount,
            original_document_no, sold_region, remark,
            dealer_code as _dealer, year(ts)::varchar as _sheet, owner as _owner
        from moves
        order by dealer, ts, row, part
        """,
        l=frame(
            row=lines,
            owner=o.customer[owner],
            dealer=o.dealer[owner],
            dealer_code=words(o.dealer[owner], outlets.dealer_code),
            document_no=key[owner],
            return_no=return_key[owner],
            ts=ctx.stamp(o.day[owner]),
            back=ctx.stamp(o.return_day[lines]),
            customer_name=take(told_apart(ctx), record),
            phone=take(records.phone, record),
            address=take(address, record),
            product_code=words(o.product[lines], ctx.material),
            product_name=words(o.product[lines], [r["name"] for r in ref.products().rows]),
            quantity=o.quantity[lines],
            returned=o.returned[lines],
            unit_fen=o.unit_fen[lines],
            amount_fen=o.amount_fen[lines],
            back_fen=o.return_fen[lines],
            shown=rng.random(len(lines)) < 0.7,
            # Who undercuts also sells into other territories, and the goods' destination says so.
            sold_region=np.where(
                conflict | (rng.random(len(lines)) < 0.3),
                places["city_short"][city][record],
                places["city_short"][outlets.dealer_city[o.dealer[owner]]],
            ),
            remark=words(remark, REMARKS),
        ),
    )
    return {("dealer", "sellout"): table}
