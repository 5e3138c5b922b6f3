"""Declarations that people write in YAML (data sets, sources, contracts): read with their lines, so that whatever cannot be
used is named by file, line and key."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import yaml

from customer360.core.errors import Stopped


class DeclarationError(Stopped):
    """A declaration (sources, data set, policy) that cannot be used; the message names file, place and remedy."""

    exit_code = 2

    def __init__(self, file: Path, key: str, problem: str, remedy: str, line: int | None = None) -> None:
        at = f"line {line}, {key}" if line else key
        super().__init__(f"{file}: {at}: {problem}. {remedy}")


class Mapped(dict):
    """A mapping of a YAML file that knows on which line it begins and on which each key stands."""

    line: int
    lines: Mapping[Any, int]


class Listed(list):
    """A list of a YAML file that knows on which line each entry begins."""

    lines: list[int]


# libyaml reads ten times as fast, where PyYAML was built with it; nothing but plain data in either.
class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Plain data with lines. A key that stands twice is an error: the first would be lost without a word."""


class _Refused(yaml.YAMLError):
    """What YAML allows, and a declaration may not hold."""

    def __init__(self, node: yaml.Node, at: Any, problem: str, remedy: str) -> None:
        self.line, self.at, self.problem, self.remedy = _line(node), str(at), problem, remedy


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1


def _value(loader: _Loader, node: yaml.Node, at: Any = "text") -> Any:
    try:
        return loader.construct_object(node, deep=True)
    except (ValueError, OverflowError):
        raise _Refused(
            node, at, f"{node.value!r} is no value", "Put it in quotes where it is a text"
        ) from None


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Iterator[Mapped]:
    found = Mapped()
    found.line, found.lines = _line(node), {}
    yield found
    own: dict[Any, int] = {}
    for key_node, _ in node.value:
        if key_node.tag == _MERGE:
            continue
        key = _value(loader, key_node)
        if not isinstance(key, Hashable):
            raise _Refused(
                key_node,
                "text",
                "a list or a mapping stands in the place of a key",
                "Put texts with brackets in quotes",
            )
        if key in own:
            raise _Refused(key_node, key, f"stands twice, first in line {own[key]}", "Keep one of the two")
        own[key] = _line(key_node)
    loader.flatten_mapping(node)
    for key_node, value_node in node.value:
        key = _value(loader, key_node)
        found[key] = _value(loader, value_node, key)
        found.lines[key] = _line(key_node)


def _list(loader: _Loader, node: yaml.SequenceNode) -> Iterator[Listed]:
    found = Listed()
    found.lines = [_line(entry) for entry in node.value]
    yield found
    found.extend(_value(loader, entry) for entry in node.value)


_MERGE = "tag:yaml.org,2002:merge"
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:seq", _list)


def read_yaml(file: Path) -> Any:
    """The content of a YAML file, its mappings and lists with their lines (Mapped, Listed). DeclarationError with the line
    where it cannot be read."""
    content = file.read_bytes()
    try:
        return yaml.load(content.decode("utf-8-sig"), Loader=_Loader)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DeclarationError(file, "text", "is not UTF-8", "Save the file as UTF-8", line) from None
    except RecursionError:
        raise DeclarationError(file, "text", "is nested too deeply", "Remove brackets") from None
    except _Refused as error:
        raise DeclarationError(file, error.at, error.problem, error.remedy, error.line) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = mark.line if mark else content.count(b"\n", 0, getattr(error, "position", 0))
        lines = content.splitlines()
        told = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be parsed"
        remedy = "Mend the indentation or quoting"
        if place < len(lines) and b"\t" in lines[place]:
            remedy = "Indent with blanks, and never with a tab"
        raise DeclarationError(file, "text", f"not readable as YAML: {told}", remedy, place + 1) from None


@dataclass(frozen=True)
class Place:
    """One mapping of a YAML file. What is read through it is of the type that is asked for, or named with its line."""

    file: Path
    at: str
    """Where it is, as people name it: `erp.orders`."""
    content: Mapping[Any, Any]

    def wrong(self, key: str, problem: str, remedy: str, at: str | None = None) -> DeclarationError:
        """What is wrong with a key; `at` is where it is, if not here."""
        content = self.content
        line = content.lines.get(key, content.line) if isinstance(content, Mapped) else None
        whole = ".".join(filter(None, (self.at, key))) if at is None else at
        return DeclarationError(self.file, whole, problem, remedy, line)

    def only(self, known: Collection[str]) -> None:
        """Refuse a key that means nothing here: it would be overlooked without a word."""
        for key in self.content:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, 1)
                raise self.wrong(str(key), "unknown key", f"Did you mean {near[0]}?" if near else "Remove it")

    def get(self, key: str, kind: type, expected: str, remedy: str) -> Any:
        """A value of this type; None where the key is absent or empty."""
        value = self.content.get(key)
        if value is not None and (
            not isinstance(value, kind) or (kind is not bool and isinstance(value, bool))
        ):
            raise self.wrong(key, f"expected {expected}", remedy)
        return value

    def text(self, key: str) -> str | None:
        """A text; None where there is none."""
        return self.get(
            key, str, "a text", f"Write `{key}: ...`, in quotes where it looks like a number or a list"
        )

    def time_zone(self, key: str) -> str | None:
        """A name of the tz database; None where there is none."""
        value = self.text(key)
        if value is not None and value not in available_timezones():
            near = difflib.get_close_matches(value, available_timezones(), 1)
            told = f"Did you mean {near[0]}?" if near else "Write a name such as America/New_York"
            raise self.wrong(key, f"{value!r} is no time zone", told)
        return value

    def flag(self, key: str) -> bool:
        """True or false; false where nothing is said."""
        value = self.content.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, f"{value!r} is neither true nor false", "Write true, or leave it out")
        return bool(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text alone."""
        value = self.content.get(key)
        if isinstance(value, str):
            return (value,)
        if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise self.wrong(key, "expected a list of texts", f"Write {key}: [...], quoting numbers")
        return tuple(value or ())

    def place(self, key: str, at: str | None = None) -> Place:
        """The mapping under a key; an empty one where there is none."""
        value = self.get(key, dict, "keys and values", "Write `key: value` under it, indented")
        return Place(
            self.file, self.at if at is None else at, value if value is not None else self._nothing()
        )

    def places(self, key: str) -> list[Place]:
        """The mappings listed under a key."""
        value = self.get(key, list, "a list", "Write each entry under it behind `- `")
        for entry, line in zip(value or (), getattr(value, "lines", ()), strict=False):
            if not isinstance(entry, dict):
                raise DeclarationError(
                    self.file,
                    ".".join(filter(None, (self.at, key))),
                    f"{entry!r} is an entry without keys",
                    "Write `- name: ...`",
                    line,
                )
        return [Place(self.file, self.at, entry) for entry in value or ()]

    def _nothing(self) -> Mapped:
        nothing = Mapped()
        nothing.line, nothing.lines = getattr(self.content, "line", 0), {}
        return nothing


def read_keys(file: Path, remedy: str) -> Place:
    """The keys of a YAML file. DeclarationError where it cannot be read or has none; `remedy` is how it begins."""
    content = read_yaml(file)
    if not isinstance(content, dict):
        raise DeclarationError(file, "top level", "expected keys and values", remedy)
    return Place(file, "", content)
