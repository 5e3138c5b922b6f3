"""service: the desk for hotline, chat, bot and stores. Local times, Chinese codes."""

from __future__ import annotations

import numpy as np

from demo_company.context import Context, Tables, frame, take, words
from demo_company.engagement import COMPLAINTS, TICKET_CHANNELS, TICKETS, TOUCH_POINTS
from demo_company.systems.shop import person_columns

TEXTS = {
    0: ("询问发货时间", "询问产品区别", "查询积分余额", "咨询定制酒流程"),
    2: ("申请换货", "补开发票", "瓶盖渗漏", "退货进度"),
    3: ("建议增加小瓶装", "希望门店延长营业", "建议礼盒更环保", "建议增加积分兑换"),
}
COMPLAINT_TEXTS = {
    "物流": ("包裹破损，要求赔付", "超过承诺时间仍未送到"),
    "质量": ("瓶口渗漏", "口感与以往不同，要求检测"),
    "价格": ("价格比别的经销商高，要求说明", "刚买就降价，要求退差价"),
    "服务态度": ("客服态度生硬", "多次致电无人处理"),
    "真伪": ("怀疑是假酒，要求鉴定", "防伪码查询不到"),
    "售后": ("退货迟迟不处理", "发票一直未开"),
}
ERASURE_STATUS = ("已受理", "已核实", "已完成")
STAMP = "'%Y-%m-%d %H:%M:%S'"


def render(ctx: Context) -> Tables:
    """Tables of the service desk."""
    return _requesters(ctx) | _tickets(ctx) | _erasures(ctx)


def _requesters(ctx: Context) -> Tables:
    records = ctx.table("service")
    c = person_columns(ctx, "service")
    table = ctx.sql(
        f"select * replace (strftime(created_at, {STAMP}) as created_at) from r",
        r=frame(
            requester_id=ctx.keys["service"],
            requester_name=records.name,
            phone=records.phone,
            email=records.email,
            member_no=c["member_no"],
            created_at=ctx.stamp(records.created, 28_800),
        ),
    )
    return {("service", "requesters"): table}


def _tickets(ctx: Context) -> Tables:
    t = ctx.engagement.tickets
    n = len(t["day"])
    other = [text for k in (0, 2, 3) for text in TEXTS[k]]
    complaints = [text for kind in COMPLAINTS for text in COMPLAINT_TEXTS[kind]]
    shelf = np.array([0, 0, 1, 2])[t["category"]] * 4 + t["text"]
    index = np.where(t["kind"] >= 0, len(other) + t["kind"] * 2 + t["text"] % 2, shelf)
    person = t["customer"]
    text = words(index, other + complaints).to_numpy(zero_copy_only=False)
    for k in np.flatnonzero(np.isin(person, ctx.world.canary_people)):
        text[k] = f"{text[k]}，客户{ctx.full_names[person[k]]}"
    table = ctx.sql(
        f"""
        select
            'T' || lpad((base + idx)::varchar, 10, '0') as ticket_no, requester_id, category, complaint_type,
            channel, touch_point, order_no,
            store_code, agent_id, case when wait >= 0 then wait::varchar end as wait_seconds,
            strftime(opened, {STAMP}) as created_at,
            strftime(answered, {STAMP}) as first_response_at, strftime(resolved, {STAMP}) as resolved_at,
            case
                when resolved is null then '处理中' when idx % 5 = 0 then '已关闭' else '已解决'
            end as status,
            case when score > 0 then score::varchar end as satisfaction, description
        from t
        """,
        t=frame(
            base=np.full(n, ctx.chunk * 1_000_000),
            idx=np.arange(n),
            requester_id=take(ctx.keys["service"], t["requester"]),
            category=words(t["category"], TICKETS),
            complaint_type=words(t["kind"], COMPLAINTS),
            channel=words(t["channel"], TICKET_CHANNELS),
            touch_point=words(t["touch"], TOUCH_POINTS),
            order_no=take(ctx.order_keys[0], t["order"]),
            store_code=words(t["store"], ctx.world.outlets.store_code),
            agent_id=np.where(t["channel"] == 2, "BOT", ctx.staff(t["agent"], "A")),
            wait=t["wait"],
            opened=ctx.moment(t["opened"]),
            answered=ctx.moment(t["answered"]),
            resolved=ctx.moment(t["resolved"]),
            score=t["score"],
            description=text,
        ),
    )
    return {("service", "tickets"): table}


def _erasures(ctx: Context) -> Tables:
    e, people = ctx.engagement.erasures, ctx.world.people
    n = len(e["day"])
    mail = people.email[e["person"]]
    by_mail = (e["gives"] > 0) & (mail != "")
    table = ctx.sql(
        f"""
        select
            'GD' || lpad((base + idx)::varchar, 8, '0') as request_id, requester_id, requester_name, phone,
            email,
            strftime(received, {STAMP}) as received_at, status
        from e
        """,
        e=frame(
            base=np.full(n, ctx.chunk * 1000),
            idx=np.arange(n),
            requester_id=take(ctx.keys["service"], e["requester"]),
            requester_name=ctx.full_names[e["person"]],
            phone=np.where(by_mail & (e["gives"] == 1), None, people.phone[e["person"]]),
            email=np.where(by_mail, mail, None),
            received=ctx.stamp(e["day"], e["second"]),
            status=words(e["status"], ERASURE_STATUS),
        ),
    )
    return {("service", "erasure_requests"): table}
