#!/usr/bin/env python3
"""Write the workbook of the monthly audit; see --help."""

import sys

from customer360.audit import main

if __name__ == "__main__":
    sys.exit(main())
