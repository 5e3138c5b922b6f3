"""Models of a system whose facts name customers by the keys of another system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from customer360.onboarding.mapped_models import MappedTable
from customer360.onboarding.model_text import cte, description_of, model_text, select

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
            rows.append(select(read, rest))
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
        records.append(select(read, f"from {{{{ ref('{model}') }}}}"))
    union = "\n\nunion all\n\n"
    joined = select(
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
    keyed = select(
        ["landed_on", f"{own} as own_id", f"{other_id} as other_id"], f"from {{{{ ref('{customers}') }}}}"
    )
    decided = select(
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
            model_text(
                f"one customer record of another system that facts of {system} name",
                "",
                [
                    cte("named", union.join(rows)),
                    cte("records", union.join(records)),
                    cte("final", joined),
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
            model_text(
                f"one record that facts of {system} name, and the record of the other system",
                "",
                [cte("keyed", keyed), cte("final", decided)],
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
        models[model] = (sql, description_of(model, f"The {what}.", config, columns, pii))
    return models
