cast({{ function('parse_timestamp') }}(text, time_zone => time_zone, day_first => day_first) as date)
