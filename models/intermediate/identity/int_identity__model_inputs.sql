-- grain: one core of a person, as the probabilistic model compares it

-- A view: it costs nothing until the model is switched on or fitted. Cores without a complete name that a rule has
-- attached to somebody are left out: who they belong to is settled.

{{ config(materialized='view') }}

{% set open_cores -%}
(
    select cores.*
    from {{ ref('int_identity__cores') }} as cores
    where
        cores.core_key not in (
            select attached.core_key
            from {{ ref('int_identity__attachments') }} as attachments
            inner join {{ ref('int_identity__cores') }} as attached
                on attachments.record_key_a = attached.record_key
            where attachments.decision = 'link'
        )
)
{%- endset %}

{{ model_inputs(open_cores, 'core_key') }}
