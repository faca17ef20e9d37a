"""Count the Open Bandit sample by item, position and chance: ``data/open_bandit/counts.csv.gz``.

``python solutions/make_bandit_counts.py FOLDER``, where FOLDER holds ``random_all.csv.gz`` and
``bts_all.csv.gz``: the files ``random/all/all.csv`` and ``bts/all/all.csv`` of the package obp
0.4.1, compressed. What describes users is left out.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
KEYS = ["policy", "item_id", "position", "propensity_score"]


def counts(folder: Path) -> pd.DataFrame:
    """One row for each policy, item, position and chance: how often shown, how often clicked."""
    logs = {policy: pd.read_csv(folder / f"{policy}_all.csv.gz") for policy in ("random", "bts")}
    rows = pd.concat([log.assign(policy=policy) for policy, log in logs.items()])
    table = rows.groupby(KEYS)["click"].agg(shown="size", clicks="sum").reset_index()
    return table.rename(columns={"item_id": "item", "propensity_score": "chance"})


if __name__ == "__main__":
    target = ROOT / "data" / "open_bandit" / "counts.csv.gz"
    table = counts(Path(sys.argv[1]))
    table.to_csv(target, index=False, compression={"method": "gzip", "mtime": 0})
    print(f"{target.relative_to(ROOT)}: {len(table)} rows, {table.shown.sum()} showings")
