"""The probabilistic stage of identity resolution (Fellegi–Sunter, by Splink): what is compared, training, scoring.

Rows are cores of persons (int_identity__model_inputs). Splink is an optional dependency and imported only where a model
is fitted or used.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from customer360.core.durable import write_text
from customer360.core.errors import Stopped

Settings = dict[str, Any]

SCORES = pa.schema(
    [
        ("record_key_a", pa.int64()),
        ("record_key_b", pa.int64()),
        ("match_probability", pa.float64()),
    ]
)
SEED = 7
"""Of the sample of pairs that u is estimated on."""

U_PAIRS = 5_000_000
EM_PAIRS = 2_000_000
MIN_CORES = 500
MIN_PAIRS = 200


class ModelMissing(Stopped):
    """The policy asks for a model that is not there, or for Splink where it is not installed."""


@dataclass(frozen=True)
class Fitted:
    """A trained model: Splink's settings with their parameters, and what they were trained on. No personal value."""

    version: str
    build_id: str
    cores: int
    """Rows it was trained on; the prior is scaled by it when more or fewer are compared."""
    examples: int
    """Pairs of records that m was learnt from."""
    settings: Settings

    def write(self, path: Path) -> None:
        """Write it as a file, whole or not at all."""
        write_text(path, json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n")

    def prior(self, cores: int) -> float:
        """Probability that two of `cores` rows are one person: a row has as many partners in a larger company,
        but more strangers."""
        return min(self.settings["probability_two_random_records_match"] * self.cores / max(cores, 1), 0.5)


def model_file(folder: Path, version: str) -> Path:
    """Where the model of a version lies in the folder of its data set."""
    return folder / f"identity_{version}.json"


def read_model(folder: Path, version: str) -> Fitted:
    """The stored model; ModelMissing where there is none."""
    path = model_file(folder, version)
    if not path.is_file():
        raise ModelMissing(
            f"identity_model.csv asks for version {version}, but there is no {path}. Run: make fit"
        )
    return Fitted(**json.loads(path.read_text(encoding="utf-8")))


def _level(sql: str, label: str, frequency_of: str | None = None) -> dict[str, Any]:
    level: dict[str, Any] = {"sql_condition": sql, "label_for_charts": label}
    return level | ({"tf_adjustment_column": frequency_of} if frequency_of else {})


def _comparison(column: str, unknown: str, *levels: dict[str, Any]) -> dict[str, Any]:
    return {
        "output_column_name": column,
        "comparison_levels": [
            {"sql_condition": unknown, "label_for_charts": "unknown", "is_null_level": True},
            *levels,
            {"sql_condition": "ELSE", "label_for_charts": "different"},
        ],
    }


def settings() -> Settings:
    """What two cores are compared by, untrained; frequencies of names and cities count."""
    return {
        "link_type": "dedupe_only",
        # else a random one: the same training gives the same file
        "linker_uid": "customer360",
        "unique_id_column_name": "record_key",
        "sql_dialect": "duckdb",
        "probability_two_random_records_match": 1e-4,
        "retain_matching_columns": False,
        "comparisons": [
            _comparison(
                "name",
                "name_key_l is null or name_key_r is null",
                _level("complete_name_l = complete_name_r", "equal", "complete_name"),
                _level("name_key_l = name_key_r", "same reading", "name_key"),
                _level("surname_l = surname_r and levenshtein(name_l, name_r) <= 1", "one letter off"),
            ),
            _comparison(
                "part_of_name",
                "name_l is null or name_r is null or (name_key_l is not null and name_key_r is not null)",
                _level("surname_l = surname_r", "surname", "surname"),
                _level(
                    "right(name_l, 1) = right(name_r, 1)"
                    " or starts_with(name_sound_l, name_sound_r) or starts_with(name_sound_r, name_sound_l)",
                    "other part",
                ),
            ),
            _comparison(
                "phone",
                "phone_patterns_l is null or phone_patterns_r is null",
                _level("list_has_any(phones_l, phones_r)", "same number"),
                _level(
                    "list_has_any(masked_phones_l, phone_patterns_r)"
                    " or list_has_any(phone_patterns_l, masked_phones_r)",
                    "same masked number",
                ),
            ),
            _comparison(
                "birth",
                "birth_year_l is null or birth_year_r is null",
                _level("birth_date_l = birth_date_r", "same date"),
                _level("levenshtein(birth_date_l, birth_date_r) <= 1", "one digit off"),
                _level(
                    "birth_year_l = birth_year_r and (birth_date_l is null or birth_date_r is null)",
                    "same year, date unknown",
                ),
            ),
            _comparison(
                "place",
                "city_code_l is null or city_code_r is null",
                _level("home_address_l = home_address_r", "same address"),
                _level(
                    "city_code_l = city_code_r and home_address_l is not null and home_address_r is not null",
                    "same city, another address",
                ),
                _level("city_code_l = city_code_r", "same city", "city_code"),
            ),
            _comparison(
                "gender",
                "gender_l is null or gender_r is null",
                _level("gender_l = gender_r", "same"),
            ),
            _comparison(
                "email",
                "email_user_l is null or email_user_r is null",
                _level("email_user_l = email_user_r", "same user name"),
            ),
        ],
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": "l.name_key = r.name_key", "sql_dialect": "duckdb"},
            {
                "blocking_rule": "l.phone_patterns = r.phone_patterns",
                "sql_dialect": "duckdb",
                "arrays_to_explode": ["phone_patterns"],
            },
            {
                "blocking_rule": "l.birth_date = r.birth_date and l.surname = r.surname",
                "sql_dialect": "duckdb",
            },
            {"blocking_rule": "l.home_address = r.home_address", "sql_dialect": "duckdb"},
            {"blocking_rule": "l.email_user = r.email_user", "sql_dialect": "duckdb"},
        ],
    }


EM_BLOCK = "l.name_key = r.name_key"
UNSEEN_M = 0.01
"""m of a level that hardly an example shows: people move, and are registered under a wrong birth date."""
UNSEEN_U = 1 / U_PAIRS
"""u of a level that no random pair shows."""


def _linker(rows: pa.Table, model: Settings) -> tuple[Any, duckdb.DuckDBPyConnection]:
    """Splink on its own database: it leaves nothing behind, and a dbt connection is none that it takes."""
    try:
        from splink import DuckDBAPI, Linker
    except ImportError:
        raise ModelMissing("Splink is not installed. Run: make setup-fit") from None
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    api = DuckDBAPI(connection=connection)
    return Linker(api.register(rows), model, log_level=logging.ERROR), connection


def fit(cores: pa.Table, examples: pa.Table, pairs: pa.Table, version: str, build_id: str) -> Fitted:
    """Train a model.

    `examples`: records that an identifier of the first tier joins, `pairs` (record_key_a, record_key_b) which. They are
    one person whatever their names say, so they give m without an assumption, which expectation maximisation among
    cores does not: families share phones and addresses, and it takes them for one person. Phones are the exception:
    cores are apart *because* theirs differ, so m of the phone, and the prior, come from expectation maximisation with
    all else fixed. u comes from random pairs of cores.

    Raises ValueError where there is too little to learn from.
    """
    if cores.num_rows < MIN_CORES or pairs.num_rows < MIN_PAIRS:
        raise ValueError(
            f"{cores.num_rows} cores and {pairs.num_rows} pairs joined by an identifier are too little to train on;"
            f" it takes {MIN_CORES} and {MIN_PAIRS}"
        )
    teacher, connection = _linker(examples, settings())
    connection.register("joined", pairs)
    connection.execute(
        "create table labels as select record_key_a as record_key_l, record_key_b as record_key_r from joined"
    )
    teacher.training.estimate_u_using_random_sampling(max_pairs=1000, seed=SEED, min_count_per_level=None)
    teacher.training.estimate_m_from_pairwise_labels("labels")
    model = teacher.misc.save_model_to_json()
    for level in _levels(model):
        level.pop("u_probability", None)
        level["m_probability"] = max(level.get("m_probability", 0.0), UNSEEN_M)
    sampler, _ = _linker(cores, model)
    sampler.training.estimate_u_using_random_sampling(max_pairs=U_PAIRS, seed=SEED)
    model = sampler.misc.save_model_to_json()
    for level in _levels(model):
        level["u_probability"] = max(level.get("u_probability", 0.0), UNSEEN_U)
    for comparison in model["comparisons"]:
        for level in comparison["comparison_levels"]:
            level["fix_m_probability"] = comparison["output_column_name"] != "phone"
    learner, _ = _linker(cores, model)
    learner.training.estimate_parameters_using_expectation_maximisation(
        EM_BLOCK, populate_probability_two_random_records_match_from_trained_values=True, max_pairs=EM_PAIRS
    )
    return Fitted(version, build_id, cores.num_rows, pairs.num_rows, learner.misc.save_model_to_json())


def _levels(model: Settings) -> list[dict[str, Any]]:
    """The levels that have parameters."""
    return [
        level
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    ]


def score(cores: pa.Table, model: Fitted, threshold: float) -> pa.Table:
    """Pairs of cores that are one person with at least the probability `threshold` (columns of SCORES)."""
    trained = model.settings | {"probability_two_random_records_match": model.prior(cores.num_rows)}
    linker, connection = _linker(cores, trained)
    pairs = linker.inference.predict(threshold_match_probability=threshold)
    return (
        connection.execute(
            "select least(record_key_l, record_key_r), greatest(record_key_l, record_key_r), match_probability"
            f" from {pairs.physical_name} order by 1, 2"
        )
        .to_arrow_table()
        .rename_columns(SCORES.names)
        .cast(SCORES)
    )
