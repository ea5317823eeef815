"""The record of a run: what was asked, of which inputs, with which counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from .files import file_hash


def now() -> str:
    """Return the time in UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def run_record(
    algorithm: str,
    parameters: Mapping[str, object],
    inputs: Iterable[Path],
    counts: Mapping[str, Mapping[str, int]],
    version: str,
    started: str,
) -> pd.DataFrame:
    """Return the row of table `run`.

    The id is a hash of algorithm, version, parameters and input contents, so that repeating a run repeats its
    id; only `started` and `ended` tell two such runs apart.

    Parameters
    ----------
    parameters : as given; must hold no secret
    inputs : files that were read
    counts : see `conservation.counts`
    started : see `now`
    """
    files = [path for path in sorted(set(inputs)) if path.is_file()]
    names = [path.name for path in files]
    # Two years' tables often have one name; their folders then tell them apart.
    hashes = {
        path.name if names.count(path.name) == 1 else "/".join(path.parts[-2:]): file_hash(path)
        for path in files
    }
    texts = {
        "algorithm": algorithm,
        "parameters": json.dumps(dict(parameters), ensure_ascii=False, sort_keys=True, default=str),
        "inputs": json.dumps(hashes, ensure_ascii=False, sort_keys=True),
        "version": version,
    }
    run_id = hashlib.sha256("\x1f".join(texts.values()).encode()).hexdigest()[:16]
    counted = json.dumps(counts, ensure_ascii=False, sort_keys=True)
    row = {"run_id": run_id, **texts, "counts": counted, "started": started, "ended": now()}
    return pd.DataFrame([row])
