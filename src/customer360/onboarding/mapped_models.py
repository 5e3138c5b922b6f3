"""The staging models of a mapped table, written as SQL from its mapping.

The base model reads every landed row: it puts texts together, parses them, types them and lists the rules that a row
breaks. Its columns are called <input entity>__<column>, for one landed row may carry a line, its order and its customer.
The staging models take the accepted rows apart again, one model per input entity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from customer360.core.countries import as_country
from customer360.core.sources import CODES, Column, NameList
from customer360.onboarding.mapped_facts import BESIDE, PLACE_CODES
from customer360.onboarding.mapped_rules import MappedRules
from customer360.onboarding.mapping import BY_SIGN, NOT_MAPPED, OPEN, is_amount
from customer360.onboarding.model_text import (
    WIDTH,
    all_with,
    as_column,
    as_word,
    call,
    coalesced,
    cte,
    description_of,
    holds,
    is_number,
    left_out_flag,
    literal,
    macro_call,
    model_text,
    reasons_of,
    rule_list,
    scaled,
    select,
)
from customer360.onboarding.newest import newest_value, told_at
from customer360.onboarding.relations import read_from

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

_OWN_ZONE = "'{{ var(\"time_zone\") }}'"
_READ_CODES = ("currency", "time_zone")
"""Columns that are no word of a list but are read as a code, and are empty where they cannot be."""

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


class MappedTable(MappedRules):
    """A mapped table and its staging models."""

    # ---- the base model

    def base_model(self) -> str:
        """Every landed row, typed, with the rules it breaks."""
        table = self.table
        landed, parsed, typed, core = [], [], [], []
        regions = []
        for entity, columns in self.fields.items():
            read, city = [], []
            if "currency" in columns:
                code = call("currency_code", self._text(columns["currency"], "varchar"))
                landed.append(as_column(code, f"{entity}__currency__code"))
            if {"phone", "country"} <= columns.keys():
                country = call("country_code", self._text(columns["country"], "varchar"))
                landed.append(as_column(country, f"{entity}__phone__country"))
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
                    read.append(as_column(f"cast({literal(value)} as {kind})", f"{entity}__{column}"))
            if entity == "customers":
                read.append(as_column(reasons_of([*core, *city]), "customers__missing_reasons"))
                if named := self._is_named_walk_in():
                    read.append(as_column(named, "customers__is_named_walk_in"))
            typed += [f"-- {entity}", *read] if read else []
        if table.filters:
            typed.append("-- rows that are no record of the entity")
            typed += [
                as_column(f"not ({holds(one.condition, 'parsed')})", left_out_flag(one))
                for one in table.filters
            ]
        if self.has_store_zones:
            landed.append(as_column("store_zones.time_zone", "orders__store__zone"))
        source = f"{{{{ {read_from(table)} }}}}"
        read_all = f"select * from {source}"
        names = self._names()
        from_landed = f"from {source} as landed" + "".join(
            f"\nleft join {alias}\n    on {as_word(f'landed.{column}')} = {alias}.code"
            for alias, column, _ in names
        )
        ctes = [cte(alias, self._names_of(of)) for alias, _, of in names]
        if self.has_store_zones:
            ctes.append(cte("store_zones", self._store_zones()))
            from_landed += f"\nleft join store_zones\n    on {self._store_of_row()} = store_zones.store_code"
        ctes.append(cte("landed", select(["landed.*", *landed], from_landed) if landed else read_all))
        ctes += [
            cte(f"{entity}_regions", f"{{{{ match_regions('landed', '{entity}__place') }}}}")
            for entity in regions
        ]
        ctes += [self._heads()] if self.heads else []
        ctes += [self._keys()] if self.document_keys else []
        hash_of = "{{ row_content_hash('landed') }} as content_hash"
        ctes.append(cte("parsed", select(["landed.*", hash_of, *parsed], "from landed")))
        joins = "".join(
            f"\nleft join {entity}_regions\n    on parsed.{entity}__place = {entity}_regions.address"
            for entity in regions
        )
        always = ["{{ lineage_columns('parsed') }}", "{{ version_columns('parsed') }}"]
        ctes.append(cte("typed", select([*always, *typed], f"from parsed{joins}")))
        last = "typed"
        for name, sql in self._steps():
            ctes.append(cte(name, sql.replace("@", last)))
            last = name
        position = "row_number() over (order by {{ landing_order('asc') }}) as landing_position"
        ctes.append(cte("positioned", select(["*", position], f"from {last}")))
        ctes.append(cte("final", self._with_broken_rules("positioned")))
        grain = f"one landed row of {table.entity} of {table.system}, typed, with the rules it breaks"
        rules, head_rules = self.rules()
        head = rule_list("rules", rules) + (rule_list("head_rules", head_rules) if head_rules else "")
        return model_text(grain, f"{head}\n", ctes)

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
            return coalesced([call("clean_text", text) for text in texts])
        texts = []
        for part in parts:
            landed = self._named(part)
            if part.words:
                cases = "".join(
                    f"\n    when {literal(word.lower())} then {literal(meaning)}"
                    for word, meaning in part.words.items()
                )
                landed = f"case lower({call('squeeze', landed)}){cases}\n    else {landed}\nend"
            elif is_number(kind) and self._format([part], "decimal") == "comma":
                landed = f"translate({landed}, '.,', ',.')"
            if part.when:
                conditions = "\n        and ".join(holds(condition, "landed") for condition in part.when)
                then = landed.replace("\n", "\n        ")
                landed = f"case\n    when\n        {conditions}\n        then {then}\nend"
            texts.append(landed)
        if len(texts) == 1:
            return texts[0]
        if column == "name" and not any(part.words for part in parts):
            return "{{ whole_name([" + ", ".join(f"'{text}'" for text in texts) + "]) }}"
        joined = ",\n".join(call("clean_text", text) for text in texts).replace("\n", "\n        ")
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
            landed.append(as_column(text, source))
        is_customer = entity == "customers"
        if is_customer and column in _CORE:
            core.append((column, f"parsed.{source}"))
        struct = (_FULL if is_customer else {}).get(column) or _ANYWHERE.get(column)
        if is_customer and self._guests and column == "source_customer_id":
            yield as_column(f"{call('customer_key', f'parsed.{source}')}.number", name)
        elif struct:
            function, columns = struct
            parsed.append(
                as_column(self._struct(entity, function, f"landed.{source}", parts), f"{name}__parts")
            )
            for read, part in columns.items():
                yield as_column(f"parsed.{name}__parts.{part}", f"{entity}__{read}")
            if function == "person_name":
                yield as_column(call("name_script", f"parsed.{name}__parts.name"), f"{entity}__name_script")
        else:
            yield as_column(self._value(entity, column, kind, f"parsed.{source}", parts), name)
        is_code = column in self.contracts[entity].accepted or column in _READ_CODES
        if self._may_be_unreadable(entity, column) or is_code:
            yield as_column(f"{call('clean_text', f'parsed.{source}')} is not null", f"{name}__is_given")

    def _is_named_walk_in(self) -> str:
        """Whether a row is called as all walk-in customers are; empty where it has no name."""
        names = {
            column: f"{call('person_name', f'parsed.{self._source_of(column)}')}.reason"
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
        beside = {column: of for of, columns_beside in BESIDE.items() for column in columns_beside}
        known = [f"customers__{column}" for column in columns if beside.get(column, column) in mapped]
        listed = "[" + ", ".join(f"'{column}'" for column in known) + "]"
        if len(listed) <= WIDTH // 2:
            return listed
        return "[\n" + "".join(f"        '{column}',\n" for column in known) + "    ]"

    def _whose(self) -> str:
        """The select that tells whose a row is, guests and walk-in customers among them; @ is the CTE before."""
        named = "'customers__is_named_walk_in'" if self._is_named_walk_in() else "none"
        known = self._known_by(
            "email", "phone", "phone_partial", "member_no", "unionid", "credit_code", "id_number_hash"
        )
        if self.rows == "customers":
            flag = macro_call("is_walk_in", ["'customers__source_customer_id'", named, known])
            return select(["*", f"{flag} as customers__is_walk_in"], "from @")
        document = ["document=['orders__source_order_id', 'load_id']"] if self.carries_heads else []
        contacts = self._known_by("email", "phone")
        whose = macro_call(
            "customer_or_guest", ["'customers__source_customer_id'", contacts, named, known, *document]
        )
        told = {"customers__source_customer_id": whose}
        for column in self._guests:
            told.setdefault(column, f"coalesce({whose}, {column})")
        return select([all_with(told)], "from @")

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
                landed.append(as_column(text, source))
            number = f"{name}__{part.name}__part"
            parsed.append(as_column(self._value(entity, column, kind, f"landed.{source}", [part]), number))
            pairs.append((f"parsed.{source}", f"parsed.{number}"))
        listed = "".join(f"    ({text!r}, {number!r}),\n" for text, number in pairs)
        yield f"{{{{ sum_of_parts([\n{listed}], '{kind}') }}}} as {name}"
        if self._may_be_unreadable(entity, column):
            texts = [call("clean_text", text) for text, _ in pairs]
            yield f"{coalesced(texts)} is not null as {name}__is_given"

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
        conditions += [holds(replace(one, column=f"{CODES}__{one.column}"), "codes") for one in names.where]
        named = f"{{{{ first_filled('{name}', 'codes.landing_position') }}}} as name"
        where = "\n    and ".join(["{{ list_is_empty('codes.broken_rules') }}", *conditions])
        base = f"{{{{ ref('base_{self.table.system}__{names.table}') }}}}"
        return select(
            [f"{as_word(code)} as code", named],
            f"from {base} as codes\nwhere\n    {where}\ngroup by {as_word(code)}",
        )

    def _country_of(self, entity: str, parts: Sequence[Column]) -> list[str]:
        """The argument of `phone` that says whose numbers have no calling code; none for those of the data set."""
        stated = as_country(self._format(parts, "phone_country"))
        own = f"landed.{entity}__phone__country" if "country" in self.fields[entity] else None
        default = literal(str(stated)) if stated else None
        if own and default:
            return [f"country => coalesce({own}, {default})"]
        return [f"country => {own or default}"] if own or default else []

    def _struct(self, entity: str, function: str, text: str, parts: Sequence[Column]) -> str:
        if function == "phone":
            return call(function, text, *self._country_of(entity, parts))
        dated = {"id_number": ["landed._landed_at"], "birth_date": ["landed._landed_at"]}.get(function, [])
        return call(function, text, *dated, *(self._day_first(parts) if function == "birth_date" else ()))

    def _day_first(self, parts: Sequence[Column]) -> list[str]:
        value = self._format(parts, "day_first")
        return [] if value is None else [f"day_first => {str(value).lower()}"]

    def _currency_of(self, entity: str, relation: str) -> str:
        """The currency that a row states for amounts of an entity, in which signs beside them are read; empty where it
        states none. Lines have that of the head that they carry."""
        of = next((e for e in (entity, "orders") if "currency" in self.fields.get(e, {})), None)
        is_told = of == entity or (of and entity == "order_items" and self.carries_heads)
        return f"{relation}.{of}__currency__code" if is_told else ""

    def _value(self, entity: str, column: str, kind: str, text: str, parts: Sequence[Column]) -> str:
        """How the text of a column that is no struct's becomes its value."""
        if column in ("gender", "industry_code"):
            return call(column, text)
        relation = text.partition(".")[0]
        if column == "currency":
            return f"{relation}.{entity}__currency__code"
        currency = self._currency_of(entity, relation) if is_amount(kind) else ""
        in_currency = [f"currency => {{{{ currency_or_own('{currency}') }}}}"] if currency else []
        if column == "month_start_on":
            return call("parse_month", text)
        if column == "time_zone":
            return call("time_zone", text)
        if kind == "date":
            return call("parse_date", text, *self._day_first(parts))
        if kind == "timestamp":
            return call("parse_timestamp", text, *self._day_first(parts), *self._local_zone(entity, relation))
        if kind == "boolean":
            return call("parse_boolean", text)
        if column in ("member_no", "unionid"):
            return f"{call('customer_key', text)}.number"
        if not is_number(kind):
            return call("clean_text", text)
        if parts[0].factor is not None:
            number = scaled(text, parts[0].factor, kind, currency)
        elif kind == "decimal(18,2)":
            number = call("parse_amount", text, *in_currency)
        elif kind in ("integer", "bigint"):
            number = f"try_cast({call('parse_integer', text)} as {kind})"
        else:
            told = [f"'{currency}'"] if currency else []
            number = macro_call("parse_number", [f"'{text}'", f"'{kind}'", *told])
        return f"-{number}" if parts[0].negate is True else number

    @property
    def has_store_zones(self) -> bool:
        """Whether the clocks of its store say when a document was written."""
        return bool(self.stores) and "store_code" in self._given("orders")

    def _local_zone(self, entity: str, relation: str) -> list[str]:
        """The argument of `parse_timestamp` that says where times without a zone are local: at the store of a document,
        else where the table says."""
        declared = literal(self.table.time_zone) if self.table.time_zone else ""
        if entity == "orders" and self.has_store_zones:
            store = f"{relation}.orders__store__zone"
            return [f"local_zone => coalesce({store}, {declared or _OWN_ZONE})"]
        return [f"local_zone => {declared}"] if declared else []

    def _store_of_row(self) -> str:
        """The store that a landed row names."""
        if "store_code" in self.constants.get("orders", {}):
            return literal(self.constants["orders"]["store_code"])
        return call("clean_text", self._text(self.fields["orders"]["store_code"], "varchar"))

    def _store_zones(self) -> str:
        """Store → zone of its clocks."""
        where = "{{ list_is_empty('broken_rules') }}\n    and stores__time_zone is not null"
        return select(
            ["stores__store_code as store_code", "max(stores__time_zone) as time_zone"],
            f"from {{{{ ref('base_{self.table.system}__{self.stores}') }}}}\nwhere\n    {where}\n"
            "group by stores__store_code",
        )

    def _place(self, entity: str, parts: Sequence[Column]) -> str:
        names = ", ".join(f"'{self._named(part)}'" for part in parts)
        return f"{{{{ place_text([{names}]) }}}} as {entity}__place"

    def _region(self, entity: str) -> Iterator[str]:
        types = self.contracts[entity].types
        for column in PLACE_CODES:
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
            select(read, f"from {{{{ ref('base_{self.table.system}__{head}') }}}}") for head in self.heads
        )
        accepted = "{{ list_is_empty('broken_rules') }}"
        columns = [
            "orders__source_order_id as source_order_id",
            f"max(case when {accepted} then 1 else 0 end) = 1 as is_head_accepted",
            f"max(case when {accepted} then orders__document_kind end) as document_kind",
        ]
        rest = "from head_rows\nwhere orders__source_order_id is not null\ngroup by orders__source_order_id"
        return cte("head_rows", heads) + ",\n\n" + cte("heads", select(columns, rest))

    def _keys(self) -> str:
        """What policy says of documents of this system that share a number."""
        columns = [
            f"coalesce(bool_or(key_column = '{key}'), false) as by_{key}" for key in self.document_keys
        ]
        rest = f"from {{{{ ref('document_keys') }}}}\nwhere source_system = '{self.table.system}'"
        return cte("document_keys", select(columns, rest))

    def _steps(self) -> Iterator[tuple[str, str]]:
        """CTEs after `typed`, each only where the table needs it; @ is the one before."""
        if self.document_keys:
            suffix = ",\n".join(
                f"    case when document_keys.by_{key} then '/' || coalesce(cast({sql} as string), '') else '' end"
                for key, sql in self.document_keys.items()
            )
            yield (
                "keyed",
                select(
                    ["@.*", f"concat(\n{suffix}\n) as document_suffix"], "from @\ncross join document_keys"
                ),
            )
            numbers = {
                number: f"{number} || document_suffix"
                for number in ("orders__source_order_id", "order_items__source_order_id")
            }
            yield "identified", select([all_with(numbers)], "from @")
        if self.rows == "customers" or self._guests:
            yield "told", self._whose()
        if self.heads:
            yield self._headed()
        if self._signed:
            kind = self._kind_of_document
            turned = {
                name: f"case\n    when {kind} = 'return'\n        then -{name}\n    else {name}\nend"
                for name in self._signed
            }
            yield "signed", select([all_with(turned)], "from @")
        if self.computes_amount:
            amount = "{{ line_amount('order_items__quantity', 'order_items__unit_price') }}"
            yield "priced", select(["*", f"{amount} as order_items__amount"], "from @")
        if self.by_sign:
            signed = "order_items__amount" if self.has_lines else "orders__document_amount"
            kind = f"case when {signed} < 0 then 'return' else 'sale' end as orders__document_kind"
            yield "documents", select(["*", kind], "from @")
        if self.by_position:
            number = (
                "cast(row_number() over (\n"
                "    partition by order_items__source_order_id, load_id\n"
                "    order by {{ landing_order('asc') }}\n"
                ") as string) as order_items__source_line_id"
            )
            yield "numbered", select(["*", number], "from @")
        if self._splits:
            kind = "orders__document_kind"
            if self._left_out:
                kind = f"case when not ({self._left_out}) then {kind} end"
            told = {
                column: "case\n"
                "    when\n"
                "        orders__document_kind = 'return'\n"
                f"        and max({kind}) over (partition by {column}) = 'sale'\n"
                f"        then {column} || '-return'\n"
                f"    else {column}\n"
                "end"
                for column in ("orders__source_order_id", "order_items__source_order_id")
            }
            note = "`sale` is the greater of the two kinds: such a document has lines of both"
            number = "orders__source_order_id as document_number"
            yield "split", select([all_with(told | self._filled_heads(), note), number], "from @")

    def _headed(self) -> tuple[str, str]:
        """Lines beside what is known of the order that another table holds; @ is the CTE before."""
        joined = [
            "@.*",
            "heads.source_order_id is not null as is_head_landed",
            "heads.is_head_accepted",
            "heads.document_kind",
        ]
        on = "from @\nleft join heads\n    on @.order_items__source_order_id = heads.source_order_id"
        return "headed", select(joined, on)

    def _filled_heads(self) -> dict[str, str]:
        """What only some rows of a document state of its head, for the rows of both halves of an exchange."""
        kept = {"source_order_id", "document_kind", "landed_on", *self.constants["orders"]}
        filled = {}
        for name in self.offered("orders"):
            if name not in kept and not self._is_per_line("orders", name):
                column = f"orders__{name}"
                rest = f"max({column}) over (partition by orders__source_order_id, load_id)"
                if self._may_be_unreadable("orders", name) and name in self.fields["orders"]:
                    # what stands there and cannot be read stays a broken rule
                    rest = f"case when not {column}__is_given then {rest} end"
                filled[column] = coalesced([column, rest])
        return filled

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
        return cte("accepted", f"{{{{ accepted(ref('{self.base}')) }}}}")

    def _rows_model(self) -> str:
        columns = [
            column if column == "landed_on" else f"{self._accepted_value(column)} as {column}"
            for column in self.offered(self.rows)
        ]
        final = cte("final", select(["load_id", "source_row", *columns], "from accepted"))
        return model_text(
            f"one of {self.rows}: an accepted row of {self.table.entity}", "", [self._accepted(), final]
        )

    def _accepted_value(self, column: str) -> str:
        """A column of an accepted row. Lines have the same positions in every file over which their document is cut."""
        value = f"{self.rows}__{column}"
        if self.by_position and column == "source_line_id":
            return f"case when document_part > 1 then document_part || '.' || {value} else {value} end"
        return value

    def _entity_model(self, entity: str) -> str:
        """One row per key: of each column the newest value that stands there; of a document, and of rows that tell no time,
        the first."""
        keys = self.contracts[entity].key
        typed = {f"{of}__{column}" for of, columns in self.fields.items() for column in columns}
        time = told_at(self.of(entity), typed) if entity == self.of(entity) else None
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
            elif time and row == entity:
                sql = newest_value(entity, column, time)
            else:
                sql = f"{{{{ first_filled('{of}', 'landing_position') }}}}"
            columns.append(f"{sql} as {column}")
        names = [f"{self.rows if key in self._shared(entity) else entity}__{key}" for key in keys]
        filled = "\n    and ".join(f"{name} is not null" for name in names)
        rows = self._accepted()
        if self._shares_key(entity):
            own = " or ".join(f"{entity}__{column} is not null" for column in self.fields[entity])
            filled += f"\n    and ({own})"
        if entity in self._beside:
            rows = cte(
                "accepted",
                f"select * from {{{{ ref('{self.base}') }}}}\nwhere\n    {self._holds_beside(entity)}",
            )
        grouped = ", ".join(names)
        rest = f"from accepted\nwhere\n    {filled}\ngroup by {grouped}"
        final = cte("final", select(columns, rest))
        return model_text(
            f"one key of {entity}, read out of the accepted rows of {self.table.entity}",
            "",
            [rows, final],
        )

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
            name = left_out_flag(one)
            told[name] = f"No record of the entity by its {one.condition.column} (rows_where of the mapping)."
        told = _LINEAGE | self._typed_columns() | told
        config = "materialized: table, meta: {grain: landed row, owner: data engineering}"
        yield description_of(
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
            yield description_of(model, f"{words} rows of {what}.", config, told, contract.pii)

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
            elif (
                not column.endswith(("__text", "__parts", "__country", "__part", "__code", "__zone"))
                and column != "place"
            ):
                told[name] = of.get(column, "Currency that the row states.")
        beside = [name for name in _DOCUMENTS if f" as {name}" in self.base_model()]
        return told | {name: _DOCUMENTS[name] for name in beside} | (_HEADS if self.heads else {})
