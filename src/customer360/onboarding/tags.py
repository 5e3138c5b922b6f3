"""The tag catalogue of a policy: checked row by row before a build, and written out for people.

Whoever adds a tag edits three CSV files of a policy folder (docs/tags.md). A row that models could not use stops the
build with its file, row, column and a remedy; which features there are comes from the contract of customer_features.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from customer360.core.data_sets import DataSet, check_policy
from customer360.core.declarations import read_yaml
from customer360.core.durable import write_text
from customer360.core.policy import PolicyTable, policy_table
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
    **dict.fromkeys(("at_least", "above", "equals", "at_most", "below", "between"), "number"),
    **dict.fromkeys(("in", "not_in"), "text"),
    **dict.fromkeys(("is_true", "is_false"), "flag"),
    "composite": "composite",
}
"""Operator → the kind of feature that it compares."""

MAX_DEPTH = 3
"""Simple tags, composites of them, composites of those: what the models resolve."""

BOUNDS = ("value_low", "value_high", "value_text")


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


def check_tags(project: Path, policy: str, state: Path | None = None) -> None:
    """DeclarationError at the first row of the catalogue or the composites that cannot be used, though it is as the YAML of
    its seed declares it (`check_policy`, which comes first).

    `state` is the state folder of the published version: a rule may not change under a version recorded there.
    """
    catalog = policy_table(project, policy, "tag_catalog")
    composites = policy_table(project, policy, "tag_composites")
    features = load_features(project)
    tags = {row["tag_code"]: row for _, row in catalog.rows}
    for number, row in catalog.rows:
        _check_rule(catalog, number, row, features)
    _check_composites(composites, catalog, tags)
    if state:
        _check_versions(state, catalog, composites)


def _check_rule(
    table: PolicyTable, number: int, row: Mapping[str, str], features: Mapping[str, Feature]
) -> None:
    """The operator fits the feature, and a list of texts is one."""
    name, operator = row["feature"], row["operator"]
    kind = OPERATORS[operator]
    if kind != "composite" and features[name].kind != kind:
        fitting = [one for one, compared in OPERATORS.items() if compared == features[name].kind]
        raise table.error(
            number,
            "operator",
            f"{operator} compares a {kind}, and {name} is a {features[name].kind}",
            f"Use one of: {', '.join(fitting)}",
        )
    texts = row["value_text"].split("|") if row["value_text"] else []
    if any(text != text.strip() or not text for text in texts) or len(set(texts)) < len(texts):
        raise table.error(
            number,
            "value_text",
            "holds an empty text, a blank at an end, or one text twice",
            "Divide texts by | and by nothing else",
        )


def _check_composites(
    table: PolicyTable, catalog: PolicyTable, tags: Mapping[str, Mapping[str, str]]
) -> None:
    members: dict[str, list[str]] = {}
    groups: dict[tuple[str, str], list[tuple[int, Mapping[str, str]]]] = {}
    for number, row in table.rows:
        code, member = row["tag_code"], row["member_code"]
        if tags[code]["operator"] != "composite":
            raise table.error(
                number,
                "tag_code",
                f"{code} is no composite",
                "Write operator composite in tag_catalog.csv, or remove the row",
            )
        if tags[member]["status"] == "retired" and tags[code]["status"] == "active":
            raise table.error(
                number, "member_code", f"{member} is retired", f"Retire {code} too, or take another member"
            )
        members.setdefault(code, []).append(member)
        groups.setdefault((code, row["member_group"]), []).append((number, row))
    for (code, group), rows in groups.items():
        if all(_is_negated(row) for _, row in rows):
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
        earlier = recorded.get((row["tag_code"], str(int(row["version"]))))
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


def _is_negated(row: Mapping[str, str]) -> bool:
    return row["is_negated"].strip().lower() == "true"


def members_in_words(rows: Sequence[tuple[int, Mapping[str, str]]]) -> dict[str, str]:
    """Composite → its members as the models write them: `1:a, 1:!b, 2:c`, sorted."""
    words: dict[str, list[str]] = {}
    for _, row in rows:
        mark = "!" if _is_negated(row) else ""
        words.setdefault(row["tag_code"], []).append(f"{row['member_group']}:{mark}{row['member_code']}")
    return {code: ", ".join(sorted(texts)) for code, texts in words.items()}


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
        write_text(project / "docs" / "tag-catalogue.md", catalogue_page(project, policy))
    return policy


def catalogue_page(project: Path, policy: str) -> str:
    """docs/tag-catalogue.md: every tag of a policy by family, and every feature that a tag can read."""
    catalog = policy_table(project, policy, "tag_catalog").rows
    members = members_in_words(policy_table(project, policy, "tag_composites").rows)
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
