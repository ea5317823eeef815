r"""Raw text in STEP files: which encoding it is, and how it is written as the standard wants (``\X2\...\X0\``)."""

from __future__ import annotations

import re
from collections.abc import Callable

#: Characters that make up nearly all of real text in an encoding, by their bytes; the rest of a code table is rare.
#: GB 2312: punctuation, full-width letters, hanzi. Shift-JIS: punctuation, kana, kanji of level 1.
_COMMON: dict[str, Callable[[bytes], bool]] = {
    "GB18030": lambda c: (
        len(c) == 2 and (0xA1 <= c[0] <= 0xA3 or 0xB0 <= c[0] <= 0xF7) and 0xA1 <= c[1] <= 0xFE
    ),
    "Shift-JIS": lambda c: len(c) == 2 and (0x81 <= c[0] <= 0x83 or 0x88 <= c[0] <= 0x97),
    "Big5": lambda c: len(c) == 2 and (0xA1 <= c[0] <= 0xA3 or 0xA4 <= c[0] <= 0xC6),
}
_CODECS = {
    "GB18030": "gb18030",
    "Shift-JIS": "cp932",
    "Big5": "big5",
    "Windows-1252": "cp1252",
    "UTF-8": "utf-8",
}
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
#: Share of common characters from which an East Asian encoding is believed.
_BELIEVED = 0.6


def guess_encoding(foreign: bytes) -> str:
    """Return the name of the encoding of lines beyond ASCII; Windows-1252 when no other fits.

    Every byte sequence is some text in GB18030; what tells encodings apart is whether the characters are common ones.
    UTF-8 is so strict that text which passes is in it.
    """
    try:
        foreign.decode("utf-8")
        return "UTF-8"
    except UnicodeDecodeError:
        pass
    shares = {name: _share(foreign, _CODECS[name], common) for name, common in _COMMON.items()}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= _BELIEVED else "Windows-1252"


def _share(foreign: bytes, codec: str, common: Callable[[bytes], bool]) -> float:
    text = foreign.decode(codec, errors="replace")
    letters = _FOREIGN.findall(text)
    characters = "".join(letters)
    known = sum(character != "�" and common(character.encode(codec)) for character in characters)
    return known / max(len(characters), 1)


def ascii_step(text: bytes, encoding: str) -> bytes:
    r"""Return STEP text in which raw characters are written as ``\X2\...\X0\`` or ``\X4\...\X0\``.

    Lines that are UTF-8 are read so, whatever the others are in. No encoding handled here has a line break inside a
    character, so that text can be given in any chunks of whole lines.
    """

    return b"\n".join(line if line.isascii() else _ascii_line(line, encoding) for line in text.split(b"\n"))


def _ascii_line(line: bytes, encoding: str) -> bytes:
    try:
        decoded = line.decode("utf-8")
    except UnicodeDecodeError:
        decoded = line.decode(_CODECS[encoding], errors="replace")
    return _FOREIGN.sub(lambda run: _escaped(run[0]), decoded).encode("ascii")


def _escaped(characters: str) -> str:
    wide = any(ord(character) > 0xFFFF for character in characters)
    digits = characters.encode("utf-32-be" if wide else "utf-16-be").hex().upper()
    return f"\\X{4 if wide else 2}\\{digits}\\X0\\"
