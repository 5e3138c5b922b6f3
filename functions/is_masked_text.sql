(text = {{ masked_words() }} or {{ begins_with('text', "'" ~ masked_key_prefix() ~ "'") }})
