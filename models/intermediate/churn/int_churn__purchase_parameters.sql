-- grain: one date that is scored or learnt from, with the parameters of its purchase model

-- Without identified drop-out a and b are null: nobody is known to have left, and the formulas are NBD's.

select
    cast(as_of_on as date) as as_of_on,
    cast(status as varchar) as status,
    cast(customer_count as bigint) as customer_count,
    cast(r as double) as r,
    cast(alpha as double) as alpha,
    cast(a as double) as a,
    cast(b as double) as b
from {{ ref('int_churn__purchase_fits') }}
