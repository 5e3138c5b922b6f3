"""crm.

Contacts, companies, activities, contracts, consents of three sales offices (corrections come from faults).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from demo_company import reference as ref
from demo_company.context import Context, Tables, blank, frame, take, words
from demo_company.engagement import ACTIVITIES, PURPOSES
from demo_company.records import PROFILES
from demo_company.systems.erp import company_columns
from demo_company.systems.shop import person_columns
from demo_company.world import DECISION_ROLES, INCOME_BANDS, JOB_LEVELS, date_text

OFFICES = ("华东", "华北", "中西南")
STAMP = "'%Y-%m-%d %H:%M:%S'"
SOURCES = ("展会", "转介绍", "官网留资", "门店", "电话拓展")
OUTCOMES = ("有意向", "已下单", "待跟进", "无意向")
NOTES = (
    "了解节庆用酒计划",
    "介绍新品，对方感兴趣",
    "反馈竞品报价更低",
    "沟通合同续签",
    "回访满意度",
    "确认送货时间",
)
STATUS = ("执行中", "已到期", "已续签", "已终止")
CHANNELS = ("短信", "邮件", "电话", "微信")


def render(ctx: Context) -> Tables:
    """Tables of the crm."""
    return {
        ("crm", "contacts"): _contacts(ctx),
        ("crm", "companies"): _companies(ctx),
        ("crm", "activities"): _activities(ctx),
        ("crm", "contracts"): _contracts(ctx),
        ("crm", "consents"): _consents(ctx),
    }


def office(ctx: Context, city: np.ndarray) -> np.ndarray:
    """Sales office in charge of a city: by the first digit of its division code."""
    region = np.array([int(c.code[0]) for c in ref.cities()])
    return np.array([1, 1, 0, 2, 2, 2])[region[city] - 1]


def _contacts(ctx: Context) -> pa.Table:
    records, people, u = ctx.table("crm"), ctx.world.people, ctx.table("crm").u
    c = person_columns(ctx, "crm")
    who = records.owner
    employer = people.employer[who]
    company = ctx.registry.choose("crm_company", ctx.world.n_people + employer.clip(0), u[:, 5])
    linked = (employer >= 0) & (u[:, 6] < 0.85)
    employer_name = take(np.array(ctx.world.orgs.short, dtype=object), employer)
    works = employer >= 0
    in_charge = office(ctx, c["city"])
    short = in_charge == 2  # that office writes everyday names of places
    remark = np.full(len(records), None, dtype=object)
    for r in np.flatnonzero((u[:, 7] < 0.10) | c["canary"]):
        notes = ("老客户，节前联系", "偏好酱香", "价格敏感", "朋友介绍", "企业团购负责人")
        remark[r] = notes[int(u[r, 7] * 50) % 5]
        if (u[r, 7] < 0.02 or c["canary"][r]) and records.digits[r]:
            remark[r] += f"，微信{records.digits[r]}"
    return ctx.sql(
        f"""
        select
            contact_id, full_name, gender, mobile, email, birth_date, id_number, company_id, company_name,
            job_title, job_level,
            decision_role, income_band, province, city, district, address, wechat_unionid, owner, source,
            remark,
            strftime(created, {STAMP}) as created_at, strftime(changed, {STAMP}) as updated_at, _office
        from r
        """,
        r=frame(
            contact_id=ctx.keys["crm"],
            full_name=records.name,
            gender=words(np.where(u[:, 7] > 0.88, -1, c["sex"]), ("女", "男")),
            mobile=records.phone,
            email=records.email,
            birth_date=c["birth"],
            id_number=c["id_number"],
            company_id=take(ctx.keys["crm_company"], np.where(linked, company, -1)),
            company_name=np.where(works, employer_name, None),
            job_title=np.where(works | (u[:, 4] < 0.2), people.job_title[who], None),
            job_level=words(np.where(works | (u[:, 4] < 0.2), people.job_level[who], -1), JOB_LEVELS),
            decision_role=words(np.where(works, people.role[who], -1), DECISION_ROLES),
            income_band=words(np.where(u[:, 5] < 0.55, people.income[who], -1), INCOME_BANDS),
            province=np.where(
                short, ctx.places["province_short"][c["city"]], ctx.places["province"][c["city"]]
            ),
            city=np.where(short, ctx.places["city_short"][c["city"]], ctx.places["city"][c["city"]]),
            district=c["district"],
            address=c["address"],
            wechat_unionid=c["unionid"],
            owner=ctx.world.owner[who],
            source=words((u[:, 6] * 5).astype(int), SOURCES),
            remark=remark,
            created=ctx.stamp(records.created, records.second),
            changed=ctx.stamp(records.updated, np.maximum(records.second, 70_000)),
            _office=words(in_charge, OFFICES),
        ),
    )


def _companies(ctx: Context) -> pa.Table:
    records, orgs, u = ctx.table("crm_company"), ctx.world.orgs, ctx.table("crm_company").u
    c = company_columns(ctx, "crm_company")
    org, city = c["org"], c["city"]
    missing, factor = PROFILES["crm_company"].missing, ctx.config.noise_factor
    in_charge = office(ctx, city)
    short = in_charge == 2
    parent = orgs.parent[org]
    head = ctx.registry.choose("crm_company", ctx.world.n_people + parent.clip(0))
    canary = np.isin(org, ctx.world.canary_orgs)
    level = np.searchsorted((12.0, 30.0), ctx.behaviour.traits.rate[records.owner])
    return ctx.sql(
        f"""
        select
            company_id, company_name, credit_code, industry_code, employees, annual_revenue_wan, founded_on,
            parent_company_id, province,
            city, address, phone, contact_name, owner, customer_level,
            strftime(created, {STAMP}) as created_at,
            strftime(changed, {STAMP}) as updated_at, _office
        from r
        """,
        r=frame(
            company_id=ctx.keys["crm_company"],
            company_name=records.name,
            credit_code=c["credit_code"],
            industry_code=c["industry"],
            employees=blank(orgs.employees[org].astype(str).astype(object), u[:, 2] < 0.85),
            annual_revenue_wan=blank(
                np.array([f"{v:.0f}" for v in orgs.revenue_wan[org]], dtype=object),
                records.keep(missing["revenue"], 3, factor),
            ),
            founded_on=blank(
                np.array([date_text(d) for d in orgs.founded[org]], dtype=object),
                records.keep(missing["founded"], 5, factor),
            ),
            parent_company_id=take(
                ctx.keys["crm_company"], np.where((parent >= 0) & (u[:, 6] < 0.5), head, -1)
            ),
            province=np.where(short, ctx.places["province_short"][city], ctx.places["province"][city]),
            city=np.where(short, ctx.places["city_short"][city], ctx.places["city"][city]),
            address=blank(c["address"], canary | (u[:, 7] < 0.8)),
            phone=records.phone,
            contact_name=c["contact_name"],
            owner=ctx.world.owner[records.owner],
            customer_level=words(2 - level, ("A", "B", "C")),
            created=ctx.stamp(records.created, records.second),
            changed=ctx.stamp(records.updated, np.maximum(records.second, 70_000)),
            _office=words(in_charge, OFFICES),
        ),
    )


def _activities(ctx: Context) -> pa.Table:
    a = ctx.engagement.activities
    n = len(a["day"])
    city = np.where(
        a["store"] >= 0, ctx.world.outlets.store_city[a["store"].clip(0)], ctx.world.cities()[a["customer"]]
    )
    note = words(np.where(np.arange(n) % 3 == 0, a["note"], -1), NOTES).to_numpy(zero_copy_only=False)
    for k in np.flatnonzero(np.isin(a["customer"], ctx.world.canary_people)):
        note[k] = f"与{ctx.full_names[a['customer'][k]]}见面"
    return ctx.sql(
        """
        select
            'HD' || lpad((base + idx)::varchar, 10, '0') as activity_id, contact_id, company_id,
            activity_type,
            strftime(ts, '%Y-%m-%d %H:%M') as started_at, minutes::varchar as duration_min, store_code, city,
            owner, outcome, note
        from a
        """,
        a=frame(
            base=np.full(n, ctx.chunk * 1_000_000),
            idx=np.arange(n),
            contact_id=take(ctx.keys["crm"], a["contact"]),
            company_id=take(ctx.keys["crm_company"], a["company"]),
            activity_type=words(a["kind"], ACTIVITIES),
            ts=ctx.stamp(a["day"], a["second"]),
            minutes=a["minutes"],
            store_code=words(a["store"], ctx.world.outlets.store_code),
            city=ctx.places["city_short"][city],
            owner=ctx.world.owner[a["customer"]],
            outcome=words(a["outcome"], OUTCOMES),
            note=note,
        ),
    )


def _contracts(ctx: Context) -> pa.Table:
    c = ctx.engagement.contracts
    n = len(c["org"])
    number = np.array([f"HT{ctx.chunk * 100_000 + k:08d}" for k in range(n)], dtype=object)
    org = c["org"].astype(int) - ctx.world.n_people
    return ctx.sql(
        """
        select
            contract_no, company_id, contract_name,
            year(signed) || '年' || month(signed) || '月' || day(signed) || '日' as signed_on,
            year(first) || '年' || month(first) || '月' || day(first) || '日' as start_on,
            year(last) || '年' || month(last) || '月' || day(last) || '日' as end_on,
            amount_wan, status, renews_contract_no, owner
        from c
        """,
        c=frame(
            contract_no=number,
            company_id=take(ctx.keys["crm_company"], c["company"]),
            contract_name=[f"{ctx.world.orgs.short[j]}年度供货合同" for j in org],
            signed=ctx.stamp(c["signed"].astype(int)),
            first=ctx.stamp(c["start"].astype(int)),
            last=ctx.stamp(c["end"].astype(int)),
            amount_wan=[f"{v:.1f}" for v in c["amount"]],
            status=words(c["status"].astype(int), STATUS),
            renews_contract_no=take(number, c["renews"].astype(int)),
            owner=ctx.world.owner[c["org"].astype(int)],
        ),
    )


def _consents(ctx: Context) -> pa.Table:
    c = ctx.engagement.crm_consents
    n = len(c["day"])
    return ctx.sql(
        f"""
        select
            'TY' || lpad((base + idx)::varchar, 9, '0') as consent_id, contact_id, purpose, channel, status,
            strftime(ts, {STAMP}) as recorded_at, evidence
        from c
        """,
        c=frame(
            base=np.full(n, ctx.chunk * 1_000_000),
            idx=np.arange(n),
            contact_id=take(ctx.keys["crm"], c["contact"]),
            purpose=words(c["purpose"], PURPOSES),
            channel=words(c["channel"], CHANNELS),
            status=words(c["granted"].astype(int), ("撤回", "同意")),
            ts=ctx.stamp(c["day"], c["second"]),
            evidence=words(np.arange(n) % 3, ("签字表单", "录音", "电子签")),
        ),
    )
