try_cast({{ function('parse_integer') }}(text) * 0.01 as decimal(18, 2))
