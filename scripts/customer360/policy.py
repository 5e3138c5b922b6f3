"""Policy seeds as Python reads them: CSV files that a business edits in a spreadsheet, so that every error names file,
row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from customer360.sources import DeclarationError


class PolicyTable:
    """The rows of one policy file by their number in the file. Raises DeclarationError where it cannot be read, lacks one
    of `columns`, or has a row of another width than its heading."""

    def __init__(self, file: Path, columns: Sequence[str] = ()) -> None:
        self.file = file
        reader = csv.DictReader(io.StringIO(_text(file), newline=""))
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise DeclarationError(
                file, "row 1", f"column {missing[0]} is missing", f"Head the file {','.join(columns)}"
            )
        self.columns = list(reader.fieldnames or ())
        self.rows: list[tuple[int, dict[str, str]]] = list(enumerate(reader, 2))
        for number, row in self.rows:
            if None in row or None in row.values():
                raise self.error(
                    number,
                    "all",
                    "has another number of columns than the heading",
                    "Put texts that hold a comma in double quotes",
                )

    def error(self, number: int, column: str, problem: str, remedy: str) -> DeclarationError:
        """What is wrong in one cell."""
        return DeclarationError(self.file, f"row {number}, {column}", problem, remedy)

    def only_row(self) -> dict[str, str]:
        """The row of a policy that is one row. Raises DeclarationError where there is another number of rows."""
        if len(self.rows) != 1:
            raise DeclarationError(self.file, "rows", f"holds {len(self.rows)} rows", "Keep one row")
        return self.rows[0][1]


def policy_table(project: Path, policy: str, seed: str, columns: Sequence[str] = ()) -> PolicyTable:
    """A seed of a policy folder. Raises as PolicyTable does."""
    return PolicyTable(project / "seeds" / "policy" / policy / f"{seed}.csv", columns)


def _text(file: Path) -> str:
    if not file.is_file():
        raise DeclarationError(file, "file", "is missing", "Copy it from seeds/policy/default")
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise DeclarationError(
            file,
            f"row {row}",
            "is not UTF-8, as where Excel saved it as plain CSV 不是 UTF-8 编码",
            "Save it as `CSV UTF-8` 另存为“CSV UTF-8”",
        ) from None
