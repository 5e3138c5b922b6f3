{{ regexp_replace_all(regexp_replace_all('left(text, 40)', '[\\p{L}\\p{M}⺀-⿟]', 'x'), '[\\p{N}]', '9') }}
