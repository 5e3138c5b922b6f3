{#- A number of any precision; amounts may carry a sign of `currency` (a column; by default, the data
    set's), all of them thousands separators, and a double the sign of percent: 20% is 20. -#}
{% macro parse_number(x, type, currency=none) -%}
    {%- set in_currency = ', currency => ' ~ currency_or_own(currency) if currency else '' -%}
    {%- set text = function('clean_text') ~ '(' ~ x ~ ')' -%}
    {%- if type == 'double' -%}
        {%- set text = "regexp_replace(" ~ text ~ ", '[ %％]+$', '')" -%}
    {%- endif -%}
    coalesce(
        try_cast({{ text }} as {{ type }}),
        try_cast({{ function('parse_amount') }}({{ x }}{{ in_currency }}) as {{ type }})
    )
{%- endmacro %}

{#- A number in another unit: read exactly, multiplied by the factor, rounded to the decimals of its type. -#}
{% macro scaled_number(x, factor, factor_type, type, decimals=none, currency=none) -%}
    {%- set in_currency = ', currency => ' ~ currency_or_own(currency) if currency else '' -%}
    {%- set text = function('clean_text') ~ '(' ~ x ~ ')' -%}
    {%- set amount = function('parse_amount') ~ '(' ~ x ~ in_currency ~ ')' -%}
    {%- set number -%}
coalesce(
            try_cast({{ text }} as decimal(28, 10)),
            -- thousands are told apart as in every amount; their digits behind the point are kept
            case when {{ amount }} is not null then try_cast(replace({{ text }}, ',', '') as decimal(28, 10)) end,
            cast({{ amount }} as decimal(28, 10))
        ) * cast({{ factor }} as {{ factor_type }})
    {%- endset -%}
    try_cast(
        {{ number if decimals is none else 'round(' ~ number ~ ', ' ~ decimals ~ ')' }}
        as {{ type }}
    )
{%- endmacro %}

{#- The sum of numbers that one figure is stated in: pairs of text and number. What is empty adds nothing; one that cannot
    be read leaves the sum unknown, and so it is where all are empty. -#}
{% macro sum_of_parts(parts, type) -%}
    case
        when
            not (
                {% for text, number in parts -%}
                ({{ function('clean_text') }}({{ text }}) is not null and {{ number }} is null)
                {%- if not loop.last %}
                or {% endif %}
                {%- endfor %}
            )
            and coalesce({{ parts | map(attribute=1) | join(', ') }}) is not null
            then try_cast(
                {% for text, number in parts -%}
                coalesce({{ number }}, 0){% if not loop.last %} + {% endif %}
                {%- endfor %}
                as {{ type }}
            )
    end
{%- endmacro %}

{#- Quantity × price, rounded to cents; null where it is no amount any more, as of a telephone number typed into a quantity.
    Exact: the product of decimal(18, 3) and decimal(18, 4) needs 36 digits, and DuckDB multiplies in 18 unless told. -#}
{% macro line_amount(quantity, unit_price) -%}
    try_cast(round(cast({{ quantity }} as decimal(20, 3)) * {{ unit_price }}, 2) as decimal(18, 2))
{%- endmacro %}
