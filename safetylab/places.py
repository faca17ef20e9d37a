"""Where the course's files are; imports nothing, so that commands which need no data start at once."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """Return the folder that holds the data: ``$SAFETYLAB_DATA``, else ``data`` of the course."""
    chosen = os.environ.get("SAFETYLAB_DATA")
    return Path(chosen) if chosen else Path(__file__).resolve().parents[1] / "data"
