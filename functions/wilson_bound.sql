{#- Wilson 1927, J. Am. Stat. Assoc. 22, 209-212. -#}
(
    hits + z * z / 2
    + side * z * sqrt(hits * (1 - hits / cast(nullif(base, 0) as double)) + z * z / 4)
) / (nullif(base, 0) + z * z)
