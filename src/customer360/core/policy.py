"""Policy seeds as Python reads them: CSV files that a business edits in a spreadsheet, so that every error names file,
row and column."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from customer360.core.declarations import DeclarationError


class PolicyTable:
    """The rows of one policy file by their number in the file, as a spreadsheet counts them. Raises DeclarationError where
    it cannot be read, lacks one of `columns` (or, `exactly`, has another one), or has a row of another width than its
    heading."""

    def __init__(self, file: Path, columns: Sequence[str] = (), exactly: bool = False) -> None:
        self.file = file
        records = _records(file)
        number, self.columns = next(records, (1, []))
        self._check_heading(columns, exactly)
        self.rows: list[tuple[int, dict[str, str]]] = []
        for number, cells in records:
            if len(cells) != len(self.columns):
                raise self.error(
                    number,
                    "all",
                    f"has another number of columns than the heading ({len(cells)}, not {len(self.columns)}) 列数与表头不符",
                    "Put texts that hold a comma in double quotes",
                )
            self.rows.append((number, dict(zip(self.columns, cells, strict=True))))

    def _check_heading(self, columns: Sequence[str], exactly: bool) -> None:
        def wrong(problem: str, remedy: str) -> DeclarationError:
            return DeclarationError(self.file, "row 1", problem, remedy)

        there = self.columns
        whole = f"Head the file {','.join(columns)}"
        if not there:
            raise wrong("is empty 空文件", whole if columns else "Get it back from the project's history")
        for mark in ";\t":
            if len(there) == 1 and mark in there[0]:
                raise wrong(
                    f"is divided by {mark!r} and not by commas 分隔符不是逗号", "Save it as CSV with commas"
                )
        if twice := [column for column in there if there.count(column) > 1]:
            raise wrong(f"column {twice[0]} stands twice 列重复", "Remove one of the two")
        extra = [column for column in there if column not in columns]
        if missing := [column for column in columns if column not in there]:
            near = difflib.get_close_matches(missing[0], extra, 1)
            remedy = f"Write it in the place of {near[0]!r}" if near else whole
            raise wrong(f"column {missing[0]} is missing 缺少列", remedy)
        if extra and exactly:
            raise wrong(f"column {extra[0]!r} belongs to no file of this name 多余的列", "Remove the column")

    def error(self, number: int, column: str, problem: str, remedy: str) -> DeclarationError:
        """What is wrong in one cell."""
        return DeclarationError(self.file, f"row {number}, {column}", problem, remedy)

    def only_row(self) -> dict[str, str]:
        """The row of a policy that is one row. Raises DeclarationError where there is another number of rows."""
        if len(self.rows) != 1:
            raise DeclarationError(self.file, "rows", f"holds {len(self.rows)} rows", "Keep one row")
        return self.rows[0][1]


BASE = "default"
"""The policy that is the base alone."""


def policy_files(project: Path, policy: str) -> dict[str, Path]:
    """The files of a policy by seed: those of the base, and in their place those that a company has of its own. Raises
    DeclarationError where it has one that the base does not know."""
    files = {file.stem: file for file in sorted((project / "seeds" / "policy").glob("*.csv"))}
    for file in sorted((project / "policies" / policy).glob("*.csv")):
        if file.stem not in files:
            near = difflib.get_close_matches(file.stem, files, 1)
            remedy = f"Name it {near[0]}.csv, or remove it" if near else "Remove it"
            raise DeclarationError(file, "file", "replaces no file of seeds/policy", remedy)
        files[file.stem] = file
    return files


def policy_file(project: Path, policy: str, seed: str) -> Path:
    """One file of a policy: the company's own, or else that of the base."""
    own = project / "policies" / policy / f"{seed}.csv"
    return own if own.is_file() else project / "seeds" / "policy" / own.name


def policy_table(project: Path, policy: str, seed: str, columns: Sequence[str] = ()) -> PolicyTable:
    """The rows of one file of a policy. Raises as PolicyTable does."""
    return PolicyTable(policy_file(project, policy, seed), columns)


def policy_folder(project: Path, policy: str, data_set: str) -> str:
    """The folder, relative to the project folder, from which dbt reads the policy of a data set: the base, or the merged
    copy that lay_out writes where the company has own files."""
    return f"target/policy/{data_set}" if (project / "policies" / policy).is_dir() else "seeds/policy"


def lay_out(project: Path, policy: str, data_set: str) -> None:
    """Write base and own files of a policy into the folder from which dbt reads them. Unchanged files are not rewritten;
    a policy without own files needs no copy."""
    base, folder = project / "seeds" / "policy", project / policy_folder(project, policy, data_set)
    if folder == base:
        return
    descriptions = {file.name: file for file in base.glob("*.yml")}
    wanted = {file.name: file for file in policy_files(project, policy).values()} | descriptions
    folder.mkdir(parents=True, exist_ok=True)
    for there in folder.iterdir():
        if there.name not in wanted:
            there.unlink()
    for name, file in wanted.items():
        there, content = folder / name, file.read_bytes()
        if not there.is_file() or there.read_bytes() != content:
            temporary = there.with_name(f".{name}")
            temporary.write_bytes(content)
            temporary.replace(there)


# A cell in quotes or without any, and what divides it from the next one.
_CELL = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r\n|\n|\r|\Z)')


def _records(file: Path) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV file by their number, without empty ones. Raises DeclarationError where quotes do not match."""
    text, place, number = _text(file), 0, 1
    cells: list[str] = []
    while place < len(text):
        found = _CELL.match(text, place)
        if found is None:
            raise DeclarationError(
                file,
                f"row {number}, column {len(cells) + 1}",
                "has a double quote that is not closed, or stands inside of a text 引号不成对",
                "Remove it, or put the whole text in double quotes and double each one inside",
            )
        quoted, plain, divided = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        place = found.end()
        if divided == "," and place == len(text):
            cells.append("")
        if divided != "," or place == len(text):
            if cells != [""] or quoted is not None:
                yield number, cells
            number, cells = number + 1, []


def _text(file: Path) -> str:
    if not file.is_file():
        raise DeclarationError(file, "file", "is missing", "Get it back from the project's history")
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
