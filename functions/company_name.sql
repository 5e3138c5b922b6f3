{#- Name, legal form, place and branch, divided by ␟, each possibly empty. The branch stays apart, so that a company
    and its branches share a name and are still told from each other. -#}
{%- set form = '(?:集团)?(?:股份有限公司|有限责任公司|有限公司|股份公司|公司)|集团|总公司|(?:co|company|pty|pvt|pte)[., ]*(?:ltd|limited)|limited|ltd|inc|incorporated|corp|corporation|company|co|llc|llp|plc|gmbh|ag|sarl|bv|nv' -%}
{%- set branch = '分公司|支公司|分行|支行|分店|分厂|分部|分院|分校|办事处|代表处|营业部|经营部|事业部' -%}
{%- set bracketed_branch = '[(]([^()]*(?:' ~ branch ~ '|店|branch))[)]' -%}
{%- set branch_behind = '(?:' ~ form ~ ')[., ]*([^., ][^()]{0,20}(?:' ~ branch ~ ')|[^()]* branch)$' -%}
{%- set form_at_end = '(?:^|[., ]|[^a-z.])(' ~ form ~ ')$' -%}
{%- set place = regexp_replace_all('_c', bracketed_branch ~ '|[(]集团[)]', '') -%}
{%- set flat = regexp_replace_all('_c', '[(]集团[)]|[(][^()]*[)]?', '') -%}
{%- set places = struct_of({
    'branch': "case when contains(_c, '(') then regexp_extract(_c, '" ~ bracketed_branch ~ "', 1) else '' end",
    'place': "case when contains(_c, '(') then regexp_extract(" ~ place ~ ", '[(]([^()]*)[)]', 1) else '' end",
    'flat': "trim(both ' .,' from case when contains(_c, '(') then " ~ flat ~ " else _c end)",
}) -%}
{%- set cut = struct_of({
    'place': '_b.place',
    'branch': "case when _b.branch <> '' then _b.branch else _e end",
    'flat': "trim(trailing ' .,' from left(_b.flat, length(_b.flat) - length(_e)))",
}) -%}
{%- set behind = bind(
    "case when " ~ regexp_like('_b.flat', '(?:' ~ branch ~ '| branch)$') ~ " then regexp_extract(_b.flat, '" ~ branch_behind ~ "', 1) else '' end",
    '_e', cut
) -%}
{%- set assembled -%}
case
    when {{ regexp_like('_d.flat', '(?:' ~ branch ~ ')$') }}
        then {{ regexp_replace_all('_d.flat', '[ .,]+', ' ') }} || '␟␟' || _d.place || '␟' || regexp_extract(_d.flat, '(?:{{ branch }})$', 0)
    else {{ bind("regexp_extract(_d.flat, '" ~ form_at_end ~ "', 1)", '_f',
        "trim(" ~ regexp_replace_all("left(_d.flat, length(_d.flat) - length(_f))", '[ .,]+', ' ') ~ ") || '␟' || _f || '␟' || _d.place || '␟' || _d.branch") }}
end
{%- endset -%}
{#- Who takes the post or the call (王经理转, 联系人张三, attn: Li) and their number are no part of the name: a form of
    address behind a surname counts where a mark or a legal form stands before it, or a word of handing over behind it. -#}
{%- set han = '[\\x{3400}-\\x{9FFF}]' -%}
{%- set surname = '(?:' ~ compound_surnames() ~ '|[' ~ single_surnames() ~ '])' -%}
{%- set title = '(?:总经理|副总经理|经理|副总|总监|董事长|主任|部长|科长|处长|店长|厂长|主管|秘书|助理|会计|出纳|采购|老板|老师|师傅|先生|女士|小姐|同志|阿姨)' -%}
{%- set short_title = '(?:总|董|姐|哥|工)' -%}
{%- set handed = '(?:转交|转接|代收|代转|代签|转|收|接|代)' -%}
{%- set person = surname ~ '(?:' ~ han ~ '{0,2}' ~ title ~ '|(?:总|董|姐|哥))' -%}
{%- set note = '(' ~ '(?:有限公司|有限责任公司|股份公司|集团|公司))' ~ person ~ handed ~ '?$'
    ~ '|[ ,;:/|、_-]+' ~ person ~ handed ~ '?$'
    ~ '|' ~ surname ~ '(?:' ~ title ~ '|' ~ short_title ~ ')' ~ handed ~ '$'
    ~ '|[ ,;:/|、_-]*(?:联系人|经办人|收货人|收件人|负责人|请转|转交).{0,20}$'
    ~ '|[ ,;/|-]+(?:attn[.: ]|c/o |(?:attention|contact) ?:).*$'
    ~ '|[ ,;:/|-]*(?:tel|电话|手机)?[.: ]*[+]?[0-9][0-9 -]{6,}$' -%}
{%- set raw = 'lower(' ~ function('han_simplify') ~ '(' ~ function('clean_text') ~ '(text)))' -%}
{#- a number may stand behind a person -#}
{%- set bare = regexp_replace_all(regexp_replace_all('_t', note, '\\1'), note, '\\1') -%}
{%- set text = bind(raw, '_t', 'coalesce(nullif(trim(' ~ bare ~ "), ''), _t)") -%}
{%- set text = regexp_replace_all(text, '["“”《》【】]', '') -%}
{%- set text = regexp_replace_all(text, '([\\x{3400}-\\x{9FFF})]) +|  +', '\\1') -%}
{%- set answer = struct_of({
    'name': "nullif(split_part(_n, '␟', 1), '')",
    'legal_form': "nullif(split_part(_n, '␟', 2), '')",
    'place': "nullif(split_part(_n, '␟', 3), '')",
    'branch': "nullif(split_part(_n, '␟', 4), '')",
}) -%}
{{- bind(bind(bind(bind(text, '_c', places), '_b', behind), '_d', assembled), '_n', answer) -}}
