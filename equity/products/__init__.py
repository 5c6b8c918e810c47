"""Products: Harmonised System codes as text, their names, and their revisions from 1992 to 2022."""

from equity.products.codes import check_codes, matches, names
from equity.products.revisions import (
    REVISIONS,
    Conversion,
    codes_of,
    concordance,
    convert_revision,
    revision_of,
)

__all__ = [
    "REVISIONS", "Conversion", "check_codes", "codes_of", "concordance", "convert_revision",
    "matches", "names", "revision_of",
]  # fmt: skip
