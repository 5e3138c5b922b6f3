"""The ten systems. Each module turns a chunk into its own tables, columns, codes and formats."""

from demo_company.context import Context, Tables
from demo_company.systems import app, crm, dealer, erp, marketing, marketplace, pos, service, shop, social

MODULES = (crm, erp, shop, marketplace, pos, dealer, app, social, service, marketing)
NAMES = tuple(module.__name__.rsplit(".", 1)[1] for module in MODULES)


def render(context: Context) -> Tables:
    """Tables of all systems for one chunk."""
    tables: Tables = {}
    for module in MODULES:
        tables.update(module.render(context))
    return tables
