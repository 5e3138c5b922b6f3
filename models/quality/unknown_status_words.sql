-- grain: one word of one source system that says nothing of the status of an order by the list

with

unknown as (

    select * from {{ ref('int_orders__status_words') }}
    where status = 'unknown_status'

),

documents as (

    {% for field in ['status', 'payment_status'] -%}
    select
        source_system,
        '{{ field }}' as field,
        {{ field }} as source_word
    from {{ ref('input__orders') }}
    where {{ field }} is not null
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

final as (

    select
        documents.source_system,
        documents.field,
        documents.source_word,
        count(*) as document_count
    from documents
    inner join unknown
        on
            documents.field = unknown.field
            and documents.source_word = unknown.source_word
    group by documents.source_system, documents.field, documents.source_word

)

select * from final
