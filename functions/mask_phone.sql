left(number, 6) || '****' || right(number, 4)
