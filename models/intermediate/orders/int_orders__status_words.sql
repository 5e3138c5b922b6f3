-- grain: one word by which a source system states the status of an order document

-- A word counts in its own field before it counts in `any`, and a canonical status is its own word. What a means of
-- payment is called says something where the list holds it; any other word that the list does not hold is
-- `unknown_status`. What has neither letter nor figure is no word.

with

orders as (

    select * from {{ ref('input__orders') }}

),

words as (

    select * from {{ ref('order_status_words') }}

),

statuses as (

    select * from {{ ref('order_statuses') }}

),

found as (

    {% for field in ['status', 'payment_status', 'payment_method'] -%}
    select
        '{{ field }}' as field,
        {{ field }} as source_word
    from orders
    where {{ field }} is not null
    group by {{ field }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

compared as (

    select
        field,
        source_word,
        {{ function('plain_words') }}(source_word) as word,
        case when field <> 'payment_method' then {{ function('plain_words') }}(source_word) end as status_word
    from found

),

any_words as (

    select
        word,
        status
    from words
    where field = 'any'

),

meant as (

    select
        compared.field,
        compared.source_word,
        compared.word,
        coalesce(
            own_words.status,
            any_words.status,
            canonical.status,
            case when compared.status_word is not null then 'unknown_status' end
        ) as status
    from compared
    left join words as own_words
        on
            compared.field = own_words.field
            and compared.word = own_words.word
    left join any_words
        on compared.status_word = any_words.word
    left join statuses as canonical
        on compared.status_word = replace(canonical.status, '_', ' ')

),

final as (

    select
        meant.field,
        meant.source_word,
        meant.status,
        statuses.rank as status_rank
    from meant
    inner join statuses
        on meant.status = statuses.status
    where meant.word is not null

)

select * from final
