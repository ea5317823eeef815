"""What a subject hands back: figures as JSON, with the CPU that it took after its imports."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def report(target: str, work: Callable[[], dict[str, Any]]) -> None:
    """Do the work and write its figures, and `cpu`, the seconds of all threads of this process that it took."""
    before = time.process_time()
    figures = work()
    Path(target).write_text(json.dumps({**figures, "cpu": time.process_time() - before}))
