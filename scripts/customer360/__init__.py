"""The library that the entry points in scripts/ and the dbt Python models share."""
