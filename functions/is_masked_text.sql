(text = {{ masked_words() }} or starts_with(text, '{{ masked_key_prefix() }}'))
