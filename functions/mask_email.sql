left(address, 1) || '***@' || split_part(address, '@', 2)
