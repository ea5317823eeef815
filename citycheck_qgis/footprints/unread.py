"""What is said of a file that could not be read, whoever reads it."""

from __future__ import annotations

from ..errors import CityCheckError, InputError
from ..messages import Message, mark, message


def unreachable(name: str, error: OSError) -> InputError:
    """Return the error of a file that the system does not give."""
    return InputError(
        "{file} could not be read to its end ({reason}); check that it is still there and that you may read it.",
        file=name,
        reason=error.strerror or str(error) or type(error).__name__,
    )


def why_unread(name: str, error: Exception) -> tuple[str, Message]:
    """Return what became of a file whose reading ended with an error, and the sentence about it.

    The states are those of `workers.FileResult`: ``refused``, ``memory``, ``failed`` (a defect of CityCheck).
    """
    if isinstance(error, OSError):
        error = unreachable(name, error)
    if isinstance(error, CityCheckError):
        return mark("refused"), error.message
    if isinstance(error, MemoryError):
        return mark("memory"), message(
            "Reading needed more memory than there is; have the model split, or give a city model as CityGML or "
            "CityJSONSeq, of which only a part is held at a time."
        )
    # The text of an error can hold a piece of the file, or nothing.
    return mark("failed"), message(
        "CityCheck could not read the file ({error}); please report this with the file.",
        error=f"{type(error).__name__}: {error}"[:300],
    )
