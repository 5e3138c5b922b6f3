"""shop.

The maker's own online shop. JSON lines, ISO times with offset, money in fen, refunds apart and positive.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from demo_company import reference as ref
from demo_company.behaviour import NEVER, SHOP
from demo_company.context import Context, Tables, blank, frame, take, words
from demo_company.records import PROFILES, Records
from demo_company.seasons import festival_days
from demo_company.world import PERSONAL, date_text

PLATFORMS = ("web", "app", "mini_program")
METHODS = ("wechat", "alipay", "card")
REASONS = ("quality", "damaged", "changed_mind", "late", "other")
OCCASIONS = ("家庭", "朋友", "收藏")
CARRIERS = ("顺丰速运", "京东物流", "中通快递", "圆通速递")
ISO = "'%Y-%m-%dT%H:%M:%S+08:00'"


def render(ctx: Context) -> Tables:
    """Tables of the shop."""
    return {("shop", "users"): _users(ctx)} | _orders(ctx)


def person_columns(ctx: Context, table: str) -> dict[str, np.ndarray]:
    """True attributes behind the person records of a table, blanked by the habits of its system."""
    records: Records = ctx.table(table)
    people, who = ctx.world.people, records.owner
    missing, factor = PROFILES[table].missing, ctx.config.noise_factor
    inside = who < ctx.world.n_people
    safe = np.where(inside, who, 0)
    canary = np.isin(who, ctx.world.canary_people)

    def held(values: np.ndarray, field: str, column: int) -> np.ndarray:
        return blank(values[safe], inside & (canary | records.keep(missing.get(field, 0.0), column, factor)))

    return {
        "birth": held(np.array([date_text(b) for b in people.birth], dtype=object), "birth", 0),
        "address": held(ctx.addresses, "address", 1),
        "unionid": held(people.unionid, "unionid", 2),
        "id_number": held(people.id_number, "id_number", 3),
        "member_no": held(ctx.engagement.member_no, "member_no", 4),
        "district": np.where(inside, np.array(people.district, dtype=object)[safe], None),
        "city": np.where(inside, ctx.world.cities()[safe], -1),
        "sex": np.where(inside, people.sex[safe], -1),
        "canary": canary,
    }


def _users(ctx: Context) -> pa.Table:
    records = ctx.table("shop")
    c = person_columns(ctx, "shop")
    u = records.u
    nick = np.array(
        [
            f"{ref.NICKNAMES[int(a * len(ref.NICKNAMES))]}{int(b * 900) + 10}"
            if b < 0.7
            else f"用户{int(a * 10**6):06d}"
            for a, b in zip(u[:, 5], u[:, 6], strict=True)
        ],
        dtype=object,
    )
    return ctx.sql(
        f"""
        select
            user_id, nickname, real_name, mobile, email, unionid, member_no, gender, birthday, province, city,
            district, address,
            register_channel, strftime(created, {ISO}) as registered_at,
            strftime(changed, {ISO}) as updated_at
        from r
        """,
        r=frame(
            user_id=ctx.keys["shop"],
            nickname=nick,
            real_name=records.name,
            mobile=records.phone,
            email=records.email,
            unionid=c["unionid"],
            member_no=c["member_no"],
            gender=np.where(u[:, 7] < 0.3, 0, np.where(c["sex"] == 1, 1, 2)),
            birthday=c["birth"],
            province=ctx.places["province"][c["city"]],
            city=ctx.places["city"][c["city"]],
            district=c["district"],
            address=c["address"],
            register_channel=words((u[:, 5] * 4).astype(int), (*PLATFORMS, "campaign")),
            created=ctx.stamp(records.created, records.second - 600),
            changed=ctx.stamp(records.updated, 80_000),
        ),
    )


def _orders(ctx: Context) -> Tables:
    o, rng, days = ctx.orders, ctx.rng("shop"), ctx.config.days
    rows = np.flatnonzero(o.channel == SHOP)
    n = len(rows)
    key = ctx.order_keys[0]
    record = ctx.registry.order_record[rows]
    festival = festival_days(ctx.config, 20, 3)[o.day[rows]]
    pickup = (rng.random(n) < 0.12) & ~o.to_others[rows]
    ship_day = o.day[rows] + rng.integers(0, 2, n)
    late = rng.random(n) < np.where(festival, 0.30, 0.08)
    arrive_day = ship_day + 1 + rng.poisson(1.2, n) + np.where(late, 3 + rng.poisson(1.5, n), 0)
    # Parcels leave at the end of the shift, of later orders 90 minutes after the order; some of these are booked with
    # the end of the shift all the same, before their order.
    left = np.where(
        (ship_day == o.day[rows]) & (o.number[rows] % 25 > 0),
        (o.second[rows] + 5_400).clip(75_000, 86_399),
        75_000,
    )
    back_day = ctx.return_day[rows]
    full_back = (back_day != NEVER) & (ctx.return_fen[rows] >= o.total_fen[rows])
    list_fen = np.bincount(o.line_order, o.unit_fen * o.quantity, len(o)).astype(np.int64)[rows]
    coupon = np.full(len(o), -1)
    used = np.flatnonzero(ctx.engagement.coupons["order"] >= 0)
    coupon[ctx.engagement.coupons["order"][used]] = used
    coupon_no = np.array(
        [None if k < 0 else ctx.coupon_no(np.array([k]))[0] for k in coupon[rows]], dtype=object
    )
    receiver = ctx.receivers
    # Four in ten who buy for themselves answer what for, most of them as they usually do.
    asked = ctx.rng("shop_occasions")
    occasion = np.where(
        asked.random(n) < 0.85,
        ctx.behaviour.traits.occasion[o.customer[rows]],
        asked.choice(3, n, p=[0.52, 0.33, 0.15]),
    )
    answers = (asked.random(n) < 0.4) & (ctx.world.group[o.customer[rows]] == PERSONAL) & ~o.to_others[rows]
    orders = frame(
        order_id=key[rows],
        number=o.number[rows],
        user_id=ctx.keys["shop"][record],
        platform=words(rng.choice(3, n, p=[0.2, 0.3, 0.5]), PLATFORMS),
        ts=ctx.order_moment[rows],
        paid=ctx.stamp(
            np.where(o.cancelled[rows], NEVER, o.day[rows]), o.second[rows] + rng.integers(5, 290, n)
        ),
        status=words(
            np.where(o.cancelled[rows], 3, np.where(full_back, 2, np.where(arrive_day >= days, 1, 0))),
            ("completed", "shipped", "refunded", "cancelled"),
        ),
        cancelled=o.cancelled[rows],
        list_fen=list_fen,
        fen=o.total_fen[rows],
        coupon_no=coupon_no,
        campaign=words(o.campaign[rows], [c.code for c in ctx.market.campaigns]),
        is_gift=o.to_others[rows],
        purpose=words(np.where(answers, occasion, -1), OCCASIONS),
        receiver_name=receiver["name"][rows],
        receiver_mobile=receiver["phone"][rows],
        province=ctx.places["province"][receiver["city"][rows]],
        city=ctx.places["city"][receiver["city"][rows]],
        district=receiver["district"][rows],
        address=receiver["address"][rows],
        store=take(np.array(ctx.world.outlets.store_code, dtype=object), np.where(pickup, o.store[rows], -1)),
        method=words(rng.choice(3, n, p=[0.62, 0.33, 0.05]), METHODS),
        back=ctx.stamp(back_day, 50_000),
        back_fen=ctx.return_fen[rows],
        pickup=pickup,
        promised=ctx.stamp(o.day[rows] + 3, 64_800),
        shipped=ctx.stamp(np.where((ship_day < days) & ~o.cancelled[rows], ship_day, NEVER), left),
        arrived=ctx.stamp(np.where(arrive_day < days, arrive_day, NEVER), rng.integers(32_400, 72_000, n)),
        carrier=words(rng.integers(0, len(CARRIERS), n), CARRIERS),
    )
    heads = ctx.sql(
        f"""
        select
            order_id, user_id, platform, strftime(ts, {ISO}) as created_at, strftime(paid, {ISO}) as paid_at,
            status,
            list_fen as total_fen, list_fen - fen as discount_fen,
            case when cancelled then 0 else fen end as pay_fen,
            coupon_no, campaign as campaign_code, is_gift, purpose, receiver_name, receiver_mobile,
            province as receiver_province,
            city as receiver_city, district as receiver_district, address as receiver_address,
            store as pickup_store_code
        from o
        """,
        o=orders,
    )
    payments = ctx.sql(
        f"""
        with moves as (
            select number, 1 as part, order_id, method, fen, paid as ts from o where paid is not null
            union all
            select number, 2, order_id, method, -back_fen,
            back + interval 2 hour from o where back is not null
        )
        select
            'PY' || strftime(ts, '%y%m%d') || lpad(number::varchar, 9, '0') || part::varchar as payment_id,
            order_id, method,
            fen as amount_fen, strftime(ts, {ISO}) as paid_at, 'success' as status
        from moves
        order by number, part
        """,
        o=orders,
    )
    deliveries = ctx.sql(
        f"""
        select
            'SP' || lpad(number::varchar, 10, '0') as shipment_id, order_id,
            strftime(promised, {ISO}) as promised_at,
            strftime(shipped, {ISO}) as shipped_at, strftime(arrived, {ISO}) as delivered_at, carrier, city
        from o
        where shipped is not null and not pickup
        """,
        o=orders,
    )
    lines = np.flatnonzero(o.channel[o.line_order] == SHOP)
    owner = o.line_order[lines]
    goods = frame(
        order_id=key[owner],
        line_no=o.line_no[lines],
        sku=words(o.product[lines], ctx.material),
        title=words(o.product[lines], [r["name"] + " 官方正品" for r in ref.products().rows]),
        quantity=o.quantity[lines],
        price_fen=o.unit_fen[lines],
        amount_fen=o.amount_fen[lines],
        returned=o.returned[lines],
        back_fen=o.return_fen[lines],
        back=ctx.stamp(o.return_day[lines], 50_000),
        reason=words(rng.choice(5, len(lines), p=[0.2, 0.2, 0.35, 0.15, 0.1]), REASONS),
    )
    items = ctx.sql(
        """
        select order_id || lpad(line_no::varchar, 2, '0') as item_id, order_id, sku, title, quantity,
        price_fen, amount_fen
        from l
        """,
        l=goods,
    )
    refunds = ctx.sql(
        f"""
        select
            'RF' || order_id || lpad(line_no::varchar, 2, '0') as refund_id, order_id,
            order_id || lpad(line_no::varchar, 2, '0') as item_id, returned as quantity,
            back_fen as refund_fen, reason,
            strftime(back, {ISO}) as refunded_at
        from l
        where returned > 0
        """,
        l=goods,
    )
    return {
        ("shop", "orders"): heads,
        ("shop", "order_items"): items,
        ("shop", "refunds"): refunds,
        ("shop", "payments"): payments,
        ("shop", "deliveries"): deliveries,
    }
