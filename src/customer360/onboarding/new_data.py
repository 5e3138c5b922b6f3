"""Scaffold what a new company needs: a data set, source declarations with a proposed mapping, models, a policy.

The files tell the system and entity by the folders they lie in, <system>/<entity>/<file>. Whatever cannot be
guessed is `todo`, which a build refuses. Nothing that exists is overwritten, but for the files that follow from
declarations (see `systems.is_ours`): run again after a mapping changed, and they follow.
"""

from __future__ import annotations

import csv
import functools
import json
import re
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pyarrow.compute as pc
import yaml
from pypinyin import lazy_pinyin

from customer360.core.countries import country_of, load_countries
from customer360.core.data_sets import systems_of
from customer360.core.durable import write_text
from customer360.core.errors import Stopped
from customer360.core.policy import BASE, PolicyTable
from customer360.core.sources import STATE, Column, Table, as_seen, heading_key, load_sources
from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.entries import EMPTY_FOLDER, LINKED_FILE, entries
from customer360.landing.files import read_file
from customer360.landing.rows import DATA, KINDS, Inspector
from customer360.landing.totals import TotalWords
from customer360.onboarding.confidence import REFUTED, Confidence, judged, summed
from customer360.onboarding.currencies import are_rates
from customer360.onboarding.customer_keys import are_opaque
from customer360.onboarding.decimals import are_numbers, decimal_formats, decimal_mark
from customer360.onboarding.mapping import (
    BY_SIGN,
    OPEN,
    Contract,
    is_customer_key,
    load_contracts,
    open_points,
    targets_of,
)
from customer360.onboarding.systems import write_systems

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
# dbt-bouncer holds model names to letters and single underscores.
_PLACE = re.compile(r"[a-z]+(?:_[a-z]+)*")
_SAMPLE = 5_000
_DOTTED_DATE = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-][0-9]{4}\b.*")
_VALUE = re.compile(r"[-+(]?[¥$€£]?[-+]?[0-9][0-9.,:/ T-]*[%€]?\)?")
_ENCODINGS = (None, "cp1252")
_PERSONAL_FIELDS = {"name", "phone", "email", "birth_date"}
_JOINED = {"name", "address", "region", "ordered_at", "birth_date"}
"""Columns that files spread over several headings: first and last name, street and town, date and time."""
_HEAD_TOTALS = {"freight_amount", "tax_amount"}
_RETURN = "return_number"
"""What guesses call the number of a return document, and a list of such; no column of the contract."""
_PAYMENTS = "list_of_payments"
"""The same of a list of what was paid."""
_TWO_LETTERS = re.compile(r"[^\W\d_]{2}|[\u3400-\u9fff]")
_WORDS = {
    "document_kind": {
        "sale": "s|sale|sales|order|verkauf|kauf|bestellung|销售|订单",
        "return": "r|return|refund|retoure|rückgabe|erstattung|gutschrift|storno|退货|退款",
    },
    "gender": {
        "male": "m|male|herr|mr|männlich|男|先生",
        "female": "f|w|female|frau|ms|mrs|weiblich|女|女士",
    },
}


class CannotScaffold(Stopped):
    """Nothing was written; the message says why and what to do."""


@dataclass
class Found:
    """The columns of the files of one entity: heading → sample of its values, in the order of the files."""

    values: dict[str, list[str]] = field(default_factory=dict)
    encoding: str | None = None


class _AnyHeading(dict):
    """Takes every cell for a heading that is no number and no date: so the landing reader finds unknown ones."""

    def get(self, key: str, default: Column | None = None) -> Column | None:
        return default if not key or _VALUE.fullmatch(key) or "@" in key else Column(key)


class _Unknown(Table):
    """A table of which nothing is declared yet."""

    @functools.cached_property
    def by_heading(self) -> dict[str, Column]:
        return _AnyHeading()


def look_into(path: Path, totals: TotalWords) -> Found:
    """Headings and sample values of a file; CannotScaffold where landing could not read it either."""
    table = _Unknown("new", "data", (), path)
    for encoding in _ENCODINGS:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                return _read(path, table, Path(scratch), encoding, totals)
            except SetAside as error:
                if error.reason.code != "encoding" or encoding == _ENCODINGS[-1]:
                    raise CannotScaffold(f"{path}: {_reason(error.reason)} [{error.reason.code}]") from None
    raise AssertionError


def _reason(remark: Remark) -> str:
    """Why a file cannot be read, and what to do, in English as in the other messages of new-data."""
    text = remark.say()
    where = f"sheet {remark.sheet}: " if remark.sheet else ""
    return f"{where}{text.en}. Remedy: {text.remedy_en}"


def _read(path: Path, table: Table, scratch: Path, encoding: str | None, totals: TotalWords) -> Found:
    parts, _ = read_file(path, table, scratch, encoding, totals)
    found = Found(encoding=encoding)
    for part in parts:
        headings = [as_seen(cell) if cell else None for cell in part.layout.cells]
        for batch, kinds in Inspector(part.layout, part.sheet, totals).look(part.ways[-1]()):
            if batch.above_heading:
                continue
            is_data = pc.equal(kinds, KINDS[DATA])
            for heading, cells in zip(headings, batch.columns, strict=False):
                if heading:
                    sample = found.values.setdefault(heading, [])
                    sample += cells.filter(is_data).slice(0, _SAMPLE).drop_null().to_pylist()
            break
        for heading in filter(None, headings):
            found.values.setdefault(heading, [])
    return found


def snake_name(heading: str, taken: set[str]) -> str:
    """A column name for a heading: pinyin for Chinese, letters without accents, a number where it is taken."""
    text = "".join(
        f" {syllable} " if re.search(r"[\u3400-\u9fff]", character) else syllable
        for character in unicodedata.normalize("NFKC", heading)
        for syllable in lazy_pinyin(character)
    )
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.casefold().replace(umlaut, letters)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", text).strip("_")
    name = name if name[:1].isalpha() and not name.startswith("x_") else f"column_{name}".rstrip("_")
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free)
    return free


def _names(headings: Sequence[str]) -> dict[str, str]:
    """Heading → name of its column. One that is its own name keeps it: of `MwSt %` and `MwSt`, the second is mwst."""
    taken: set[str] = set()
    own_first = sorted(headings, key=lambda heading: heading_key(heading) != snake_name(heading, set()))
    return {heading: snake_name(heading, taken) for heading in own_first}


@functools.cache
def _guesses() -> dict[str, dict[str, int]]:
    """Heading without blanks and marks → columns of the contract that it often stands for, and its place among the words
    for each: of two headings the earlier says it more exactly."""
    guesses: dict[str, dict[str, int]] = {}
    with (Path(__file__).with_name("heading_guesses.csv")).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for place, word in enumerate((row["column"], *row["words"].split("|"))):
                guesses.setdefault(_plain(word), {}).setdefault(row["column"], place)
    return guesses


def _plain(heading: str) -> str:
    return re.sub(r"[\W_]", "", heading_key(heading))


def _guess(heading: str, values: Sequence[str]) -> list[str]:
    guessed = list(_guesses().get(_plain(heading), ()))
    if "name" in guessed and values and not any(map(_TWO_LETTERS.search, values)):
        # shops call an order by its number
        return ["source_order_id"]
    return guessed


@dataclass
class Proposal:
    """A source table as proposed for files that nothing is declared for yet."""

    system: str
    entity: str
    rows: str
    columns: list[dict]
    constants: dict[str, str]
    formats: dict[str, object]
    encoding: str | None
    confidence: dict[str, Confidence] = field(default_factory=dict)
    """Name of a column → how far its proposal can be trusted; not of what is open without one."""

    def entities_of(self, column: Mapping[str, Any]) -> set[str]:
        """The input entities that a column is proposed for."""
        targets = column["meta"]["maps_to"]
        return {target.partition(".")[0] for target in ([targets] if isinstance(targets, str) else targets)}

    @property
    def is_personal(self) -> bool:
        return any(column["meta"].get("pii") for column in self.columns)


def propose(system: str, entity: str, found: Found, contracts: Mapping[str, Contract]) -> Proposal:
    """Names, roles and formats for what stands in the files; `todo` for what cannot be told."""
    guessed = {heading: _guess(heading, values) for heading, values in found.values.items()}
    returns = _of_returns(entity, guessed)
    if returns == "numbered":
        guessed = {heading: _returned(guesses) for heading, guesses in guessed.items()}
    columns = {column for guesses in guessed.values() for column in guesses}
    rows = entity if entity in contracts else _row_entity(columns)
    if rows in ("orders", "order_items") and not columns & _COUNTED and _is_called(entity, _PAYMENTS):
        rows = "payments"
    if rows == OPEN and are_rates(found.values, guessed):
        rows = "exchange_rates"
    offered = _offered(rows, columns, contracts)
    if "orders" in offered and columns & _HEAD_TOTALS:
        # what a file states of whole documents is theirs, not their lines'
        guessed = {heading: _heads_first(guesses, contracts) for heading, guesses in guessed.items()}
    meant = _meant(guessed, offered, contracts)
    names = _names(list(found.values))
    proposed = []
    marks: dict[str, str | None] = {}
    unmapped: dict[str, str | None] = {}
    confidence: dict[str, Confidence] = {}
    for heading, values in found.values.items():
        name = names[heading]
        column = meant.get(heading)
        targets = [f"{e}.{column}" for e in offered if column and contracts[e].takes(column)]
        targets = [t for t in targets if column != "country" or t.startswith(("orders", "customers"))][:3]
        is_key = rows in contracts and contracts[rows].key == (column,)
        if targets:
            kind = contracts[targets[0].partition(".")[0]].types.get(column, "varchar")
            others = [
                c for c in guessed[heading] if c != column and any(contracts[e].takes(c) for e in offered)
            ]
            confidence[name] = judged(column, kind, values, others, is_key and not _of_many(column, guessed))
            if confidence[name].level == REFUTED:
                targets = []
        meta: dict[str, object] = {}
        if heading_key(heading) != name:
            meta["headers"] = [heading]
        if rows in contracts and column in contracts[rows].key:
            meta["required"] = True
        pii = next((contracts[e].pii[column] for e in offered if column in contracts[e].pii), None)
        names_customers = any(is_customer_key(contracts[e], column) for e in offered if column)
        if pii and not (names_customers and are_opaque(values)):
            meta["pii"] = pii
        meta["maps_to"] = (targets[0] if len(targets) == 1 else targets) if targets else OPEN
        if returns and targets and _states_positive(column, values):
            meta["negate"] = True
        if targets and column in _WORDS and (words := _words(column, values)):
            meta["values"] = words
        if _holds_numbers(targets, contracts):
            marks[name] = decimal_mark(values)
        elif not targets and are_numbers(values):
            unmapped[name] = decimal_mark(values)
        proposed.append({"name": name, "description": heading, "meta": meta})
    decimal, of_columns = decimal_formats(marks, unmapped)
    for one in proposed:
        if one["name"] in of_columns:
            one["meta"]["decimal"] = of_columns[one["name"]]
    return Proposal(
        system,
        entity,
        rows,
        proposed,
        _constants(offered, columns, found, guessed, returns),
        ({"decimal": decimal} if decimal else {}) | _formats(found, columns),
        found.encoding,
        confidence,
    )


def _with_customers(proposal: Proposal) -> Proposal:
    """Who buys is a customer, also where no list of the system says more of him than his number."""
    for column in proposal.columns:
        if column["meta"]["maps_to"] == "orders.source_customer_id":
            column["meta"]["maps_to"] = ["orders.source_customer_id", "customers.source_customer_id"]
    return proposal


def _of_returns(entity: str, guessed: Mapping[str, Sequence[str]]) -> str | None:
    """Whether a file holds return documents: by a heading that numbers them (the document's number is known then), or by the
    name of its folder alone."""
    if any(_RETURN in guesses for guesses in guessed.values()):
        return "numbered"
    return "named" if _is_called(entity, _RETURN) else None


def _is_called(entity: str, what: str) -> bool:
    """Whether the name of a folder, or a word of it, says what is in it."""
    return any(what in _guesses().get(_plain(word), ()) for word in (entity, *entity.split("_")))


def _returned(guesses: Sequence[str]) -> list[str]:
    """What headings mean in a list of return documents: its own number, and that of the sale."""
    names = {_RETURN: "source_order_id", "source_order_id": "original_source_order_id"}
    return [names.get(guess, guess) for guess in guesses]


def _of_many(column: str, guessed: Mapping[str, Sequence[str]]) -> bool:
    """Whether several headings may be this column, which then is put together of them."""
    return sum(column in guesses for guesses in guessed.values()) > 1


def _states_positive(column: str | None, values: Sequence[str]) -> bool:
    """Whether a column of return documents states what came back without a sign."""
    is_counted = column in ("quantity", "amount", "document_amount", "discount_amount")
    return is_counted and bool(values) and not any(_SIGNED.search(value) for value in values)


def _holds_numbers(targets: Sequence[str], contracts: Mapping[str, Contract]) -> bool:
    """Whether a column becomes a number of the contract."""
    kinds = (contracts[e].types.get(c, "") for e, _, c in (target.partition(".") for target in targets))
    return any(kind.startswith(("decimal", "integer", "bigint", "double")) for kind in kinds)


def _heads_first(guesses: Sequence[str], contracts: Mapping[str, Contract]) -> list[str]:
    def is_of_lines(column: str) -> bool:
        return contracts["order_items"].takes(column) or not contracts["orders"].takes(column)

    return sorted(guesses, key=is_of_lines)


def _meant(
    guessed: Mapping[str, Sequence[str]], offered: Sequence[str], contracts: Mapping[str, Contract]
) -> dict[str, str]:
    """Heading → the column proposed for it. A column that files do not spread over several headings is proposed for the one
    whose word stands first in its list; the others go on to what they may mean besides."""
    open_to = {
        heading: [g for g in guesses if any(contracts[e].takes(g) for e in offered)]
        for heading, guesses in guessed.items()
    }
    meant: dict[str, str] = {}
    waiting = list(open_to)
    while waiting:
        heading = waiting.pop(0)
        if not open_to[heading]:
            continue
        column = open_to[heading].pop(0)
        holder = None if column in _JOINED else next((h for h, c in meant.items() if c == column), None)
        if holder is None:
            meant[heading] = column
        elif _place(heading, column) < _place(holder, column):
            del meant[holder]
            meant[heading] = column
            waiting.append(holder)
        else:
            waiting.append(heading)
    return meant


def _place(heading: str, column: str) -> int:
    return _guesses().get(_plain(heading), {}).get(column, 0)


_SIGNED = re.compile(r"^\s*[-(（−]|[-)）−]\s*$")
_COUNTED = {"source_product_id", "quantity", "unit_price"}
_TRADED = {"source_order_id", "quantity", "amount", "ordered_at"}
_ON_THE_WAY = {"carrier", "shipped_at", "delivered_at", "promised_at", "source_delivery_id"}
_NOT_OF_PAYMENTS = {"ordered_at", "document_amount", "document_kind", "source_customer_id", *_PERSONAL_FIELDS}


def _row_entity(columns: set[str]) -> str:
    if {"campaign_code", "sent_at"} <= columns:
        return "campaign_contacts"
    if columns & {"source_response_id", "answered_at"} and "score" in columns:
        return "surveys"
    if {"source_payment_id", "source_order_id"} <= columns and not columns & _NOT_OF_PAYMENTS:
        return "payments"
    # a text alone is no article
    of_goods = columns & _COUNTED
    if (
        "source_order_id" in columns
        and len(columns & _ON_THE_WAY) > 1
        and not of_goods | columns & _NOT_OF_PAYMENTS
    ):
        return "deliveries"
    if "source_order_id" in columns and of_goods:
        return "order_items"
    if "source_order_id" in columns:
        return "orders"
    if columns & {"source_customer_id", *_PERSONAL_FIELDS}:
        return "customers"
    # articles with a day and a quantity were sold: what of is not known
    return "products" if "source_product_id" in columns and not columns & _TRADED else OPEN


def _offered(rows: str, columns: set[str], contracts: Mapping[str, Contract]) -> list[str]:
    """The row entity, and what its rows carry beside it."""
    offered = [rows] if rows in contracts else []
    if rows == "order_items" and "ordered_at" in columns:
        offered.append("orders")
    if "orders" in offered and "source_customer_id" in columns and columns & _PERSONAL_FIELDS:
        offered.append("customers")
    if rows == "order_items" and columns >= {"source_product_id", "product_name"}:
        offered.append("products")
    return offered


def _constants(
    offered: Sequence[str],
    columns: set[str],
    found: Found,
    guessed: Mapping[str, list[str]],
    returns: str | None,
) -> dict[str, str]:
    if "orders" not in offered:
        return {}
    constants = {}
    if "document_kind" not in columns:
        signed = (
            value
            for heading, values in found.values.items()
            if {"quantity", "amount", "document_amount"} & set(guessed[heading])
            for value in values
        )
        if returns:
            constants["orders.document_kind"] = "return" if returns == "numbered" else OPEN
        else:
            has_both = any(_SIGNED.search(value) for value in signed)
            constants["orders.document_kind"] = BY_SIGN if has_both else "sale"
    if "channel" not in columns:
        constants["orders.channel"] = OPEN
    return constants


def _formats(found: Found, columns: set[str]) -> dict[str, object]:
    values = [value for sample in found.values.values() for value in sample]
    formats: dict[str, object] = {}
    dates = [match for value in values if (match := _DOTTED_DATE.fullmatch(value))]
    if dates:
        day, month = (max(int(match[place]) for match in dates) for place in (1, 2))
        dotted = all("." in match[0][:3] for match in dates)
        formats["day_first"] = True if day > 12 or dotted else False if month > 12 else OPEN
    return formats


def _words(column: str, values: Sequence[str]) -> dict[str, str]:
    """What the words of a coded column mean; empty for a column of too many words to be one."""
    distinct = sorted(set(values))
    if len(distinct) > 8:
        return {}
    meanings = {word: meaning for meaning, words in _WORDS[column].items() for word in words.split("|")}
    return {word: meanings.get(heading_key(word), OPEN) for word in distinct}


def _flow(value: object) -> str:
    """A value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return text.removesuffix("...\n").strip()


def render_table(proposal: Proposal) -> str:
    """The YAML of one table, as it stands under `tables:`."""
    # A newer export of the same name replaces the older one; `append` keeps both.
    meta = {"load": "replace", "rows": proposal.rows, **proposal.formats}
    if proposal.encoding:
        meta["encoding"] = proposal.encoding
    lines = [
        f"      - name: {proposal.entity}",
        f"        description: One row per {proposal.rows} of {proposal.system}.",
        "        config:",
        "          meta:",
        f"            grain: {proposal.rows}",
        *(f"            {key}: {_flow(value)}" for key, value in meta.items()),
    ]
    if proposal.constants:
        lines.append("            constants:")
        lines += [f"              {target}: {_flow(value)}" for target, value in proposal.constants.items()]
    lines.append("        columns:")
    for column in proposal.columns:
        trust = proposal.confidence.get(column["name"])
        lines += [
            # a name such as on, which YAML takes for a truth value, is quoted
            f"          - name: {_flow(column['name'])}",
            f"            description: {json.dumps(column['description'], ensure_ascii=False)}",
            f"            config: {{meta: {_flow(column['meta'])}}}" + (f"  # {trust}" if trust else ""),
        ]
    return "\n".join(lines) + "\n"


def render_system(name: str, system: str, proposals: Sequence[Proposal]) -> str:
    return (
        "version: 2\n\n"
        "# Proposed by `make new-data`: decide every todo, correct what was guessed wrong"
        " (docs/bring-your-data.md).\n\n"
        f"sources:\n  - name: {system}\n    description: {system} of {name}.\n    tables:\n"
        + "\n".join(map(render_table, proposals))
    )


def render_data_set(
    name: str, currency: str, time_zone: str, country: str, systems: Sequence[str], is_personal: bool
) -> str:
    personal = "yes" if is_personal else "none"
    lines = [
        f"name: {name}",
        f"label_zh: {name}",
        f"label_en: {name}",
        f"currency: {currency}",
        f"time_zone: {time_zone}",
        f"country: {country}",
        f"policy: {name}",
        f"personal_data: {personal}",
        f"systems: [{', '.join(systems)}]",
    ]
    return "\n".join(lines) + "\n"


DECIDED = ("core_fields.csv", "source_frequencies.csv")
"""Policy files that no company has in common with another."""


def own_policy(project: Path, name: str, currency: str, systems: Sequence[str]) -> dict[str, str]:
    """What a company must decide: the files of the base that name amounts, with its currency, or systems, without those
    of the demo; how often its systems deliver, and which fields it cannot do without."""
    files = {}
    for path in sorted((project / "seeds" / "policy").glob("*.csv")):
        table = PolicyTable(path)
        rows, columns = [row for _, row in table.rows], table.columns
        kept = [row for row in rows if row.get("source_system", "*") in ("*", "all", "")]
        if path.name == "value_references.csv":
            # what others reported in yuan is no amount to rename
            kept = [row for row in kept if not row["currency"]]
        if path.name == "source_frequencies.csv":
            kept += [
                dict(zip(columns, (system, "orders", 31, "Proposed: write what was agreed"), strict=True))
                for system in systems
            ]
        if path.name == "management_policy.csv":
            # with whose figures it may be compared the company says itself
            kept = [{**row, "industries": ""} for row in kept]
        lines = []
        for row in kept:
            if row.get("currency"):
                row["currency"] = currency
            lines.append([row[column] for column in columns])
        if lines != [list(row.values()) for _, row in PolicyTable(path).rows] or path.name in DECIDED:
            files[f"policies/{name}/{path.name}"] = _csv([columns, *lines])
    return files


def _csv(rows: Sequence[Sequence[object]]) -> str:
    import io

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def find_files(paths: Sequence[Path]) -> dict[tuple[str, str], list[Path]]:
    """The given files, and those under given folders, by the two folders <system>/<entity> that hold them."""
    found: dict[tuple[str, str], list[Path]] = {}
    for given in paths:
        if not given.exists():
            raise CannotScaffold(f"{given}: no such file or folder")
        for path, code in entries(given) if given.is_dir() else [(given, None)]:
            if code == EMPTY_FOLDER:
                continue
            if code not in (None, LINKED_FILE):
                raise CannotScaffold(f"{path}: {_reason(Remark(code))}")
            parts = path.relative_to(given).parts if given.is_dir() else path.resolve().parts[-3:]
            if len(parts) < 3:
                raise CannotScaffold(f"{path}: put it into <system>/<entity>/, such as webshop/orders/")
            found.setdefault((parts[0], parts[1]), []).append(path)
    return found


def _check_name(kind: str, name: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(name) or name == STATE:
        raise CannotScaffold(
            f"{kind} {name!r}: use small letters and single underscores, beginning with a letter"
            + (f"; {STATE} is taken" if name == STATE else "")
        )


def scaffold(
    project: Path,
    name: str,
    paths: Sequence[Path],
    currency: str,
    time_zone: str,
    country: str = "",
    systems: Sequence[str] = (),
) -> tuple[list[str], list[str]]:
    """Write what is missing; returns (paths written, lines to show). CannotScaffold or DeclarationError: nothing was."""
    _check_name("data set", name, _NAME)
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise CannotScaffold(f"currency {currency!r}: write three capitals, such as EUR")
    if time_zone not in available_timezones():
        raise CannotScaffold(
            f"time zone {time_zone!r}: write an IANA name, such as {ZoneInfo('Europe/Berlin')}"
        )
    country = country or country_of(project, time_zone) or ""
    if country not in load_countries(project):
        raise CannotScaffold(
            f"country {country!r}: write the ISO 3166 code of two capitals, such as DE"
            if country
            else f"time zone {time_zone} is of no country: write whose telephone numbers have no calling code, such as"
            " --country DE"
        )
    tables, contracts = load_sources(project), load_contracts(project)
    file = project / "datasets" / f"{name}.yml"
    listed = set(systems_of(file)) if file.is_file() else set()
    totals = TotalWords.of(project, BASE)
    declared = [table for table in tables.values() if table.system in systems and table.system not in listed]
    for system in systems:
        if system not in {table.system for table in tables.values()}:
            raise CannotScaffold(
                f"system {system!r} is not declared: write models/staging/{system}/_{system}__sources.yml first"
            )
    proposals, says = [], []
    for (system, entity), files in find_files(paths).items():
        _check_name("system", system, _PLACE)
        _check_name("entity", entity, _PLACE)
        if (project / "models" / "staging" / system).exists() and system not in listed:
            raise CannotScaffold(
                f"system {system!r} is taken by another data set; call the folder {name}_{system} instead"
            )
        if (system, entity) not in tables:
            found = functools.reduce(_together, (look_into(path, totals) for path in files))
            proposals.append(propose(system, entity, found, contracts))
    told_elsewhere = {key[0] for key, table in tables.items() if "customers" in targets_of(table)}
    told_elsewhere |= {p.system for p in proposals if any("customers" in p.entities_of(c) for c in p.columns)}
    proposals = [p if p.system in told_elsewhere else _with_customers(p) for p in proposals]
    if not tables.keys() & {k for k in tables if k[0] in listed} and not proposals and not declared:
        raise CannotScaffold(f"nothing to read: put files into inbox/{name}/<system>/<entity>/ or name them")
    wanted: dict[str, str] = {}
    if proposals or declared:
        proposed = list(dict.fromkeys(p.system for p in proposals))
        for system in proposed:
            own = [p for p in proposals if p.system == system]
            path = f"models/staging/{system}/_{system}__sources.yml"
            if (project / path).exists():
                says.append(f"{path} exists; add under its tables:\n\n" + "\n".join(map(render_table, own)))
            else:
                wanted[path] = render_system(name, system, own)
        systems = [*proposed, *dict.fromkeys(table.system for table in declared)]
        rows = [(p.system, p.rows) for p in proposals] + [(t.system, t.rows or "") for t in declared]
        selling = [s for s in systems if any(system == s and "order" in row for system, row in rows)]
        if file.is_file():
            says += [
                f"datasets/{name}.yml exists; add to its systems: {s}" for s in systems if s not in listed
            ]
        else:
            is_personal = any(p.is_personal for p in proposals) or any(
                column.pii for table in declared for column in table.columns
            )
            wanted[f"datasets/{name}.yml"] = render_data_set(
                name, currency, time_zone, country, systems, is_personal
            )
            if not (project / "policies" / name).exists():
                wanted |= own_policy(project, name, currency, selling)
    for one in proposals:
        if trusted := summed(one.confidence):
            says += [f"guesses 猜测 {one.system}.{one.entity}: {trusted[0]}", *trusted[1:]]
    written = _write(project, wanted)
    written += write_systems(project)
    return written, says


def _together(one: Found, two: Found) -> Found:
    for heading, values in two.values.items():
        one.values.setdefault(heading, []).extend(values)
    one.encoding = one.encoding or two.encoding
    return one


def _write(project: Path, files: Mapping[str, str]) -> list[str]:
    """Write these files, all of them or none: what is there in part is taken for somebody's own."""
    try:
        for path, text in files.items():
            write_text(project / path, text)
    except BaseException:
        for path in files:
            (project / path).unlink(missing_ok=True)
        raise
    return list(files)


def todo_list(project: Path, name: str) -> list[str]:
    """What is still open in the mappings of a data set."""
    tables, contracts = load_sources(project), load_contracts(project)
    systems = systems_of(project / "datasets" / f"{name}.yml")
    own = [t for key, t in tables.items() if key[0] in systems and t.rows]
    return [
        point
        for table in own
        for point in open_points(
            table,
            contracts,
            {e for t in own if t.system == table.system and t is not table for e in targets_of(t)},
        )
    ]


def scaffold_data_set(
    project: Path,
    name: str,
    files: Sequence[Path],
    currency: str,
    time_zone: str,
    country: str = "",
    systems: Sequence[str] = (),
) -> list[str]:
    """Scaffold a data set from these files (default: inbox/<name>) and these systems that are declared already; lines to
    show: what was written, and what is open.

    Raises CannotScaffold and DeclarationError, with nothing written.
    """
    inbox = project / "inbox" / name
    given = files or ([inbox] if inbox.is_dir() else [])
    written, says = scaffold(project, name, given, currency, time_zone, country, systems)
    points = todo_list(project, name)
    lines = [*(f"wrote 写入 {path}" for path in written), *says] or ["nothing to write 无需改动"]
    if points:
        return [*lines, f"\nstill open 待定 ({len(points)}):", *(f"  {point}" for point in points)]
    return [*lines, f"\nthe mapping is complete 映射已完成: make check-data NAME={name}"]
