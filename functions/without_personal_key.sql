case
    when length(text) >= 6 and {{ function('looks_personal') }}(text)
        then '{{ masked_key_prefix() }}' || left({{ function('keyed_hash') }}(text), 16)
    else text
end
