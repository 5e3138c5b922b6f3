"""social: followers and what they do on four platforms, from a listening vendor. UTC, short place names."""

from __future__ import annotations

import numpy as np

from demo_company import names
from demo_company.context import Context, Tables, blank, frame, words
from demo_company.engagement import ACTIONS
from demo_company.records import PROFILES, SOCIAL
from demo_company.systems.shop import person_columns

TEXTS = (
    "物流太慢了，包装还破了", "感觉没有以前的味道了", "客服一直不回复", "隔壁店便宜好多，亏了",
    "价格能再优惠点吗", "请问哪里可以买到", "礼盒还有货吗", "和上一批口感差不多",
    "口感醇厚，会回购", "送长辈很有面子", "包装很大气", "聚会必备，赞",
)  # fmt: skip


def render(ctx: Context) -> Tables:
    """Tables of the listening vendor."""
    records, people, factor = ctx.table("social"), ctx.world.people, ctx.config.noise_factor
    c = person_columns(ctx, "social")
    missing = PROFILES["social"].missing
    wechat = records.sub == 0
    remark = np.full(len(records), None, dtype=object)
    for r in np.flatnonzero(wechat & (c["canary"] | records.keep(missing["remark"], 4, factor))):
        i, u = int(records.owner[r]), records.u[r]
        kind = "plain" if c["canary"][r] or u[5] < 0.45 else ("honorific", "note", "nickname")[int(u[6] * 3)]
        name = names.variant(
            kind,
            people.names.surname[i],
            people.names.given[i],
            bool(people.names.latin[i]),
            bool(people.sex[i]),
            u[7],
        )
        remark[r] = (
            f"{name}{records.digits[r]}" if records.digits[r] and (u[3] < 0.35 or c["canary"][r]) else name
        )
    place = np.where(records.keep(missing["city"], 1, factor), c["city"], -1)
    gone = (records.u[:, 6] < 0.08) & (records.updated > records.created)
    followers = ctx.sql(
        """
        select
            follower_id, platform, nickname, remark_name, unionid, gender, province, city, in_group,
            strftime(followed - interval 8 hour, '%Y-%m-%dT%H:%M:%SZ') as followed_at_utc,
            strftime(unfollowed - interval 8 hour, '%Y-%m-%dT%H:%M:%SZ') as unfollowed_at_utc
        from r
        """,
        r=frame(
            follower_id=ctx.keys["social"],
            platform=words(records.sub, SOCIAL),
            nickname=records.name,
            remark_name=remark,
            unionid=blank(c["unionid"], wechat),
            gender=words(np.where(records.u[:, 7] < 0.3, -1, c["sex"]), ("f", "m")),
            province=words(place, ctx.places["province_short"]),
            city=words(place, ctx.places["city_short"]),
            in_group=(records.u[:, 5] < 0.22) & (records.created >= 0),
            followed=ctx.stamp(records.created, records.second),
            unfollowed=ctx.moment(records.updated * 86_400 + 86_000, valid=gone),
        ),
    )
    e = ctx.engagement.social
    n = len(e["day"])
    interactions = ctx.sql(
        """
        select
            'i' || lpad((base + idx)::varchar, 11, '0') as interaction_id, follower_id, platform, action,
            'p' || post as content_id,
            comment_text, case when not isnan(sentiment) then sentiment end as sentiment,
            strftime(ts - interval 8 hour, '%Y-%m-%dT%H:%M:%SZ') as occurred_at_utc
        from e
        """,
        e=frame(
            base=np.full(n, ctx.chunk * 10_000_000),
            idx=np.arange(n),
            follower_id=ctx.keys["social"][e["follower"]],
            platform=words(records.sub[e["follower"]], SOCIAL),
            action=words(e["action"], ACTIONS),
            post=words(np.where(e["action"] < 4, e["post"], -1), [str(k) for k in range(900)]),
            comment_text=words(e["text"], TEXTS),
            sentiment=e["sentiment"],
            ts=ctx.stamp(e["day"], e["second"]),
        ),
    )
    return {("social", "followers"): followers, ("social", "interactions"): interactions}
