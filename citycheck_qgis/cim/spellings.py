"""Keys that a platform keeps in another spelling than it was sent, and features that it made and does not show.

A column of UUIDs writes small letters without braces whatever it is given, and a short one cuts. Looked for by its own
spelling such a feature is not there; sent again it would be doubled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..errors import RefusedError
from .adapters.base import Collection, Page
from .features import Feature
from .merge import Trust, judge

#: Fewer characters of a key are shared by chance.
_CUT = 8


def plain(key: str) -> str:
    """Return a key without what platforms change about it: case, braces, blanks."""
    return "".join(key.split()).strip("{}").casefold()


def find_spellings(remote: Collection, keys: Iterable[str]) -> dict[str, str]:
    """Ask the platform for keys in their usual other spellings; return key -> the one that it keeps.

    A platform that refuses to be asked for what its field cannot hold keeps none of them.
    """
    asked: dict[str, str] = {}
    for key in keys:
        bare = "".join(key.split()).strip("{}")
        for text in (key, key.strip(), bare, f"{{{bare}}}"):
            asked |= dict.fromkeys((text, text.lower(), text.upper()), key)
        asked.pop(key, None)
    if not asked:
        return {}
    try:
        kept = [feature.key or "" for feature in remote.find(list(asked))]
    except RefusedError:
        return {}
    return {asked[text]: text for text in kept if text in asked}


def read_spellings(
    remote: Collection,
    sent: Sequence[Feature],
    names: frozenset[str],
    known: Callable[[str], bool],
    trust: Trust,
) -> tuple[dict[str, str | None], bool]:
    """Look through the whole platform for features that were sent.

    Parameters
    ----------
    sent : each with its key
    names : the items that both sides can hold
    known : whether a key is another feature's: it is not one of these that was cut

    Returns
    -------
    Key -> the one that the platform keeps (None: it has the feature without a key); and whether the reading was whole.
    """
    wanted = {plain(feature.key or ""): feature for feature in sent}
    found: dict[str, str | None] = {}
    page = Page([])
    for page in remote.pages():
        for feature in page.features:
            told = plain(feature.key or "")
            match = wanted.get(told)
            if match is None and not told:
                match = next((f for f in wanted.values() if _same(f, feature, names, trust)), None)
            elif match is None and len(told) >= _CUT:
                match = next((f for text, f in wanted.items() if text.startswith(told)), None)
                if match is not None and known(feature.key or ""):
                    continue
            if match is not None:
                found[match.key or ""] = feature.key
    return found, page.last


def _same(sent: Feature, stored: Feature, names: frozenset[str], trust: Trust) -> bool:
    return judge(sent, names, None, stored, trust).arrived == names
