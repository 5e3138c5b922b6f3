{{ regexp_replace_all('upper(' ~ function('fold_width') ~ '(text))', "[ ''.:_-]", '') }}
