"""What a mapping that was taken back leaves behind: the data set and the policy that `new-data` wrote for it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from customer360.core.data_sets import systems_of
from customer360.core.declarations import DeclarationError, read_yaml
from customer360.core.sources import load_sources
from customer360.onboarding.new_data import own_policy, render_data_set


def remove_left_behind(project: Path) -> list[str]:
    """Remove data sets none of whose systems is declared any more, and policies that no data set has, as far as they are as
    `new-data` wrote them; lines to show. What somebody decided there stays, and is named.
    """
    declared = {system for system, _ in load_sources(project)}
    lines = []
    for file in sorted((project / "datasets").glob("*.yml")):
        if _is_as_written(file) and not declared & set(systems_of(file)):
            lines += _removed(project, [file])
    used = {_content(file).get("policy") for file in (project / "datasets").glob("*.yml")}
    for folder in sorted((project / "policies").glob("*/")):
        if folder.is_dir() and folder.name not in used:
            written = _as_written(project, folder)
            there = sorted(folder.iterdir())
            same = [f for f in there if f.is_file() and written.get(f.name) == f.read_text(encoding="utf-8")]
            lines += _removed(project, same)
            lines += [_stays(project, file, "no data set has this policy") for file in there if file.exists()]
            if not any(folder.iterdir()):
                folder.rmdir()
    lines += [
        _stays(project, model, "its system is not declared, and dbt would stop")
        for model in _orphans(project)
    ]
    return lines


def _removed(project: Path, files: list[Path]) -> list[str]:
    for file in files:
        file.unlink()
    return [f"{file.relative_to(project).as_posix()} (removed)" for file in files]


def _stays(project: Path, file: Path, why: str) -> str:
    return f"{file.relative_to(project).as_posix()} (stays 保留: {why}; remove it if you no longer need it)"


def _content(file: Path) -> Mapping[str, object]:
    try:
        content = read_yaml(file)
    except DeclarationError:
        return {}
    return content if isinstance(content, dict) else {}


def _is_as_written(file: Path) -> bool:
    """Whether a data set says what `new-data` would say of it, and nothing else."""
    said = _content(file)
    try:
        text = render_data_set(
            file.stem,
            str(said["currency"]),
            str(said["time_zone"]),
            str(said["country"]),
            systems_of(file),
            said["personal_data"] in (True, "yes"),
        )
    except (KeyError, DeclarationError):
        return False
    return text == file.read_text(encoding="utf-8")


def _as_written(project: Path, folder: Path) -> dict[str, str]:
    """The files of a policy as `new-data` wrote them, by name: with the currency and the systems that stand in them."""
    rows = [row for file in sorted(folder.glob("*.csv")) for row in _rows(file)]
    currency = next((row["currency"] for row in rows if row.get("currency")), "")
    systems = [
        row["source_system"]
        for row in _rows(folder / "source_frequencies.csv")
        if row.get("source_system") not in (None, "*", "all", "")
    ]
    return {
        Path(path).name: text for path, text in own_policy(project, folder.name, currency, systems).items()
    }


def _rows(file: Path) -> list[dict[str, str]]:
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _orphans(project: Path) -> Iterator[Path]:
    """Models of systems of which no source is declared: somebody wrote or edited them."""
    for folder in sorted((project / "models" / "staging").glob("*/")):
        if not list(folder.glob("_*__sources.yml")):
            yield from sorted(folder.rglob("*.sql"))
