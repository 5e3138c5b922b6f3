# grain: two cores of persons

from pathlib import Path

from customer360.identity.identity_model import SCORES, read_model, score


def model(dbt, session):
    """Score pairs of cores with the stored model; empty, and without Splink, while the policy leaves it off."""
    dbt.config(materialized="table")
    policy = dbt.ref("identity_model").project("is_active, model_version, review_threshold")
    cores = dbt.ref("int_identity__model_inputs")
    is_active, version, threshold = policy.fetchone()
    if not is_active:
        return SCORES.empty_table()
    fitted = read_model(Path(dbt.config.meta_get("fitted")), version)
    return score(cores.to_arrow_table(), fitted, threshold)
