"""What is sent to an OGC API to create, change and delete features, and what its answers mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...errors import FailedError, NoAnswerError, RefusedError, SignInError
from ...messages import Message, message
from ..answers import FAILED
from ..features import GEOMETRY
from ..network import Answer, reason_of, words_of
from . import geojson, wkb
from .base import Outcome


def body_of(document: Mapping[str, Any], turned: bool) -> bytes | Message:
    """Return a feature as it is sent, its WKB as GeoJSON; or why it cannot be sent.

    Parameters
    ----------
    turned : positions begin with y
    """
    document = dict(document)
    if GEOMETRY in document:
        try:
            document[GEOMETRY] = geojson.from_wkb(document[GEOMETRY], turned)
        except wkb.BrokenGeometryError as error:
            return message("its geometry cannot be said in GeoJSON ({reason})", reason=str(error))
    try:
        body = geojson.encoded(document)
    except UnicodeEncodeError:
        return message("a text in it holds half of a character (a lone surrogate); correct the text")
    except ValueError as error:
        return message("a value in it cannot be said in JSON ({reason})", reason=str(error))
    texts = (v for v in document["properties"].values() if isinstance(v, str))
    if b"\\u0000" in body and any("\0" in text for text in texts):
        return message(
            "a text in it holds the character U+0000, which platforms do not store; correct the text"
        )
    return body


def one_by_one(items: Sequence[Any], write: Callable[[Any], Outcome]) -> list[Outcome]:
    """Write one after the other; what an ended connection leaves open is unknown, and nothing more is sent."""
    outcomes: list[Outcome] = []
    for item in items:
        try:
            outcomes.append(write(item))
        except FailedError as error:
            outcomes.append(Outcome("failed", reason=error.message))
        except (NoAnswerError, SignInError) as error:
            if not outcomes:
                raise
            rest = message("it was not sent, because the platform had stopped answering")
            return [*outcomes, Outcome("unknown", reason=error.message)] + [
                Outcome("unknown", reason=rest) for _ in range(len(items) - len(outcomes) - 1)
            ]
        except RefusedError as error:
            outcomes.append(Outcome("rejected", reason=error.message))
    return outcomes


def refusal(answer: Answer) -> Outcome:
    """Return what an answer says that is no success."""
    if answer.status in (409, 412):
        return Outcome(
            "rejected", reason=message("it was changed meanwhile ({reason})", reason=reason_of(answer))
        )
    if answer.status in (404, 410):
        return Outcome(
            "rejected", reason=message("it is not there any more ({reason})", reason=reason_of(answer))
        )
    # What a server says after a fault of its own does not tell how far it had come; 501 is the exception.
    refused = 400 <= answer.status < 500 or answer.status == 501
    state = "rejected" if refused else "failed" if answer.status == FAILED else "unknown"
    return Outcome(state, reason=reason_of(answer))


def is_missing(answer: Answer, server_id: str) -> bool:
    """Return whether an answer says that there is no such feature; QGIS Server says so with a status of 500."""
    return answer.status in (404, 410) or (
        answer.status == 500 and f"Invalid feature [{server_id}]" in words_of(answer)
    )
