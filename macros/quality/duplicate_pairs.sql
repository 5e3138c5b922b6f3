{#-
  Pairs of records that are one customer by evidence of its own, independent of the rules that unify customers: an
  equal identifier, or a rare name together with two further fields that agree. Every kind of evidence is an
  equality of some columns, so that a record is compared with the few of its own group and never with all.

  `relation` has the columns named here; `scope` (column) is what pairs stay inside of, `record` (column) the key.
  `name` is an expression; `identifiers` and the keys of `details` are columns. Details of one group (a place is
  a city or an address) count once. Of a large group each record is paired with the first ten only: enough to see
  that it is surplus. One row per pair: scope, first_record, other_record, evidence.
-#}
{% macro duplicate_pairs(relation, scope, record, name, identifiers, details, max_records_per_name) -%}
    {%- set evidence = [] -%}
    {%- for identifier in identifiers -%}
    {%- do evidence.append((identifier, [identifier])) -%}
    {%- endfor -%}
    {%- for first, first_group in details.items() -%}
    {%- for second, second_group in details.items() if second > first and second_group != first_group -%}
    {%- do evidence.append(('name_' ~ first ~ '_' ~ second, ['shared_name', first, second])) -%}
    {%- endfor -%}
    {%- endfor -%}
    with

    named as (

        select
            *,
            case
                when count(*) over (partition by {{ scope }}, {{ name }}) <= {{ max_records_per_name }} then {{ name }}
            end as shared_name
        from {{ relation }}

    ),

    keyed as (

        {% for code, columns in evidence -%}
        select
            {{ scope }} as scope,
            {{ record }} as record,
            '{{ code }}' as evidence,
            row_number() over (partition by {{ scope }}, {{ columns | join(', ') }} order by {{ record }} asc) as place,
            {% for column in columns -%}
            cast({{ column }} as string){{ " || '|' || " if not loop.last }}
            {%- endfor %} as shared_value
        from named
        where {{ columns | join(' is not null and ') }} is not null
        {% if not loop.last %}
        union all

        {% endif %}
        {%- endfor %}

    )

    select
        first_ones.scope,
        first_ones.record as first_record,
        others.record as other_record,
        min(others.evidence) as evidence
    from keyed as first_ones
    inner join keyed as others
        on
            first_ones.scope = others.scope
            and first_ones.evidence = others.evidence
            and first_ones.shared_value = others.shared_value
            and first_ones.place < others.place
            and first_ones.place <= 10
    group by first_ones.scope, first_ones.record, others.record
{%- endmacro %}
