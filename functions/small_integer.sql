try_cast({{ function('parse_integer') }}(text) as integer)
