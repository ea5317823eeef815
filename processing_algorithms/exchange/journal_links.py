"""The journal of an exchange as the algorithms use it: its link of a layer with a collection, and a copy for previews."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ...citycheck_qgis.errors import InputError

if TYPE_CHECKING:
    from ...citycheck_qgis.cim.store import Store
    from .exchange_inputs import Way


def platform_link(way: Way, collection: str, layer: str, moved: bool) -> Callable[[Store], int]:
    """Return what gives the id of a layer and a collection of a platform in a journal.

    Parameters
    ----------
    moved : an address that the journal does not know is a new one of the platform that it knows

    Raises
    ------
    InputError : of the id: the journal knows the layer with another address, and nobody says that it is the same platform.
    """
    from ...citycheck_qgis.cim.redaction import redacted

    address = redacted(way.http.base)

    def link(store: Store) -> int:
        known = store.elsewhere(address, collection, layer)
        if known is not None and not moved:
            raise InputError(
                "The journal knows this layer with {known}, not with {address}; where it is the same platform under a new "
                "address run once with SAME_PLATFORM, else name another JOURNAL.",
                known=known,
                address=address,
            )
        if known is not None:
            store.move(address, collection, layer)
        return store.link(address, collection, layer)

    return link


def link_name(path: Path | None, layer: str) -> str:
    """Return what a layer is called in the journal: by its file's name, so that the folder may move."""
    return f"{path.name}|{layer}" if path is not None else layer


@contextmanager
def open_journal(path: Path | None, preview: bool) -> Iterator[Store]:
    """Give the journal; for a preview a copy of it that goes with the block, or an empty one where there is none."""
    import tempfile

    from ...citycheck_qgis.cim.journal_files import copied
    from ...citycheck_qgis.cim.store import Store

    if not preview:
        with Store(path) as store:
            yield store
        return
    if path is None or not path.exists():
        with Store(None) as store:
            yield store
        return
    with tempfile.TemporaryDirectory(prefix="citycheck-preview-") as folder:
        copy = Path(folder) / path.name
        copied(path, copy)
        with Store(copy) as store:
            yield store
