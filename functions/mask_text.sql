left(text, 2) || '***'
