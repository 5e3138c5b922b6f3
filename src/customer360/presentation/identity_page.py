"""The identity page: what identity resolution did with a data set, as one HTML file in Chinese and English.

It reads the published copy and nothing else, so it holds what a mart holds: counts and keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from customer360.core import reading
from customer360.core.data_sets import DataSet
from customer360.core.warehouse import Warehouse
from customer360.presentation import for_people
from customer360.presentation.page import Cell, Dictionary, bar, both, code, counted, moment, number, text

WORDS = Path(__file__).with_name("identity_words.csv")
"""Every text of the page and of the dry run; labels of rules and of evidence are in the policy."""

Row = dict[str, Any]

QUERIES = {
    "build": "select build_id, any_value(as_of_on) as as_of_on from marts.scorecard_history group by all"
    " order by build_id desc limit 1",
    "totals": """
        select
            count(*) as records,
            count(distinct customer_id) as customers,
            count(distinct case when customer_kind = 'person' then customer_id end) as persons,
            count(distinct case when customer_kind = 'organisation' then customer_id end) as organisations,
            count(*) filter (rule_code = 'alone') as alone,
            count(*) filter (is_suspicious) as suspicious
        from marts.customer_identities
    """,
    "sizes": """
        select record_count as size, count(*) as customers
        from (select count(*) as record_count from marts.customer_identities group by customer_id)
        group by record_count order by record_count
    """,
    "largest": """
        select
            customer_id, min(customer_kind) as customer_kind, count(*) as records,
            count(distinct source_system) as systems, bool_or(is_suspicious) as is_suspicious
        from marts.customer_identities group by customer_id
        order by records desc, customer_id limit 20
    """,
    "rules": "from pages.identity_rule_use order by customer_kind desc nulls last, tier, rule_code",
    "values": "from pages.identity_value_use order by customer_kind desc, record_count desc, evidence_type",
    "quality": "from marts.identity_quality order by measure, scope",
    "bands": """
        select substr(scope, instr(scope, ' ') + 1) as band, max(rate) as most
        from marts.identity_quality where measure = 'expected_share' group by band order by most
    """,
    "scorecard": """
        select * from marts.scorecard where starts_with(measure, 'duplicate_rate')
        order by measure, source_system, rate desc, entity
    """,
    "queue": """
        select review_reason, rule_code, count(*) as pairs from marts.identity_review_queue
        group by all order by pairs desc, rule_code, review_reason
    """,
    "events": """
        select builds.build_id, history.event, count(*) as keys, sum(history.record_count) as records
        from (select distinct build_id from marts.scorecard_history order by build_id desc limit 6) as builds
        left join marts.customer_id_history as history on builds.build_id = history.build_id
        group by all order by builds.build_id desc
    """,
}


PAGE = Dictionary(WORDS)
say, rate, table, section = PAGE.say, PAGE.rate, PAGE.table, PAGE.section


def words() -> dict[str, tuple[str, str]]:
    """Chinese and English text by key."""
    return PAGE.words


def figures(published: Path) -> dict[str, list[Row]]:
    """What the page shows, from the published copy: rows by the name of their query."""
    with reading.connect(published) as connection:
        found = {}
        for name, query in QUERIES.items():
            answer = connection.execute(query)
            columns = [column for column, *_ in answer.description]
            found[name] = [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]
        return found


# --- sections ----------------------------------------------------------------------------------------------


class Page:
    """The page of one data set; each method returns one section."""

    def __init__(self, found: dict[str, list[Row]]) -> None:
        self.found = found
        self.quality = {(row["measure"], row["scope"]): row for row in found["quality"]}
        self.rules = {row["rule_code"]: row for row in found["rules"]}
        self.evidence = {row["evidence_type"]: row for row in found["values"]}

    def sections(self) -> Iterator[str]:
        for build in (
            self.headline,
            self.good,
            self.duplicates,
            self.bands,
            self.sizes,
            self.per_rule,
            self.recall,
            self.look_alikes,
            self.queue,
            self.events,
            self.banned,
        ):
            yield build()

    def headline(self) -> str:
        totals = self.found["totals"][0]
        ratio = totals["records"] / totals["customers"] if totals["customers"] else 0
        detected = {row["measure"]: row for row in self.found["scorecard"] if row["source_system"] == "all"}
        tiles = [
            ("records", number(totals["records"])),
            ("customers", number(totals["customers"])),
            ("persons", number(totals["persons"])),
            ("organisations", number(totals["organisations"])),
            ("duplicates_before", rate(*_pair(detected.get("duplicate_rate_before", {})))),
            ("duplicates_after", rate(*_pair(detected.get("duplicate_rate", {})))),
            ("precision", self._measured("pair_precision")[0]),
            ("recall", self._measured("pair_recall")[0]),
            ("ratio", Cell(f"{ratio:.2f}")),
            ("alone", number(totals["alone"])),
            ("suspicious", number(totals["suspicious"])),
            ("queue", number(sum(row["pairs"] for row in self.found["queue"]))),
        ]
        return section(
            "headline",
            PAGE.tiles((f"headline.{key}", cell) for key, cell in tiles),
        )

    def good(self) -> str:
        """Pairs after closure, and records (B-cubed), against the truth."""
        measures = ["pair_precision", "pair_recall", "pair_f1", "b_cubed_precision", "b_cubed_recall"]
        rows = [
            [text(say(f"measure.{name}")), *self._measured(name), bar(self._rate(name))] for name in measures
        ]
        precision, recall = self._rate("b_cubed_precision"), self._rate("b_cubed_recall")
        f1 = 2 * precision * recall / (precision + recall) if precision and recall else None
        rows.append([text(say("measure.b_cubed_f1")), rate(f1, f1 and 1), Cell("–", "number"), bar(f1)])
        name = "identifier_recall"
        rows.append([text(say(f"measure.{name}")), *self._measured(name), bar(self._rate(name))])
        return section(
            "quality",
            self._basis(),
            table(say("quality"), ("measure", "rate", "counted", ""), rows, quiet=True),
        )

    def duplicates(self) -> str:
        whole = {row["measure"]: row for row in self.found["scorecard"] if row["source_system"] == "all"}
        rows = []
        for name in (
            "duplicate_rate_before",
            "duplicate_rate",
            "duplicate_rate_expected",
            "duplicate_rate_unreached",
        ):
            row = whole.get(name, {"numerator": None, "denominator": None, "status": "not_measured"})
            pair = _pair(row)
            rows.append(
                [
                    text(say(f"measure.{name}")),
                    rate(*pair),
                    counted(*pair),
                    text(say(f"status.{row['status']}")),
                ]
            )
        for name in ("duplicate_rate_before", "duplicate_rate_after"):
            status = "reported" if (name, "all") in self.quality else "not_measured"
            rows.append([text(say(f"truth.{name}")), *self._measured(name), text(say(f"status.{status}"))])
        systems = [
            row
            for row in self.found["scorecard"]
            if row["measure"] == "duplicate_rate_before" and row["source_system"] != "all"
        ]
        largest = max((_share(row) or 0 for row in systems), default=0)
        lacking = [row for row in self.found["scorecard"] if row["measure"] == "duplicate_rate_lacking"]
        most = max((_share(row) or 0 for row in lacking), default=0)
        return section(
            "duplicates",
            table(say("duplicates"), ("measure", "rate", "counted", "status"), rows, quiet=True),
            table(
                say("duplicates.lacking"),
                ("lacks", "rate", "counted", ""),
                [
                    [
                        text(say(f"lacks.{row['entity']}")),
                        rate(*_pair(row)),
                        counted(*_pair(row)),
                        _bar_of(row, most),
                    ]
                    for row in lacking
                ],
            ),
            table(
                say("duplicates.systems"),
                ("system", "rate", "counted", ""),
                [
                    [
                        code(row["source_system"]),
                        rate(*_pair(row)),
                        counted(*_pair(row)),
                        _bar_of(row, largest),
                    ]
                    for row in sorted(systems, key=lambda row: -(_share(row) or 0))
                ],
            ),
        )

    def bands(self) -> str:
        """Pairs by band of weights: what the weights expect, and what stewards answered."""
        parts = []
        for kind in ("linked", "open"):
            rows = []
            for row in self.found["bands"]:
                scope = f"{kind} {row['band']}"
                if (expected := self.quality.get(("expected_share", scope))) is None:
                    continue
                answered = self.quality["answered_share", scope]
                rows.append(
                    [
                        text(_band(row["band"])),
                        number(expected["denominator"]),
                        rate(*_pair(expected)),
                        number(answered["answer_count"]),
                        *_by_answers(answered),
                    ]
                )
            name = {"linked": "answered_precision", "open": "answered_left"}[kind]
            if (whole := self.quality.get((name, "all"))) is not None:
                rows.append(
                    [
                        text(say(f"measure.{name}")),
                        number(whole["denominator"]),
                        Cell("–", "number"),
                        number(whole["answer_count"]),
                        *_by_answers(whole),
                    ]
                )
            columns = (
                "band",
                "bands.pairs",
                "bands.expected",
                "bands.answers",
                "bands.answered",
                "bands.interval",
            )
            parts.append(table(say(f"bands.{kind}"), columns, rows))
        return section("bands", *parts)

    def sizes(self) -> str:
        bins = _binned(self.found["sizes"])
        most = max((customers for *_, customers, _ in bins), default=0)
        everybody = self.found["totals"][0]["customers"]
        return section(
            "sizes",
            table(
                say("sizes.caption"),
                ("sizes.size", "sizes.customers", "share", "sizes.records", ""),
                [
                    [
                        text(label),
                        number(customers),
                        rate(customers, everybody),
                        number(records),
                        bar(customers / most),
                    ]
                    for label, customers, records in bins
                ],
            ),
            table(
                say("largest"),
                ("rank", "sizes.size", "customer", "kind", "systems", "suspicious"),
                [
                    [
                        text(str(rank)),
                        number(row["records"]),
                        code(row["customer_id"]),
                        text(say(f"kind.{row['customer_kind']}")),
                        number(row["systems"]),
                        text(say("yes" if row["is_suspicious"] else "no")),
                    ]
                    for rank, row in enumerate(self.found["largest"], start=1)
                ],
            ),
        )

    def per_rule(self) -> str:
        most = max((row["kept_count"] for row in self.rules.values()), default=0)
        parts = []
        for kind in ("person", "organisation", None):
            rows = [row for row in self.rules.values() if row["customer_kind"] == kind]
            if not rows and kind is None:
                continue
            parts.append(
                table(
                    say(f"kinds.{kind}"),
                    ("rule", "tier", "links", "kept", "", "strongest", "customers", "review", "precision"),
                    [
                        [
                            text(self._rule(row["rule_code"]) + _remark(row)),
                            number(row["tier"]),
                            number(row["link_count"]),
                            number(row["kept_count"]),
                            bar(row["kept_count"] / most if most else 0),
                            number(row["record_count"]),
                            number(row["customer_count"]),
                            number(row["review_count"]),
                            self._precision(row),
                        ]
                        for row in rows
                    ],
                )
            )
        return section("rules", *parts)

    def recall(self) -> str:
        found = [
            row
            for row in self.found["quality"]
            if row["measure"] == "identifier_recall" and row["scope"] != "all"
        ]
        by_name = {
            row["scope"].removeprefix("name "): row for row in found if row["scope"].startswith("name ")
        }
        by_identifier = [row for row in found if not row["scope"].startswith("name ")]
        order = [key.split(".")[1] for key in words() if key.startswith("agreement.")]
        if not found:
            return section("recall", _unmeasured())
        return section(
            "recall",
            table(
                say("recall.identifier"),
                ("identifier", "rate", "counted", ""),
                [[text(self._identifier(row["scope"])), *_rated(row)] for row in by_identifier],
            ),
            table(
                say("recall.agreement"),
                ("agreement", "rate", "counted", ""),
                [
                    [text(say(f"agreement.{name}")), *_rated(by_name[name])]
                    for name in sorted(by_name, key=lambda name: [*order, name].index(name))
                ],
            ),
        )

    def look_alikes(self) -> str:
        rows = [row for row in self.found["quality"] if row["measure"] == "look_alikes_merged"]
        if not rows:
            return section("look_alikes", _unmeasured())
        return section(
            "look_alikes",
            table(
                say("look_alikes"),
                ("look_alike", "merged", "pairs", "rate", ""),
                [
                    [
                        text(say(f"look_alike.{row['scope']}")),
                        number(row["numerator"]),
                        number(row["denominator"]),
                        rate(*_pair(row)),
                        bar(_share(row)),
                    ]
                    for row in rows
                ],
                quiet=True,
            ),
        )

    def queue(self) -> str:
        rows = self.found["queue"]
        reasons: dict[str, int] = {}
        for row in rows:
            reasons[row["review_reason"]] = reasons.get(row["review_reason"], 0) + row["pairs"]
        total = sum(reasons.values())
        parts = [
            table(
                say("queue"),
                ("reason", "pairs", "share", ""),
                [
                    [text(say(f"reason.{reason}")), number(pairs), rate(pairs, total), bar(pairs / total)]
                    for reason, pairs in reasons.items()
                ],
                quiet=True,
            )
        ]
        if rows:
            parts.append(
                table(
                    say("queue.rule"),
                    ("rule", "reason", "pairs", ""),
                    [
                        [
                            text(self._rule(row["rule_code"])),
                            text(say(f"reason.{row['review_reason']}")),
                            number(row["pairs"]),
                            bar(row["pairs"] / total),
                        ]
                        for row in rows
                    ],
                )
            )
        return section("queue", *parts)

    def events(self) -> str:
        names = [key.split(".")[1] for key in words() if key.startswith("event.")]
        names += sorted({row["event"] for row in self.found["events"] if row["event"]} - set(names))
        builds: dict[str, dict[str, Row]] = {}
        for row in self.found["events"]:
            builds.setdefault(row["build_id"], {})[row["event"]] = row
        return section(
            "events",
            table(
                say("events"),
                ("build", *(f"event.{name}" for name in names)),
                [
                    [
                        text(escape(moment(build_id))),
                        *(
                            Cell(f"{events[name]['keys']:,} ({events[name]['records']:,})", "number")
                            if name in events
                            else number(0)
                            for name in names
                        ),
                    ]
                    for build_id, events in builds.items()
                ],
                quiet=True,
            ),
        )

    def banned(self) -> str:
        return section(
            "banned",
            *(
                table(
                    say(f"kinds.{kind}"),
                    ("evidence", "carried", "shared", "too_many_records", "too_many_people", "listed"),
                    [
                        [
                            text(both(row["label_zh"], row["label_en"]) + _remark(row)),
                            *(
                                number(row[column])
                                for column in (
                                    "record_count",
                                    "shared_value_count",
                                    "too_many_records_count",
                                    "too_many_people_count",
                                    "listed_count",
                                )
                            ),
                        ]
                        for row in self.found["values"]
                        if row["customer_kind"] == kind
                    ],
                )
                for kind in ("person", "organisation")
            ),
        )

    def _basis(self) -> str:
        """How many labelled records the figures rest on, or that there are none."""
        basis = self.quality.get(("b_cubed_precision", "all"))
        if basis is None:
            return _unmeasured()
        return f"<p>{say('measured', count=format(int(basis['denominator']), ','))}</p>"

    def _rate(self, name: str) -> float | None:
        row = self.quality.get((name, "all"))
        return row and row["rate"]

    def _measured(self, name: str) -> tuple[Cell, Cell]:
        pair = _pair(self.quality.get((name, "all"), {}))
        return rate(*pair), counted(*pair)

    def _precision(self, row: Row) -> Cell:
        return rate(*_pair(self.quality.get(("rule_precision", row["rule_code"]), {})))

    def _rule(self, rule_code: str) -> str:
        row = self.rules.get(rule_code, {})
        return both(row["label_zh"], row["label_en"]) if row.get("label_zh") else say(f"rule.{rule_code}")

    def _identifier(self, scope: str) -> str:
        row = self.evidence.get(scope.removesuffix("_hash"))
        return both(row["label_zh"], row["label_en"]) if row else f"<code>{escape(scope)}</code>"


def _band(name: str) -> str:
    """A band of weights in both languages; its name in the policy is English."""
    zh = name
    for said, in_chinese in (("below ", "低于 "), (" to ", " 至 "), (" and more", " 及以上")):
        zh = zh.replace(said, in_chinese)
    return both(zh, name)


def _by_answers(row: Row) -> list[Cell]:
    """A rate by answers and its interval; or that there are too few."""
    if row["rate"] is None:
        return [Cell(say(f"status.{row['status']}"), "absent"), Cell("–", "number")]
    return [
        rate(*_pair(row)),
        Cell(f"{row['lower_rate']:.1%} – {row['upper_rate']:.1%}", "number"),
    ]


def _pair(row: Row) -> tuple[float | None, float | None]:
    numerator, denominator = row.get("numerator"), row.get("denominator")
    return (
        None if numerator is None else float(numerator),
        None if denominator is None else float(denominator),
    )


def _unmeasured() -> str:
    return f'<p class="absent">{say("not_measured")} · {say("no_labels")}</p>'


def _share(row: Row) -> float | None:
    numerator, denominator = _pair(row)
    return (numerator or 0) / denominator if denominator else None


def _bar_of(row: Row, largest: float) -> Cell:
    return bar((_share(row) or 0) / largest if largest else 0)


def _rated(row: Row) -> tuple[Cell, Cell, Cell]:
    return rate(*_pair(row)), counted(*_pair(row)), bar(_share(row))


def _remark(row: Row) -> str:
    """What must be known of a rule or a type of evidence beside its figures."""
    if not row["is_active"]:
        return f' <em class="remark">{say("switched_off")}</em>'
    return f' <em class="remark">{say("only_review")}</em>' if row.get("decision") == "review" else ""


def _binned(sizes: Sequence[Row]) -> list[tuple[str, int, int]]:
    """Label, customers and records per size: single sizes up to 10, then ranges; empty ranges at the end are left out."""
    bounds = [*((size, size) for size in range(1, 11)), (11, 15), (16, 20), (21, 40), (41, 60), (61, None)]
    largest = max((row["size"] for row in sizes), default=0)
    bins = []
    for low, high in bounds:
        if low > largest:
            break
        inside = [row for row in sizes if low <= row["size"] and (high is None or row["size"] <= high)]
        label = str(low) if low == high else f"{low}–{high}" if high else f"{low} {say('sizes.more')}"
        customers = sum(row["customers"] for row in inside)
        bins.append((label, customers, sum(row["size"] * row["customers"] for row in inside)))
    return bins


# --- the whole ---------------------------------------------------------------------------------------------


def render(data_set: DataSet, found: dict[str, list[Row]]) -> str:
    """The whole page."""
    build = found["build"][0]
    facts = PAGE.facts(
        data_set,
        f"{say('as_of')} {build['as_of_on']}",
        f"{say('build')} {escape(moment(build['build_id']))}",
    )
    return PAGE.document(data_set.name, facts, Page(found).sections())


def make(data_set: DataSet, warehouse: Warehouse) -> for_people.Made:
    """Write the page."""
    yield for_people.write_page(data_set, "identity.html", render(data_set, figures(warehouse.published))), ""
