"""How real the demo company looks: measured figures beside those of the specification,
of Online Retail and of the country.

    python -m demo_company.realism --customers 20000 [--write docs/demo-company.md]

makes one chunk in memory and prints the tables as Markdown, or puts them between the markers of a page.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from customer360.core.sources import load_sources
from demo_company import reference as ref
from demo_company import systems
from demo_company.behaviour import CAUSES, CHANNELS, MARKETPLACE, NEVER, SHOP
from demo_company.build import build_chunk
from demo_company.config import Config
from demo_company.context import Context
from demo_company.faults import plant
from demo_company.seasons import festival_days
from demo_company.world import BUSINESS, GIFT, PERSONAL

BEGIN, END = "<!-- realism: begin -->", "<!-- realism: end -->"
Row = tuple[str, ...]


def percent(value: float) -> str:
    """0.1834 -> 18.3%."""
    return f"{100 * value:.1f}%"


def markdown(head: Row, rows: list[Row]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(r) + " |" for r in rows])


def records_table(ctx: Context) -> str:
    """Records, customers and surplus per system; systems per customer."""
    rows: list[Row] = []
    every = persons = 0
    held = np.zeros(len(ctx.world), dtype=int)
    seen: dict[str, np.ndarray] = {}
    for records in ctx.registry.tables.values():
        n, m = len(records), len(np.unique(records.owner))
        every, persons = every + n, persons + m
        rows.append((f"{records.system}.{records.entity}", f"{n:,}", f"{m:,}", percent(1 - m / n)))
        seen[records.system] = np.union1d(seen.get(records.system, np.empty(0, dtype=int)), records.owner)
    for owners in seen.values():
        held[owners] += 1
    rows.append(("all", f"{every:,}", f"{persons:,}", f"{percent(1 - persons / every)} (field: 18%)"))
    table = markdown(("table", "records", "customers in it", "surplus records"), rows)
    several = percent((held > 1).mean())
    return (
        f"{table}\n\nA customer is known to {held.mean():.2f} systems on average; {several} to more than one."
    )


def missing_table(tables: dict[tuple[str, str], pa.Table]) -> str:
    """Share of empty cells of personal and core fields."""
    wanted = (
        (
            "crm",
            "contacts",
            (
                "mobile",
                "email",
                "birth_date",
                "id_number",
                "address",
                "city",
                "wechat_unionid",
                "income_band",
            ),
        ),
        (
            "crm",
            "companies",
            ("credit_code", "industry_code", "annual_revenue_wan", "founded_on", "employees", "phone"),
        ),
        ("erp", "accounts", ("credit_code", "region_code", "contact_phone", "email")),
        ("shop", "users", ("real_name", "mobile", "email", "unionid", "birthday", "address", "member_no")),
        ("pos", "members", ("member_name", "mobile", "birthday", "address")),
        ("pos", "receipts", ("member_no",)),
        ("dealer", "sellout", ("phone", "address")),
        ("app", "users", ("phone", "union_id", "birth_year", "city", "member_no")),
        ("social", "followers", ("unionid", "remark_name", "city")),
        ("service", "requesters", ("requester_name", "phone", "email", "member_no")),
        ("marketing", "profiles", ("full_name", "mobile", "email", "member_no", "unionid")),
    )
    rows = []
    for system, entity, columns in wanted:
        table = tables[system, entity]
        cells = ", ".join(f"{c} {percent(table[c].null_count / table.num_rows)}" for c in columns)
        rows.append((f"{system}.{entity}", cells))
    return markdown(("table", "empty"), rows)


def names_table(ctx: Context) -> str:
    """How names crowd, against the national name reports."""
    people = ctx.world.people
    chinese = np.flatnonzero(~people.names.latin)
    surname = Counter(people.names.surname[i] for i in chinese)
    full = Counter(ctx.full_names[i] for i in chinese)
    n = len(chinese)
    top = [count for _, count in surname.most_common()]
    shared = sum(c for c in full.values() if c > 1)
    single = sum(len(people.names.given[i]) == 1 for i in chinese)
    return markdown(
        ("names", "demo", "country"),
        [
            ("most frequent surname", f"{surname.most_common(1)[0][0]} {percent(top[0] / n)}", "王 7.2%"),
            ("five most frequent surnames", percent(sum(top[:5]) / n), "30.8%"),
            ("hundred most frequent surnames", percent(sum(top[:100]) / n), "85%"),
            (
                "given names of one character",
                percent(single / n),
                "-",
            ),
            (f"people with a namesake among {n:,}", percent(shared / n), "-"),
            ("most frequent full name", f"{full.most_common(1)[0][0]}, {full.most_common(1)[0][1]}", "-"),
            ("Latin names", percent(people.names.latin.mean()), "aim 5-10%"),
        ],
    )


def behaviour_table(ctx: Context) -> str:
    """Buying against Online Retail (measured on the file the project ships with) and the specification."""
    o, world = ctx.orders, ctx.world
    sale = ~o.cancelled
    net = np.where(sale, o.total_fen - ctx.return_fen, 0) / 100
    ordinary = sale & ~o.bulk
    group = np.minimum(world.group[o.customer], PERSONAL)
    days = o.customer[sale] * 5000 + o.day[sale]
    purchase_days = np.unique(days) // 5000
    _buyers, count = np.unique(purchase_days, return_counts=True)
    year = np.unique(days[(o.day[sale] >= ctx.config.days - 365)]) // 5000
    year_count = np.unique(year, return_counts=True)[1]
    spend = np.sort(np.bincount(o.customer, net, len(world)))[::-1]
    spend = spend[spend > 0]
    month = (o.day + ctx.config.origin).astype("datetime64[D]").astype("datetime64[M]").astype(int)
    monthly = np.bincount(month[sale] - month.min(), net[sale])
    shares = np.bincount(group[ordinary], net[ordinary], 3) / net[ordinary].sum()
    returned = (ctx.return_fen[sale] > 0).mean()
    online = np.isin(o.channel, (SHOP, MARKETPLACE))
    gift = group == GIFT
    windows = festival_days(ctx.config)[o.day]
    products, line_group = ref.products(), group[o.line_order]
    price, strength = products.price[o.product], products.strength[o.product]
    liquor = strength > 0
    gift_lines, personal_lines, business_lines = (
        liquor & (line_group == g) for g in (GIFT, PERSONAL, BUSINESS)
    )
    age = (ctx.config.origin + ctx.config.days - world.people.birth) / 365.25
    people_group = world.group[: world.n_people]
    born_1995 = world.people.birth >= np.datetime64("1995-01-01").astype(int)
    late = (
        (world.acquired < ctx.config.days - 365)
        & ~world.is_lead
        & (ctx.behaviour.drop_day > ctx.config.days - 365)
    )
    left = ctx.behaviour.drop_day != NEVER
    return markdown(
        ("behaviour", "demo", "reference"),
        [
            ("orders per customer, 36 months", f"{sale.sum() / len(world):.1f}", "aim 10"),
            (
                "lines per order",
                f"{len(o.line_order) / len(o):.2f}",
                "Online Retail 26.6 (a wholesaler's gift-ware)",
            ),
            ("buyers with two or more purchase days, 36 months", percent((count > 1).mean()), "-"),
            ("the same, 12 months", percent((year_count > 1).mean()), "Online Retail 64.3%"),
            ("purchase days per buyer, 12 months", f"{year_count.mean():.2f}", "Online Retail 3.86"),
            (
                "revenue of the top 10% of buyers",
                percent(spend[: len(spend) // 10].sum() / spend.sum()),
                "Online Retail 61.3%",
            ),
            (
                "strongest month against the average",
                f"{monthly.max() / monthly.mean():.2f}",
                "Online Retail 1.81",
            ),
            ("orders with a return", percent(returned), "Online Retail: 19.2% cancellation notes per order"),
            ("orders without a customer", percent(o.anonymous.mean()), "Online Retail 7.1%"),
            ("revenue business / gift / personal", " / ".join(percent(s) for s in shares), "58 / 23 / 19%"),
            (
                "business orders above 1,000 yuan",
                percent((net[ordinary & (group == BUSINESS)] > 1000).mean()),
                "82%",
            ),
            (
                "gift bottles and boxes at 500-1,000 yuan",
                percent(((price >= 500) & (price < 1000))[gift_lines].mean()),
                "53%",
            ),
            ("gift bottles and boxes above 2,000 yuan", percent((price >= 2000)[gift_lines].mean()), "12%"),
            (
                "gift buying in festival windows",
                percent(net[ordinary & gift & windows].sum() / net[ordinary & gift].sum()),
                "82% (38 + 27 + 17)",
            ),
            (
                "gift buyers aged 25-40",
                percent(((age >= 25) & (age < 41))[people_group == GIFT].mean()),
                "62%",
            ),
            ("personal lines of 40% vol and less", percent((strength <= 40)[personal_lines].mean()), "68%"),
            ("personal orders online", percent(online[group == PERSONAL].mean()), "43%"),
            (
                "personal customers born after 1995",
                percent(born_1995[people_group == PERSONAL].mean()),
                "37%",
            ),
            (
                "customised goods among business lines",
                percent(products.custom[o.product][business_lines].mean()),
                "-",
            ),
            (
                "left within the last year, of those active a year ago",
                percent((left & late).sum() / late.sum()),
                "12% (target 6%)",
            ),
        ],
    )


def engagement_table(ctx: Context) -> str:
    """Service, campaigns, causes of leaving."""
    e, b = ctx.engagement, ctx.behaviour
    s, c, t = e.surveys, e.contacts, e.tickets
    nps = s["score"][s["question"] == 0]
    csat = s["score"][s["question"] == 1]
    sent = c["sent"] >= 0
    complaint = (t["category"] == 1) & (t["resolved"] >= 0)
    hours = (t["resolved"] - t["opened"])[complaint] / 86_400
    left = b.drop_day != NEVER
    complained = np.zeros(len(ctx.world), dtype=bool)
    complained[b.complaints["customer"]] = True
    causes = np.bincount(b.drop_cause[left], minlength=len(CAUSES)) / left.sum()
    interactions = (len(e.events["day"]) + len(e.social["day"]) + len(e.activities["day"])) / len(ctx.world)
    contracts = e.contracts["status"].astype(int)
    o = ctx.orders
    channels = np.bincount(o.channel, minlength=len(CHANNELS)) / len(o)
    return markdown(
        ("engagement, service, leaving", "demo", "reference"),
        [
            ("interactions per customer, 36 months", f"{interactions:.1f}", "aim 20"),
            (
                "orders by channel",
                ", ".join(f"{k} {percent(v)}" for k, v in zip(CHANNELS, channels, strict=True)),
                "-",
            ),
            ("campaign contacts opened", percent((c["opened"] >= 0).sum() / sent.sum()), "40%"),
            ("campaign contacts converted", percent((c["converted"] >= 0).sum() / sent.sum()), "-"),
            (
                "true added orders per 1,000 contacts, A / B / held out",
                " / ".join(
                    f"{1000 * b.contacts['extra_probability'][b.contacts['variant'] == v].mean():.1f}"
                    for v in range(3)
                ),
                "-",
            ),
            ("NPS", f"{100 * ((nps >= 9).mean() - (nps <= 6).mean()):.0f}", "52"),
            ("CSAT (4 and 5 of 5)", percent((csat >= 4).mean()), "85%"),
            ("days to resolve a complaint, mean", f"{hours.mean():.1f}", "7 (industry 3)"),
            (
                "contracts renewed, of those that ran to their end",
                percent((contracts == 2).sum() / np.isin(contracts, (1, 2)).sum()),
                "95%",
            ),
            (
                "causes of leaving",
                ", ".join(f"{k} {percent(v)}" for k, v in zip(CAUSES, causes, strict=True)),
                "competition 35, demand 28, technology 23%",
            ),
            ("left without ever complaining", percent(1 - complained[left].mean()), "38%"),
            ("left without engagement falling first", percent(b.traits.silent[left].mean()), "-"),
        ],
    )


def report(config: Config) -> str:
    """All tables of a run of one chunk."""
    ctx = build_chunk(config, 0, config.customers)
    entities = {k: e for k, e in load_sources(config.project).items() if k[0] in systems.NAMES}
    tables, _ = plant(ctx, systems.render(ctx), entities)
    parts: list[tuple[str, Callable[[], str]]] = [
        ("Records", lambda: records_table(ctx)),
        ("Empty fields", lambda: missing_table(tables)),
        ("Names", lambda: names_table(ctx)),
        ("Buying", lambda: behaviour_table(ctx)),
        ("Engagement, service, leaving", lambda: engagement_table(ctx)),
    ]
    head = f"Measured at {config.customers:,} customers, seed {config.seed}, noise {config.noise}."
    return head + "\n\n" + "\n\n".join(f"### {title}\n\n{make()}" for title, make in parts)


def main(arguments: list[str] | None = None) -> int:
    """Print the tables, or write them into a page."""
    parser = argparse.ArgumentParser(
        prog="python -m demo_company.realism", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--noise", default="mid")
    parser.add_argument("--write", type=Path, help="page whose part between the markers is replaced")
    options = parser.parse_args(arguments)
    project = Path(__file__).resolve().parents[1]
    text = report(
        Config(customers=options.customers, seed=options.seed, noise=options.noise, project=project)
    )
    if options.write is None:
        print(text)
        return 0
    page = options.write.read_text(encoding="utf-8")
    before, found, rest = page.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        print(f"realism: {options.write} has no markers", file=sys.stderr)
        return 1
    options.write.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
