"""The files of city models for measuring, made when they are first asked for.

python -m benchmarks.footprints.city_files citygml 10000      makes what is missing, prints the path
"""

import sys
from pathlib import Path

from .city_models import write_citygml, write_cityjson, write_cityjsonseq
from .ifc_models import cached

WRITERS = {
    "cityjson": (write_cityjson, ".city.json"),
    "cityjsonseq": (write_cityjsonseq, ".city.jsonl"),
    "citygml": (write_citygml, ".gml"),
}


def city_file(kind: str, buildings: int) -> Path:
    """Return a city model of so many buildings.

    Parameters
    ----------
    kind : a key of `WRITERS`
    """
    write, ending = WRITERS[kind]
    path = cached(f"{kind}-{buildings}{ending}")
    if not path.exists():
        draft = path.with_name(f"draft-{path.name}")
        write(draft, buildings)
        draft.rename(path)
    return path


if __name__ == "__main__":
    print(city_file(sys.argv[1], int(sys.argv[2])))
