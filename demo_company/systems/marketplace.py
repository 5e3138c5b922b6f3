"""marketplace.

Orders of three platforms. Buyers only inside orders, masked; amounts with ¥; refunds in columns.
"""

from __future__ import annotations

import numpy as np

from demo_company import reference as ref
from demo_company.behaviour import MARKETPLACE, NEVER
from demo_company.context import Context, Tables, frame, words
from demo_company.records import PLATFORMS, mask_phone
from demo_company.world import World

SHOPS = ("澜江酒类旗舰店", "澜江官方自营", "澜江品牌店")
MESSAGES = ("请尽快发货", "送礼用，包装好一点", "发票抬头见备注", "放物业就行", "不要提前打电话")


def render(ctx: Context) -> Tables:
    """Tables of the marketplaces."""
    o, rng = ctx.orders, ctx.rng("marketplace")
    rows = np.flatnonzero(o.channel == MARKETPLACE)
    n = len(rows)
    key = ctx.order_keys[0]
    record = ctx.registry.order_record[rows]
    buyers = ctx.table("marketplace")
    receiver = ctx.receivers
    gift = o.to_others[rows]
    canary = np.isin(o.customer[rows], ctx.world.canary_people)
    # A buyer's own parcels carry the name and number of the account, presents those of the receiver.
    name = [
        receiver["name"][r][:1] + "*" * (len(receiver["name"][r]) - 1) if g else buyers.name[b]
        for r, b, g in zip(rows, record, gift, strict=True)
    ]
    phone = [
        mask_phone(receiver["phone"][r] if g else (buyers.digits[b] or receiver["phone"][r]))
        for r, b, g in zip(rows, record, gift, strict=True)
    ]
    address = [a if c else _mask_house(a) for a, c in zip(receiver["address"][rows], canary, strict=True)]
    nick = np.array(
        [_nick(ctx.world, int(i), u) for i, u in zip(buyers.owner, buyers.u, strict=True)], dtype=object
    )
    message = np.where(rng.random(n) < 0.12, rng.integers(0, len(MESSAGES), n), -1)
    texts = words(message, MESSAGES).to_numpy(zero_copy_only=False)
    for k in np.flatnonzero(canary):
        texts[k] = f"送到后联系{ctx.full_names[o.customer[rows[k]]]}"
    full_back = (ctx.return_day[rows] != NEVER) & (ctx.return_fen[rows] >= o.total_fen[rows])
    platform = buyers.sub[record]
    orders = ctx.sql(
        """
        select
            order_sn, platform, store_name, buyer_id, buyer_nick, receiver_name, receiver_phone,
            receiver_province, receiver_city,
            receiver_district, receiver_address, is_gift, strftime(ts, '%Y/%m/%d %H:%M:%S') as ordered_at,
            strftime(paid, '%Y/%m/%d %H:%M:%S') as paid_at,
            '¥' || format('{:,.2f}', fen / 100.0) as pay_amount,
            '¥' || format('{:,.2f}', back_fen / 100.0) as refund_amount, status, buyer_message
        from o
        """,
        o=frame(
            order_sn=key[rows],
            platform=words(platform, PLATFORMS),
            store_name=words(platform, SHOPS),
            buyer_id=ctx.keys["marketplace"][record],
            buyer_nick=nick[record],
            receiver_name=name,
            receiver_phone=phone,
            receiver_province=ctx.places["province"][receiver["city"][rows]],
            receiver_city=ctx.places["city"][receiver["city"][rows]],
            receiver_district=receiver["district"][rows],
            receiver_address=address,
            is_gift=words(gift.astype(int), ("否", "是")),
            ts=ctx.order_moment[rows],
            paid=ctx.stamp(
                np.where(o.cancelled[rows], NEVER, o.day[rows]), o.second[rows] + rng.integers(3, 290, n)
            ),
            fen=np.where(o.cancelled[rows], 0, o.total_fen[rows]),
            back_fen=ctx.return_fen[rows],
            status=words(
                np.where(o.cancelled[rows], 2, np.where(full_back, 1, 0)), ("交易成功", "已退款", "交易关闭")
            ),
            buyer_message=texts,
        ),
    )
    lines = np.flatnonzero(o.channel[o.line_order] == MARKETPLACE)
    items = ctx.sql(
        """
        select
            order_sn || lpad(line_no::varchar, 2, '0') as sub_order_sn, order_sn, merchant_sku, title,
            quantity::varchar as quantity,
            format('{:.2f}', unit_fen / 100.0) as unit_price,
            '¥' || format('{:,.2f}', amount_fen / 100.0) as amount,
            case when returned > 0 then '退款成功' else '无退款' end as refund_status,
            case when returned > 0 then returned::varchar end as refund_quantity,
            case when returned > 0 then '¥' || format('{:,.2f}', back_fen / 100.0) end as refund_amount,
            strftime(back, '%Y/%m/%d %H:%M:%S') as refunded_at
        from l
        """,
        l=frame(
            order_sn=key[o.line_order[lines]],
            line_no=o.line_no[lines],
            merchant_sku=words(o.product[lines], ctx.material),
            title=words(o.product[lines], ["【旗舰】" + r["name"] for r in ref.products().rows]),
            quantity=o.quantity[lines],
            unit_fen=o.unit_fen[lines],
            amount_fen=o.amount_fen[lines],
            returned=o.returned[lines],
            back_fen=o.return_fen[lines],
            back=ctx.stamp(o.return_day[lines], 61_200),
        ),
    )
    return {("marketplace", "orders"): orders, ("marketplace", "order_items"): items}


def _mask_house(address: str) -> str:
    """人民路128号翠湖雅居3幢 -> 人民路***号翠湖雅居***."""
    street = address.split("号", 1)
    compound = "".join(c for c in street[1] if not c.isdigit()).split("幢")[0] if len(street) > 1 else ""
    return f"{street[0].rstrip('0123456789')}***号{compound}***"


def _nick(world: World, i: int, u: np.ndarray) -> str:
    """Account name on the platform."""
    if i in world.canary_people:
        return f"{world.people.names.full(i)}的小店"
    base = ref.NICKNAMES[int(u[0] * len(ref.NICKNAMES))]
    if u[1] < 0.3:
        return f"t_{int(u[2] * 10**10):010d}"
    return f"{base}{int(u[2] * 10**4)}" if u[1] < 0.8 else f"{base[0]}***{base[-1]}"
