"""The staging models of a mapped table, written as SQL from its mapping.

The base model reads every landed row: it puts texts together, parses them, types them and lists the rules that a row
breaks. Its columns are called <input entity>__<column>, for one landed row may carry a line, its order and its customer.
The staging models take the accepted rows apart again, one model per input entity.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import chain

from customer360.core.countries import as_country
from customer360.core.sources import CODES, RETURNS, Column, Condition, Filter, NameList, Table
from customer360.onboarding.mapping import (
    BEYOND,
    BY_SIGN,
    NOT_MAPPED,
    OPEN,
    Contract,
    contracts_of,
    is_amount,
)

_FULL = {
    "name": (
        "person_name",
        {"name": "name", "name_honorific": "honorific", "name_note": "note", "name_reason": "reason"},
    ),
    "company_name": ("company_name", {"company_name": "name", "company_branch": "branch"}),
    "phone": ("phone", {"phone": "number", "phone_reason": "reason", "phone_partial": "partial"}),
    "email": ("email", {"email": "address", "email_reason": "reason"}),
    "credit_code": ("credit_code", {"credit_code": "code", "credit_code_reason": "reason"}),
}
_ANYWHERE = {
    "phone": ("phone", {"phone": "number"}),
    "email": ("email", {"email": "address"}),
    "credit_code": ("credit_code", {"credit_code": "code"}),
    "id_number_hash": ("id_number", {"id_number_hash": "hash", "id_number_reason": "reason"}),
    "birth_date": ("birth_date", {"birth_date": "date", "birth_date_reason": "reason"}),
}
"""Columns of the contract that a function answers with a struct: the function, and the columns read from its fields. A
customer's own fields (_FULL) keep more than a name or a number that stands beside another key."""

_CORE = [
    "name",
    "company_name",
    "phone",
    "email",
    "birth_date",
    "gender",
    "address",
    "income_band",
    "industry_code",
    "credit_code",
]
"""Columns of a customer whose absence has a reason (missing_reasons)."""

_PLACE = ("province_code", "city_code", "district")
_BESIDE = {
    "name": ("name_honorific", "name_note", "name_reason", "name_script"),
    "company_name": ("company_branch",),
    "phone": ("phone_reason", "phone_partial"),
    "email": ("email_reason",),
    "credit_code": ("credit_code_reason",),
    "id_number_hash": ("id_number_reason",),
    "birth_date": ("birth_date_reason",),
    "region": (*_PLACE, "region_status"),
}
"""Columns of the contract that come with a mapped one."""

UNREADABLE = {
    "birth_date": None,
    "ordered_at": "invalid_order_time",
    "quantity": "invalid_quantity",
    "unit_price": "invalid_price",
    "list_price": "invalid_price",
    "unit_cost": "invalid_price",
    "score": "invalid_score",
    "scale_max": "invalid_score",
    "satisfaction": "invalid_score",
}
"""Reason code for a value that cannot be parsed, by column. An invalid birth date is reported but does not reject the row."""

UNREADABLE_TYPES = {"date": "invalid_time", "timestamp": "invalid_time", "boolean": "unknown_code"}
"""The same by type, of other columns; a number is an invalid_amount."""

MISSING = {
    "source_order_id": "missing_order_number",
    "source_product_id": "missing_product",
    "document_kind": "unknown_code",
    "family": "unknown_code",
}
"""Reason code for a row that lacks a required column; else that of a value that cannot be parsed, or missing_record_key."""

OF_ANY_AGE = (
    "customers.birth_date",
    "customers.founded_on",
    "products.launched_on",
    "stores.opened_on",
    "dealers.signed_on",
    "erasure_requests.received_at",
)
"""Times that may lie before the first plausible day: beginnings of people and things, and requests that must be met anyway."""

_ATTRIBUTES = ("orders.paid_at", "orders.cancelled_at", "orders.refunded_at")
"""Times beside that of the record, which many systems fill with 1970-01-01: before the first plausible day they are empty."""

_TOO_EARLY = "time_before_first_day"

_LINEAGE = {
    "load_id": "Content hash of the landed file.",
    "source_file": "File in the inbox.",
    "source_sheet": "Sheet of the workbook.",
    "source_row": "Row in the file as a spreadsheet shows it.",
    "landed_on": "Day on which the file was landed.",
    "row_kind": "What landing takes the row for: data, total or note.",
    "landed_at": "Time at which the file was landed, UTC.",
    "load_rank": "{{ doc('load_rank') }}",
    "content_hash": "Number of the content of the landed row.",
}
_DOCUMENTS = {
    "document_suffix": "What policy joins to the number of the document (seed document_keys).",
    "document_number": "Number of the document before its returns were split off.",
}
_WALK_IN = {
    "is_named_walk_in": "True where the name is that of all walk-in customers.",
    "is_walk_in": "True for a record of all guests and walk-in customers, and so of nobody.",
}
_HEADS = {
    "is_head_landed": "A row of the order was landed.",
    "is_head_accepted": "A row of the order breaks no rule.",
    "document_kind": "Kind of the accepted order.",
}


DOCUMENT_KEYS = {"store_code": "orders__store_code", "ordered_on": "cast(orders__ordered_at as date)"}
"""What tells documents of one number apart where policy says so (seed document_keys), in the order in which it is joined to
the number: column → how a row states it."""

_WIDTH = 112
"""Characters of a column of a query that fit into a line of a model."""


def _is_number(kind: str) -> bool:
    return kind.split("(")[0] in ("decimal", "integer", "bigint", "double")


def unreadable_code(column: str, kind: str) -> str | None:
    """Reason code for a value of this column that cannot be parsed; None where any text is one."""
    by_type = "invalid_amount" if _is_number(kind) else UNREADABLE_TYPES.get(kind)
    return UNREADABLE.get(column, by_type)


def missing_code(column: str, kind: str) -> str:
    """Reason code for a row without this required column."""
    return MISSING.get(column) or unreadable_code(column, kind) or "missing_record_key"


def _literal(text: str) -> str:
    """A text as SQL, in a file that Jinja reads first."""
    return re.sub(r"\{(?=[{%#])", "{{ '{' }}", "'" + text.replace("'", "''") + "'")


def _word(text: str) -> str:
    """A text as words are compared: on one line and in small letters."""
    return f"lower({_call('squeeze', text)})"


def _holds(condition: Condition, relation: str) -> str:
    """A condition of the mapping as SQL that is true or false, and never null."""
    words = ", ".join(_literal(word.lower()) for word in condition.words)
    negated = "not in" if condition.negated else "in"
    return f"coalesce({_word(f'{relation}.{condition.column}')}, '') {negated} ({words})"


def _flag(one: Filter) -> str:
    """The column of `typed` that is true where a filter of the mapping leaves the row out."""
    return f"is_left_out_by_{one.condition.column}"


def _coalesced(values: Sequence[str]) -> str:
    """The first value that is not null, one on a line."""
    listed = ",\n".join(values).replace("\n", "\n    ")
    return f"coalesce(\n    {listed}\n)"


def _scaled(text: str, factor: Decimal, kind: str) -> str:
    """The number in a text in the unit of the contract; decimals of its type are kept, doubles as they are."""
    digits = f"{factor:f}"
    whole, _, decimals = digits.partition(".")
    factor_type = f"decimal({max(len(whole.lstrip('0')), 0) + len(decimals) or 1}, {len(decimals)})"
    scale = {"double": ""}.get(kind, f", {(re.search(r',([0-9]+)[)]', kind) or [0, 0])[1]}")
    return f"{{{{ scaled_number(\n    '{text}', '{digits}', '{factor_type}', '{kind}'{scale}\n) }}}}"


def _call(function: str, *arguments: str) -> str:
    return f"{{{{ function('{function}') }}}}({', '.join(arguments)})"


def _macro(name: str, arguments: Sequence[str]) -> str:
    """A call of a macro in SQL, on as many lines as fit."""
    call = f"{{{{ {name}({', '.join(arguments)}) }}}}"
    if len(call) <= _WIDTH // 2:
        return call
    return f"{{{{ {name}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ") }}"


def _as(sql: str, name: str) -> str:
    """A column of a query, on as many lines as fit."""
    if max(map(len, f"{sql} as {name}".splitlines())) <= _WIDTH:
        return f"{sql} as {name}"
    if len(sql) <= _WIDTH or "\n" in sql:
        return f"{sql}\n    as {name}"
    function, _, arguments = sql.partition("}}(")
    return f"{function}}}}}(\n    {arguments.removesuffix(')')}\n) as {name}"


def _block(name: str, sql: str) -> str:
    """A CTE; its SQL is indented once."""
    lines = (f"    {line}" if line else "" for line in sql.strip("\n").splitlines())
    return f"{name} as (\n\n" + "\n".join(lines) + "\n\n)"


def _select(columns: Sequence[str], rest: str) -> str:
    """A query. What begins with a comment mark is a comment above the column that follows it."""
    last = max(place for place, column in enumerate(columns) if not column.startswith("--"))
    lines = []
    for place, column in enumerate(columns):
        if column.startswith("--"):
            lines += ["", column]
        else:
            lines += (column + ("," if place < last else "")).splitlines()
    return "select\n" + "\n".join(f"    {line}" if line else "" for line in lines) + f"\n{rest}"


def _rules(name: str, rules: Sequence[str]) -> str:
    """A list of rules as a variable of Jinja."""
    return f"{{% set {name} = [\n" + "".join(f"    {rule},\n" for rule in rules) + "] %}\n"


def _model(grain: str, head: str, ctes: Sequence[str]) -> str:
    return f"-- grain: {grain}\n\n{head}with\n\n" + ",\n\n".join(ctes) + "\n\nselect * from final\n"


def _missing_reasons(fields: Sequence[tuple[str, str]]) -> str:
    """Why core fields are empty; `fields` are pairs of core field and the text that it is read from."""
    if not fields:
        return "cast(null as string)"
    return "{{ missing_reasons([\n" + "".join(f"    ('{c}', '{x}'),\n" for c, x in fields) + "]) }}"


@dataclass
class MappedTable:
    """A mapped table beside the contracts of what it offers.

    `heads` are entities of the same system that offer the orders to which the lines of this table belong. Raises KeyError
    where a target names an entity without contract (`check_mapping` says so before).
    """

    table: Table
    contracts: Mapping[str, Contract]
    heads: Sequence[str] = ()
    fields: dict[str, dict[str, list[Column]]] = field(init=False, default_factory=dict)
    """Input entity → column of the contract → landed columns that it is made of."""
    constants: dict[str, dict[str, str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.contracts = contracts_of(self.table, self.contracts)
        if self.rows == CODES:
            self.fields[CODES] = {column.name: [column] for column in self.table.columns}
        for column in self.table.columns:
            for target in column.maps_to if self.rows != CODES else ():
                if target not in (OPEN, NOT_MAPPED):
                    entity, _, name = target.partition(".")
                    read = column.read_for(target)
                    self.fields.setdefault(entity, {}).setdefault(name, []).append(read)
        self.fields.setdefault(self.rows, {})
        for target, value in self.table.constants.items():
            entity, _, name = target.partition(".")
            self.fields.setdefault(entity, {})
            self.constants.setdefault(entity, {})[name] = value

    @property
    def rows(self) -> str:
        return self.table.rows

    @property
    def base(self) -> str:
        return f"base_{self.table.system}__{self.table.entity}"

    @property
    def entities(self) -> list[str]:
        """The input entities that the table offers, the one that each row is first."""
        return [self.rows, *sorted(self.fields.keys() - {self.rows})]

    def of(self, entity: str) -> str:
        """The input entity that the mapping knows under this name."""
        return self.table.also.get(entity, entity)

    @property
    def by_position(self) -> bool:
        """Lines without a number are told apart by their position on the document, which a delivery states as a whole."""
        return self.rows == "order_items" and "source_line_id" not in self.fields["order_items"]

    def _line_of(self) -> list[str]:
        """The column that says what a line is of: the article's number, else its name."""
        lines = self.fields["order_items"]
        return [
            f"'order_items__{column}'" for column in ("source_product_id", "product_name") if column in lines
        ][:1]

    @property
    def by_sign(self) -> bool:
        """Negative lines are a return. Where a document holds both, they become a document of their own,
        <number>-return."""
        return self.constants.get("orders", {}).get("document_kind") == BY_SIGN

    @property
    def has_lines(self) -> bool:
        return "order_items" in self.fields

    @property
    def carries_heads(self) -> bool:
        """Each row is an order line and carries the head of its order."""
        return self.rows == "order_items" and "orders" in self.fields

    @property
    def document_keys(self) -> dict[str, str]:
        """What may tell documents of one number apart, of what the rows carry: as DOCUMENT_KEYS."""
        needed = {"ordered_on": "ordered_at"}
        given = self._given("orders") if self.carries_heads else ()
        return {key: sql for key, sql in DOCUMENT_KEYS.items() if needed.get(key, key) in given}

    @property
    def computes_amount(self) -> bool:
        return self.has_lines and "amount" not in self._given("order_items")

    def _given(self, entity: str) -> list[str]:
        return [*self.fields.get(entity, {}), *self.constants.get(entity, {})]

    def _kind(self, entity: str, column: str) -> str:
        return self.contracts[entity].types.get(column, "varchar")

    def _may_be_unreadable(self, entity: str, column: str) -> bool:
        """Whether a rule of its own tells a value that cannot be parsed: one that each row must have is missing then."""
        is_told = entity == self.rows and column in self.contracts[entity].required
        return not is_told and unreadable_code(column, self._kind(entity, column)) is not None

    def offered(self, entity: str) -> list[str]:
        """The columns of the contract that the table offers for one entity, in the order of the contract."""
        given = [*self._given(entity), *self._shared(entity)]
        columns = {*given, "landed_on", *(beside for column in given for beside in _BESIDE.get(column, ()))}
        columns |= {"customers": {"missing_reasons"}, "order_items": {"source_line_id", "amount"}}.get(
            self.of(entity), set()
        )
        return [column for column in self.contracts[entity].types if column in columns]

    # ---- the base model

    def base_model(self) -> str:
        """Every landed row, typed, with the rules it breaks."""
        table = self.table
        landed, parsed, typed, core = [], [], [], []
        regions = []
        for entity, columns in self.fields.items():
            read, city = [], []
            if {"phone", "country"} <= columns.keys():
                country = _call("country_code", self._text(columns["country"], "varchar"))
                landed.append(_as(country, f"{entity}__phone__country"))
            for column, parts in columns.items():
                if column == "region":
                    regions.append(entity)
                    landed.append(self._place(entity, parts))
                    city = [("city_code", f"parsed.{parts[-1].name}")]
                    read += self._region(entity)
                else:
                    read += self._read(entity, column, parts, landed, parsed, core)
            for column, value in self.constants.get(entity, {}).items():
                if value != BY_SIGN:
                    kind = self._kind(entity, column)
                    read.append(_as(f"cast({_literal(value)} as {kind})", f"{entity}__{column}"))
            if entity == "customers":
                read.append(_as(_missing_reasons([*core, *city]), "customers__missing_reasons"))
                if named := self._is_named_walk_in():
                    read.append(_as(named, "customers__is_named_walk_in"))
            typed += [f"-- {entity}", *read] if read else []
        if table.filters:
            typed.append("-- rows that are no record of the entity")
            typed += [_as(f"not ({_holds(one.condition, 'parsed')})", _flag(one)) for one in table.filters]
        source = f"{{{{ source('{table.system}', '{table.entity}') }}}}"
        read_all = f"select * from {source}"
        names = self._names()
        from_landed = f"from {source} as landed" + "".join(
            f"\nleft join {alias}\n    on {_word(f'landed.{column}')} = {alias}.code"
            for alias, column, _ in names
        )
        ctes = [_block(alias, self._names_of(of)) for alias, _, of in names]
        ctes.append(_block("landed", _select(["landed.*", *landed], from_landed) if landed else read_all))
        ctes += [
            _block(f"{entity}_regions", f"{{{{ match_regions('landed', '{entity}__place') }}}}")
            for entity in regions
        ]
        ctes += [self._heads()] if self.heads else []
        ctes += [self._keys()] if self.document_keys else []
        hash_of = "{{ row_content_hash('landed') }} as content_hash"
        ctes.append(_block("parsed", _select(["landed.*", hash_of, *parsed], "from landed")))
        joins = "".join(
            f"\nleft join {entity}_regions\n    on parsed.{entity}__place = {entity}_regions.address"
            for entity in regions
        )
        always = ["{{ lineage_columns('parsed') }}", "{{ version_columns('parsed') }}"]
        ctes.append(_block("typed", _select([*always, *typed], f"from parsed{joins}")))
        last = "typed"
        for name, sql in self._steps():
            ctes.append(_block(name, sql.replace("@", last)))
            last = name
        position = "row_number() over (order by {{ landing_order('asc') }}) as landing_position"
        ctes.append(_block("positioned", _select(["*", position], f"from {last}")))
        ctes.append(_block("final", self._with_broken_rules("positioned")))
        grain = f"one landed row of {table.entity} of {table.system}, typed, with the rules it breaks"
        rules, head_rules = self.rules()
        head = _rules("rules", rules) + (_rules("head_rules", head_rules) if head_rules else "")
        return _model(grain, f"{head}\n", ctes)

    def _format(self, parts: Sequence[Column], key: str) -> object:
        """A format of the first landed column, else of the table; None where it is open or none."""
        value = parts[0].formats.get(key, self.table.formats.get(key))
        return None if value in (OPEN, NOT_MAPPED) else value

    def _text(self, parts: Sequence[Column], kind: str, column: str = "") -> str:
        """The text to read: words replaced by what they mean, numbers with a decimal point, parts joined."""
        instead = [part for part in parts if part.fallback]
        if instead and len(instead) < len(parts):
            texts = [self._text([part for part in parts if not part.fallback], kind)]
            texts += [self._text([replace(part, fallback=False)], kind) for part in instead]
            return _coalesced([_call("clean_text", text) for text in texts])
        texts = []
        for part in parts:
            landed = self._named(part)
            if part.words:
                cases = "".join(
                    f"\n    when {_literal(word.lower())} then {_literal(meaning)}"
                    for word, meaning in part.words.items()
                )
                landed = f"case lower({_call('squeeze', landed)}){cases}\n    else {landed}\nend"
            elif _is_number(kind) and self._format([part], "decimal") == "comma":
                landed = f"translate({landed}, '.,', ',.')"
            if part.when:
                conditions = "\n        and ".join(_holds(condition, "landed") for condition in part.when)
                then = landed.replace("\n", "\n        ")
                landed = f"case\n    when\n        {conditions}\n        then {then}\nend"
            texts.append(landed)
        if len(texts) == 1:
            return texts[0]
        if column == "name" and not any(part.words for part in parts):
            return "{{ whole_name([" + ", ".join(f"'{text}'" for text in texts) + "]) }}"
        joined = ",\n".join(_call("clean_text", text) for text in texts).replace("\n", "\n        ")
        return f"nullif(\n    concat_ws(\n        ' ',\n        {joined}\n    ),\n    ''\n)"

    def _read(
        self,
        entity: str,
        column: str,
        parts: Sequence[Column],
        landed: list[str],
        parsed: list[str],
        core: list[tuple[str, str]],
    ) -> Iterator[str]:
        """The columns of `typed` that a column of the contract becomes. A text that is put together is a column of `landed`
        first, and so is, in `parsed`, what a function answers with a struct: later CTEs repeat what they read."""
        name, kind = f"{entity}__{column}", self._kind(entity, column)
        if is_amount(kind) and len([part for part in parts if not part.fallback]) > 1:
            yield from self._sum(entity, column, parts, landed, parsed)
            return
        text = self._text(parts, kind, column)
        source = parts[0].name
        if text != f"landed.{source}":
            source = f"{name}__text"
            landed.append(_as(text, source))
        is_customer = entity == "customers"
        if is_customer and column in _CORE:
            core.append((column, f"parsed.{source}"))
        struct = (_FULL if is_customer else {}).get(column) or _ANYWHERE.get(column)
        if is_customer and self._guests and column == "source_customer_id":
            yield _as(f"{_call('customer_key', f'parsed.{source}')}.number", name)
        elif struct:
            function, columns = struct
            parsed.append(_as(self._struct(entity, function, f"landed.{source}", parts), f"{name}__parts"))
            for read, part in columns.items():
                yield _as(f"parsed.{name}__parts.{part}", f"{entity}__{read}")
            if function == "person_name":
                yield _as(_call("name_script", f"parsed.{name}__parts.name"), f"{entity}__name_script")
        else:
            yield _as(self._value(column, kind, f"parsed.{source}", parts), name)
        if self._may_be_unreadable(entity, column) or column in self.contracts[entity].accepted:
            yield _as(f"{_call('clean_text', f'parsed.{source}')} is not null", f"{name}__is_given")

    @property
    def _guests(self) -> list[str]:
        """Columns of `typed` that name the customer whom the rows of something else carry, guests among them."""
        if self.rows == "customers":
            return []
        own = self.fields.get("customers", {}).get("source_customer_id")
        return [
            f"{entity}__source_customer_id"
            for entity, columns in self.fields.items()
            if own is not None and columns.get("source_customer_id") == own
        ]

    def _is_named_walk_in(self) -> str:
        """Whether a row is called as all walk-in customers are; empty where it has no name."""
        names = {
            column: f"{_call('person_name', f'parsed.{self._source_of(column)}')}.reason"
            if column == "company_name"
            else "parsed.customers__name__parts.reason"
            for column in ("name", "company_name")
            if column in self.fields.get("customers", {})
        }
        says = [f"coalesce({reason} = 'walk_in', false)" for reason in names.values()]
        if len(says) == 1:
            return says[0]
        known = [f"{reason} is not null" for reason in names.values()]
        return "(\n    " + "\n    or ".join(says) + "\n)\nand " + "\nand ".join(known) if says else ""

    def _source_of(self, column: str) -> str:
        """The column of `parsed` that holds the text of a column of customers."""
        parts = self.fields["customers"][column]
        is_plain = self._text(parts, self._kind("customers", column), column) == f"landed.{parts[0].name}"
        return parts[0].name if is_plain else f"customers__{column}__text"

    def _known_by(self, *columns: str) -> str:
        """Those of these columns of customers that the rows carry, as an argument of a macro."""
        mapped = self.fields["customers"]
        beside = {column: of for of, columns_beside in _BESIDE.items() for column in columns_beside}
        known = [f"customers__{column}" for column in columns if beside.get(column, column) in mapped]
        listed = "[" + ", ".join(f"'{column}'" for column in known) + "]"
        if len(listed) <= _WIDTH // 2:
            return listed
        return "[\n" + "".join(f"        '{column}',\n" for column in known) + "    ]"

    def _whose(self) -> str:
        """The select that tells whose a row is, guests and walk-in customers among them; @ is the CTE before."""
        named = "'customers__is_named_walk_in'" if self._is_named_walk_in() else "none"
        known = self._known_by(
            "email", "phone", "phone_partial", "member_no", "unionid", "credit_code", "id_number_hash"
        )
        if self.rows == "customers":
            flag = _macro("is_walk_in", ["'customers__source_customer_id'", named, known])
            return _select(["*", f"{flag} as customers__is_walk_in"], "from @")
        document = ["document=['orders__source_order_id', 'load_id']"] if self.carries_heads else []
        contacts = self._known_by("email", "phone")
        whose = _macro(
            "customer_or_guest", ["'customers__source_customer_id'", contacts, named, known, *document]
        )
        replaced = [f"{whose} as customers__source_customer_id"]
        replaced += [
            f"coalesce({whose}, {column}) as {column}"
            for column in self._guests
            if column != "customers__source_customer_id"
        ]
        columns = ",\n".join(replaced).replace("\n", "\n    ")
        return _select([f"* replace (\n    {columns}\n)"], "from @")

    def _sum(
        self, entity: str, column: str, parts: Sequence[Column], landed: list[str], parsed: list[str]
    ) -> Iterator[str]:
        """The columns of `typed` of an amount that several landed columns add up to; the number of each is a column of
        `parsed` first."""
        name, kind = f"{entity}__{column}", self._kind(entity, column)
        pairs = []
        for part in parts:
            text, source = self._text([part], kind), part.name
            if text != f"landed.{source}":
                source = f"{name}__{part.name}__text"
                landed.append(_as(text, source))
            number = f"{name}__{part.name}__part"
            parsed.append(_as(self._value(column, kind, f"landed.{source}", [part]), number))
            pairs.append((f"parsed.{source}", f"parsed.{number}"))
        listed = "".join(f"    ({text!r}, {number!r}),\n" for text, number in pairs)
        yield f"{{{{ sum_of_parts([\n{listed}], '{kind}') }}}} as {name}"
        if self._may_be_unreadable(entity, column):
            texts = [_call("clean_text", text) for text, _ in pairs]
            yield f"{_coalesced(texts)} is not null as {name}__is_given"

    def _names(self) -> list[tuple[str, str, NameList]]:
        """The lists that name the codes of a column: the relation of its names here, the column, the list."""
        found: dict[tuple[str, NameList], str] = {}
        for part in chain.from_iterable(chain.from_iterable(f.values() for f in self.fields.values())):
            if part.names and (part.name, part.names) not in found:
                number = sum(column == part.name for column, _ in found)
                found[part.name, part.names] = f"{part.name}_names" + (f"_{number + 1}" if number else "")
        return [(alias, column, names) for (column, names), alias in found.items()]

    def _named(self, part: Column) -> str:
        """A landed column, with the names of its codes where a list has them."""
        landed = f"landed.{part.name}"
        if part.names is None:
            return landed
        alias = next(a for a, column, of in self._names() if (column, of) == (part.name, part.names))
        return f"coalesce({alias}.name, {landed})"

    def _names_of(self, names: NameList) -> str:
        """Code → name as one list has them; of several names the first."""
        code, name = f"codes.{CODES}__{names.code}", f"codes.{CODES}__{names.name}"
        conditions = [f"{code} is not null"]
        conditions += [_holds(replace(one, column=f"{CODES}__{one.column}"), "codes") for one in names.where]
        named = f"{{{{ first_filled('{name}', 'codes.landing_position') }}}} as name"
        where = "\n    and ".join(["{{ list_is_empty('codes.broken_rules') }}", *conditions])
        base = f"{{{{ ref('base_{self.table.system}__{names.table}') }}}}"
        return _select(
            [f"{_word(code)} as code", named],
            f"from {base} as codes\nwhere\n    {where}\ngroup by {_word(code)}",
        )

    def _country_of(self, entity: str, parts: Sequence[Column]) -> list[str]:
        """The argument of `phone` that says whose numbers have no calling code; none for those of the data set."""
        stated = as_country(self._format(parts, "phone_country"))
        own = f"landed.{entity}__phone__country" if "country" in self.fields[entity] else None
        default = _literal(str(stated)) if stated else None
        if own and default:
            return [f"country => coalesce({own}, {default})"]
        return [f"country => {own or default}"] if own or default else []

    def _struct(self, entity: str, function: str, text: str, parts: Sequence[Column]) -> str:
        if function == "phone":
            return _call(function, text, *self._country_of(entity, parts))
        dated = {"id_number": ["landed._landed_at"], "birth_date": ["landed._landed_at"]}.get(function, [])
        return _call(function, text, *dated, *(self._day_first(parts) if function == "birth_date" else ()))

    def _day_first(self, parts: Sequence[Column]) -> list[str]:
        value = self._format(parts, "day_first")
        return [] if value is None else [f"day_first => {str(value).lower()}"]

    def _value(self, column: str, kind: str, text: str, parts: Sequence[Column]) -> str:
        """How the text of a column that is no struct's becomes its value."""
        if column in ("gender", "industry_code"):
            return _call(column, text)
        if column == "currency":
            return f"upper({_call('clean_text', text)})"
        if column == "month_start_on":
            return _call("parse_month", text)
        if kind in ("date", "timestamp"):
            return _call(f"parse_{kind}", text, *self._day_first(parts))
        if kind == "boolean":
            return _call("parse_boolean", text)
        if column in ("member_no", "unionid"):
            return f"{_call('customer_key', text)}.number"
        if not _is_number(kind):
            return _call("clean_text", text)
        if parts[0].factor is not None:
            number = _scaled(text, parts[0].factor, kind)
        elif kind == "decimal(18,2)":
            number = _call("parse_amount", text)
        elif kind in ("integer", "bigint"):
            number = f"try_cast({_call('parse_integer', text)} as {kind})"
        else:
            number = f"{{{{ parse_number('{text}', '{kind}') }}}}"
        return f"-{number}" if parts[0].negate is True else number

    def _place(self, entity: str, parts: Sequence[Column]) -> str:
        names = ", ".join(f"'{self._named(part)}'" for part in parts)
        return f"{{{{ place_text([{names}]) }}}} as {entity}__place"

    def _region(self, entity: str) -> Iterator[str]:
        types = self.contracts[entity].types
        for column in _PLACE:
            if column in types:
                yield f"{entity}_regions.{column} as {entity}__{column}"
        if "region_status" in types:
            yield (
                "case\n"
                f"    when parsed.{entity}__place is null then 'missing'\n"
                f"    when {entity}_regions.region_status = 'unmapped' then 'unmapped'\n"
                "    else 'mapped'\n"
                f"end as {entity}__region_status"
            )

    def _heads(self) -> str:
        read = ["orders__source_order_id", "orders__document_kind", "broken_rules"]
        heads = "\n\nunion all\n\n".join(
            _select(read, f"from {{{{ ref('base_{self.table.system}__{head}') }}}}") for head in self.heads
        )
        accepted = "{{ list_is_empty('broken_rules') }}"
        columns = [
            "orders__source_order_id as source_order_id",
            f"max(case when {accepted} then 1 else 0 end) = 1 as is_head_accepted",
            f"max(case when {accepted} then orders__document_kind end) as document_kind",
        ]
        rest = "from head_rows\nwhere orders__source_order_id is not null\ngroup by orders__source_order_id"
        return _block("head_rows", heads) + ",\n\n" + _block("heads", _select(columns, rest))

    def _keys(self) -> str:
        """What policy says of documents of this system that share a number."""
        columns = [
            f"coalesce(bool_or(key_column = '{key}'), false) as by_{key}" for key in self.document_keys
        ]
        rest = f"from {{{{ ref('document_keys') }}}}\nwhere source_system = '{self.table.system}'"
        return _block("document_keys", _select(columns, rest))

    def _steps(self) -> Iterator[tuple[str, str]]:
        """CTEs after `typed`, each only where the table needs it; @ is the one before."""
        if self.document_keys:
            suffix = ",\n".join(
                f"    case when document_keys.by_{key} then '/' || coalesce(cast({sql} as string), '') else '' end"
                for key, sql in self.document_keys.items()
            )
            yield (
                "keyed",
                _select(
                    ["@.*", f"concat(\n{suffix}\n) as document_suffix"], "from @\ncross join document_keys"
                ),
            )
            numbers = ",\n".join(
                f"    {number} || document_suffix as {number}"
                for number in ("orders__source_order_id", "order_items__source_order_id")
            )
            yield "identified", _select([f"* replace (\n{numbers}\n)"], "from @")
        if self.rows == "customers" or self._guests:
            yield "told", self._whose()
        if self.heads:
            yield self._headed()
        if self._signed:
            kind = self._kind_of_document
            replaced = ",\n".join(
                f"    case\n        when {kind} = 'return'\n            then -{name}\n        else {name}\n    end as {name}"
                for name in self._signed
            )
            yield "signed", _select([f"* replace (\n{replaced}\n)"], "from @")
        if self.computes_amount:
            amount = "{{ line_amount('order_items__quantity', 'order_items__unit_price') }}"
            yield "priced", _select(["*", f"{amount} as order_items__amount"], "from @")
        if self.by_sign:
            signed = "order_items__amount" if self.has_lines else "orders__document_amount"
            kind = f"case when {signed} < 0 then 'return' else 'sale' end as orders__document_kind"
            yield "documents", _select(["*", kind], "from @")
        if self.by_position:
            number = (
                "cast(row_number() over (\n"
                "    partition by order_items__source_order_id, load_id\n"
                "    order by {{ landing_order('asc') }}\n"
                ") as string) as order_items__source_line_id"
            )
            yield "numbered", _select(["*", number], "from @")
        if self._splits:
            kind = "orders__document_kind"
            if self._left_out:
                kind = f"case when not ({self._left_out}) then {kind} end"
            replaced = ",\n".join(
                "    case\n"
                "        when\n"
                "            orders__document_kind = 'return'\n"
                f"            and max({kind}) over (partition by {column}) = 'sale'\n"
                f"            then {column} || '-return'\n"
                f"        else {column}\n"
                f"    end as {column}"
                for column in ("orders__source_order_id", "order_items__source_order_id")
            )
            note = "    -- `sale` is the greater of the two kinds: such a document has lines of both"
            number = "orders__source_order_id as document_number"
            replace = f"* replace (\n{note}\n{replaced}{self._filled_heads()}\n)"
            yield "split", _select([replace, number], "from @")

    def _headed(self) -> tuple[str, str]:
        """Lines beside what is known of the order that another table holds; @ is the CTE before."""
        joined = [
            "@.*",
            "heads.source_order_id is not null as is_head_landed",
            "heads.is_head_accepted",
            "heads.document_kind",
        ]
        on = "from @\nleft join heads\n    on @.order_items__source_order_id = heads.source_order_id"
        return "headed", _select(joined, on)

    @property
    def _left_out(self) -> str:
        """The condition under which a row is no record of the entity; empty where the mapping leaves none out."""
        return " or ".join(_flag(one) for one in self.table.filters)

    @property
    def _kind_of_document(self) -> str:
        """The column that says whether a row belongs to a sale or a return."""
        kind = "document_kind" if self.heads else "orders__document_kind"
        return f"max({kind}) {self._of_document}" if self.carries_heads and not self.by_sign else kind

    @property
    def _is_unearned(self) -> str:
        """Whether the article of a line is a liability, as far as its row tells: a call amid a condition, as Jinja."""
        told = [
            f"'{entity}__{column}'" if column in self.fields.get(entity, {}) else "'null'"
            for entity, column in (
                ("order_items", "source_product_id"),
                ("products", "category"),
                ("products", "product_name"),
            )
        ]
        return f"\" ~ is_unearned_line('{self.table.system}', {', '.join(told)}) ~ \""

    @property
    def _signed(self) -> list[str]:
        """Amounts that returns state as positive numbers."""
        return [
            f"{entity}__{column}"
            for entity, columns in self.fields.items()
            for column, parts in columns.items()
            if any(part.negate == RETURNS for part in parts)
        ]

    def _is_per_line(self, entity: str, column: str) -> bool:
        """Whether the lines of a document hold parts of an amount of its head."""
        return any(part.per_line for part in self.fields.get(entity, {}).get(column, ()))

    def _filled_heads(self) -> str:
        """What only some rows of a document state of its head, for the rows of both halves of an exchange."""
        kept = {"source_order_id", "document_kind", "landed_on", *self.constants["orders"]}
        filled = ""
        for name in self.offered("orders"):
            if name not in kept and not self._is_per_line("orders", name):
                column = f"orders__{name}"
                rest = f"max({column}) over (partition by orders__source_order_id, load_id)"
                if self._may_be_unreadable("orders", name) and name in self.fields["orders"]:
                    # what stands there and cannot be read stays a broken rule
                    rest = f"case when not {column}__is_given then {rest} end"
                filled += f",\n    coalesce(\n        {column},\n        {rest}\n    ) as {column}"
        return filled

    def rules(self) -> tuple[list[str], list[str]]:
        """Rules of the rows, and rules of the heads of documents that the rows carry: pairs of reason code and condition
        (as Jinja), each code once in each, in the order in which a row is told its reason."""
        broken, of_heads = self._conditions()
        # a row that is no record takes no document along
        return self._as_jinja(broken), self._as_jinja(of_heads, unless=self._left_out)

    def _as_jinja(self, conditions: Mapping[str, Sequence[str]], unless: str = "") -> list[str]:
        currency = "'\" ~ var('currency') ~ \"'"
        rules = []
        for code, of in conditions.items():
            if code == _TOO_EARLY:
                rules.append(self._not_before_first_day(of, unless))
                continue
            condition = " or ".join(of)
            condition = f"not ({unless}) and ({condition})" if unless else condition
            rules.append(f"""('{code}', "{condition}")""".replace("@currency", currency))
        return rules

    def _not_before_first_day(self, columns: Sequence[str], unless: str) -> str:
        named = ", ".join(f"'{column}'" for column in columns)
        return f"before_first_day('{self.table.system}', [{named}]" + (f", '{unless}')" if unless else ")")

    def _conditions(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Reason code → conditions, of rows and of the heads that they carry; of early times the columns."""
        broken: dict[str, list[str]] = {}
        of_heads: dict[str, list[str]] = {}

        def add(code: str, condition: str) -> None:
            broken.setdefault(code, []).append(condition)

        def add_to_heads(code: str, condition: str) -> None:
            of_heads.setdefault(code, []).append(condition)

        if self.rows == "customers":
            add("walk_in_customer", "customers__is_walk_in")
        for one in self.table.filters:
            add(one.reason, _flag(one))
        for entity in self.fields:
            is_head = self.carries_heads and entity not in ("order_items", "products")
            self._rules_of(entity, add_to_heads if is_head else add)
            # what is in another currency leaves half a document
            if "currency" in self.fields[entity]:
                told = add_to_heads if entity in ("orders", "order_items") else add
                told("foreign_currency", f"{entity}__currency <> @currency")
        kind = self._kind_of_document
        lines = self.fields.get("order_items")
        if lines is not None:
            # a gift card or a deposit that a sale's own line takes off is a liability used
            but = f" and not {self._is_unearned}"
            if "unit_price" in lines:
                add("invalid_price", f"order_items__unit_price < 0{but}")
            if self.computes_amount:
                add(
                    "invalid_amount",
                    "order_items__quantity is not null and order_items__unit_price is not null and order_items__amount is null",
                )
            add("zero_quantity", "order_items__quantity = 0")
            negative, positive = (
                f"order_items__quantity {sign} 0 or order_items__amount {sign} 0" for sign in "<>"
            )
            add("negative_amount_not_return", f"{kind} = 'sale' and ({negative}){but}")
            add("positive_amount_on_return", f"{kind} = 'return' and ({positive})")
        elif self.rows == "orders" and "document_amount" in self.fields["orders"]:
            add("negative_amount_not_return", f"{kind} = 'sale' and orders__document_amount < 0")
            add("positive_amount_on_return", f"{kind} = 'return' and orders__document_amount > 0")
        if self.heads:
            add("orphan_line", "order_items__source_order_id is not null and not is_head_landed")
            add("order_quarantined", "is_head_landed and not is_head_accepted")

        return broken, of_heads

    @property
    def _splits(self) -> bool:
        """Returns are split off the documents that they share a number with."""
        return self.by_sign and self.has_lines

    def _one_document(self) -> str:
        """What with_broken_rules is told of documents, as Jinja; empty where the rows carry no number of one."""
        if "orders" not in self.fields:
            return "{'number': 'order_items__source_order_id', 'agree': []}" if self.has_lines else ""
        given = self._given("orders")
        number, day = "orders__source_order_id", DOCUMENT_KEYS["ordered_on"]
        if self._splits:
            # an order may come back on several days
            number, day = "document_number", f"case when {number} = document_number then {day} end"
        agree = [day] if "ordered_at" in given else []
        agree += ["orders__store_code"] if "store_code" in given else []
        words = f"'number': '{number}', 'agree': {agree}"
        if "source_customer_id" in given:
            words += ", 'agree_in_a_load': ['orders__source_customer_id']"
        return f"{{{words}}}"

    @property
    def _of_document(self) -> str:
        """The window of the rows of one document in one delivery."""
        return "over (partition by orders__source_order_id, load_id)"

    def columns_of_rules(self) -> dict[str, list[str]]:
        """Reason code → landed columns that its rule looks at."""
        found: dict[str, list[str]] = {}
        for code, condition in (
            (code, " ".join(of)) for conditions in self._conditions() for code, of in conditions.items()
        ):
            for one in self.table.filters:
                if re.search(rf"\b{_flag(one)}\b", condition):
                    found.setdefault(code, []).append(one.condition.column)
            for entity, columns in self.fields.items():
                for column, parts in columns.items():
                    names = [column, "amount"] if self._makes_amount(entity, column) else [column]
                    if re.search(rf"\b{entity}__({'|'.join(names)})(__is_given)?\b", condition):
                        found.setdefault(code, []).extend(part.name for part in parts)
        return {code: list(dict.fromkeys(names)) for code, names in found.items()}

    def _makes_amount(self, entity: str, column: str) -> bool:
        """Whether amounts are computed of a column."""
        return entity == "order_items" and self.computes_amount and column in ("quantity", "unit_price")

    def _rules_of(self, entity: str, add: Callable[[str, str], None]) -> None:
        """What an entity that the rows carry may break. One that is not the rows' own is there where its key is."""
        contract = self.contracts[entity]
        key = contract.key[0]
        is_own = entity == self.rows
        for column in contract.required:
            is_asked = is_own or (column not in contract.key and key in self._given(entity))
            is_numbered = self.by_position and column == "source_line_id"
            if is_asked and not is_numbered:
                whose = "" if is_own else f"{entity}__{key} is not null and "
                code = missing_code(column, contract.types[column])
                value = f"{entity}__{column}"
                # the head may stand on one row of its document alone
                if self.carries_heads and entity == "orders" and column not in contract.key:
                    value = f"max({value}) {self._of_document}"
                add(code, f"{whose}{value} is null")
        for column in self.fields[entity]:
            if column in ("region", "currency"):
                continue
            of, kind = f"{entity}__{column}", self._kind(entity, column)
            if self._may_be_unreadable(entity, column):
                add(unreadable_code(column, kind), f"{of}__is_given and {of} is null")
            if column in contract.accepted:
                values = "', '".join(contract.accepted[column])
                add("unknown_code", f"{of}__is_given and {of} not in ('{values}')")
            if kind == "timestamp" and column != "promised_at":
                code = "order_after_landing" if column == "ordered_at" else "time_after_landing"
                add(code, f"cast({of} as date) > landed_on")
            if kind in ("timestamp", "date") and f"{entity}.{column}" not in OF_ANY_AGE + _ATTRIBUTES:
                add(_TOO_EARLY, of)
        given = self._given(entity)
        for column in given:
            for word, told in contract.bounds.get(column, ()):
                if told not in contract.types or told in given:
                    bound = f"{entity}__{told}" if told in contract.types else told
                    code = unreadable_code(column, self._kind(entity, column))
                    add(code, f"{entity}__{column} {BEYOND[word]} {bound}")

    def _with_broken_rules(self, relation: str) -> str:
        macro, words = "with_broken_rules", [f"'{relation}'", "rules"]
        if self.by_position:
            macro = "with_broken_rules_of_lines"
            words.append("document='order_items__source_order_id'")
            words.append(f"line_of=[{', '.join(self._line_of())}]")
        else:
            keys = ", ".join(f"'{self.rows}__{column}'" for column in self.contracts[self.rows].key)
            words.append(f"keys=[{keys}]")
            if "last_seen_at" in self.fields[self.rows]:
                words.append(f"changed_at='{self.rows}__last_seen_at'")
        one_document, head_rules = self._one_document(), self.rules()[1]
        if head_rules:
            words.append("head_rules=head_rules")
        if one_document and (head_rules or "'agree': []" not in one_document):
            words.append(f"one_document={one_document}")
        call = f"{{{{ {macro}({', '.join(words)}) }}}}"
        if len(call) <= _WIDTH:
            return call
        return f"{{{{ {macro}(\n" + "".join(f"    {word},\n" for word in words) + ") }}"

    # ---- the staging models

    def staging_models(self) -> dict[str, tuple[str, str]]:
        """Input entity → (model, its SQL), the entity that each row is first."""
        rows = f"stg_{self.table.system}__{self.table.entity}"
        return {
            entity: (rows, self._rows_model())
            if entity == self.rows
            else (f"{rows}_{entity}", self._entity_model(entity))
            for entity in self.entities
        }

    def _accepted(self) -> str:
        return _block("accepted", f"{{{{ accepted(ref('{self.base}')) }}}}")

    def _rows_model(self) -> str:
        columns = [
            column if column == "landed_on" else f"{self._accepted_value(column)} as {column}"
            for column in self.offered(self.rows)
        ]
        final = _block("final", _select(["load_id", "source_row", *columns], "from accepted"))
        return _model(
            f"one of {self.rows}: an accepted row of {self.table.entity}", "", [self._accepted(), final]
        )

    def _accepted_value(self, column: str) -> str:
        """A column of an accepted row. Lines have the same positions in every file over which their document is cut."""
        value = f"{self.rows}__{column}"
        if self.by_position and column == "source_line_id":
            return f"case when document_part > 1 then document_part || '.' || {value} else {value} end"
        if self._is_attribute(self.rows, column):
            return f"{{{{ from_first_day('{value}', '{self.table.system}') }}}}"
        return value

    def _is_attribute(self, entity: str, column: str) -> bool:
        """Whether a time that lies before the first plausible day is an empty one."""
        return f"{entity}.{column}" in _ATTRIBUTES and column in self.fields.get(entity, {})

    def _entity_model(self, entity: str) -> str:
        """One row per key: of each column the first value that stands there."""
        keys = self.contracts[entity].key
        columns = []
        for column in self.offered(entity):
            row = self.rows if column in self._shared(entity) else entity
            of = column if column == "landed_on" else f"{row}__{column}"
            if column in ("first_seen_at", "landed_on"):
                sql = f"min({of})"
            elif column == "last_seen_at":
                sql = f"max({of})"
            elif column in keys:
                sql = f"{of} || '/{entity}'" if self._shares_key(entity) else of
            elif self._is_per_line(entity, column):
                # each line holds its part
                sql = f"sum({of})"
            elif self._is_attribute(row, column):
                sql = f"{{{{ from_first_day(first_filled('{of}', 'landing_position'), '{self.table.system}') }}}}"
            else:
                sql = f"{{{{ first_filled('{of}', 'landing_position') }}}}"
            columns.append(f"{sql} as {column}")
        names = [f"{self.rows if key in self._shared(entity) else entity}__{key}" for key in keys]
        filled = "\n    and ".join(f"{name} is not null" for name in names)
        if self._shares_key(entity):
            own = " or ".join(f"{entity}__{column} is not null" for column in self.fields[entity])
            filled += f"\n    and ({own})"
        grouped = ", ".join(names)
        rest = f"from accepted\nwhere\n    {filled}\ngroup by {grouped}"
        final = _block("final", _select(columns, rest))
        return _model(
            f"one key of {entity}, read out of the accepted rows of {self.table.entity}",
            "",
            [self._accepted(), final],
        )

    @property
    def foreign_keys(self) -> dict[str, str]:
        """Column of the base model that names customer records of another system → that system."""
        return {
            f"{entity}__source_customer_id": part.system
            for entity, columns in self.fields.items()
            for part in columns.get("source_customer_id", ())
            if part.system
        }

    def _shared(self, entity: str) -> list[str]:
        """What one more record of the rows' own entity shares with it: all that the mapping does not say of it."""
        if self.of(entity) != self.rows or entity == self.rows:
            return []
        own = self._given(entity)
        return [column for column in self._given(self.rows) if column not in own]

    def _shares_key(self, entity: str) -> bool:
        """Whether one more record has the key of the rows' own: its name is joined to it then."""
        key = self.contracts[entity].key
        return len(key) == 1 and key[0] in self._shared(entity)

    # ---- what YAML says of them

    def described(self) -> Iterator[str]:
        """Each model as it stands under `models:`."""
        what = f"{self.table.entity} of {self.table.system}"
        told = {
            "landing_position": "Position among the landed rows.",
            "broken_rules": "Codes of the broken rules.",
        }
        if self.by_position:
            told["document_part"] = (
                "Number of the file among those over which the document is cut; 1 where one file holds it whole."
            )
        for one in self.table.filters:
            name = _flag(one)
            told[name] = f"No record of the entity by its {one.condition.column} (rows_where of the mapping)."
        told = _LINEAGE | self._typed_columns() | told
        config = "materialized: table, meta: {grain: landed row, owner: data engineering}"
        yield _described(
            self.base, f"Landed rows of {what}, typed, with the rules they break.", config, told, {}
        )
        for entity, (model, _) in self.staging_models().items():
            contract = self.contracts[entity]
            words = "Accepted" if entity == self.rows else f"{entity} read out of the accepted"
            offers = "" if entity == CODES else f", input: {self.of(entity)}"
            config = f"meta: {{grain: {entity}, owner: data engineering{offers}}}"
            lineage = ("load_id", "source_row") if entity == self.rows else ()
            told = {column: _LINEAGE[column] for column in lineage}
            told |= {column: contract.descriptions[column] for column in self.offered(entity)}
            yield _described(model, f"{words} rows of {what}.", config, told, contract.pii)

    def _typed_columns(self) -> dict[str, str]:
        """Name → description of the columns that the base model adds to the lineage, as its SQL names them."""
        told = {}
        for name in re.findall(r" as ((?:[a-z]+_)*[a-z]+__\w+),?$", self.base_model(), re.MULTILINE):
            entity, _, column = name.partition("__")
            of = self.contracts[entity].descriptions
            if column.endswith("__is_given"):
                told[name] = f"Something stands in {column.removesuffix('__is_given')}."
            elif column in _WALK_IN:
                told[name] = _WALK_IN[column]
            elif not column.endswith(("__text", "__parts", "__country", "__part")) and column != "place":
                told[name] = of.get(column, "Currency that the row states.")
        beside = [name for name in _DOCUMENTS if f" as {name}" in self.base_model()]
        return told | {name: _DOCUMENTS[name] for name in beside} | (_HEADS if self.heads else {})


NAMED = {
    "named_customers": "customers",
    "named_decisions": "identity_decisions",
}
"""Models of a system whose facts name customers by the keys of another system, and the input entity of each: a record of
its own for each of them, and that the two records are one customer."""


def named_models(
    system: str, tables: Sequence[MappedTable], offers: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, str]]:
    """Model → its SQL and its description in YAML. `offers`: staging models of customers → their columns."""
    rows = []
    others: dict[str, str] = {}
    for one in tables:
        for column, other in one.foreign_keys.items():
            read = [f"{column} as source_customer_id", f"'{other}' as of_system", "landed_on"]
            accepted = "{{ list_is_empty('broken_rules') }}"
            rest = f"from {{{{ ref('{one.base}') }}}}\nwhere\n    {column} is not null\n    and {accepted}"
            rows.append(_select(read, rest))
            others |= {model: other for model in offers if model.startswith(f"stg_{other}__")}
    if not others:
        return {}
    records = []
    for model, other in sorted(others.items()):
        kind, company, name = (
            column if column in offers[model] else "cast(null as string)"
            for column in ("record_kind", "company_name", "name")
        )
        read = [
            f"'{other}' as of_system",
            "source_customer_id",
            f"{kind} as record_kind",
            f"{company} as company_name",
            f"{name} as name",
        ]
        records.append(_select(read, f"from {{{{ ref('{model}') }}}}"))
    union = "\n\nunion all\n\n"
    joined = _select(
        [
            "named.source_customer_id",
            "min(named.of_system) as of_system",
            "min(named.landed_on) as landed_on",
            "max(coalesce(\n    records.record_kind,\n    case\n        when records.company_name is not null and"
            " records.name is null then 'organisation'\n        else 'person'\n    end\n)) as record_kind",
        ],
        "from named\ninner join records\n    on\n        named.of_system = records.of_system\n"
        "        and named.source_customer_id = records.source_customer_id\n"
        "group by named.source_customer_id\n"
        "-- a key that two systems have names nobody\n"
        "having min(named.of_system) = max(named.of_system)",
    )
    customers = f"stg_{system}__named_customers"
    own, other_id = (
        f"{{{{ customer_record_key({of}, 'source_customer_id') }}}}"
        for of in (f"\"'{system}'\"", "'of_system'")
    )
    keyed = _select(
        ["landed_on", f"{own} as own_id", f"{other_id} as other_id"], f"from {{{{ ref('{customers}') }}}}"
    )
    decided = _select(
        [
            "least(own_id, other_id) as record_id_a",
            "greatest(own_id, other_id) as record_id_b",
            "'must_link' as decision",
            "landed_on",
        ],
        "from keyed",
    )
    what = f"customer records of other systems that facts of {system} name"
    told = {
        customers: (
            _model(
                f"one customer record of another system that facts of {system} name",
                "",
                [
                    _block("named", union.join(rows)),
                    _block("records", union.join(records)),
                    _block("final", joined),
                ],
            ),
            {
                "source_customer_id": "Key of the record in the other system.",
                "of_system": "The other system.",
                "record_kind": "Kind of the record in the other system.",
                "landed_on": "Day on which a fact with it was first landed.",
            },
        ),
        f"stg_{system}__named_decisions": (
            _model(
                f"one record that facts of {system} name, and the record of the other system",
                "",
                [_block("keyed", keyed), _block("final", decided)],
            ),
            {
                "record_id_a": "The smaller record id of the pair.",
                "record_id_b": "The larger record id of the pair.",
                "decision": "`must_link`.",
                "landed_on": "Day on which a fact with it was first landed.",
            },
        ),
    }
    pii = dict.fromkeys(("source_customer_id", "record_id_a", "record_id_b"), "name")
    models = {}
    for model, (sql, columns) in told.items():
        entity = NAMED[model.removeprefix(f"stg_{system}__")]
        # a table: hashes need the key, which whoever reads a view may not have
        kept = "materialized: table, " if entity == "identity_decisions" else ""
        config = f"{kept}meta: {{grain: {entity}, owner: data engineering, input: {entity}}}"
        models[model] = (sql, _described(model, f"The {what}.", config, columns, pii))
    return models


def _described(
    model: str, description: str, config: str, columns: Mapping[str, str], pii: Mapping[str, str]
) -> str:
    lines = [
        f"  - name: {model}",
        f"    description: {description}",
        f"    config: {{{config}}}",
        "    columns:",
    ]
    for name, told in columns.items():
        personal = f", config: {{meta: {{pii: {pii[name]}}}}}" if name in pii else ""
        lines.append(
            f"      - {{name: {name}, description: {json.dumps(told, ensure_ascii=False)}{personal}}}"
        )
    return "\n".join(lines) + "\n"
