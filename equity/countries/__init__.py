"""Countries: codes, names, income groups by year, and groups such as EU or LDC.

Codes are ISO 3166-1 alpha-3, with XKX for Kosovo and a few former countries that hold only in their
years. Income groups are those the World Bank published for a year of data; a fiscal year is two
later. Nothing here guesses: an unknown code is an error that names the nearest.
"""

from equity.countries.codes import canonical, check, names, translate, world
from equity.countries.groups import income_group, income_groups, members, resolve

__all__ = [
    "canonical", "check", "income_group", "income_groups", "members", "names", "resolve",
    "translate", "world",
]  # fmt: skip
