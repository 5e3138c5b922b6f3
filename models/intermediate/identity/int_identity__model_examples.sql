-- grain: one record of a person that an identifier of the first tier joins to another, as the model compares it

-- Such pairs are one person whatever else they say: they show how often two records of one person agree on a name, a
-- birth date or a city. A view: only `make fit` reads it.

{{ config(materialized='view') }}

{% set joined_records -%}
(
    select record_key_a as record_key
    from {{ ref('int_identity__pairs') }}
    where
        tier = 1
        and decision = 'link'
        and not is_conflict

    union

    select record_key_b as record_key
    from {{ ref('int_identity__pairs') }}
    where
        tier = 1
        and decision = 'link'
        and not is_conflict
)
{%- endset %}

{{ model_inputs(joined_records, 'record_key') }}
