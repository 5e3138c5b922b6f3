"""`make fit`: learn the weights of identity resolution from the records of a build, and keep them as policy."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import duckdb

from customer360.core import reading
from customer360.core.data_sets import DataSet
from customer360.core.durable import write_text
from customer360.core.errors import Stopped
from customer360.core.policy import policy_file
from customer360.identity.weights import Answers, Counts, Learnt, Level, TooLittle, Weights, learn, rows_of

SEED = "identity_weights"
HOUSEHOLD = ("family_name", "phone", "email", "place")
"""Comparisons on which people of one household agree more often than strangers (macro identity_comparisons)."""
EXPLAINED = {"email": ("numbered",)}
"""Levels that another comparison explains: 王伟 writes as wangwei88 and as wangwei91, and so does another 王伟."""


class NotFitted(Stopped):
    """Nothing was learnt; the message says why and what to do."""


def fit_build(database: Path) -> Learnt:
    """Learn weights from a build; as `learn_from`."""
    with reading.connect(database) as connection:
        return learn_from(connection)


def learn_from(connection: duckdb.DuckDBPyConnection) -> Learnt:
    """Learn weights from the pairs of records that a build compared.

    Begins with the weights that the build used. Stewards' decisions on these pairs are used as answers.
    Where everybody was compared with everybody, chance is counted on all pairs.
    Raises TooLittle where there is too little to learn from.
    """
    start: Weights = {}
    for comparison, level, *shares in connection.execute(
        "select comparison, level, match_share, chance_share, household_share"
        " from intermediate.int_identity__weights order by comparison, level"
    ).fetchall():
        start.setdefault(comparison, {})[level] = Level(*shares)
    records, everybody = connection.execute(
        "select count(*), count(*) <= max(compare_all_up_to) from intermediate.int_identity__compared"
        " cross join policy.identity_model"
    ).fetchone()
    names = list(start)
    candidates = _counts(connection, "int_identity__comparisons", names)
    by_chance = candidates if everybody else _counts(connection, "int_identity__chance_comparisons", names)
    answers = Answers(
        *(
            _counts(connection, "int_identity__comparisons", names, decision)
            for decision in ("must_link", "must_not_link")
        )
    )
    return learn(start, candidates, by_chance, records, HOUSEHOLD, EXPLAINED, answers)


def _counts(
    connection: duckdb.DuckDBPyConnection, model: str, names: list[str], decision: str | None = None
) -> Counts:
    """How many pairs of a model show each vector of levels; only those with the steward's decision, where one is given."""
    columns = ", ".join(f"{name}_level" for name in names)
    decided = (
        "inner join intermediate.int_identity__decisions as decisions using (record_key_a, record_key_b)"
        " where decisions.decision = ?"
    )
    rows = connection.execute(
        f"select {columns}, count(*) from intermediate.{model} {decided if decision else ''} group by all order by all",
        [decision] if decision else [],
    ).fetchall()
    return {tuple(levels): count for *levels, count in rows}


def fit_data_set(data_set: DataSet, database: Path | None) -> tuple[Path, str, Learnt]:
    """Learn from the latest build `database` of a data set and add the model to its policy file identity_weights.csv.

    Returns the file, the name of the model (data set and number) and what was learnt. Earlier models stay in the file.
    Raises NotFitted where there is no build or too little to learn from.
    """
    if database is None:
        raise NotFitted(f"nothing is built yet. Run: make build DATA={data_set.name}")
    try:
        learnt = fit_build(database)
    except TooLittle as error:
        raise NotFitted(f"{error}. The defaults of seeds/policy/{SEED}.csv stay in use") from None
    with policy_file(data_set.project, data_set.policy, SEED).open(encoding="utf-8", newline="") as file:
        columns, *rows = list(csv.reader(file))
    # int_identity__weights looks for the same names: digits alone, or chinese_retail is a model of data set `chinese`
    numbered = re.compile(re.escape(data_set.name) + "_([0-9]{3,9})")
    numbers = [int(found[1]) for row in rows if (found := numbered.fullmatch(row[0]))]
    name = f"{data_set.name}_{max(numbers, default=0) + 1:03}"
    rows += rows_of(name, learnt.weights)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    folder = data_set.project / "policies" / data_set.policy
    path = (folder if folder.is_dir() else data_set.project / "seeds" / "policy") / f"{SEED}.csv"
    write_text(path, text.getvalue())
    return path, name, learnt
