#!/usr/bin/env python3
"""Write the toolkit's tables as workbooks; see --help."""

import sys

from customer360.workbook import main

if __name__ == "__main__":
    sys.exit(main())
