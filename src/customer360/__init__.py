"""One customer out of many systems."""

import os

# Nearly every file that the project writes may hold a person: it is readable by its owner alone, whatever the shell says.
# Each process of the project imports this package first, plain dbt through its plugin, and passes the mask on to those
# that it starts.
os.umask(0o077)
