case
    when not {{ regexp_like('name', '^[\\x{3007}\\x{3400}-\\x{9FFF}\\x{20000}-\\x{323AF}]{1,4}$') }} then 0
    when {{ regexp_like('name', '^(?:' ~ compound_surnames() ~ ')') }} then 2
    when name is not null then 1
end
