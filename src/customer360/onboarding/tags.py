"""The tag catalogue of a policy: checked row by row before a build, and written out for people.

Whoever adds a tag edits three CSV files of a policy folder (docs/tags.md). A row that models could not use stops the
build with its file, row, column and a remedy; which features there are comes from the contract of customer_features.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from customer360.core.data_sets import DataSet, check_policy
from customer360.core.policy import PolicyTable, policy_table
from customer360.core.sources import DeclarationError, read_yaml
from customer360.core.warehouse import Warehouse
from customer360.privacy.state import current_state

FAMILIES = (
    "demographic",
    "behaviour",
    "value",
    "interest",
    "lifecycle",
    "risk",
    "need",
    "channel",
    "service",
    "campaign",
    "consent",
)
"""Families of SPEC 8."""

OPERATORS = {
    "at_least": ("number", ("value_low",)),
    "above": ("number", ("value_low",)),
    "equals": ("number", ("value_low",)),
    "at_most": ("number", ("value_high",)),
    "below": ("number", ("value_high",)),
    "between": ("number", ("value_low", "value_high")),
    "in": ("text", ("value_text",)),
    "not_in": ("text", ("value_text",)),
    "is_true": ("flag", ()),
    "is_false": ("flag", ()),
    "composite": ("composite", ()),
}
"""Operator → the kind of feature it compares and the columns it reads."""

MAX_DEPTH = 3
"""Simple tags, composites of them, composites of those: what the models resolve."""

BOUNDS = ("value_low", "value_high", "value_text")
_CODE = re.compile(r"[a-z][a-z0-9_]*")
# A share, a rate or a probability lies between 0 and 1 by its name.
_SHARE = re.compile(r"_(?:share|rate)(?:_\d+m)?$|^p_|_probability$")
_TEXTS = ("label_zh", "label_en", "meaning_zh", "meaning_en", "owner")


@dataclass(frozen=True)
class Feature:
    """A column of customer_features: how a tag compares it, and what it is called."""

    name: str
    kind: str
    label_zh: str
    description: str


def load_features(project: Path) -> dict[str, Feature]:
    """The columns of customer_features that tags can read, by name, in the order of the mart."""
    models = read_yaml(project / "models" / "marts" / "tags" / "_tags__models.yml")["models"]
    columns = next(model for model in models if model["name"] == "customer_features")["columns"]
    kinds = {"varchar": "text", "boolean": "flag"}
    return {
        column["name"]: Feature(
            column["name"],
            kinds.get(column["data_type"], "number"),
            column["config"]["meta"]["label_zh"],
            column["description"],
        )
        for column in columns
        if column["name"] not in ("customer_id", "as_of_on")
    }


_CATALOG = [
    *("tag_code", "family", "label_zh", "label_en", "meaning_zh", "meaning_en", "feature", "operator"),
    *("value_low", "value_high", "value_text", "valid_from_on", "valid_to_on", "owner", "version", "status"),
    "currency",
]
_COMPOSITES = ["tag_code", "member_group", "member_code", "is_negated"]
_WAIVERS = ["tag_code", "measure", "other_tag_code", "reason_zh", "reason_en"]


def check_tags(project: Path, policy: str, state: Path | None = None) -> None:
    """DeclarationError at the first row of the catalogue, the composites or the waivers that cannot be used.

    `state` is the state folder of the published version: a rule may not change under a version recorded there.
    """
    catalog = policy_table(project, policy, "tag_catalog", _CATALOG)
    composites = policy_table(project, policy, "tag_composites", _COMPOSITES)
    tags = _check_catalog(catalog, load_features(project))
    _check_composites(composites, catalog, tags)
    waivers = policy_table(project, policy, "tag_waivers", _WAIVERS)
    for number, row in waivers.rows:
        for column in ("tag_code", "other_tag_code"):
            if row[column] and row[column] not in tags:
                raise waivers.error(
                    number,
                    column,
                    f"there is no tag {row[column]}",
                    _near(row[column], tags, "Remove the row"),
                )
    if state:
        _check_versions(state, catalog, composites)


def _check_catalog(table: PolicyTable, features: Mapping[str, Feature]) -> dict[str, Mapping[str, str]]:
    tags: dict[str, Mapping[str, str]] = {}
    labels: dict[tuple[str, str], int] = {}
    for number, row in table.rows:

        def fail(column: str, problem: str, remedy: str, number: int = number) -> DeclarationError:
            return table.error(number, column, problem, remedy)

        code = row["tag_code"]
        if not _CODE.fullmatch(code):
            raise fail(
                "tag_code", f"{code!r} is no usable code", "Use small letters, digits and _, a letter first"
            )
        if code in tags:
            raise fail("tag_code", f"{code} stands in an earlier row too", "Give one of the two another code")
        for column in _TEXTS:
            if not row[column].strip():
                raise fail(column, f"{code} has none", "Labels, meanings and owner are never empty")
        for column in ("label_zh", "label_en"):
            earlier = labels.setdefault((column, row[column].strip()), number)
            if earlier != number:
                raise fail(column, f"is that of row {earlier} too", "Readers could not tell the two apart")
        if row["family"] not in FAMILIES:
            raise fail("family", f"{row['family']!r} is none", f"Use one of: {', '.join(FAMILIES)}")
        if row["status"] not in ("active", "retired"):
            raise fail("status", f"{row['status']!r} is none", "Write active or retired")
        if not re.fullmatch(r"[1-9]\d*", row["version"]):
            raise fail("version", f"{row['version']!r} is none", "Write 1, and one more with every change")
        _check_dates(row, fail)
        _check_rule(row, features, fail)
        tags[code] = row
    return tags


def _check_dates(row: Mapping[str, str], fail) -> None:
    dates = []
    for column in ("valid_from_on", "valid_to_on"):
        try:
            dates.append(dt.date.fromisoformat(row[column]) if row[column] else None)
        except ValueError:
            raise fail(
                column, f"{row[column]!r} is no date", "Write YYYY-MM-DD, or nothing for always"
            ) from None
    if all(dates) and dates[0] > dates[1]:
        raise fail("valid_to_on", "lies before valid_from_on", "Exchange the two")


def _check_rule(row: Mapping[str, str], features: Mapping[str, Feature], fail) -> None:
    """The feature, the operator that fits it, and the bounds that the operator reads."""
    name, operator = row["feature"], row["operator"]
    if operator not in OPERATORS:
        raise fail("operator", f"{operator!r} is none", _near(operator, OPERATORS, "", list_all=True))
    kind, wanted = OPERATORS[operator]
    if kind == "composite":
        if name:
            raise fail("feature", "a composite has none", "Leave it empty, or use another operator")
    elif name not in features:
        raise fail(
            "feature",
            f"{name!r} is no column of customer_features" if name else "is empty",
            _near(name, features, "docs/tag-catalogue.md lists them"),
        )
    elif features[name].kind != kind:
        fitting = [o for o, (k, _) in OPERATORS.items() if k == features[name].kind]
        raise fail(
            "operator",
            f"{operator} compares a {kind}, and {name} is a {features[name].kind}",
            f"Use one of: {', '.join(fitting)}",
        )
    for column in BOUNDS:
        if bool(row[column].strip()) != (column in wanted):
            raise fail(
                column,
                f"{operator} needs it" if column in wanted else f"{operator} does not read it",
                "Fill it" if column in wanted else "Leave it empty",
            )
    if "value_text" in wanted:
        texts = row["value_text"].split("|")
        if any(text != text.strip() or not text for text in texts) or len(set(texts)) < len(texts):
            raise fail(
                "value_text",
                "holds an empty text, a blank at an end, or one text twice",
                "Divide texts by | and by nothing else",
            )
    bounds = {column: _number(row[column], column, fail) for column in wanted if column != "value_text"}
    if len(bounds) == 2 and bounds["value_low"] >= bounds["value_high"]:
        raise fail(
            "value_high",
            f"{row['value_high']} is not above value_low {row['value_low']}: no customer could have the tag",
            "Write the smaller one into value_low",
        )
    for column, bound in bounds.items():
        if _SHARE.search(name) and not 0 <= bound <= 1:
            raise fail(column, f"{name} lies between 0 and 1", "Write 30% as 0.3")


def _number(text: str, column: str, fail) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise fail(column, f"{text!r} is no number", "Write digits with a decimal point and nothing else")
    return number


def _check_composites(
    table: PolicyTable, catalog: PolicyTable, tags: Mapping[str, Mapping[str, str]]
) -> None:
    members: dict[str, list[str]] = {}
    groups: dict[tuple[str, str], list[tuple[int, Mapping[str, str]]]] = {}
    seen: set[tuple[str, str, str]] = set()
    for number, row in table.rows:
        code, member = row["tag_code"], row["member_code"]
        for column in ("tag_code", "member_code"):
            if row[column] not in tags:
                raise table.error(
                    number,
                    column,
                    f"there is no tag {row[column]!r}",
                    _near(row[column], tags, "Add it to tag_catalog.csv"),
                )
        if tags[code]["operator"] != "composite":
            raise table.error(
                number,
                "tag_code",
                f"{code} is no composite",
                "Write operator composite in tag_catalog.csv, or remove the row",
            )
        if not re.fullmatch(r"[1-9]\d*", row["member_group"]):
            raise table.error(number, "member_group", f"{row['member_group']!r} is none", "Write 1, 2, ...")
        if row["is_negated"] not in ("true", "false"):
            raise table.error(number, "is_negated", f"{row['is_negated']!r} is none", "Write true or false")
        if tags[member]["status"] == "retired" and tags[code]["status"] == "active":
            raise table.error(
                number, "member_code", f"{member} is retired", f"Retire {code} too, or take another member"
            )
        if (code, row["member_group"], member) in seen:
            raise table.error(number, "member_code", f"{member} is in the group already", "Remove the row")
        seen.add((code, row["member_group"], member))
        members.setdefault(code, []).append(member)
        groups.setdefault((code, row["member_group"]), []).append((number, row))
    for (code, group), rows in groups.items():
        if all(row["is_negated"] == "true" for _, row in rows):
            raise table.error(
                rows[0][0],
                "is_negated",
                f"group {group} of {code} has no member that must hold",
                "Add one: that something is not known says little",
            )
    for number, row in catalog.rows:
        code = row["tag_code"]
        if row["operator"] == "composite" and code not in members:
            raise catalog.error(
                number, "operator", f"{code} has no members", "Add them to tag_composites.csv"
            )
    for number, row in table.rows:
        for path in _paths(row["tag_code"], members):
            if len(path) > MAX_DEPTH or path[-1] in path[:-1]:
                cycle = path[-1] in path[:-1]
                raise table.error(
                    number,
                    "member_code",
                    f"{' → '.join(path)} {'is a circle' if cycle else f'is deeper than {MAX_DEPTH}'}",
                    "Remove one of these members"
                    if cycle
                    else "Name the members of the inner composite themselves",
                )


def _paths(code: str, members: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """The ways from a tag down to its members' members; a way ends where it comes back or becomes too deep."""
    open_paths = [[code]]
    while open_paths:
        path = open_paths.pop()
        if path[-1] in path[:-1] or len(path) > MAX_DEPTH or path[-1] not in members:
            yield path
        else:
            open_paths += [[*path, member] for member in members[path[-1]]]


def _check_versions(state: Path, catalog: PolicyTable, composites: PolicyTable) -> None:
    """A rule that customers were tagged by keeps its version for good."""
    file = state / "tag_versions" / "data.parquet"
    if not file.is_file():
        return
    with duckdb.connect() as connection:
        recorded = {
            (code, str(version)): rule
            for code, version, *rule in connection.execute(
                "select tag_code, tag_version, coalesce(feature, ''), operator, cast(value_low as double),"
                " cast(value_high as double), coalesce(value_text, ''), coalesce(members, '')"
                " from read_parquet(?)",
                [str(file)],
            ).fetchall()
        }
    members = members_in_words(composites.rows)
    for number, row in catalog.rows:
        earlier = recorded.get((row["tag_code"], row["version"]))
        rule = [
            row["feature"],
            row["operator"],
            *(float(row[column]) if row[column] else None for column in ("value_low", "value_high")),
            row["value_text"],
            members.get(row["tag_code"], ""),
        ]
        if earlier and earlier != rule:
            raise catalog.error(
                number,
                "version",
                f"the rule of {row['tag_code']} is not the one that was recorded as version {row['version']}",
                f"Write {int(row['version']) + 1}, so that history tells the two apart",
            )


def members_in_words(rows: Sequence[tuple[int, Mapping[str, str]]]) -> dict[str, str]:
    """Composite → its members as the models write them: `1:a, 1:!b, 2:c`, sorted."""
    words: dict[str, list[str]] = {}
    for _, row in rows:
        mark = "!" if row["is_negated"] == "true" else ""
        words.setdefault(row["tag_code"], []).append(f"{row['member_group']}:{mark}{row['member_code']}")
    return {code: ", ".join(sorted(texts)) for code, texts in words.items()}


def _near(word: str, known: Mapping[str, object], otherwise: str, list_all: bool = False) -> str:
    if list_all:
        otherwise = f"Use one of: {', '.join(known)}"
    near = difflib.get_close_matches(word, list(known), 1)
    return f"Did you mean {near[0]}?" if near else otherwise


_FAMILIES_ZH = dict(
    zip(
        FAMILIES,
        (
            "人口属性",
            "行为",
            "价值",
            "兴趣偏好",
            "生命周期",
            "风险",
            "需求",
            "渠道",
            "服务",
            "活动响应",
            "授权",
        ),
        strict=True,
    )
)


def check_catalogue(data_set: DataSet, warehouse: Warehouse) -> str:
    """Check every row of a data set's catalogue and, where it is the default policy, write docs/tag-catalogue.md; the
    policy. Raises DeclarationError at the first row that cannot be used."""
    project, policy = data_set.project, data_set.policy
    check_policy(project, data_set)
    with current_state(warehouse) as state:
        check_tags(project, policy, state)
    if policy == "default":
        (project / "docs" / "tag-catalogue.md").write_text(catalogue_page(project, policy), encoding="utf-8")
    return policy


def catalogue_page(project: Path, policy: str) -> str:
    """docs/tag-catalogue.md: every tag of a policy by family, and every feature that a tag can read."""
    catalog = policy_table(project, policy, "tag_catalog", _CATALOG).rows
    members = members_in_words(policy_table(project, policy, "tag_composites", _COMPOSITES).rows)
    features = load_features(project)
    lines = [
        "# Tag catalogue 标签目录",
        "",
        "Made from `seeds/policy` by `make tags`; edit the seeds, not this page."
        " 由种子文件生成，请勿直接修改本页。",
        "",
        f"{len(catalog)} tags 标签, {len(features)} features 特征.",
    ]
    for family in FAMILIES:
        rows = [row for _, row in catalog if row["family"] == family]
        if rows:
            lines += ["", f"## {family} {_FAMILIES_ZH[family]} ({len(rows)})", ""]
            lines += ["| tag | 标签 | label | 含义 | meaning | rule |", "|---|---|---|---|---|---|"]
            lines += [
                f"| `{row['tag_code']}` | {row['label_zh']} | {row['label_en']} | {row['meaning_zh']}"
                f" | {row['meaning_en']} | {_rule_in_words(row, members)} |"
                for row in rows
            ]
    lines += ["", f"## Features 特征 ({len(features)})", "", "| feature | 名称 | kind | description |"]
    lines += ["|---|---|---|---|"]
    lines += [
        f"| `{f.name}` | {f.label_zh} | {f.kind} | {_plain(f.description)} |" for f in features.values()
    ]
    return "\n".join(lines) + "\n"


def _plain(description: str) -> str:
    """A description without doc blocks, which only dbt resolves."""
    return re.sub(r"\{\{ doc\('(\w+)'\) \}\}", r"see \1 in the documentation of the marts", description)


def _rule_in_words(row: Mapping[str, str], members: Mapping[str, str]) -> str:
    if row["operator"] == "composite":
        rule = members[row["tag_code"]]
    else:
        bounds = " … ".join(row[column] for column in BOUNDS if row[column]).replace("|", ", ")
        rule = f"{row['feature']} {row['operator']} {bounds}".strip()
    retired = "; retired" if row["status"] == "retired" else ""
    return f"`{rule}`{retired}"
