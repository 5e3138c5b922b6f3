"""The known truth of a chunk, for tests and evaluation only: no model, rule or tag may read it."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer360.core.sources import Table
from demo_company import reference as ref
from demo_company.behaviour import CAUSES, CHANNELS, DEALER, NEVER
from demo_company.context import Context, Tables, frame, words
from demo_company.faults import Manifest
from demo_company.market import VARIANTS
from demo_company.systems.dealer import customer_key
from demo_company.world import DECISION_ROLES, GROUPS, INCOME_BANDS, JOB_LEVELS

PAIR_LIMIT = 10
"""Groups of more members are written as a chain of neighbours instead of all pairs."""

OCCASIONS = {
    "business": ("banquet", "hospitality", "gifts"),
    "gift": ("", "", "gift"),
    "personal": ("family", "friends", "collecting"),
}


def build_truth(
    ctx: Context, tables: Tables, manifest: Manifest, declared: dict[tuple[str, str], Table]
) -> dict[str, pa.Table]:
    """Truth tables of a chunk."""
    result = {
        "persons": _persons(ctx),
        "organisations": _organisations(ctx),
        "memberships": _memberships(ctx),
        "record_links": _links(ctx, tables),
        "hard_negatives": _hard_negatives(ctx),
        "drop_outs": _drop_outs(ctx),
        "complaints": _complaints(ctx),
        "uplift": _uplift(ctx),
        "preferences": _preferences(ctx),
        "tag_labels": _tag_labels(ctx),
        "purchase_rates": _rates(ctx),
        "orders": _orders(ctx),
        "planted_errors": _planted(manifest),
    }
    if ctx.chunk == 0:
        result["canaries"] = _canaries(ctx, tables, declared)
        if ctx.config.anomalies:
            result["anomalies"] = _anomalies(ctx)
    return result


def _days(ctx: Context, day: np.ndarray) -> pa.Array:
    """Dates of days of the period, null for NEVER."""
    valid = np.asarray(day) != NEVER
    return pa.array((np.where(valid, day, 0) + ctx.config.origin).astype(np.int32), mask=~valid).cast(
        pa.date32()
    )


def _anomalies(ctx: Context) -> pa.Table:
    planted = ctx.anomalies
    return frame(
        kind=[a.kind for a in planted],
        segment_kind=[a.segment_kind for a in planted],
        segment=[a.segment for a in planted],
        first_on=_days(ctx, np.array([a.first_day for a in planted], dtype=np.int64)),
        last_on=_days(ctx, np.array([a.last_day for a in planted], dtype=np.int64)),
        count=np.array([a.count for a in planted], dtype=np.int64),
        amount=np.array([a.fen for a in planted], dtype=np.int64) / 100,
    )


def _ids(ctx: Context) -> np.ndarray:
    return np.array(ctx.world.customer_ids(), dtype=object)


def _empty_to_null(values: np.ndarray) -> np.ndarray:
    return np.where(values == "", None, values)


def _persons(ctx: Context) -> pa.Table:
    w, p = ctx.world, ctx.world.people
    n = w.n_people
    changed = np.where(p.old_phone != "", p.phone_changed, NEVER)
    return frame(
        person_id=_ids(ctx)[:n],
        full_name=ctx.full_names,
        surname=p.names.surname,
        given_name=p.names.given,
        is_latin=p.names.latin,
        sex=words(p.sex, ("female", "male")),
        birth_date=pa.array(p.birth.astype(np.int32)).cast(pa.date32()),
        phone=p.phone,
        former_phone=_empty_to_null(p.old_phone),
        phone_changed_on=_days(ctx, changed),
        second_phone=_empty_to_null(p.second_phone),
        email=_empty_to_null(p.email),
        unionid=_empty_to_null(p.unionid),
        member_no=_empty_to_null(ctx.engagement.member_no[:n]),
        id_number=_empty_to_null(p.id_number),
        province=ctx.places["province"][p.city],
        city=ctx.places["city"][p.city],
        district=p.district,
        address=ctx.addresses,
        customer_group=words(w.group[:n].astype(int), GROUPS),
        is_lead=w.is_lead[:n],
        acquired_on=_days(ctx, w.acquired[:n]),
        income_band=words(p.income, INCOME_BANDS),
        job_level=words(p.job_level, JOB_LEVELS),
    )


def _organisations(ctx: Context) -> pa.Table:
    w, o = ctx.world, ctx.world.orgs
    n = w.n_people
    ids = _ids(ctx)[n:]
    return frame(
        organisation_id=ids,
        name=o.name,
        short_name=o.short,
        credit_code=o.credit_code,
        industry_code=o.industry,
        employees=o.employees,
        revenue_wan=o.revenue_wan,
        founded_on=pa.array(o.founded.astype(np.int32)).cast(pa.date32()),
        province=ctx.places["province"][o.city],
        city=ctx.places["city"][o.city],
        address=o.address,
        phone=o.phone,
        parent_organisation_id=np.where(o.parent >= 0, ids[o.parent.clip(0)], None),
        acquired_on=_days(ctx, w.acquired[n:]),
        is_lead=w.is_lead[n:],
    )


def _memberships(ctx: Context) -> pa.Table:
    w = ctx.world
    rows = np.flatnonzero(w.people.employer >= 0)
    ids = _ids(ctx)
    return frame(
        organisation_id=ids[w.n_people + w.people.employer[rows]],
        person_id=ids[rows],
        role=words(w.people.role[rows], DECISION_ROLES),
    )


def _links(ctx: Context, tables: Tables) -> pa.Table:
    """Source record -> true customer.

    A dealer's customer has no number: dealer, name and telephone as written.
    """
    ids = _ids(ctx)
    parts = []
    for name, records in ctx.registry.tables.items():
        if name == "dealer":
            continue
        n = len(records)
        parts.append(
            frame(
                system=[records.system] * n,
                entity=[records.entity] * n,
                record_key=ctx.keys[name],
                customer_id=ids[records.owner],
            )
        )
    sellout = tables["dealer", "sellout"]
    seen: dict[str, int] = {}
    for code, name, phone, owner in zip(
        *(sellout[c].to_pylist() for c in ("dealer_code", "customer_name", "phone", "_owner")), strict=True
    ):
        seen.setdefault(customer_key(code, name, phone), owner)
    parts.append(
        frame(
            system=["dealer"] * len(seen),
            entity=["sellout"] * len(seen),
            record_key=list(seen),
            customer_id=ids[np.array(list(seen.values()), dtype=int)],
        )
    )
    # A buyer of a marketplace is listed only when an order of theirs was made.
    return pa.concat_tables(parts)


def _hard_negatives(ctx: Context) -> pa.Table:
    rows = []
    for kind, group, members in ctx.world.hard_negatives:
        pairs = combinations(members, 2) if len(members) <= PAIR_LIMIT else pairwise(members)
        rows += [
            (kind, group, len(members), ctx.world.customer_id(a), ctx.world.customer_id(b)) for a, b in pairs
        ]
    columns = list(zip(*rows, strict=True))
    return frame(
        kind=columns[0],
        group_id=columns[1],
        members=np.array(columns[2]),
        customer_id_a=columns[3],
        customer_id_b=columns[4],
    )


def _drop_outs(ctx: Context) -> pa.Table:
    b = ctx.behaviour
    rows = np.flatnonzero(b.drop_day != NEVER)
    complained = np.zeros(len(ctx.world), dtype=bool)
    complained[b.complaints["customer"]] = True
    return frame(
        customer_id=_ids(ctx)[rows],
        dropped_on=_days(ctx, b.drop_day[rows]),
        cause=words(b.drop_cause[rows].astype(int), CAUSES),
        engagement_fell_before=~b.traits.silent[rows],
        ever_complained=complained[rows],
    )


def _complaints(ctx: Context) -> pa.Table:
    c = ctx.behaviour.complaints
    return frame(
        customer_id=_ids(ctx)[c["customer"]], complained_on=_days(ctx, c["day"]), handled_badly=c["badly"]
    )


def _uplift(ctx: Context) -> pa.Table:
    """Per campaign and arm of this chunk.

    Contacts, sum of the true added probability, orders it made. Summed at the end.
    """
    c = ctx.behaviour.contacts
    k = len(VARIANTS)
    cell = c["campaign"] * k + c["variant"]
    size = len(ctx.market.campaigns) * k
    return frame(
        campaign_code=[m.code for m in ctx.market.campaigns for _ in range(k)],
        variant=list(VARIANTS) * len(ctx.market.campaigns),
        contacts=np.bincount(cell, minlength=size),
        added_probability=np.bincount(cell, c["extra_probability"], size),
        added_orders=np.bincount(cell, c["extra"], size).astype(np.int64),
    )


def _preferences(ctx: Context) -> pa.Table:
    t, w = ctx.behaviour.traits, ctx.world
    group = w.group.astype(int)
    occasions = [*OCCASIONS["business"], *OCCASIONS["gift"], *OCCASIONS["personal"]]
    contact = group == GROUPS.index("contact")
    dealers = w.outlets.dealer_code
    return frame(
        customer_id=_ids(ctx),
        customer_group=words(group, GROUPS),
        aroma=words(t.aroma.astype(int), ref.AROMAS),
        aroma_after=words(np.where(t.aroma_shift != NEVER, t.aroma_after, -1).astype(int), ref.AROMAS),
        aroma_shifted_on=_days(ctx, t.aroma_shift),
        prefers_low_strength=t.low_strength,
        occasion=words(np.where(contact, -1, np.minimum(group, 2) * 3 + t.occasion), occasions),
        price_sensitivity=t.price_sensitivity.round(4),
        price_class=t.price_class.astype(int),
        channel=words(t.channel.astype(int), CHANNELS),
        second_channel=words(t.second_channel.astype(int), CHANNELS),
        channel_after=words(np.where(t.channel_shift != NEVER, t.channel_after, -1).astype(int), CHANNELS),
        channel_moved_on=_days(ctx, t.channel_shift),
        dealer_code=words(t.dealer, dealers),
        second_dealer_code=words(t.second_dealer, dealers),
        engagement=t.engagement.round(4),
    )


PRICE_SENSITIVE = 0.55
"""From this price sensitivity (0 to 1) on a customer truly is price sensitive: about a quarter of them."""


def _tag_labels(ctx: Context) -> pa.Table:
    """What is true on the last day, in the words of the tag catalogue: customer, tag, holds or not.

    A tag is labelled only for the customers it can be said of.
    """
    w, t, p = ctx.world, ctx.behaviour.traits, ctx.world.people
    n, days = len(w), ctx.config.days
    group = w.group.astype(int)
    buyer = (group != GROUPS.index("contact")) & ~w.is_lead
    person = np.arange(n) < w.n_people
    business = buyer & ~person
    aroma = np.where(t.aroma_shift < days, t.aroma_after, t.aroma).astype(int)
    channel = np.where(t.channel_shift < days, t.channel_after, t.channel).astype(int)
    left = ctx.behaviour.drop_day < days

    def of_people(values: np.ndarray) -> np.ndarray:
        return np.concatenate([values, np.zeros(n - w.n_people, dtype=values.dtype)])

    labels = {
        **{
            f"prefers_{name}": (buyer, aroma == ref.AROMAS.index(zh))
            for name, zh in (("sauce", "酱香"), ("strong", "浓香"), ("light", "清香"), ("mixed", "兼香"))
        },
        "low_strength": (buyer, t.low_strength),
        "price_sensitive": (buyer & person, t.price_sensitivity >= PRICE_SENSITIVE),
        **{
            f"occasion_{name}": (business, t.occasion == k)
            for k, name in enumerate(("banquet", "hospitality", "business_gift"))
        },
        "group_business": (buyer, group == GROUPS.index("business")),
        "group_gift": (buyer, group == GROUPS.index("gift")),
        "group_personal": (buyer, group == GROUPS.index("personal")),
        "channel_key_account": (buyer, channel == CHANNELS.index("erp")),
        "channel_dealer": (buyer, channel == CHANNELS.index("dealer")),
        "channel_store": (buyer, channel == CHANNELS.index("pos")),
        "channel_marketplace": (buyer, channel == CHANNELS.index("marketplace")),
        "online_buyer": (
            buyer,
            (channel == CHANNELS.index("shop")) | (channel == CHANNELS.index("marketplace")),
        ),
        "female": (person, of_people(p.sex == 0)),
        "executive": (person, of_people(p.job_level == JOB_LEVELS.index("高管"))),
        "income_from_300k": (person, of_people(p.income >= INCOME_BANDS.index("30-50万"))),
        "probably_gone": (buyer, left),
        **{
            name: (of_people(p.employer >= 0), of_people(p.role == DECISION_ROLES.index(zh)))
            for name, zh in (("decision_maker", "决策者"), ("influencer", "影响者"), ("end_user", "使用者"))
        },
    }
    ids = _ids(ctx)
    return pa.concat_tables(
        frame(customer_id=ids[of], tag_code=[code] * int(of.sum()), holds=holds[of])
        for code, (of, holds) in labels.items()
    )


def _rates(ctx: Context) -> pa.Table:
    t = ctx.behaviour.traits
    return frame(
        customer_id=_ids(ctx),
        orders_per_year=t.rate.round(4),
        spend_factor=t.spend.round(4),
        acquired_on=_days(ctx, ctx.world.acquired),
        dropped_on=_days(ctx, ctx.behaviour.drop_day),
    )


def _orders(ctx: Context) -> pa.Table:
    """Every true order with its amount in yuan.

    Order_key as in the source (dealers: dealer_code|document_no).
    """
    o = ctx.orders
    key = ctx.order_keys[0].copy()
    dealer = np.array(ctx.world.outlets.dealer_code, dtype=object)[o.dealer]
    sheets = o.channel == DEALER
    key[sheets] = np.array(
        [f"{d}|{k}" for d, k in zip(dealer[sheets], key[sheets], strict=True)], dtype=object
    )
    table = frame(
        order_key=key,
        system=words(o.channel.astype(int), CHANNELS),
        customer_id=_ids(ctx)[o.customer],
        ordered_on=_days(ctx, o.day),
        amount_fen=np.where(o.cancelled, 0, o.total_fen),
        returned_fen=ctx.return_fen,
        returned_on=_days(ctx, ctx.return_day),
        is_cancelled=o.cancelled,
        is_bulk=o.bulk,
        is_identified=~o.anonymous,
        is_for_others=o.to_others,
        campaign_code=words(o.campaign, [c.code for c in ctx.market.campaigns]),
        dealer_code=words(np.where(sheets, o.dealer, -1), ctx.world.outlets.dealer_code),
    )
    return ctx.sql(
        """
        select order_key, system, customer_id, ordered_on, (amount_fen / 100.0)::decimal(18, 2) as amount,
            (returned_fen / 100.0)::decimal(18, 2) as returned_amount, * exclude (
                order_key, system, customer_id, ordered_on, amount_fen, returned_fen
            )
        from t
        """,
        t=table,
    )


def _planted(manifest: Manifest) -> pa.Table:
    text = pa.string()
    schema = pa.schema(
        [
            ("kind", text), ("system", text), ("entity", text), ("business_key", text), ("column_name", text),
            ("outcome", text),
            ("expected_reason", text), ("true_value", text), ("source_file", text), ("source_sheet", text),
            ("source_row", pa.int64()),
        ]
    )  # fmt: skip
    return pa.Table.from_pylist(manifest.entries, schema=schema)


def _canaries(ctx: Context, tables: Tables, declared: dict[tuple[str, str], Table]) -> pa.Table:
    """Which canary value stands in which column of which system: found by looking, not by intention."""
    w, p = ctx.world, ctx.world.people
    values: list[tuple[str, str, str]] = []
    for i in w.canary_people:
        owner = w.customer_id(int(i))
        values += [
            (owner, "name", p.names.full(i)), (owner, "phone", p.phone[i]), (owner, "email", p.email[i]),
            (owner, "id_number", p.id_number[i]),
            (owner, "social_id", p.unionid[i]), (owner, "address", p.address(i)),
        ]  # fmt: skip
    for j in w.canary_orgs:
        owner = w.customer_id(w.n_people + int(j))
        values += [(owner, "phone", w.orgs.phone[j]), (owner, "address", w.orgs.address[j])]
    rows = []
    for (system, entity), table in tables.items():
        for column in declared[system, entity].columns:
            if not column.pii or not pa.types.is_string(table.schema.field(column.name).type):
                continue
            cells = table[column.name]
            for owner, kind, value in values:
                hits = pc.sum(pc.match_substring(cells, value)).as_py()
                if hits:
                    rows.append((owner, kind, value, system, entity, column.name, hits))
    columns = list(zip(*rows, strict=True))
    names = ("customer_id", "pii", "value", "system", "entity", "column_name")
    return frame(**dict(zip(names, columns, strict=False)), occurrences=np.array(columns[6]))
