left(name, 1) || case when {{ regexp_like('name', '^[a-z]') }} then '***' else '**' end
