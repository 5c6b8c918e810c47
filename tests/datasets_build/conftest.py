"""The build scripts import each other from their own folder."""

from __future__ import annotations

import sys
from pathlib import Path

BUILD = Path(__file__).resolve().parents[2] / "datasets" / "build"
if str(BUILD) not in sys.path:
    sys.path.insert(0, str(BUILD))
