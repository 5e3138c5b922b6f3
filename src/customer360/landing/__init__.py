"""Landing: files as people have them → Parquet with every value as text, and a report of what was found.

`run.land` is the whole of it: readers (`delimited`, `workbook`, ...) turn a file into parts, `headings` maps
what stands above the columns to declared names, `rows` tells data from totals and notes, `writer` writes
Parquet that describes itself, `ledger` reads it back, `report` tells people.
"""
