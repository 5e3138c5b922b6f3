coalesce(
    (select {{ map_of('s.term', 's.code') }} from {{ ref('source_codes') }} as s where s.list_code = name_of_list)[
        lower({{ function('clean_text') }}(text))
    ],
    {{ bind(function('clean_text') ~ '(text)', '_w', "case when keep_unknown then _w when _w is not null then 'unmapped' end") }}
)
