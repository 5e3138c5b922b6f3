{{ config(enabled=var('data_set') == 'online_retail') }}

{%- set figures = [
    ('landed lines', 'landed', 'line_count', 541909),
    ('landed quantity', 'landed', 'quantity', 5176450),
    ('landed amount', 'landed', 'amount', 9747747.934),
    ('cancellation lines', 'landed', 'cancellation_lines', 9288),
    ('lines without customer', 'landed', 'lines_without_customer', 135080),
    ('quarantined stock adjustments', 'quarantined', 'stock_adjustments', 1336),
    ('quarantined accounting adjustments', 'quarantined', 'accounting_adjustments', 3),
    ('quarantined rows', 'quarantined', 'row_count', 1339),
    ('staged lines', 'staged', 'line_count', 540570),
    ('staged amount: 9,747,747.93 less -11,062.06 in quarantine', 'staged', 'amount', 9758809.99),
    ('exactly netted lines', 'exact_links', 'line_count', 2787),
    ('exactly netted amount', 'exact_links', 'amount', 402926.65),
    ('customers', 'customers', 'customer_count', 4372),
] %}

-- Golden figures of Online Retail, known from the file itself before any model existed:
-- what was landed, what the rules took out, what exact netting undoes.

with

landed as (

    select
        count(*) as line_count,
        sum(cast(quantity as bigint)) as quantity,
        sum(cast(quantity as bigint) * cast(unit_price as decimal(18, 4))) as amount,
        count(case when invoice_no like 'C%' then 1 end) as cancellation_lines,
        count(case when customer_id is null then 1 end) as lines_without_customer
    from {{ source('online_retail', 'order_lines') }}

),

quarantined as (

    select
        count(case when reason_code = 'stock_adjustment' then 1 end) as stock_adjustments,
        count(case when reason_code = 'accounting_adjustment' then 1 end) as accounting_adjustments,
        count(*) as row_count
    from {{ ref('quarantine') }}
    where source_system = 'online_retail'

),

staged as (

    select
        count(*) as line_count,
        -- the one article priced in tenths of a penny is sold four times: 0.004 are rounded away
        sum(amount) as amount
    from {{ ref('stg_online_retail__order_items') }}

),

exact_links as (

    select
        count(*) as line_count,
        sum(netted_amount) as amount
    from {{ ref('int_orders__netting_links') }}
    where link_rule = 'exact'

),

customers as (

    select count(*) as customer_count
    from {{ ref('customers') }}
    where is_known

),

figures as (

    {% for figure, relation, column, expected in figures -%}
    select
        '{{ figure }}' as figure,
        cast({{ column }} as decimal(18, 3)) as actual,
        cast({{ expected }} as decimal(18, 3)) as expected
    from {{ relation }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

)

select
    figure,
    actual,
    expected
from figures
where actual is distinct from expected
