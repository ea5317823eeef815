"""What properties and attributes of buildings are called, in English, Chinese and pinyin: ``attribute_names.json``."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def attribute_names() -> Mapping[str, Sequence[str]]:
    """Return field -> names of attributes that say it, the most telling first."""
    return json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


@lru_cache(maxsize=65536)
def plain(name: str) -> str:
    """Return an attribute's name without width, case, blanks and marks, and without what stands before a colon."""
    folded = unicodedata.normalize("NFKC", name).casefold().rpartition(":")[2]
    return re.sub(r"[\s_()\-.·]+", "", folded)
