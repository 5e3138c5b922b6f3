"""The rules that rows of a mapped table may break, each with its reason code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from customer360.onboarding.mapped_facts import DOCUMENT_KEYS, MappedFacts
from customer360.onboarding.mapping import BEYOND
from customer360.onboarding.model_text import WIDTH, is_number, left_out_flag

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
    "currency": "unknown_code",
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

TOO_EARLY = "time_before_first_day"
_FOREIGN = "foreign_currency"


def unreadable_code(column: str, kind: str) -> str | None:
    """Reason code for a value of this column that cannot be parsed; None where any text is one."""
    by_type = "invalid_amount" if is_number(kind) else UNREADABLE_TYPES.get(kind)
    return UNREADABLE.get(column, by_type)


def missing_code(column: str, kind: str) -> str:
    """Reason code for a row without this required column."""
    return MISSING.get(column) or unreadable_code(column, kind) or "missing_record_key"


_OF_WHICH_ROWS = re.compile(
    r"\b\w+ is not null and |\bover \([^()]*\)| and not \" ~ is_unearned_line\([^()]*\) ~ \""
)
"""What in a condition says which rows it is asked of, or together with which others."""


class MappedRules(MappedFacts):
    """A mapped table with what its rows must fulfil."""

    def _may_be_unreadable(self, entity: str, column: str) -> bool:
        """Whether a rule of its own tells a value that cannot be parsed: one that each row must have is missing then."""
        is_told = entity == self.rows and column in self.contracts[entity].required
        is_told = is_told and column not in self._asked_apart
        return not is_told and unreadable_code(column, self._kind(entity, column)) is not None

    def rules(self) -> tuple[list[str], list[str]]:
        """Rules of the rows, and rules of the heads of documents that the rows carry: pairs of reason code and condition
        (as Jinja), each code once in each, in the order in which a row is told its reason."""
        broken, of_heads = self._conditions()
        # a row that is no record takes no document along
        return self._as_jinja(broken), self._as_jinja(of_heads, unless=self._left_out)

    def _as_jinja(self, conditions: Mapping[str, Sequence[str]], unless: str = "") -> list[str]:
        rules = []
        for code, of in conditions.items():
            if code == TOO_EARLY:
                rules.append(self._not_before_first_day(of, unless))
                continue
            if code == _FOREIGN:
                rules.append(self._not_foreign(of, unless))
                continue
            condition = " or ".join(of)
            condition = f"not ({unless}) and ({condition})" if unless else condition
            rules.append(f"""('{code}', "{condition}")""")
        return rules

    def _not_before_first_day(self, columns: Sequence[str], unless: str) -> str:
        named = ", ".join(f"'{column}'" for column in columns)
        return f"before_first_day('{self.table.system}', [{named}]" + (f", '{unless}')" if unless else ")")

    def _not_foreign(self, columns: Sequence[str], unless: str) -> str:
        """The rule on currencies that cannot be converted."""
        named = ", ".join(f"'{column}'" for column in columns)
        return f"foreign_currency([{named}]" + (f", '{unless}')" if unless else ")")

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
            add(one.reason, left_out_flag(one))
        if self._asked_apart:
            add("not_a_record", self._is_silent)
        for entity in self.fields:
            is_head = self.carries_heads and entity not in ("order_items", "products")
            self._rules_of(entity, add_to_heads if is_head else add)
            if "currency" in self._given(entity) and "currency" not in self.contracts[entity].required:
                # what is in another currency leaves half a document
                told = add_to_heads if entity in ("orders", "order_items") else add
                told(_FOREIGN, f"{entity}__currency")
                if "currency" in self.fields[entity]:
                    told("unknown_code", f"{entity}__currency__is_given and {entity}__currency is null")
            if "time_zone" in self.fields[entity]:
                add("unknown_code", f"{entity}__time_zone__is_given and {entity}__time_zone is null")
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
        agree += ["orders__currency"] if "currency" in self.fields["orders"] else []
        words = f"'number': '{number}', 'agree': {agree}"
        if "source_customer_id" in given:
            words += ", 'agree_in_a_load': ['orders__source_customer_id']"
        return f"{{{words}}}"

    def columns_of_rules(self) -> dict[str, list[str]]:
        """Reason code → landed columns that its rule looks at."""
        found: dict[str, list[str]] = {}
        for code, condition in (
            (code, _OF_WHICH_ROWS.sub("", " ".join(of)))
            for conditions in self._conditions()
            for code, of in conditions.items()
        ):
            for one in self.table.filters:
                if re.search(rf"\b{left_out_flag(one)}\b", condition):
                    found.setdefault(code, []).append(one.condition.column)
            for entity, columns in self.fields.items():
                for column, parts in columns.items():
                    names = [column, "amount"] if self._makes_amount(entity, column) else [column]
                    if re.search(rf"\b{entity}__({'|'.join(names)})(__is_given)?\b", condition):
                        found.setdefault(code, []).extend(part.name for part in parts)
        return {code: list(dict.fromkeys(names)) for code, names in found.items()}

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
                if is_own and column in self._asked_apart:
                    # of a record of which nothing is stated, that is told; of what cannot be read, that
                    whose = f"not ({self._is_silent}) and not {entity}__{column}__is_given and "
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
            if kind in ("timestamp", "date") and f"{entity}.{column}" not in OF_ANY_AGE:
                add(TOO_EARLY, of)
        given = self._given(entity)
        for column in given:
            for word, told in contract.bounds.get(column, ()):
                if told not in contract.types or told in given:
                    bound = f"{entity}__{told}" if told in contract.types else told
                    code = unreadable_code(column, self._kind(entity, column))
                    add(code, f"{entity}__{column} {BEYOND[word]} {bound}")

    @property
    def _is_silent(self) -> str:
        """The condition under which a row states nothing of its own record; one beside it may stand there."""
        return " and ".join(f"not {self.rows}__{column}__is_given" for column in self._asked_apart)

    def _holds_beside(self, entity: str) -> str:
        """The condition under which a row holds a sound record beside its own, whatever its own lacks."""
        own, other = re.compile(rf"\b{self.rows}__({'|'.join(self._asked_apart)})\b|__is_given"), []
        codes = {
            code
            for code, conditions in self._conditions()[0].items()
            if any(own.search(_OF_WHICH_ROWS.sub("", condition)) for condition in conditions)
        }
        self._rules_of(entity, lambda code, condition: other.append(condition) if code != TOO_EARLY else None)
        one = f"({'|'.join(sorted(codes))})"
        lines = [f"{{{{ regexp_like(list_as_text('broken_rules'), '^({one}(, {one})*)?$') }}}}"]
        lines += [f"not coalesce({condition}, false)" for condition in dict.fromkeys(other)]
        return "\n    and ".join(lines)

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
        if len(call) <= WIDTH:
            return call
        return f"{{{{ {macro}(\n" + "".join(f"    {word},\n" for word in words) + ") }}"
