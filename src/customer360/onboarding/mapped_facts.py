"""What a mapping says of one table, beside the contracts of what the table offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from customer360.core.sources import CODES, RETURNS, Column, Table
from customer360.onboarding.mapping import BY_SIGN, NOT_MAPPED, OPEN, Contract, contracts_of
from customer360.onboarding.model_text import left_out_flag

PLACE_CODES = ("province_code", "city_code", "district")
BESIDE = {
    "name": ("name_honorific", "name_note", "name_reason", "name_script"),
    "company_name": ("company_branch",),
    "phone": ("phone_reason", "phone_partial"),
    "email": ("email_reason",),
    "credit_code": ("credit_code_reason",),
    "id_number_hash": ("id_number_reason",),
    "birth_date": ("birth_date_reason",),
    "region": (*PLACE_CODES, "region_status"),
}
"""Columns of the contract that come with a mapped one."""

DOCUMENT_KEYS = {"store_code": "orders__store_code", "ordered_on": "cast(orders__ordered_at as date)"}
"""What tells documents of one number apart where policy says so (seed document_keys), in the order in which it is joined to
the number: column → how a row states it."""


@dataclass
class MappedFacts:
    """A mapped table beside the contracts of what it offers.

    `heads` are entities of the same system that offer the orders to which the lines of this table belong. Raises KeyError
    where a target names an entity without contract (`check_mapping` says so before).
    """

    table: Table
    contracts: Mapping[str, Contract]
    heads: Sequence[str] = ()
    stores: str = ""
    """The entity of the same system that says in which zone the clocks of its stores are; empty where none does."""
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

    def offered(self, entity: str) -> list[str]:
        """The columns of the contract that the table offers for one entity, in the order of the contract."""
        given = [*self._given(entity), *self._shared(entity)]
        columns = {*given, "landed_on", *(beside for column in given for beside in BESIDE.get(column, ()))}
        columns |= {"customers": {"missing_reasons"}, "order_items": {"source_line_id", "amount"}}.get(
            self.of(entity), set()
        )
        return [column for column in self.contracts[entity].types if column in columns]

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

    @property
    def _left_out(self) -> str:
        """The condition under which a row is no record of the entity; empty where the mapping leaves none out."""
        return " or ".join(left_out_flag(one) for one in self.table.filters)

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

    @property
    def _splits(self) -> bool:
        """Returns are split off the documents that they share a number with."""
        return self.by_sign and self.has_lines

    @property
    def _of_document(self) -> str:
        """The window of the rows of one document in one delivery."""
        return "over (partition by orders__source_order_id, load_id)"

    def _makes_amount(self, entity: str, column: str) -> bool:
        """Whether amounts are computed of a column."""
        return entity == "order_items" and self.computes_amount and column in ("quantity", "unit_price")

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

    @property
    def _beside(self) -> list[str]:
        """What else each row holds one more record of: by the names that the mapping gives it."""
        return [entity for entity in self.fields if entity != self.rows and self.of(entity) == self.rows]

    @property
    def _asked_apart(self) -> list[str]:
        """Columns of the rows' own record that none of the records beside it shares: what only it was asked."""
        beside = {column for entity in self._beside for column in self._given(entity)}
        return [column for column in self.fields[self.rows] if column in beside]

    def _shares_key(self, entity: str) -> bool:
        """Whether one more record has the key of the rows' own: its name is joined to it then."""
        key = self.contracts[entity].key
        return len(key) == 1 and key[0] in self._shared(entity)
