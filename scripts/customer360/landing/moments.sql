-- Generated from macros/standardise/values.sql; do not edit. After a change there:
-- PYTHONPATH=scripts python -m customer360.macro_views
create macro moment_unknown(x) as (
list_transform([list_transform([list_transform([x], lambda _w: case
    when not regexp_matches(_w, '[^\x{0020}-\x{007E}\x{3001}-\x{9FFF}]') then _w
    else list_transform([regexp_replace(regexp_replace(case when regexp_matches(_w, '[\x{00AA}-\x{00BF}\x{0300}-\x{036F}\x{2010}-\x{2019}\x{2070}-\x{209F}\x{2160}-\x{217F}\x{2212}\x{2460}-\x{2468}\x{2E80}-\x{2FDF}\x{F900}-\x{FAFF}\x{FE10}-\x{FE6F}\x{FFE0}-\x{FFE6}]') then translate(nfc_normalize(_w), 'ª²³µ¹º⁰ⁱ⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₔₕₖₗₘₙₚₛₜⅠⅤⅩⅬⅭⅮⅯⅰⅴⅹⅼⅽⅾⅿ①②③④⑤⑥⑦⑧⑨⺟⻳⼀⼁⼂⼃⼄⼅⼆⼇⼈⼉⼊⼋⼌⼍⼎⼏⼐⼑⼒⼓⼔⼕⼖⼗⼘⼙⼚⼛⼜⼝⼞⼟⼠⼡⼢⼣⼤⼥⼦⼧⼨⼩⼪⼫⼬⼭⼮⼯⼰⼱⼲⼳⼴⼵⼶⼷⼸⼹⼺⼻⼼⼽⼾⼿⽀⽁⽂⽃⽄⽅⽆⽇⽈⽉⽊⽋⽌⽍⽎⽏⽐⽑⽒⽓⽔⽕⽖⽗⽘⽙⽚⽛⽜⽝⽞⽟⽠⽡⽢⽣⽤⽥⽦⽧⽨⽩⽪⽫⽬⽭⽮⽯⽰⽱⽲⽳⽴⽵⽶⽷⽸⽹⽺⽻⽼⽽⽾⽿⾀⾁⾂⾃⾄⾅⾆⾇⾈⾉⾊⾋⾌⾍⾎⾏⾐⾑⾒⾓⾔⾕⾖⾗⾘⾙⾚⾛⾜⾝⾞⾟⾠⾡⾢⾣⾤⾥⾦⾧⾨⾩⾪⾫⾬⾭⾮⾯⾰⾱⾲⾳⾴⾵⾶⾷⾸⾹⾺⾻⾼⾽⾾⾿⿀⿁⿂⿃⿄⿅⿆⿇⿈⿉⿊⿋⿌⿍⿎⿏⿐⿑⿒⿓⿔⿕︐︑︒︓︔︕︖︗︘︱︲︳︴︵︶︷︸︹︺︻︼︽︾︿﹀﹁﹂﹃﹄﹇﹈﹍﹎﹏﹐﹑﹒﹔﹕﹖﹗﹘﹙﹚﹛﹜﹝﹞﹟﹠﹡﹢﹣﹤﹥﹦﹨﹩﹪﹫￠￡￢￤￥￦‐‑‒–—―−‘’', 'a23μ1o0i456789+-=()n0123456789+-=()aeoxəhklmnpstIVXLCDMivxlcdm123456789母龟一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠,、。:;!?〖〗--__(){}〔〕【】《》〈〉「」『』[]___,、.;:?!-(){}〔〕#&*+-<>=\$%@¢£¬¦¥₩-------''''') else _w end, '[\x{0000}-\x{0008}\x{000E}-\x{001F}\x{007F}-\x{009F}\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FE00}-\x{FE0F}\x{FEFF}\x{FFFD}]', '', 'g'), '[\x{00A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\t\n\r\f\v]', ' ', 'g')], lambda _v: case when regexp_matches(_v, '[\x{FF01}-\x{FF5E}]') then list_aggregate(list_transform(string_split(_v, ''), lambda _c: case when unicode(_c) between 65281 and 65374 then chr(unicode(_c) - 65248) else _c end), 'string_agg', '') else _v end)[1]
end)[1]], lambda _s: nullif(case when regexp_matches(_s, '^ | $|  ') then trim(regexp_replace(_s, ' +', ' ', 'g')) else _s end, ''))[1]], lambda _s: case
    when regexp_matches(_s, '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,6})?)?)?$') then try_cast(_s as timestamp)
    when _s is not null
        then list_transform([upper(_s)], lambda _u: list_transform([case
    when regexp_matches(_u, '^([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})[日号號]?[T, ]*(?:AT )?') then regexp_replace(_u, '^([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})[日号號]?[T, ]*(?:AT )?', '\1-\2-\3 ', 'g')
    when regexp_matches(_u, '^[0-9]{8}($|[T ]|[0-9]{4}$|[0-9]{6}([^0-9]|$))')
        then regexp_replace(regexp_replace(regexp_replace(_u, '^([0-9]{4})([0-9]{2})([0-9]{2})[T ]*', '\1-\2-\3 ', 'g'), ' ([0-9]{2})([0-9]{2})', ' \1:\2', 'g'), '(:[0-9]{2})([0-9]{2})', '\1:\2', 'g')
    when regexp_matches(_u, '^[0-9]{10}([.][0-9]{1,6}|[0-9]{3})?$')
        then cast(epoch_ms(1000 * try_cast(left(_u, 10) as bigint)) as varchar) || rtrim('.' || ltrim(substr(_u, 11), '.'), '.') || 'Z'
    when regexp_matches(_u, '^[1-7][0-9]{4}([.][0-9]+)?$')
        then replace(cast(epoch_ms(1000 * cast(round((try_cast(_u as double) - 25569) * 86400, 0) as bigint)) as varchar), ' 00:00:00', ' ')
    when regexp_matches(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?([0-9]{1,2})(?:ST|ND|RD|TH)?[-./ ]*(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?[-./, ]*([0-9]{4})[T, ]*(?:AT )?') then regexp_replace(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?([0-9]{1,2})(?:ST|ND|RD|TH)?[-./ ]*(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?[-./, ]*([0-9]{4})[T, ]*(?:AT )?', '\3-\2-\1 ', 'g')
    when regexp_matches(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?[-./ ]*([0-9]{1,2})(?:ST|ND|RD|TH)?[-/, ]+([0-9]{4})[T, ]*(?:AT )?') then regexp_replace(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?[-./ ]*([0-9]{1,2})(?:ST|ND|RD|TH)?[-/, ]+([0-9]{4})[T, ]*(?:AT )?', '\3-\1-\2 ', 'g')
    when regexp_matches(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)? ([0-9]{1,2}) ([0-9]{1,2}:.*) ([0-9]{4})$') then regexp_replace(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)? ([0-9]{1,2}) ([0-9]{1,2}:.*) ([0-9]{4})$', '\4-\1-\2 \3', 'g')
end], lambda _r: list_transform([regexp_extract(_r, '^([0-9]{4})-([0-9]{1,2}|[A-Z]{3})-([0-9]{1,2}) (?:[(]?(?:星期|周|週|礼拜|禮拜)[一二三四五六日天][)]?[, ]*)?(?:(凌晨|早上|早晨|清晨|上午|中午|下午|傍晚|晚上)? ?([0-9]{1,2}) ?(?:[:时時点點] ?([0-9]{1,2})(?: ?[:分] ?([0-9]{1,2})(?:[.,]([0-9]{1,6})[0-9]*)? ?秒?| ?分)?|([时時点點]整?))?(?: ?([AP])[.]? ?M[.]?)?(?: ?(Z|[A-Z]{3,4}|(?:AFRICA|AMERICA|ANTARCTICA|ARCTIC|ASIA|ATLANTIC|AUSTRALIA|BRAZIL|CANADA|CHILE|ETC|EUROPE|INDIAN|MEXICO|PACIFIC|US)/[A-Z0-9/_+-]+)(?:\[[^\]]*\])?)?(?: ?([+-][0-9]{1,2})(?::?([0-5][0-9]))?(?: ?[\[(][^\])]*[\])])?)?)?$', ['year', 'month', 'day', 'half', 'hour', 'minute', 'second', 'fraction', 'full_hour', 'am_pm', 'zone', 'east_hours', 'east_minutes'])], lambda _t: list_transform([{'wall': try_cast(concat(
    _t.year, '-', case when length(_t.month) = 3 then substr('JAN01FEB02MAR03APR04MAY05JUN06JUL07AUG08SEP09OCT10NOV11DEC12', strpos('JAN01FEB02MAR03APR04MAY05JUN06JUL07AUG08SEP09OCT10NOV11DEC12', _t.month) + 3, 2) else _t.month end,
    '-', _t.day, ' ', coalesce(nullif(_t.hour, ''), '0'), ':', coalesce(nullif(_t.minute, ''), '0'), ':', coalesce(nullif(_t.second, ''), '0'), '.', _t.fraction
) as timestamp) + to_minutes(case
    when _t.half || _t.am_pm = '' then case when _t.hour = '' or _t.minute || _t.full_hour <> '' then 0 end
    when regexp_matches(_t.half || _t.am_pm || _t.hour, '^((A|上午|凌晨)|早上|早晨|清晨)(0?[1-9]|1[01])$|^(A|上午|凌晨)0?0$|^(P|下午|傍晚)(1[2-9]|2[0-3])$|^中午1[1-4]$|^晚上(1[7-9]|2[0-3])$') then 0
    when regexp_matches(_t.half || _t.am_pm || _t.hour, '^(P|下午|傍晚)(0?[0-9]|1[01])$|^中午0?[12]$|^晚上(0?[5-9]|1[01])$') then 720
    when regexp_matches(_t.half || _t.am_pm || _t.hour, '^(A|上午|凌晨)12$') then -720
end), 'zone': _t.zone || _t.east_hours, 'east': case
    when _t.east_hours <> '' and (_t.zone in ('UTC', 'GMT') or (_t.zone = '' and length(_t.east_hours) = 3))
        then 60 * try_cast(_t.east_hours as integer) + try_cast(left(_t.east_hours, 1) || '0' || _t.east_minutes as integer)
    when _t.east_hours = '' then case _t.zone when 'Z' then 0 when 'UTC' then 0 when 'GMT' then 0 when 'WET' then 0 when 'WEST' then 60 when 'CET' then 60 when 'CEST' then 120 when 'EET' then 120 when 'EEST' then 180 when 'HKT' then 480 when 'JST' then 540 when 'AEST' then 600 when 'AEDT' then 660 when 'NZST' then 720 when 'NZDT' then 780 when 'EDT' then -240 when 'EST' then -300 when 'MDT' then -360 when 'MST' then -420 when 'PDT' then -420
    end
end}], lambda _z: case
    when _z.east between -720 and 840 then timezone('{zone}', timezone('UTC', _z.wall + to_minutes(-_z.east)))
    when _z.zone in ('', '{ZONE}') then _z.wall
    when regexp_matches(_z.zone, '/') then timezone('{zone}', timezone('UTC', list_transform([try_cast(cast(_z.wall as varchar) || ' ' || regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$') as timestamp with time zone)], lambda _u: case
    when timezone(regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$'), _u) = _z.wall
        and (timezone(regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$'), _u - interval '1' day) + interval '1' day = _z.wall or timezone(regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$'), _u - (timezone(regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$'), _u - interval '1' day) + interval '1' day - _z.wall)) <> _z.wall)
        then timezone('UTC', _u)
end)[1]))
end)[1])[1])[1])[1]
end)[1]
);
create macro moment_day_first(x) as (
list_transform([list_transform([list_transform([x], lambda _w: case
    when not regexp_matches(_w, '[^\x{0020}-\x{007E}\x{3001}-\x{9FFF}]') then _w
    else list_transform([regexp_replace(regexp_replace(case when regexp_matches(_w, '[\x{00AA}-\x{00BF}\x{0300}-\x{036F}\x{2010}-\x{2019}\x{2070}-\x{209F}\x{2160}-\x{217F}\x{2212}\x{2460}-\x{2468}\x{2E80}-\x{2FDF}\x{F900}-\x{FAFF}\x{FE10}-\x{FE6F}\x{FFE0}-\x{FFE6}]') then translate(nfc_normalize(_w), 'ª²³µ¹º⁰ⁱ⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₔₕₖₗₘₙₚₛₜⅠⅤⅩⅬⅭⅮⅯⅰⅴⅹⅼⅽⅾⅿ①②③④⑤⑥⑦⑧⑨⺟⻳⼀⼁⼂⼃⼄⼅⼆⼇⼈⼉⼊⼋⼌⼍⼎⼏⼐⼑⼒⼓⼔⼕⼖⼗⼘⼙⼚⼛⼜⼝⼞⼟⼠⼡⼢⼣⼤⼥⼦⼧⼨⼩⼪⼫⼬⼭⼮⼯⼰⼱⼲⼳⼴⼵⼶⼷⼸⼹⼺⼻⼼⼽⼾⼿⽀⽁⽂⽃⽄⽅⽆⽇⽈⽉⽊⽋⽌⽍⽎⽏⽐⽑⽒⽓⽔⽕⽖⽗⽘⽙⽚⽛⽜⽝⽞⽟⽠⽡⽢⽣⽤⽥⽦⽧⽨⽩⽪⽫⽬⽭⽮⽯⽰⽱⽲⽳⽴⽵⽶⽷⽸⽹⽺⽻⽼⽽⽾⽿⾀⾁⾂⾃⾄⾅⾆⾇⾈⾉⾊⾋⾌⾍⾎⾏⾐⾑⾒⾓⾔⾕⾖⾗⾘⾙⾚⾛⾜⾝⾞⾟⾠⾡⾢⾣⾤⾥⾦⾧⾨⾩⾪⾫⾬⾭⾮⾯⾰⾱⾲⾳⾴⾵⾶⾷⾸⾹⾺⾻⾼⾽⾾⾿⿀⿁⿂⿃⿄⿅⿆⿇⿈⿉⿊⿋⿌⿍⿎⿏⿐⿑⿒⿓⿔⿕︐︑︒︓︔︕︖︗︘︱︲︳︴︵︶︷︸︹︺︻︼︽︾︿﹀﹁﹂﹃﹄﹇﹈﹍﹎﹏﹐﹑﹒﹔﹕﹖﹗﹘﹙﹚﹛﹜﹝﹞﹟﹠﹡﹢﹣﹤﹥﹦﹨﹩﹪﹫￠￡￢￤￥￦‐‑‒–—―−‘’', 'a23μ1o0i456789+-=()n0123456789+-=()aeoxəhklmnpstIVXLCDMivxlcdm123456789母龟一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠,、。:;!?〖〗--__(){}〔〕【】《》〈〉「」『』[]___,、.;:?!-(){}〔〕#&*+-<>=\$%@¢£¬¦¥₩-------''''') else _w end, '[\x{0000}-\x{0008}\x{000E}-\x{001F}\x{007F}-\x{009F}\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FE00}-\x{FE0F}\x{FEFF}\x{FFFD}]', '', 'g'), '[\x{00A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\t\n\r\f\v]', ' ', 'g')], lambda _v: case when regexp_matches(_v, '[\x{FF01}-\x{FF5E}]') then list_aggregate(list_transform(string_split(_v, ''), lambda _c: case when unicode(_c) between 65281 and 65374 then chr(unicode(_c) - 65248) else _c end), 'string_agg', '') else _v end)[1]
end)[1]], lambda _s: nullif(case when regexp_matches(_s, '^ | $|  ') then trim(regexp_replace(_s, ' +', ' ', 'g')) else _s end, ''))[1]], lambda _s: case
    when regexp_matches(_s, '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,6})?)?)?$') then try_cast(_s as timestamp)
    when _s is not null
        then list_transform([upper(_s)], lambda _u: list_transform([case
    when regexp_matches(_u, '^([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})[日号號]?[T, ]*(?:AT )?') then regexp_replace(_u, '^([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})[日号號]?[T, ]*(?:AT )?', '\1-\2-\3 ', 'g')
    when regexp_matches(_u, '^[0-9]{8}($|[T ]|[0-9]{4}$|[0-9]{6}([^0-9]|$))')
        then regexp_replace(regexp_replace(regexp_replace(_u, '^([0-9]{4})([0-9]{2})([0-9]{2})[T ]*', '\1-\2-\3 ', 'g'), ' ([0-9]{2})([0-9]{2})', ' \1:\2', 'g'), '(:[0-9]{2})([0-9]{2})', '\1:\2', 'g')
    when regexp_matches(_u, '^[0-9]{10}([.][0-9]{1,6}|[0-9]{3})?$')
        then cast(epoch_ms(1000 * try_cast(left(_u, 10) as bigint)) as varchar) || rtrim('.' || ltrim(substr(_u, 11), '.'), '.') || 'Z'
    when regexp_matches(_u, '^[1-7][0-9]{4}([.][0-9]+)?$')
        then replace(cast(epoch_ms(1000 * cast(round((try_cast(_u as double) - 25569) * 86400, 0) as bigint)) as varchar), ' 00:00:00', ' ')
    when regexp_matches(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?([0-9]{1,2})(?:ST|ND|RD|TH)?[-./ ]*(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?[-./, ]*([0-9]{4})[T, ]*(?:AT )?') then regexp_replace(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?([0-9]{1,2})(?:ST|ND|RD|TH)?[-./ ]*(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?[-./, ]*([0-9]{4})[T, ]*(?:AT )?', '\3-\2-\1 ', 'g')
    when regexp_matches(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?[-./ ]*([0-9]{1,2})(?:ST|ND|RD|TH)?[-/, ]+([0-9]{4})[T, ]*(?:AT )?') then regexp_replace(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?[-./ ]*([0-9]{1,2})(?:ST|ND|RD|TH)?[-/, ]+([0-9]{4})[T, ]*(?:AT )?', '\3-\1-\2 ', 'g')
    when regexp_matches(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)? ([0-9]{1,2}) ([0-9]{1,2}:.*) ([0-9]{4})$') then regexp_replace(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)? ([0-9]{1,2}) ([0-9]{1,2}:.*) ([0-9]{4})$', '\4-\1-\2 \3', 'g')
    when regexp_matches(_u, '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})[T, ]*(?:AT )?')
        then regexp_replace(_u, '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})[T, ]*(?:AT )?', '\3-\2-\1 ', 'g')
end], lambda _r: list_transform([regexp_extract(_r, '^([0-9]{4})-([0-9]{1,2}|[A-Z]{3})-([0-9]{1,2}) (?:[(]?(?:星期|周|週|礼拜|禮拜)[一二三四五六日天][)]?[, ]*)?(?:(凌晨|早上|早晨|清晨|上午|中午|下午|傍晚|晚上)? ?([0-9]{1,2}) ?(?:[:时時点點] ?([0-9]{1,2})(?: ?[:分] ?([0-9]{1,2})(?:[.,]([0-9]{1,6})[0-9]*)? ?秒?| ?分)?|([时時点點]整?))?(?: ?([AP])[.]? ?M[.]?)?(?: ?(Z|[A-Z]{3,4}|(?:AFRICA|AMERICA|ANTARCTICA|ARCTIC|ASIA|ATLANTIC|AUSTRALIA|BRAZIL|CANADA|CHILE|ETC|EUROPE|INDIAN|MEXICO|PACIFIC|US)/[A-Z0-9/_+-]+)(?:\[[^\]]*\])?)?(?: ?([+-][0-9]{1,2})(?::?([0-5][0-9]))?(?: ?[\[(][^\])]*[\])])?)?)?$', ['year', 'month', 'day', 'half', 'hour', 'minute', 'second', 'fraction', 'full_hour', 'am_pm', 'zone', 'east_hours', 'east_minutes'])], lambda _t: list_transform([{'wall': try_cast(concat(
    _t.year, '-', case when length(_t.month) = 3 then substr('JAN01FEB02MAR03APR04MAY05JUN06JUL07AUG08SEP09OCT10NOV11DEC12', strpos('JAN01FEB02MAR03APR04MAY05JUN06JUL07AUG08SEP09OCT10NOV11DEC12', _t.month) + 3, 2) else _t.month end,
    '-', _t.day, ' ', coalesce(nullif(_t.hour, ''), '0'), ':', coalesce(nullif(_t.minute, ''), '0'), ':', coalesce(nullif(_t.second, ''), '0'), '.', _t.fraction
) as timestamp) + to_minutes(case
    when _t.half || _t.am_pm = '' then case when _t.hour = '' or _t.minute || _t.full_hour <> '' then 0 end
    when regexp_matches(_t.half || _t.am_pm || _t.hour, '^((A|上午|凌晨)|早上|早晨|清晨)(0?[1-9]|1[01])$|^(A|上午|凌晨)0?0$|^(P|下午|傍晚)(1[2-9]|2[0-3])$|^中午1[1-4]$|^晚上(1[7-9]|2[0-3])$') then 0
    when regexp_matches(_t.half || _t.am_pm || _t.hour, '^(P|下午|傍晚)(0?[0-9]|1[01])$|^中午0?[12]$|^晚上(0?[5-9]|1[01])$') then 720
    when regexp_matches(_t.half || _t.am_pm || _t.hour, '^(A|上午|凌晨)12$') then -720
end), 'zone': _t.zone || _t.east_hours, 'east': case
    when _t.east_hours <> '' and (_t.zone in ('UTC', 'GMT') or (_t.zone = '' and length(_t.east_hours) = 3))
        then 60 * try_cast(_t.east_hours as integer) + try_cast(left(_t.east_hours, 1) || '0' || _t.east_minutes as integer)
    when _t.east_hours = '' then case _t.zone when 'Z' then 0 when 'UTC' then 0 when 'GMT' then 0 when 'WET' then 0 when 'WEST' then 60 when 'CET' then 60 when 'CEST' then 120 when 'EET' then 120 when 'EEST' then 180 when 'HKT' then 480 when 'JST' then 540 when 'AEST' then 600 when 'AEDT' then 660 when 'NZST' then 720 when 'NZDT' then 780 when 'EDT' then -240 when 'EST' then -300 when 'MDT' then -360 when 'MST' then -420 when 'PDT' then -420
    end
end}], lambda _z: case
    when _z.east between -720 and 840 then timezone('{zone}', timezone('UTC', _z.wall + to_minutes(-_z.east)))
    when _z.zone in ('', '{ZONE}') then _z.wall
    when regexp_matches(_z.zone, '/') then timezone('{zone}', timezone('UTC', list_transform([try_cast(cast(_z.wall as varchar) || ' ' || regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$') as timestamp with time zone)], lambda _u: case
    when timezone(regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$'), _u) = _z.wall
        and (timezone(regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$'), _u - interval '1' day) + interval '1' day = _z.wall or timezone(regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$'), _u - (timezone(regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$'), _u - interval '1' day) + interval '1' day - _z.wall)) <> _z.wall)
        then timezone('UTC', _u)
end)[1]))
end)[1])[1])[1])[1]
end)[1]
);
create macro moment_month_first(x) as (
list_transform([list_transform([list_transform([x], lambda _w: case
    when not regexp_matches(_w, '[^\x{0020}-\x{007E}\x{3001}-\x{9FFF}]') then _w
    else list_transform([regexp_replace(regexp_replace(case when regexp_matches(_w, '[\x{00AA}-\x{00BF}\x{0300}-\x{036F}\x{2010}-\x{2019}\x{2070}-\x{209F}\x{2160}-\x{217F}\x{2212}\x{2460}-\x{2468}\x{2E80}-\x{2FDF}\x{F900}-\x{FAFF}\x{FE10}-\x{FE6F}\x{FFE0}-\x{FFE6}]') then translate(nfc_normalize(_w), 'ª²³µ¹º⁰ⁱ⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₔₕₖₗₘₙₚₛₜⅠⅤⅩⅬⅭⅮⅯⅰⅴⅹⅼⅽⅾⅿ①②③④⑤⑥⑦⑧⑨⺟⻳⼀⼁⼂⼃⼄⼅⼆⼇⼈⼉⼊⼋⼌⼍⼎⼏⼐⼑⼒⼓⼔⼕⼖⼗⼘⼙⼚⼛⼜⼝⼞⼟⼠⼡⼢⼣⼤⼥⼦⼧⼨⼩⼪⼫⼬⼭⼮⼯⼰⼱⼲⼳⼴⼵⼶⼷⼸⼹⼺⼻⼼⼽⼾⼿⽀⽁⽂⽃⽄⽅⽆⽇⽈⽉⽊⽋⽌⽍⽎⽏⽐⽑⽒⽓⽔⽕⽖⽗⽘⽙⽚⽛⽜⽝⽞⽟⽠⽡⽢⽣⽤⽥⽦⽧⽨⽩⽪⽫⽬⽭⽮⽯⽰⽱⽲⽳⽴⽵⽶⽷⽸⽹⽺⽻⽼⽽⽾⽿⾀⾁⾂⾃⾄⾅⾆⾇⾈⾉⾊⾋⾌⾍⾎⾏⾐⾑⾒⾓⾔⾕⾖⾗⾘⾙⾚⾛⾜⾝⾞⾟⾠⾡⾢⾣⾤⾥⾦⾧⾨⾩⾪⾫⾬⾭⾮⾯⾰⾱⾲⾳⾴⾵⾶⾷⾸⾹⾺⾻⾼⾽⾾⾿⿀⿁⿂⿃⿄⿅⿆⿇⿈⿉⿊⿋⿌⿍⿎⿏⿐⿑⿒⿓⿔⿕︐︑︒︓︔︕︖︗︘︱︲︳︴︵︶︷︸︹︺︻︼︽︾︿﹀﹁﹂﹃﹄﹇﹈﹍﹎﹏﹐﹑﹒﹔﹕﹖﹗﹘﹙﹚﹛﹜﹝﹞﹟﹠﹡﹢﹣﹤﹥﹦﹨﹩﹪﹫￠￡￢￤￥￦‐‑‒–—―−‘’', 'a23μ1o0i456789+-=()n0123456789+-=()aeoxəhklmnpstIVXLCDMivxlcdm123456789母龟一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠,、。:;!?〖〗--__(){}〔〕【】《》〈〉「」『』[]___,、.;:?!-(){}〔〕#&*+-<>=\$%@¢£¬¦¥₩-------''''') else _w end, '[\x{0000}-\x{0008}\x{000E}-\x{001F}\x{007F}-\x{009F}\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FE00}-\x{FE0F}\x{FEFF}\x{FFFD}]', '', 'g'), '[\x{00A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\t\n\r\f\v]', ' ', 'g')], lambda _v: case when regexp_matches(_v, '[\x{FF01}-\x{FF5E}]') then list_aggregate(list_transform(string_split(_v, ''), lambda _c: case when unicode(_c) between 65281 and 65374 then chr(unicode(_c) - 65248) else _c end), 'string_agg', '') else _v end)[1]
end)[1]], lambda _s: nullif(case when regexp_matches(_s, '^ | $|  ') then trim(regexp_replace(_s, ' +', ' ', 'g')) else _s end, ''))[1]], lambda _s: case
    when regexp_matches(_s, '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,6})?)?)?$') then try_cast(_s as timestamp)
    when _s is not null
        then list_transform([upper(_s)], lambda _u: list_transform([case
    when regexp_matches(_u, '^([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})[日号號]?[T, ]*(?:AT )?') then regexp_replace(_u, '^([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})[日号號]?[T, ]*(?:AT )?', '\1-\2-\3 ', 'g')
    when regexp_matches(_u, '^[0-9]{8}($|[T ]|[0-9]{4}$|[0-9]{6}([^0-9]|$))')
        then regexp_replace(regexp_replace(regexp_replace(_u, '^([0-9]{4})([0-9]{2})([0-9]{2})[T ]*', '\1-\2-\3 ', 'g'), ' ([0-9]{2})([0-9]{2})', ' \1:\2', 'g'), '(:[0-9]{2})([0-9]{2})', '\1:\2', 'g')
    when regexp_matches(_u, '^[0-9]{10}([.][0-9]{1,6}|[0-9]{3})?$')
        then cast(epoch_ms(1000 * try_cast(left(_u, 10) as bigint)) as varchar) || rtrim('.' || ltrim(substr(_u, 11), '.'), '.') || 'Z'
    when regexp_matches(_u, '^[1-7][0-9]{4}([.][0-9]+)?$')
        then replace(cast(epoch_ms(1000 * cast(round((try_cast(_u as double) - 25569) * 86400, 0) as bigint)) as varchar), ' 00:00:00', ' ')
    when regexp_matches(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?([0-9]{1,2})(?:ST|ND|RD|TH)?[-./ ]*(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?[-./, ]*([0-9]{4})[T, ]*(?:AT )?') then regexp_replace(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?([0-9]{1,2})(?:ST|ND|RD|TH)?[-./ ]*(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?[-./, ]*([0-9]{4})[T, ]*(?:AT )?', '\3-\2-\1 ', 'g')
    when regexp_matches(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?[-./ ]*([0-9]{1,2})(?:ST|ND|RD|TH)?[-/, ]+([0-9]{4})[T, ]*(?:AT )?') then regexp_replace(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?[-./ ]*([0-9]{1,2})(?:ST|ND|RD|TH)?[-/, ]+([0-9]{4})[T, ]*(?:AT )?', '\3-\1-\2 ', 'g')
    when regexp_matches(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)? ([0-9]{1,2}) ([0-9]{1,2}:.*) ([0-9]{4})$') then regexp_replace(_u, '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)? ([0-9]{1,2}) ([0-9]{1,2}:.*) ([0-9]{4})$', '\4-\1-\2 \3', 'g')
    when regexp_matches(_u, '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})[T, ]*(?:AT )?')
        then regexp_replace(_u, '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})[T, ]*(?:AT )?', '\3-\1-\2 ', 'g')
end], lambda _r: list_transform([regexp_extract(_r, '^([0-9]{4})-([0-9]{1,2}|[A-Z]{3})-([0-9]{1,2}) (?:[(]?(?:星期|周|週|礼拜|禮拜)[一二三四五六日天][)]?[, ]*)?(?:(凌晨|早上|早晨|清晨|上午|中午|下午|傍晚|晚上)? ?([0-9]{1,2}) ?(?:[:时時点點] ?([0-9]{1,2})(?: ?[:分] ?([0-9]{1,2})(?:[.,]([0-9]{1,6})[0-9]*)? ?秒?| ?分)?|([时時点點]整?))?(?: ?([AP])[.]? ?M[.]?)?(?: ?(Z|[A-Z]{3,4}|(?:AFRICA|AMERICA|ANTARCTICA|ARCTIC|ASIA|ATLANTIC|AUSTRALIA|BRAZIL|CANADA|CHILE|ETC|EUROPE|INDIAN|MEXICO|PACIFIC|US)/[A-Z0-9/_+-]+)(?:\[[^\]]*\])?)?(?: ?([+-][0-9]{1,2})(?::?([0-5][0-9]))?(?: ?[\[(][^\])]*[\])])?)?)?$', ['year', 'month', 'day', 'half', 'hour', 'minute', 'second', 'fraction', 'full_hour', 'am_pm', 'zone', 'east_hours', 'east_minutes'])], lambda _t: list_transform([{'wall': try_cast(concat(
    _t.year, '-', case when length(_t.month) = 3 then substr('JAN01FEB02MAR03APR04MAY05JUN06JUL07AUG08SEP09OCT10NOV11DEC12', strpos('JAN01FEB02MAR03APR04MAY05JUN06JUL07AUG08SEP09OCT10NOV11DEC12', _t.month) + 3, 2) else _t.month end,
    '-', _t.day, ' ', coalesce(nullif(_t.hour, ''), '0'), ':', coalesce(nullif(_t.minute, ''), '0'), ':', coalesce(nullif(_t.second, ''), '0'), '.', _t.fraction
) as timestamp) + to_minutes(case
    when _t.half || _t.am_pm = '' then case when _t.hour = '' or _t.minute || _t.full_hour <> '' then 0 end
    when regexp_matches(_t.half || _t.am_pm || _t.hour, '^((A|上午|凌晨)|早上|早晨|清晨)(0?[1-9]|1[01])$|^(A|上午|凌晨)0?0$|^(P|下午|傍晚)(1[2-9]|2[0-3])$|^中午1[1-4]$|^晚上(1[7-9]|2[0-3])$') then 0
    when regexp_matches(_t.half || _t.am_pm || _t.hour, '^(P|下午|傍晚)(0?[0-9]|1[01])$|^中午0?[12]$|^晚上(0?[5-9]|1[01])$') then 720
    when regexp_matches(_t.half || _t.am_pm || _t.hour, '^(A|上午|凌晨)12$') then -720
end), 'zone': _t.zone || _t.east_hours, 'east': case
    when _t.east_hours <> '' and (_t.zone in ('UTC', 'GMT') or (_t.zone = '' and length(_t.east_hours) = 3))
        then 60 * try_cast(_t.east_hours as integer) + try_cast(left(_t.east_hours, 1) || '0' || _t.east_minutes as integer)
    when _t.east_hours = '' then case _t.zone when 'Z' then 0 when 'UTC' then 0 when 'GMT' then 0 when 'WET' then 0 when 'WEST' then 60 when 'CET' then 60 when 'CEST' then 120 when 'EET' then 120 when 'EEST' then 180 when 'HKT' then 480 when 'JST' then 540 when 'AEST' then 600 when 'AEDT' then 660 when 'NZST' then 720 when 'NZDT' then 780 when 'EDT' then -240 when 'EST' then -300 when 'MDT' then -360 when 'MST' then -420 when 'PDT' then -420
    end
end}], lambda _z: case
    when _z.east between -720 and 840 then timezone('{zone}', timezone('UTC', _z.wall + to_minutes(-_z.east)))
    when _z.zone in ('', '{ZONE}') then _z.wall
    when regexp_matches(_z.zone, '/') then timezone('{zone}', timezone('UTC', list_transform([try_cast(cast(_z.wall as varchar) || ' ' || regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$') as timestamp with time zone)], lambda _u: case
    when timezone(regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$'), _u) = _z.wall
        and (timezone(regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$'), _u - interval '1' day) + interval '1' day = _z.wall or timezone(regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$'), _u - (timezone(regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$'), _u - interval '1' day) + interval '1' day - _z.wall)) <> _z.wall)
        then timezone('UTC', _u)
end)[1]))
end)[1])[1])[1])[1]
end)[1]
);
