"""The review page: pairs of records that a steward has to decide on, side by side, as one HTML file that takes the answers.

It is restricted: it shows full personal values, out of the build file of what is published. What is answered stays in the
browser until it is saved as a file for the inbox (stewardship/identity_decisions). Like an exported list it is logged,
goes after `export_retention_days`, and when somebody is erased.

review/<data set>/identity_review.html
"""

from __future__ import annotations

import getpass
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html import escape
from pathlib import Path
from typing import Any

import duckdb

from customer360.core import reading
from customer360.core.data_sets import DataSet
from customer360.core.durable import add_line, whole
from customer360.core.warehouse import Warehouse
from customer360.presentation.for_people import NotMade
from customer360.presentation.identity_page import PAGE as IDENTITY
from customer360.presentation.page import Dictionary, both, css_class, moment, percent
from customer360.privacy.exports import REVIEW, log_of, now

WORDS = Path(__file__).with_name("review_words.csv")
"""Every text of the page; reasons and kinds are in the words of the identity page, labels of rules in the policy."""
SCRIPT, STYLE = Path(__file__).with_name("review.js"), Path(__file__).with_name("review.css")

FILE = "identity_review.html"
PAIRS = 100
"""Pairs on a page, unless stated: what one person looks at with care in a sitting."""
RETURNED_AS = ("stewardship", "identity_decisions")
"""The source that reads the saved file."""
LIKE = 0.75
"""Share of characters in common (difflib) from which on two different texts are shown as near. It decides nothing."""

PAGE = Dictionary(WORDS)
say = PAGE.say

Row = dict[str, Any]

# --- what is read ------------------------------------------------------------------------------------------

_QUEUE = """
select
    queue.*,
    coalesce(rules.label_zh, '') as rule_zh, coalesce(rules.label_en, '') as rule_en,
    coalesce(evidence.label_zh, '') as evidence_zh, coalesce(evidence.label_en, '') as evidence_en
from marts.identity_review_queue as queue
left join policy.identity_rules as rules using (rule_code)
left join policy.identity_evidence as evidence
    on queue.evidence_type = evidence.evidence_type and rules.customer_kind = evidence.customer_kind
order by {order}
"""
_GAIN = "queue.expected_gain desc nulls last, "
_ORDER = """
    abs(queue.match_probability - 0.5) nulls last,
    queue.record_id_a, queue.record_id_b, queue.review_reason, queue.rule_code
"""
"""What is most open first; questions about one record stand together."""

_DRAWN = """
select
    drawn.*, 'drawn' as review_reason, 'weights' as rule_code, cast(null as varchar) as name_agreement,
    '' as rule_zh, '' as rule_en, '' as evidence_zh, '' as evidence_en
from (select * exclude (match_probability), cast(null as double) as match_probability from quality.drawn_pairs) as drawn
order by draw_order
"""
"""Pairs drawn by chance, in the order of the draw. Their probability is not shown: it is what the answers are to measure."""

_RECORDS = """
select
    records.record_key, records.record_id, records.customer_kind as compared_as, customers.*,
    province.label_zh as province_zh, province.label_en as province_en,
    city.label_zh as city_zh, city.label_en as city_en
from intermediate.int_identity__records as records
inner join input.input__customers as customers using (source_system, source_customer_id)
left join policy.administrative_divisions as province on customers.province_code = province.code
left join policy.administrative_divisions as city on customers.city_code = city.code
where records.record_id in (select unnest(?::varchar[]))
"""

_CUSTOMERS = """
select
    customers.customer_id, customers.purchase_count, customers.last_purchase_on, of_them.record_count, of_them.systems
from marts.customers as customers
inner join (
    select customer_id, count(*) as record_count, string_agg(distinct source_system, ', ' order by source_system) as systems
    from marts.customer_identities
    where customer_id in (select unnest(?::varchar[]))
    group by customer_id
) as of_them using (customer_id)
"""

_WEIGHTS = """
select
    a.record_id as record_id_a, b.record_id as record_id_b, weights.comparison, weights.level, weights.weight,
    weights.label_zh, weights.label_en
from intermediate.int_identity__pair_weights as weights
inner join intermediate.int_identity__records as a on weights.record_key_a = a.record_key
inner join intermediate.int_identity__records as b on weights.record_key_b = b.record_key
where isfinite(weights.weight)
    and a.record_id in (select unnest($records::varchar[])) and b.record_id in (select unnest($records::varchar[]))
order by weights.comparison <> 'prior', abs(weights.weight) desc, weights.comparison, weights.level
"""


@dataclass
class Pair:
    """Two records, every reason why they are asked about, and what speaks for and against."""

    a: Row
    b: Row
    asked: list[Row]
    weights: list[Row] = field(default_factory=list)

    @property
    def ids(self) -> tuple[str, str]:
        return self.a["record_id"], self.b["record_id"]

    @property
    def drawn_as(self) -> str:
        """Kind and band of weights that the pair was drawn for; empty where it stands in the queue."""
        return self.asked[0].get("drawn_as") or ""


@dataclass
class Found:
    """What the page shows."""

    pairs: list[Pair]
    total: int
    """Pairs in the queue, or in the draw."""
    customers: dict[str, Row]
    build: str
    as_of_on: Any


def figures(built: Path, count: int, sample: bool = False) -> Found:
    """The first `count` pairs of the queue of a build file, in its order; `sample`: of the pairs drawn by chance."""
    with reading.connect(built) as connection:
        has = {
            (schema, table, column)
            for schema, table, column in connection.execute(
                "select schema_name, table_name, column_name from duckdb_columns()"
                " where table_name in ('identity_review_queue', 'int_identity__pair_weights')"
            ).fetchall()
        }
        by_gain = ("marts", "identity_review_queue", "expected_gain") in has
        asked: dict[tuple[str, ...], list[Row]] = {}
        query = _DRAWN if sample else _QUEUE.format(order=(_GAIN if by_gain else "") + _ORDER)
        for row in _rows(connection, query):
            asked.setdefault(tuple(sorted((row["record_id_a"], row["record_id_b"]))), []).append(row)
        chosen = list(asked.values())[:count]
        named = sorted({rows[0][side] for rows in chosen for side in ("record_id_a", "record_id_b")})
        records = {row["record_id"]: row for row in _rows(connection, _RECORDS, [named])}
        weights: dict[tuple[str, ...], list[Row]] = {}
        if ("intermediate", "int_identity__pair_weights", "weight") in has:
            for row in _rows(connection, _WEIGHTS, {"records": named}):
                weights.setdefault(tuple(sorted((row["record_id_a"], row["record_id_b"]))), []).append(row)
        holders = {rows[0][side] for rows in chosen for side in ("customer_id_a", "customer_id_b")}
        customers = {row["customer_id"]: row for row in _rows(connection, _CUSTOMERS, [sorted(holders)])}
        (as_of_on,) = connection.execute("select as_of_on from intermediate.int_calendar__as_of").fetchone()
    pairs = [
        Pair(
            records[rows[0]["record_id_a"]],
            records[rows[0]["record_id_b"]],
            rows,
            weights.get(tuple(sorted((rows[0]["record_id_a"], rows[0]["record_id_b"]))), []),
        )
        for rows in chosen
    ]
    return Found(pairs, len(asked), customers, built.parent.name, as_of_on)


def _rows(connection: duckdb.DuckDBPyConnection, query: str, values: Any = None) -> list[Row]:
    answer = connection.execute(query, values)
    columns = [column for column, *_ in answer.description]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


# --- two values beside each other --------------------------------------------------------------------------


def fold(value: str) -> str:
    """A value without what nobody means by it: case, width, blanks and marks between."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", value).casefold())


def compared(kind: str, a: str | None, b: str | None, agreement: str | None = None) -> str:
    """How two values of a field stand to each other: equal, near, different, one (of them is there) or none.

    `kind`: text, name, phone, date or code; `agreement`: what identity resolution says of two names.
    """
    if not a or not b:
        return "one" if a or b else "none"
    if a == b or (kind != "phone" and fold(a) == fold(b)):
        return "equal"
    near = {"text": _is_like, "name": _is_like, "phone": _is_same_pattern, "date": _is_near_date}.get(kind)
    if kind == "name" and agreement in ("sound", "close", "partial"):
        return "near"
    return "near" if near and near(a, b) else "different"


def _is_like(a: str, b: str) -> bool:
    """One is in the other, the words are turned round, or most characters are the same."""
    short, long = sorted((fold(a), fold(b)), key=len)
    if not short:
        return False
    if short in long or sorted(a.casefold().split()) == sorted(b.casefold().split()):
        return True
    return SequenceMatcher(None, short, long, autojunk=False).ratio() >= LIKE


def _is_same_pattern(a: str, b: str) -> bool:
    """A masked number that fits the other, or numbers one digit apart or with two of them swapped."""
    if "*" in a or "*" in b:
        short, long = sorted((a.lstrip("+"), b.lstrip("+")), key=len)
        return all(x == y or "*" in (x, y) for x, y in zip(short[::-1], long[::-1], strict=False))
    if len(a) != len(b):
        return False
    off = [at for at, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    return len(off) == 1 or (
        len(off) == 2 and a[off[0]] == b[off[1]] and a[off[1]] == b[off[0]] and off[1] == off[0] + 1
    )


def _is_near_date(a: str, b: str) -> bool:
    """The year alone that agrees, two parts of three that do, or day and month swapped."""
    x, y = a.split("-"), b.split("-")
    if len(x) != len(y):
        return x[0] == y[0]
    return len(x) == 3 and (sum(p != q for p, q in zip(x, y, strict=True)) == 1 or x == [y[0], y[2], y[1]])


@dataclass(frozen=True)
class Value:
    """A field of a record: what is compared, and how it is written where that is another thing."""

    text: str | None
    html: str | None = None

    @property
    def shown(self) -> str:
        return "" if not self.text else self.html or escape(self.text)


FIELDS = {
    "system": "", "key": "", "kind": "code", "name": "name", "company": "text", "phone": "phone", "email": "text",
    "birth": "date", "gender": "code", "region": "text", "district": "text", "address": "text", "country": "code",
    "unionid": "code", "member_no": "code", "id_number": "code", "credit_code": "code", "job": "text", "owner": "text",
    "first_seen": "", "last_seen": "",
}  # fmt: skip
"""Fields in their order, and as what they are compared; those without a kind only say where a record comes from."""


def values(record: Row) -> dict[str, Value]:
    """The fields of a record as a steward sees them."""
    places = [
        (record[f"{part}_zh"], record[f"{part}_en"])
        for part in ("province", "city")
        if record[f"{part}_code"] and record[f"{part}_zh"]
    ]
    places = list(dict.fromkeys(places))
    gender = record["gender"]
    birth = record["birth_date"] or record["birth_year"]
    plain = {
        "system": record["source_system"],
        "key": record["source_customer_id"],
        "company": _joined(record["company_name"], record["company_branch"]),
        "name": _joined(record["name"], record["name_honorific"]),
        "phone": record["phone"] or record["phone_partial"],
        "email": record["email"],
        "birth": None if birth is None else str(birth),
        "district": record["district"],
        "address": record["address"],
        "country": record["country"],
        "unionid": record["unionid"],
        "member_no": record["member_no"],
        "credit_code": record["credit_code"],
        "job": record["job_title"],
        "owner": record["account_owner"],
        "first_seen": _day(record["first_seen_at"]),
        "last_seen": _day(record["last_seen_at"]),
    }
    return {name: Value(value) for name, value in plain.items()} | {
        "kind": Value(record["compared_as"], _spoken(f"kind.{record['compared_as']}")),
        "gender": Value(gender, say(f"gender.{gender}")),
        "region": Value(
            " ".join(zh for zh, _ in places),
            both(" · ".join(zh for zh, _ in places), " · ".join(en for _, en in places)),
        ),
        "id_number": Value(record["id_number_hash"], say("on_file")),
    }


def _joined(*parts: str | None) -> str | None:
    return " · ".join(part for part in parts if part) or None


def _day(moment: Any) -> str | None:
    return None if moment is None else str(moment)[:10]


# --- a pair ------------------------------------------------------------------------------------------------

MARKS = {"equal": "＝", "near": "≈", "different": "≠", "one": "·"}


class Review:
    """The pairs of a page as HTML."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.scale = max((abs(row["weight"]) for pair in found.pairs for row in pair.weights), default=0)
        """Bits of the longest bar of the page, so that bars of two pairs can be compared."""

    def pair(self, number: int, pair: Pair) -> str:
        """One pair: reasons, customers, fields, weights, and a note."""
        return (
            f'<section class="pair" id="pair-{number}">'
            f"<h2>{say('pair', number=number)} <small>{say('of', total=len(self.found.pairs))}</small>{_badge()}</h2>"
            f"{self.why(pair)}{self.fields(pair)}{self.weights(pair)}"
            f'<label class="note needs_script" hidden>{say("note")}<input type="text" maxlength="500" autocomplete="off"></label>'
            "</section>"
        )

    def why(self, pair: Pair) -> str:
        """Every reason and rule for which the pair is asked about."""
        lines = []
        for row in pair.asked:
            reason = _spoken(f"reason.{row['review_reason']}")
            rule = (
                both(row["rule_zh"], row["rule_en"])
                if row["rule_zh"]
                else _spoken(f"rule.{row['rule_code']}")
            )
            line = f"{reason} · {rule}"
            if row["evidence_zh"]:
                line += f" · {_filled('why.evidence', evidence=(row['evidence_zh'], row['evidence_en']))}"
            if row["match_probability"] is not None:
                line += f" · {say('probability', share=percent(row['match_probability'], 1))}"
            lines.append(f"<li>{line}</li>")
        return f'<h3>{say("why")}</h3><ul class="why">{"".join(lines)}</ul>'

    def fields(self, pair: Pair) -> str:
        """Both records, field by field; fields that neither has are left out."""
        a, b = values(pair.a), values(pair.b)
        agreement = pair.asked[0]["name_agreement"]
        lines = []
        for name, kind in FIELDS.items():
            state = compared(kind, a[name].text, b[name].text, agreement) if kind else ""
            if not (a[name].text or b[name].text):
                continue
            mark = f"<b>{MARKS[state]}</b>{say(f'mark.{state}')}" if state else ""
            lines.append(
                f'<tr{css_class(state)} data-field="{name}"><th scope="row">{say(f"field.{name}")}</th>'
                f"{_value(a[name])}<td{css_class('mark')}>{mark}</td>{_value(b[name])}</tr>"
            )
        lines.append(
            f'<tr data-field="now"><th scope="row">{say("now")}</th>{self.customer(pair, "a")}<td></td>'
            f"{self.customer(pair, 'b')}</tr>"
        )
        return (
            f'<div class="table"><table class="fields"><caption class="quiet">{say("fields")}</caption><thead><tr>'
            f'<th scope="col"><span class="quiet">{say("field")}</span></th>'
            f'<th scope="col">{say("record.a")}<small>{escape(pair.ids[0])}</small></th>'
            f'<th scope="col"><span class="quiet">{say("compared")}</span></th>'
            f'<th scope="col">{say("record.b")}<small>{escape(pair.ids[1])}</small></th>'
            f"</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
        )

    def customer(self, pair: Pair, side: str) -> str:
        """The customer that a record belongs to now."""
        customer = self.found.customers[pair.asked[0][f"customer_id_{side}"]]
        records = say("now.records", count=customer["record_count"], systems=customer["systems"])
        bought = (
            say("now.bought", count=customer["purchase_count"], day=customer["last_purchase_on"])
            if customer["purchase_count"]
            else say("now.never")
        )
        return f"<td><code>{escape(customer['customer_id'])}</code><br>{records}<br>{bought}</td>"

    def weights(self, pair: Pair) -> str:
        """What each comparison adds or takes, in bits: bars to the right for one customer, to the left against."""
        head = f"<h3>{say('weights')}</h3>"
        if not pair.weights or pair.drawn_as:
            return f"{head}<p>{say('weights.none')}</p>"
        lines = [
            f'<tr><th scope="row">{_label(row)}</th><td>{_level(row)}</td>'
            f'<td class="number">{row["weight"]:+.2f}</td><td class="bar">{self._bar(row["weight"])}</td></tr>'
            for row in pair.weights
        ]
        total = sum(row["weight"] for row in pair.weights)
        asked = [row["match_probability"] for row in pair.asked if row["match_probability"] is not None]
        lines.append(
            f'<tr class="sum"><th scope="row">{say("weights.sum")}</th><td></td><td class="number">{total:+.2f}</td>'
            f'<td class="bar">{self._bar(total)}</td></tr>'
            f'<tr class="sum"><th scope="row">{say("weights.probability")}</th><td></td>'
            f'<td class="number">{escape(percent(asked[0] if asked else probability(total), 1))}</td><td></td></tr>'
        )
        heads = "".join(
            f'<th scope="col"{css_class("number" if name == "bits" else "")}>{say(f"weights.{name}")}</th>'
            for name in ("comparison", "level", "bits")
        )
        return (
            f'{head}<p>{say("weights.note")}</p><div class="table"><table class="weights">'
            f'<caption class="quiet">{say("weights")}</caption><thead><tr>{heads}<th></th></tr></thead>'
            f"<tbody>{''.join(lines)}</tbody></table></div>"
        )

    def _bar(self, weight: float) -> str:
        width = min(100.0, abs(weight) / self.scale * 100) if self.scale else 0
        start = 100 if weight >= 0 else 100 - width
        return (
            '<svg viewBox="0 0 200 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
            '<rect class="ground" width="200" height="10"></rect>'
            f'<rect class="{"for" if weight >= 0 else "against"}" x="{start:.2f}" width="{width:.2f}" height="10"></rect>'
            '<line class="axis" x1="100" x2="100" y1="0" y2="10"></line></svg>'
        )


def probability(bits: float) -> float:
    """The probability that a sum of weights stands for."""
    return 1 / (1 + 2.0 ** -max(-1000.0, min(1000.0, bits)))


def _value(value: Value) -> str:
    return f'<td class="value">{value.shown}</td>' if value.text else '<td class="value empty">–</td>'


def _badge() -> str:
    words = "".join(f'<span class="{name}">{say(name)}</span>' for name in ("yes", "no", "unsure"))
    return f'<span class="badge">{words}</span>'


def _level(row: Row) -> str:
    return "" if row["level"] is None else f"<code>{escape(str(row['level']))}</code>"


def _label(row: Row) -> str:
    if row["label_zh"] and row["label_en"]:
        return both(row["label_zh"], row["label_en"])
    return f"<code>{escape(str(row['comparison']))}</code>"


def _spoken(key: str) -> str:
    """A text that the identity page has as well."""
    return IDENTITY.say(key)


def _filled(key: str, **both_languages: tuple[str, str]) -> str:
    """A text with parts that have two languages themselves."""
    zh, en = PAGE.words[key]
    return both(
        zh.format(**{name: pair[0] for name, pair in both_languages.items()}),
        en.format(**{name: pair[1] for name, pair in both_languages.items()}),
    )


# --- the whole ---------------------------------------------------------------------------------------------


def controls(found: Found, data_set: DataSet) -> str:
    """Who answers, how far it is, and what is done with the answers."""
    folder = "/".join(("inbox", data_set.name, *RETURNED_AS))
    saved = say("saved", file="\0", folder=folder).replace("\0", '<code class="file"></code>')
    hint = "" if RETURNED_AS[0] in data_set.systems else f'<p class="told warn">{say("no_inbox")}</p>'
    if not found.pairs:
        return f'<p class="told">{say("none")}</p>'
    return (
        f'{hint}<noscript><p class="told warn">{say("no_script")}</p></noscript>'
        '<div class="needs_script" hidden>'
        f'<p class="told">{say("kept")}</p><p class="told warn" id="not_kept" hidden>{say("not_kept")}</p>'
        f'<div class="tools"><label>{say("by")}<input type="text" id="by" maxlength="100" autocomplete="off"></label>'
        f'<button type="button" class="main" data-do="save">{say("save")}</button>'
        f'<button type="button" data-do="next_open">{say("next_open")}</button>'
        f"<details><summary>{say('forget')}</summary>"
        f'<button type="button" data-do="forget">{say("forget.sure")}</button></details></div>'
        f'<p class="progress"><span>{say("answered")} <strong id="answered"></strong></span>'
        f'<progress max="{len(found.pairs)}" value="0" aria-label="{escape(" · ".join(PAGE.words["answered"]))}"></progress>'
        f'<span id="unsaved" hidden>{say("unsaved")}</span></p>'
        f'<p class="told" id="saved" role="status" hidden>{saved}</p>'
        f'<p class="told" id="done" role="status" hidden>{say("done")}</p>'
        f'<p class="keys">{say("keys")}</p></div>'
    )


def answers() -> str:
    """The buttons, within reach of a thumb."""

    def button(name: str, key: str, **data: str) -> str:
        attributes = "".join(f' data-{what}="{value}"' for what, value in data.items())
        return f'<button type="button"{attributes}>{say(name)}<kbd>{key}</kbd></button>'

    return (
        f'<section class="answers needs_script" hidden aria-label="{escape(" · ".join(PAGE.words["answer"]))}">'
        f'<p class="ask">{say("question")}{button("undo", "Z", do="undo")}</p><div>'
        + button("back", "←", do="back")
        + button("yes", "Y", decision="must_link")
        + button("unsure", "U", decision="undecided")
        + button("no", "N", decision="must_not_link")
        + button("forth", "→", do="forth")
        + "</div></section>"
    )


def sections(found: Found) -> Iterator[str]:
    """The pairs, and the buttons under them."""
    review = Review(found)
    for number, pair in enumerate(found.pairs, start=1):
        yield review.pair(number, pair)
    if found.pairs:
        yield answers()


def render(data_set: DataSet, found: Found) -> str:
    """The whole page."""
    facts = PAGE.facts(
        data_set,
        f"{say('as_of')} {found.as_of_on}",
        f"{say('build')} {escape(moment(found.build))}",
        say("pairs", count=len(found.pairs), total=found.total),
    )
    data = {
        "data_set": data_set.name,
        "build": found.build,
        "time_zone": data_set.time_zone,
        "pairs": [list(pair.ids) for pair in found.pairs],
        "drawn": [pair.drawn_as for pair in found.pairs],
    }
    return PAGE.document(
        data_set.name, facts, sections(found), SCRIPT.read_text(encoding="utf-8"),
        style=STYLE.read_text(encoding="utf-8"), controls=controls(found, data_set), data=data,
    )  # fmt: skip


def write(
    data_set: DataSet, warehouse: Warehouse, count: int = PAIRS, sample: bool = False
) -> tuple[Path, int]:
    """Write the page of what is published now and note it in the log of exports; its path and number of pairs. `sample`:
    of the pairs drawn by chance, not of the queue.

    Raises NotMade where nothing is published, its build file is gone, or is older than the page.
    """
    remedy = f"Run: make build DATA={data_set.name}"
    current = warehouse.current()
    if current is None:
        raise NotMade(f"nothing is published yet. {remedy}")
    built = warehouse.builds / current.name / "customer360.duckdb"
    if not built.is_file():
        raise NotMade(f"the build file of {current.name}, which holds, is kept no longer. {remedy}")
    try:
        found = figures(built, count, sample)
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise NotMade(f"{current.name} is older than this command ({error}). {remedy}") from None
    folder = data_set.project / REVIEW / data_set.name
    for part in (folder.parent, folder):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.chmod(0o700)
    path = folder / FILE
    add_line(
        log_of(warehouse),
        {
            "event": "review_page",
            "at": now(),
            "who": getpass.getuser(),
            "publication": current.name,
            "file": str(path.relative_to(data_set.project)),
            "rows": len(found.pairs),
        },
    )
    with whole(path) as temporary:
        temporary.unlink(missing_ok=True)
        with open(
            os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(render(data_set, found))
    return path, len(found.pairs)
