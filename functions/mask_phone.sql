left(number, least(6, greatest(length(number) - 8, 0))) || '****' || right(number, 4)
