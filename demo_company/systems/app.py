"""app: tracking pipeline. Epoch milliseconds, UTC, English codes."""

from __future__ import annotations

import numpy as np

from demo_company.context import Context, Tables, blank, frame, words
from demo_company.engagement import EVENTS
from demo_company.records import PROFILES
from demo_company.systems.shop import person_columns

PLATFORMS = ("app", "web", "mini_program")
CONTENT = ("promotion", "depth", "education")
PURPOSES = ("marketing", "personalisation", "membership", "sharing")
CHANNELS = ("sms", "email", "phone", "wechat", "push")
WORDS = (
    "送礼 白酒",
    "酱香",
    "婚宴用酒",
    "低度酒",
    "礼盒",
    "口感对比",
    "价格",
    "真假鉴别",
    "年份酒",
    "中秋礼盒",
    "定制酒",
    "商务宴请",
)
UTC_MS = "(epoch_ms(ts) - 28800000)"


def render(ctx: Context) -> Tables:
    """Tables of the app."""
    return _users(ctx) | _events(ctx) | _consents(ctx)


def _users(ctx: Context) -> Tables:
    records, e = ctx.table("app"), ctx.engagement
    c = person_columns(ctx, "app")
    last = np.full(len(records), -1)
    np.maximum.at(last, e.events["user"], e.events["day"] * 86_400 + e.events["second"])
    people = ctx.world.people
    openid = np.array([f"o6{u[5:]}x" if u else "" for u in people.unionid], dtype=object)[records.owner]
    city = np.where(records.keep(PROFILES["app"].missing["city"], 6, ctx.config.noise_factor), c["city"], -1)
    table = ctx.sql(
        f"""
        select
            user_id, union_id, open_id, '+86' || phone as phone, nickname, member_no, gender, birth_year,
            city, device_os,
            {UTC_MS} as registered_at_ms, epoch_ms(last) - 28800000 as last_login_at_ms
        from r
        """,
        r=frame(
            user_id=ctx.keys["app"],
            union_id=c["unionid"],
            open_id=blank(openid, records.u[:, 5] < 0.6),
            phone=records.phone,
            nickname=records.name,
            member_no=c["member_no"],
            gender=words(np.where(records.u[:, 7] < 0.35, 2, c["sex"]), ("female", "male", "unknown")),
            birth_year=np.array([b[:4] if b else None for b in c["birth"]], dtype=object),
            city=words(city, ctx.places["city_short"]),
            device_os=words(
                (records.u[:, 3] * 20).astype(int), ("ios",) * 6 + ("android",) * 10 + ("harmony",) * 4
            ),
            ts=ctx.stamp(records.created, records.second),
            last=ctx.moment(last),
        ),
    )
    return {("app", "users"): table}


def _events(ctx: Context) -> Tables:
    e = ctx.engagement.events
    kind = e["kind"]
    goods = np.isin(
        kind, [EVENTS.index(k) for k in ("view_product", "compare", "add_to_cart", "request_trial")]
    )
    compare = kind == EVENTS.index("compare")
    n = len(kind)
    table = ctx.sql(
        f"""
        select
            'e' || lpad((base + idx)::varchar, 11, '0') as event_id, user_id, event_name,
            {UTC_MS} as event_at_ms, platform,
            's' || lpad((base + session)::varchar, 11, '0') as session_id, sku,
            sku || ',' || other as compared_skus, search_term,
            'c' || content_id as content_id, content_type
        from e
        """,
        e=frame(
            base=np.full(n, ctx.chunk * 10_000_000),
            idx=np.arange(n),
            user_id=ctx.keys["app"][e["user"]],
            event_name=words(kind, EVENTS),
            ts=ctx.stamp(e["day"], e["second"]),
            platform=words(e["platform"], PLATFORMS),
            session=e["session"],
            sku=words(np.where(goods, e["product"], -1), ctx.material),
            other=words(np.where(compare, e["other"], -1), ctx.material),
            search_term=words(np.where(kind == EVENTS.index("search"), e["word"], -1), WORDS),
            content_id=words(np.where(e["content"] >= 0, e["content_id"], -1), [str(k) for k in range(400)]),
            content_type=words(e["content"], CONTENT),
        ),
    )
    return {("app", "events"): table}


def _consents(ctx: Context) -> Tables:
    c = ctx.engagement.app_consents
    n = len(c["user"])
    table = ctx.sql(
        """
        select
            'pc' || lpad((base + idx)::varchar, 10, '0') as consent_id, user_id, purpose, channel, granted,
            strftime(ts - interval 8 hour, '%Y-%m-%dT%H:%M:%SZ') as changed_at_utc
        from c
        """,
        c=frame(
            base=np.full(n, ctx.chunk * 1_000_000),
            idx=np.arange(n),
            user_id=ctx.keys["app"][c["user"]],
            purpose=words(c["purpose"], PURPOSES),
            channel=words(c["channel"], CHANNELS),
            granted=c["granted"] == 1,
            ts=ctx.moment(c["at"], valid=np.ones(n, dtype=bool)),
        ),
    )
    return {("app", "consents"): table}
