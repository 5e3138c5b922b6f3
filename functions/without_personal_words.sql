{#- Six characters are the shortest mail address. -#}
case when length(text) >= 6 and {{ function('looks_personal') }}(text) then {{ masked_words() }} else text end
