"""SQL style (sqlfluff) and project conventions (dbt-bouncer).

sqlfluff compiles the whole project, about a minute: by default it reads the SQL files that differ from the last commit.
Its dbt templater does not know functions: their bodies are rendered for it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from configparser import ConfigParser, SectionProxy
from pathlib import Path

from jinja2 import TemplateError

from customer360.core import functions
from customer360.core.steps import tool

FOLDERS = ("models", "tests", "analyses")
NOT_OF_A_BODY = ("layout", "references.consistent")
"""Rules that a rendered function cannot keep: Jinja breaks its lines, and a lambda's parameter is no table."""

SQLFLUFF = [
    sys.executable,
    "-m",
    "customer360.pipeline.linter",
    "lint",
    "--disable-progress-bar",
    "--processes",
    "2",
]


def changed_sql(project: Path, folders: Sequence[str]) -> list[str]:
    """SQL files in these folders that differ from the last commit or are new."""
    listed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all", "--", *folders],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = [line[3:].split(" -> ")[-1] for line in listed.splitlines()]
    return [file for file in files if file.endswith(".sql") and (project / file).is_file()]


def _settings(project: Path) -> SectionProxy:
    """What .sqlfluff says of all rules."""
    config = ConfigParser()
    config.read(project / ".sqlfluff")
    return config["sqlfluff"]


def lint_functions(project: Path, files: Sequence[Path]) -> bool:
    """Whether sqlfluff is content with the rendered bodies of functions."""
    excluded = ",".join([_settings(project)["exclude_rules"], *NOT_OF_A_BODY])
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            try:
                text = functions.body(project, file.stem)
            except TemplateError as error:
                print(f"functions/{file.name}: {error}")
                return False
            (Path(folder) / file.name).write_text(f"select\n{text} as answer\n", encoding="utf-8")
        command = [*SQLFLUFF, "--config", ".sqlfluff"]
        command += ["--templater", "raw", "--exclude-rules", excluded, folder]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout.replace(folder, "functions") + done.stderr)
        print("Lines and columns are those of the rendered body.")
    return not done.returncode


def long_lines(project: Path, targets: Sequence[str]) -> list[str]:
    """Lines of SQL files that are longer than .sqlfluff allows, as file:line: length. `targets` are files and folders."""
    allowed = int(_settings(project)["max_line_length"])
    files = [
        file
        for target in targets
        for file in (sorted((project / target).rglob("*.sql")) or [project / target])
    ]
    return [
        f"{file.relative_to(project)}:{number}: {len(line)} characters, {allowed} are allowed"
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > allowed
    ]


def lint(project: Path, everything: bool) -> bool:
    """Run both linters, sqlfluff on changed files or on `everything`, as where git knows of no change; whether both are
    content."""
    everything = everything or not (project / ".git").exists()
    targets = list(FOLDERS) if everything else changed_sql(project, FOLDERS)
    folder = project / functions.FOLDER
    bodies = sorted(
        folder.glob("*.sql") if everything else map(Path, changed_sql(project, [functions.FOLDER]))
    )
    commands = [
        [tool("dbt"), "--quiet", "parse", "--target", "lint", "--target-path", "target/lint"],
        [tool("dbt-bouncer"), "run"],
    ]
    if targets:
        commands.append([*SQLFLUFF, *targets])
    # one failing linter must not hide what the others have to say
    codes = [subprocess.run(command, cwd=project, check=False).returncode for command in commands]
    # quick, so never of changed files alone
    if found := long_lines(project, FOLDERS):
        print("\n".join(found))
        codes.append(1)
    if bodies:
        codes.append(not lint_functions(project, bodies))
    if not targets:
        print("sqlfluff: no SQL file differs from the last commit (--all lints every one)")
    return not any(codes)
