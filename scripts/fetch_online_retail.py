#!/usr/bin/env python3
"""Put the Online Retail file into its inbox.

The project never ships the data. The file is taken from a folder beside the project where one stands
there; otherwise the message says where to download it and where to put it.
"""

import shutil
import sys
from pathlib import Path

from customer360.core.project import project_folder

PROJECT = project_folder(Path(__file__).parent)
BESIDE = PROJECT.parent / "shared" / "data" / "online_retail" / "online_retail.parquet"
INBOX = PROJECT / "inbox" / "online_retail" / "online_retail" / "order_lines"


def main() -> int:
    """Copy the file unless the inbox already holds one; 1 if there is none to copy."""
    INBOX.mkdir(parents=True, exist_ok=True)
    if any(path for path in INBOX.iterdir() if not path.name.startswith(".")):
        return 0
    if not BESIDE.is_file():
        print(
            f"fetch_online_retail.py: no file in {INBOX.relative_to(PROJECT)}. Download 'Online Retail.xlsx' "
            "from the UCI Machine Learning Repository (data set 352, doi 10.24432/C5BW33) and put it there",
            file=sys.stderr,
        )
        return 1
    partial = INBOX / f".{BESIDE.name}"
    shutil.copyfile(BESIDE, partial)
    partial.rename(INBOX / BESIDE.name)
    print(f"copied {BESIDE.name} into {INBOX.relative_to(PROJECT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
