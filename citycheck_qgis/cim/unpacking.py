"""Packed bodies, unpacked in small pieces."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from ..messages import message
from .network_failures import BrokenError

#: Encodings that are asked for, in the words of platforms.
ENCODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
_PIECE = 1 << 16


def unpacked(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Yield a body unpacked, in pieces that are small however well it was packed.

    Parameters
    ----------
    encoding : one of `ENCODINGS`

    Raises
    ------
    BrokenError : it ends in the middle, or is not packed as it says.
    """
    if encoding in ("", "identity"):
        yield from pieces
        return
    decoder: Any = None
    gzip = encoding != "deflate"
    ended = True
    for piece in pieces:
        while piece:
            if decoder is None:
                # Some servers call raw data "deflate", without the header of zlib.
                bare = not gzip and piece[0] & 0x0F != 8
                decoder = zlib.decompressobj(31 if gzip else -15 if bare else 15)
                ended = False
            try:
                out = decoder.decompress(piece, _PIECE)
            except zlib.error:
                raise BrokenError(message("the answer cannot be unpacked")) from None
            if out:
                yield out
            if decoder.eof:
                # A packed body may have several parts, or zeros at its end.
                piece, decoder, ended = decoder.unused_data.lstrip(b"\x00"), None, True
            else:
                piece = decoder.unconsumed_tail
    while decoder is not None and not decoder.eof:
        try:
            out = decoder.decompress(decoder.unconsumed_tail, _PIECE)
        except zlib.error:
            break
        if not out:
            break
        yield out
        ended = decoder.eof
    if not ended:
        raise BrokenError(message("the answer was cut short"))
