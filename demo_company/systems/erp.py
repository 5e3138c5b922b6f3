"""erp.

Key accounts. Dates yyyymmdd, amounts in yuan with thousands separators, returns as orders of their own.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from demo_company import identifiers
from demo_company import reference as ref
from demo_company.behaviour import ERP, NEVER
from demo_company.context import Context, Tables, blank, frame, take, words
from demo_company.records import PROFILES
from demo_company.seasons import festival_days

PURPOSES = ("宴请", "接待", "礼品")
CARRIERS = ("顺丰速运", "德邦物流", "中铁快运", "自有车队")
TERMS = ("货到30天", "月结45天", "款到发货", "月结60天")
METHODS = ("电汇", "承兑汇票", "转账支票", "微信")


def render(ctx: Context) -> Tables:
    """Tables of the erp."""
    tables = {("erp", "accounts"): _accounts(ctx), ("erp", "dealers"): _dealers(ctx)}
    tables |= _orders(ctx)
    if ctx.chunk == 0:
        tables["erp", "products"] = _products(ctx)
    return tables


def company_columns(ctx: Context, table: str) -> dict[str, np.ndarray]:
    """What crm and erp share of an organisation's record: contact, region, credit code, industry."""
    records, world = ctx.table(table), ctx.world
    org = records.owner - world.n_people
    contact_name, contact_mail = [], []
    for j, is_copy, draw, mail in zip(org, records.copy > 0, records.u[:, 4], records.email, strict=True):
        people = world.orgs.contacts[j]
        if not len(people):
            contact_name.append(None)
            contact_mail.append(None)
            continue
        i = int(people[-1 if is_copy else 0])
        who = world.people.names
        title = who.latin[i] or draw < 0.7 or j in world.canary_orgs
        contact_name.append(who.full(i) if title else f"{who.surname[i]}{'总' if draw < 0.85 else '经理'}")
        contact_mail.append(mail)
    credit = np.array(world.orgs.credit_code, dtype=object)[org]
    canary = np.isin(org, world.canary_orgs)
    return {
        "org": org,
        "contact_name": np.array(contact_name, dtype=object),
        "email": np.array(contact_mail, dtype=object),
        "credit_code": blank(
            credit, canary | records.keep(PROFILES[table].missing["credit_code"], 1, ctx.config.noise_factor)
        ),
        "industry": np.array(world.orgs.industry, dtype=object)[org],
        "address": np.array(world.orgs.address, dtype=object)[org],
        "city": world.orgs.city[org],
    }


def _accounts(ctx: Context) -> pa.Table:
    records = ctx.table("erp")
    c = company_columns(ctx, "erp")
    return ctx.sql(
        """
        select
            account_no, account_name, credit_code, region_code, address, contact_name, contact_phone, email,
            industry_code,
            account_manager, payment_terms, strftime(created, '%Y%m%d') as created_on,
            strftime(changed, '%Y%m%d') as changed_on
        from r
        """,
        r=frame(
            account_no=ctx.keys["erp"],
            account_name=records.name,
            credit_code=c["credit_code"],
            region_code=ctx.places["code"][c["city"]],
            address=c["address"],
            contact_name=c["contact_name"],
            contact_phone=records.phone,
            email=c["email"],
            industry_code=c["industry"],
            account_manager=ctx.world.owner[records.owner],
            payment_terms=words((records.u[:, 5] * 4).astype(int), TERMS),
            created=ctx.stamp(records.created),
            changed=ctx.stamp(records.updated),
        ),
    )


def _dealers(ctx: Context) -> pa.Table:
    o = ctx.world.outlets
    n = len(o.dealer_code)
    cities = ref.cities()
    signed = (o.dealer_signed * np.timedelta64(1, "D")).astype("timedelta64[us]") + np.datetime64(
        "1970-01-01", "us"
    )
    return ctx.sql(
        "select * replace (strftime(signed_on, '%Y%m%d') as signed_on) from r",
        r=frame(
            dealer_code=o.dealer_code,
            dealer_name=o.dealer_name,
            dealer_type=["总代理" if k % 9 == 0 else ("区域经销商", "特约经销商")[k % 2] for k in range(n)],
            credit_code=o.dealer_credit,
            region_code=ctx.places["code"][o.dealer_city],
            territory=[cities[c].code[:2] + "0000" for c in o.dealer_city],
            contact_name=o.dealer_contact,
            phone=o.dealer_phone,
            signed_on=signed,
            status=["冻结" if k % 23 == 22 else "正常" for k in range(n)],
        ),
    )


def _products(ctx: Context) -> pa.Table:
    rows = ref.products().rows
    return ctx.sql(
        """
        select
            material_no, name as material_name, category, line as product_line, nullif(aroma, '') as aroma,
            case when strength <> '' then strength || '%vol' end as strength,
            nullif(volume, '0') as volume_ml,
            format('{:,.2f}', price::double) as list_price, format('{:,.2f}', cost::double) as standard_cost,
            nullif(gift, '') as gift_box, nullif(custom, '') as customised, nullif(bundle, '') as bundle,
            nullif(components, '') as bundle_components, barcode, replace(launched, '-', '') as launched_on
        from r
        """,
        r=frame(
            barcode=[identifiers.ean13(k) for k in range(len(rows))],
            **{
                key: [row[key] for row in rows]
                for key in rows[0]
                if key not in ("business", "gift_group", "personal")
            },
        ),
    )


def _orders(ctx: Context) -> Tables:
    o, rng = ctx.orders, ctx.rng("erp")
    rows = np.flatnonzero(o.channel == ERP)
    key, return_key = ctx.order_keys
    n = len(rows)
    days = ctx.config.days
    festival = festival_days(ctx.config, 20, 3)[o.day[rows]]
    promised = o.day[rows] + 5
    shipped = o.day[rows] + rng.integers(0, 3, n)
    lead = 2 + rng.poisson(1.0, n)
    late = rng.random(n) < np.where(festival, 0.28, 0.07)
    delivered = shipped + lead + np.where(late, 3 + rng.poisson(2.0, n), 0)
    occasion = ctx.behaviour.traits.occasion[o.customer[rows]].astype(int)
    purpose = np.where(rng.random(n) < 0.7, occasion, rng.choice(3, n, p=[0.45, 0.32, 0.23]))
    account = ctx.keys["erp"][ctx.registry.order_record[rows]]
    region = ctx.places["code"][ctx.world.cities()[o.customer[rows]]]
    orders = frame(
        idx=rows,
        order_no=key[rows],
        return_no=return_key[rows],
        account_no=account,
        ts=ctx.order_moment[rows],
        back=ctx.stamp(ctx.return_day[rows]),
        fen=o.total_fen[rows],
        back_fen=ctx.return_fen[rows],
        purpose=words(purpose, PURPOSES),
        dealer_code=take(
            np.array(ctx.world.outlets.dealer_code, dtype=object),
            np.where(rng.random(n) < 0.5, o.dealer[rows], -1),
        ),
        region=region,
        recent=delivered >= days,
    )
    heads = ctx.sql(
        """
        with moves as (
            select idx, 0 as part, order_no, 'ZOR' as order_type, account_no, ts as on_day, fen,
                null as ref_order_no, * exclude (idx, order_no, account_no, fen)
            from o
            union all
            select idx, 1, return_no, 'ZRE', account_no, back, -back_fen, order_no,
                * exclude (idx, order_no, account_no, fen)
            from o where back is not null
        )
        select
            order_no, order_type, account_no, strftime(on_day, '%Y%m%d') as order_date, 'CNY' as currency,
            format('{:,.2f}', fen / 100.0) as amount, ref_order_no, purpose, dealer_code,
            region as ship_to_region,
            case when recent and part = 0 then '已发货' else '已完成' end as status
        from moves
        order by on_day, idx, part
        """,
        o=orders,
    )
    in_erp = o.channel[o.line_order] == ERP
    lines = np.flatnonzero(in_erp)
    owner = o.line_order[lines]
    details = ctx.sql(
        """
        with moves as (
            select row, 0 as part, order_no, line_no, material_no, quantity, unit_fen, discount_fen,
                amount_fen
            from l
            union all
            select row, 1, return_no, line_no, material_no, -returned, unit_fen, 0, -return_fen
            from l
            where returned > 0
        )
        select
            order_no, (line_no * 10)::varchar as line_no, material_no, quantity::varchar as quantity,
            '瓶' as unit, format('{:,.2f}', unit_fen / 100.0) as unit_price,
            format('{:,.2f}', discount_fen / 100.0) as discount,
            format('{:,.2f}', amount_fen / 100.0) as amount
        from moves
        order by part, row
        """,
        l=frame(
            row=lines,
            order_no=key[owner],
            return_no=return_key[owner],
            line_no=o.line_no[lines],
            material_no=words(o.product[lines], ctx.material),
            quantity=o.quantity[lines],
            returned=o.returned[lines],
            unit_fen=o.unit_fen[lines],
            discount_fen=o.discount_fen[lines],
            amount_fen=o.amount_fen[lines],
            return_fen=o.return_fen[lines],
        ),
    )
    two = rng.random(n) < 0.3
    first_share = np.where(two, 0.3, 1.0)
    first_fen = (o.total_fen[rows] * first_share).astype(np.int64) // 100 * 100
    first_fen = np.where(two, first_fen, o.total_fen[rows])
    pay_day = o.day[rows] + rng.integers(0, 46, n)
    second_day = pay_day + rng.integers(10, 60, n)
    back = ctx.return_day[rows]
    payments = ctx.sql(
        """
        with parts as (
            select idx, 1 as part, order_no, paid, fen, method from p
            union all
            select idx, 2, order_no, paid_2, fen_2, method from p where fen_2 > 0
            union all
            select idx, 3, return_no, refunded, -back_fen, method from p where refunded is not null
        )
        select
            'SK' || strftime(paid, '%y%m') || lpad((number * 4 + part)::varchar, 10, '0') as payment_no,
            order_no, strftime(paid, '%Y%m%d') as paid_on, format('{:,.2f}', fen / 100.0) as amount, method
        from parts
        join n using (idx)
        where paid is not null
        order by idx, part
        """,
        p=frame(
            idx=rows,
            order_no=key[rows],
            return_no=return_key[rows],
            paid=ctx.stamp(np.where(pay_day < days, pay_day, NEVER)),
            paid_2=ctx.stamp(np.where(second_day < days, second_day, NEVER)),
            refunded=ctx.stamp(np.where(back + 7 < days, back + 7, NEVER)),
            fen=first_fen,
            fen_2=o.total_fen[rows] - first_fen,
            back_fen=ctx.return_fen[rows],
            method=words(rng.choice(4, n, p=[0.62, 0.2, 0.1, 0.08]), METHODS),
        ),
        n=frame(idx=rows, number=o.number[rows]),
    )
    deliveries = ctx.sql(
        """
        select
            'FH' || lpad(number::varchar, 10, '0') as delivery_no, order_no,
            strftime(promised, '%Y%m%d') as promised_on,
            strftime(shipped, '%Y%m%d') as shipped_on, strftime(delivered, '%Y%m%d') as delivered_on, carrier,
            region as region_code
        from d
        where shipped is not null
        """,
        d=frame(
            number=o.number[rows],
            order_no=key[rows],
            promised=ctx.stamp(promised),
            shipped=ctx.stamp(np.where(shipped < days, shipped, NEVER)),
            delivered=ctx.stamp(np.where(delivered < days, delivered, NEVER)),
            carrier=words(rng.integers(0, len(CARRIERS), n), CARRIERS),
            region=region,
        ),
    )
    return {
        ("erp", "orders"): heads,
        ("erp", "order_lines"): details,
        ("erp", "payments"): payments,
        ("erp", "deliveries"): deliveries,
    }
