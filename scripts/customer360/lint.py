"""SQL style (sqlfluff) and project conventions (dbt-bouncer).

sqlfluff compiles the whole project, about a minute: by default it reads the SQL files that differ from the
last commit, with --all and in CI every one. Its dbt templater does not know functions: their bodies are rendered for it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from configparser import ConfigParser
from pathlib import Path

from jinja2 import TemplateError

from customer360 import functions

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = ("models", "tests", "analyses")


NOT_OF_A_BODY = ("layout", "references.consistent")
"""Rules that a rendered function cannot keep: Jinja breaks its lines, and a lambda's parameter is no table."""


def changed_sql(folders: Sequence[str]) -> list[str]:
    """SQL files in these folders that differ from the last commit or are new."""
    listed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all", "--", *folders],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = [line[3:].split(" -> ")[-1] for line in listed.splitlines()]
    return [file for file in files if file.endswith(".sql") and (PROJECT / file).is_file()]


def lint_functions(files: Sequence[Path]) -> int:
    """sqlfluff over the rendered bodies of functions; 0 if it is content, 1 otherwise."""
    config = ConfigParser()
    config.read(PROJECT / ".sqlfluff")
    excluded = ",".join([config["sqlfluff"]["exclude_rules"], *NOT_OF_A_BODY])
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            try:
                text = functions.body(file.stem)
            except TemplateError as error:
                print(f"functions/{file.name}: {error}")
                return 1
            (Path(folder) / file.name).write_text(f"select\n{text} as answer\n", encoding="utf-8")
        command = [
            _tool("sqlfluff"),
            "lint",
            "--disable-progress-bar",
            "--processes",
            "2",
            "--config",
            ".sqlfluff",
        ]
        command += ["--templater", "raw", "--exclude-rules", excluded, folder]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    told = done.stdout.replace(folder, "functions") + done.stderr
    if done.returncode:
        print(told + "Lines and columns are those of the rendered body.")
    return int(done.returncode != 0)


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both linters; 0 if both are content, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="lint.py", description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="lint every SQL file (always so in CI)")
    given = parser.parse_args(arguments)
    everything = given.all or bool(os.environ.get("CI"))
    targets = list(FOLDERS) if everything else changed_sql(FOLDERS)
    bodies = sorted(functions.FOLDER.glob("*.sql")) if everything else map(Path, changed_sql(["functions"]))
    commands = [
        [_tool("dbt"), "--quiet", "parse", "--target", "lint", "--target-path", "target/lint"],
        [_tool("dbt-bouncer"), "run"],
    ]
    if targets:
        commands.append([_tool("sqlfluff"), "lint", "--disable-progress-bar", "--processes", "2", *targets])
    # one failing linter must not hide what the others have to say
    codes = [subprocess.run(command, cwd=PROJECT, check=False).returncode for command in commands]
    if bodies := list(bodies):
        codes.append(lint_functions(bodies))
    if not targets:
        print("sqlfluff: no SQL file differs from the last commit (--all lints every one)")
    return int(any(codes))
