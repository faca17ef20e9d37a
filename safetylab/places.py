"""Where the course keeps its files. It imports nothing: some commands need no more than this."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """Return the folder that holds the data: ``$SAFETYLAB_DATA``, else ``data`` of the course."""
    chosen = os.environ.get("SAFETYLAB_DATA")
    return Path(chosen) if chosen else Path(__file__).resolve().parents[1] / "data"


def labs_folder() -> Path:
    """Return the folder that holds the released labs; ``$SAFETYLAB_ROOT`` names another course."""
    chosen = os.environ.get("SAFETYLAB_ROOT")
    return (Path(chosen) if chosen else Path(__file__).resolve().parents[1]) / "labs"
