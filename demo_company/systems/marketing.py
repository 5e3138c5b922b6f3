"""marketing: profiles, campaigns and their contacts, spend, surveys, coupons, points, market observation."""

from __future__ import annotations

import numpy as np

from demo_company import reference as ref
from demo_company.config import months_back
from demo_company.context import Context, Tables, frame, take, words
from demo_company.engagement import TOUCH_POINTS
from demo_company.market import CAMPAIGN_CHANNELS, CONTENT, GROUP_LABEL, LEAD_MONTHS, VARIANTS
from demo_company.systems.shop import person_columns

STAMP = "'%Y-%m-%d %H:%M:%S'"
IMPORTED = ("展会", "官网", "门店", "名单导入")
QUESTIONS = ("NPS", "CSAT", "触点评分")
LEVELS = ("银卡", "金卡", "白金卡")
SPEND_CHANNELS = ("短信", "邮件", "微信", "企微", "搜索广告", "短视频", "线下活动", "经销商补贴")
COMMENTS = (
    "发货慢，体验不好", "价格不透明", "客服态度差", "味道变了", "整体满意", "包装精美，送人合适",
    "服务周到", "希望多一些优惠",
)  # fmt: skip
TIERS = ("高", "中", "低")


def render(ctx: Context) -> Tables:
    """Tables of the marketing platform; campaigns, spend and indicators once, in the first chunk."""
    tables = _profiles(ctx) | _contacts(ctx) | _surveys(ctx) | _coupons(ctx) | _points(ctx)
    if ctx.chunk == 0:
        tables |= _campaigns(ctx) | _spend(ctx) | _indicators(ctx)
    return tables


def _profiles(ctx: Context) -> Tables:
    records = ctx.table("marketing")
    c = person_columns(ctx, "marketing")
    out = (records.u[:, 6] < 0.07) & (records.updated > records.created)
    table = ctx.sql(
        f"""
        select * replace (
            strftime(created_at, {STAMP}) as created_at, strftime(unsubscribed_at, {STAMP}) as unsubscribed_at
        )
        from r
        """,
        r=frame(
            profile_id=ctx.keys["marketing"],
            full_name=records.name,
            mobile=records.phone,
            email=records.email,
            member_no=c["member_no"],
            unionid=c["unionid"],
            imported_from=words((records.u[:, 5] * 4).astype(int), IMPORTED),
            created_at=ctx.stamp(records.created, 28_800),
            unsubscribed_at=ctx.moment(records.updated * 86_400 + 70_000, valid=out),
        ),
    )
    return {("marketing", "profiles"): table}


def _campaigns(ctx: Context) -> Tables:
    campaigns = ctx.market.campaigns
    rng = ctx.config.rng("campaign_budget")
    budget = [
        round(ctx.config.customers * c.reach * float(rng.uniform(1.5, 4.0)), -2) + 2000 for c in campaigns
    ]
    day = "datetime64[us]"
    table = ctx.sql(
        """
        select * replace (strftime(start_on, '%Y-%m-%d') as start_on, strftime(end_on, '%Y-%m-%d') as end_on)
        from r
        """,
        r=frame(
            campaign_code=[c.code for c in campaigns],
            campaign_name=[c.name for c in campaigns],
            target_group=[GROUP_LABEL[c.group] for c in campaigns],
            scene=[c.scene for c in campaigns],
            content_type=[CONTENT[c.content] for c in campaigns],
            channel=[CAMPAIGN_CHANNELS[c.channel] for c in campaigns],
            start_on=ctx.stamp(np.array([c.start for c in campaigns])).astype(day),
            end_on=ctx.stamp(np.array([c.end for c in campaigns])).astype(day),
            budget=[f"{b:.0f}" for b in budget],
            is_joint=["是" if c.joint else "否" for c in campaigns],
            is_acquisition=["是" if c.acquisition else "否" for c in campaigns],
            ab_test=[c.ab_test for c in campaigns],
            owner=[f"E{k % 6 + 1:05d}" for k in range(len(campaigns))],
        ),
    )
    return {("marketing", "campaigns"): table}


def _contacts(ctx: Context) -> Tables:
    c = ctx.engagement.contacts
    # A person with two profiles is written to under one of them; each profile once per campaign.
    _, first = np.unique(c["campaign"] * 1_000_000 + c["profile"], return_index=True)
    c = {k: v[np.sort(first)] for k, v in c.items()}
    table = ctx.sql(
        f"""
        select
            campaign_code, profile_id, variant, strftime(sent, {STAMP}) as sent_at,
            strftime(opened, {STAMP}) as opened_at,
            strftime(clicked, {STAMP}) as clicked_at, strftime(converted, {STAMP}) as converted_at, order_no
        from c
        """,
        c=frame(
            campaign_code=words(c["campaign"], [k.code for k in ctx.market.campaigns]),
            profile_id=ctx.keys["marketing"][c["profile"]],
            variant=words(c["variant"], VARIANTS),
            sent=ctx.moment(c["sent"]),
            opened=ctx.moment(c["opened"]),
            clicked=ctx.moment(c["clicked"]),
            converted=ctx.moment(c["converted"]),
            order_no=take(ctx.order_keys[0], c["order"]),
        ),
    )
    return {("marketing", "campaign_contacts"): table}


def _spend(ctx: Context) -> Tables:
    """Always-on spend per month and channel, and what campaigns cost.

    Most of it aims at low-value customers.
    """
    config, rng = ctx.config, ctx.config.rng("spend")
    rows: list[tuple[str, ...]] = []
    provinces = ref.provinces()
    for m in range(config.months):
        first = months_back(config.end_date, config.months - m - 1)
        month = f"{first:%Y-%m}"
        for k, channel in enumerate(SPEND_CHANNELS):
            for purpose in ("拉新", "留存") if k < 6 else ("品牌",):
                tier = TIERS[int(np.searchsorted((0.15, 0.40), rng.random()))] if purpose == "留存" else ""
                province = provinces[int(rng.integers(0, len(provinces)))] if channel == "经销商补贴" else ""
                amount = config.customers * float(rng.uniform(1.2, 4.2)) * (1.6 if purpose == "拉新" else 1.0)
                rows.append((month, channel, "", purpose, province, tier, f"{amount:,.2f}"))
    for c in ctx.market.campaigns:
        month = str(
            (np.datetime64(config.start_date) + np.timedelta64(int(c.start), "D")).astype("datetime64[M]")
        )
        amount = config.customers * c.reach * float(rng.uniform(1.2, 3.8)) + 1500
        purpose = "拉新" if c.acquisition else "留存"
        rows.append((month, CAMPAIGN_CHANNELS[c.channel], c.code, purpose, "", "", f"{amount:,.2f}"))
    columns = list(zip(*rows, strict=True))
    names = ("month", "channel", "campaign_code", "purpose", "province", "target_tier", "amount")
    table = frame(
        spend_id=[f"FY{k + 1:06d}" for k in range(len(rows))],
        **{name: [v or None for v in values] for name, values in zip(names, columns, strict=True)},
    )
    return {("marketing", "spend"): table}


def _surveys(ctx: Context) -> Tables:
    s = ctx.engagement.surveys
    n = len(s["day"])
    people = ctx.world.people
    table = ctx.sql(
        f"""
        select
            'A' || lpad((base + idx)::varchar, 10, '0') as response_id, profile_id, mobile, question,
            touch_point, score::varchar as score,
            case when question = 'NPS' then '10' else '5' end as scale_max, store_code, agent_id,
            strftime(ts, {STAMP}) as answered_at, comment
        from s
        """,
        s=frame(
            base=np.full(n, ctx.chunk * 1_000_000),
            idx=np.arange(n),
            profile_id=take(ctx.keys["marketing"], s["profile"]),
            mobile=np.where(s["typed_phone"], people.phone[s["customer"]], None),
            question=words(s["question"], QUESTIONS),
            touch_point=words(s["touch"], TOUCH_POINTS),
            score=s["score"],
            store_code=words(s["store"], ctx.world.outlets.store_code),
            agent_id=ctx.staff(s["agent"], "A"),
            ts=ctx.stamp(s["day"], s["second"]),
            comment=words(s["text"], COMMENTS),
        ),
    )
    return {("marketing", "surveys"): table}


def _coupons(ctx: Context) -> Tables:
    c = ctx.engagement.coupons
    n = len(c["profile"])
    table = ctx.sql(
        f"""
        select
            coupon_no, profile_id, campaign_code, face::varchar as face_value, minimum::varchar as min_spend,
            strftime(issued, {STAMP}) as issued_at, strftime(expires, '%Y-%m-%d') as expires_on,
            strftime(used, {STAMP}) as used_at,
            order_no as used_order_no
        from c
        """,
        c=frame(
            coupon_no=ctx.coupon_no(np.arange(n)),
            profile_id=ctx.keys["marketing"][c["profile"]],
            campaign_code=words(c["campaign"], [k.code for k in ctx.market.campaigns]),
            face=c["face"],
            minimum=c["minimum"],
            issued=ctx.moment(c["issued"]),
            expires=ctx.stamp(c["expires"]),
            used=ctx.moment(c["used"]),
            order_no=take(ctx.order_keys[0], c["order"]),
        ),
    )
    return {("marketing", "coupons"): table}


def _points(ctx: Context) -> Tables:
    p, o = ctx.engagement.points, ctx.orders
    n = len(p["order"])
    record = ctx.registry.order_record[p["order"]]
    at_till = o.channel[p["order"]] == 2
    card = np.where(
        at_till,
        take(ctx.keys["pos"], np.where(at_till, record, -1)),
        ctx.engagement.member_no[o.customer[p["order"]]],
    )
    table = ctx.sql(
        f"""
        select
            'J' || lpad((base + idx)::varchar, 11, '0') as txn_no, member_no, txn_type,
            points::varchar as points, level, order_no,
            strftime(ts, {STAMP}) as txn_at
        from p
        """,
        p=frame(
            base=np.full(n, ctx.chunk * 10_000_000),
            idx=np.arange(n),
            member_no=card,
            txn_type=words(p["kind"], ("earn", "redeem", "expire")),
            points=p["points"],
            level=words(p["level"], LEVELS),
            order_no=take(ctx.order_keys[0], np.where(p["kind"] == 0, p["order"], -1)),
            ts=ctx.stamp(p["day"], p["second"]),
        ),
    )
    return {("marketing", "loyalty_transactions"): table}


def _indicators(ctx: Context) -> Tables:
    """Competitor prices and shares, market size and policies by month and province."""
    config, market, rng = ctx.config, ctx.market, ctx.config.rng("indicators")
    rows: list[tuple[str, ...]] = []
    provinces = ref.provinces()
    for m in range(config.months):
        month = f"{months_back(config.end_date, config.months - m - 1):%Y%m}"
        at = m + LEAD_MONTHS
        for p, province in enumerate(provinces):
            subject = ref.COMPETITORS[p % len(ref.COMPETITORS)]
            share = market.competitor_share[p, at]
            price = market.competitor_price[p, at, p % len(ref.COMPETITORS)]
            size = 100 + 0.4 * m + float(rng.normal(0, 2))
            rows.append((month, province, "竞品份额", subject, f"{share:.1f}", "%", ""))
            rows.append((month, province, "竞品价格", subject, f"{price:.0f}", "元", "主力单品成交价"))
            rows.append((month, province, "市场规模", "白酒", f"{size:.1f}", "指数", ""))
        for name, first, last, province in market.policies:
            if first <= at <= last:
                rows.append((month, province, "政策", name, "1", "", ""))
    columns = list(zip(*rows, strict=True))
    names = ("month", "province", "indicator", "subject", "value", "unit", "note")
    return {
        ("marketing", "external_indicators"): frame(
            **{name: [v or None for v in values] for name, values in zip(names, columns, strict=True)}
        )
    }
