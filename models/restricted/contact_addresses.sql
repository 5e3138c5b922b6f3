-- grain: one customer and one channel on which they can be reached, with the address

-- The one place where a keyed id meets an address. The schema is never published: `make activation` joins it where a
-- list with addresses is asked for (docs/activation.md). Without personal data there is no key; ids stay as they are.

with

profiles as (

    select * from {{ ref('int_customers__profiles') }}

),

addresses as (

    {% for kind in ['phone', 'email', 'unionid'] -%}
    select
        customer_id,
        '{{ kind }}' as address_kind,
        {{ kind }} as contact_address
    from profiles
    where {{ kind }} is not null
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

final as (

    select
        addresses.customer_id,
        channels.channel,
        addresses.contact_address,
        {%- if var('personal_data') == 'none' %}
        addresses.customer_id as keyed_id,
        cast(null as string) as key_id
        {%- else %}
        {{ function('keyed_hash') }}('activation|' || addresses.customer_id) as keyed_id,
        {{ function('hashing_key_id') }}() as key_id
        {%- endif %}
    from addresses
    inner join {{ ref('channel_addresses') }} as channels
        on addresses.address_kind = channels.address_kind

)

select * from final
