"""Reading the JSON and XML that platforms send: within limits, and with one sentence where it cannot be read."""

from __future__ import annotations

import codecs
import gc
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from ..errors import CityCheckError, NoAnswerError, UnsafeError
from .redaction import redacted

#: Levels of arrays and objects, or of elements, inside one another.
MAX_DEPTH = 200
#: Digits of an integer; Python's own limit is about texts it converts, and can be switched off.
MAX_DIGITS = 400
#: Arrays and objects, or elements, of one document: each takes much more memory than its text.
MAX_PARTS = 20_000_000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: What calls itself GB2312 or GBK often has characters of its successor, which contains both.
_CHINESE = {"gb2312", "gbk", "gb18030", "gb_2312-80", "cp936", "x-gbk", "euc-cn"}
_NAMED = {"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "utf-32", "us-ascii", "ascii"}
_MARKS = b'[]{}"'
_NO_MARKS = bytes(set(range(256)) - set(_MARKS))
#: All digits as 0, so that a long run of them is found at the speed of memory.
_ZEROS = bytes.maketrans(b"123456789E", b"000000000e")
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_STRING = re.compile(rb'"[^"]*"')
_EXPONENT = re.compile(b"e000")
_DECLARATION = re.compile(rb"\s*<\?xml\b[^>]{0,200}?\?>")
_DECLARED = re.compile(rb"encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
#: What may stand before the root element, other than a document type.
_PROLOG = re.compile(rb"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)


def read_json(
    data: bytes, what: object, charset: str | None = None, error: type[CityCheckError] = NoAnswerError
) -> Any:
    """Return the value of a JSON document.

    UTF-8, UTF-16 and UTF-32 are known by their first bytes, GBK and GB18030 where `charset` says so. Of a member
    that comes twice the last one counts.

    Parameters
    ----------
    what : what is read (an address, a file), for messages
    charset : what the answer's Content-Type says
    error : class of the error for a document that cannot be read; one that is cut short in particular

    Raises
    ------
    UnsafeError : deeper than `MAX_DEPTH`, longer numbers than `MAX_DIGITS`, or too many parts.
    """
    data = _in_utf8(data, what, charset, error)
    _refuse_page(data, what, error)
    _refuse_depth(data, what)
    hooks: dict[str, Any] = {}
    zeros = data.translate(_ZEROS, b"+")
    if b"0" * (MAX_DIGITS + 1) in zeros:
        hooks["parse_int"] = _integer
    if _may_be_infinite(zeros):
        hooks["parse_float"] = _finite
    try:
        with _no_collector():
            return json.loads(data.decode("utf-8"), parse_constant=_no_number, **hooks)
    except _TooLongError:
        reason = "long"
    except _NotFiniteError:
        raise error("{what} holds a number that JSON does not know (NaN or infinite).", what=what) from None
    except RecursionError:
        reason = "deep"
    except ValueError as found:
        at = found.pos if isinstance(found, json.JSONDecodeError) else 0
        cut = at >= len(data.rstrip()) - 1 or not data.rstrip().endswith((b"}", b"]", b'"'))
        if cut and data:
            raise error(
                "{what} is JSON that breaks off after {n} bytes; run again.", what=what, n=len(data)
            ) from None
        raise error(
            "{what} is no JSON that can be read (character {at}: {excerpt}); check the address.",
            what=what,
            at=at,
            excerpt=_excerpt(data),
        ) from None
    if reason == "long":
        raise UnsafeError("{what} holds an integer of more than {n} digits.", what=what, n=MAX_DIGITS)
    _too_deep(what)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Parse without the search for cycles: there are none in a tree, and in a large one it takes half of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # Of several threads that parse at the same time, one at least has seen it running, and starts it again.
        if running:
            gc.enable()


class _TooLongError(Exception):
    pass


class _NotFiniteError(Exception):
    pass


def _may_be_infinite(zeros: bytes) -> bool:
    """Return whether a number has an exponent of three digits; such are rare, and texts with the like are not."""
    for count, found in enumerate(_EXPONENT.finditer(zeros)):
        before = zeros[max(0, found.start() - MAX_DIGITS) : found.start()]
        rest = before.rstrip(b"0.")
        digits, rest = len(rest) < len(before), rest.removesuffix(b"-")
        if count > 100_000 or (digits and rest[-1:] in b"[,: \n\r\t"):
            return True
    return False


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise _TooLongError
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _NotFiniteError
    return number


def _no_number(text: str) -> NoReturn:
    raise _NotFiniteError


def _refuse_page(data: bytes, what: object, error: type[CityCheckError]) -> None:
    begun = data[:2000].lstrip()
    if not begun:
        raise error("{what} is empty where JSON was expected; check the address, and run again.", what=what)
    if begun[:1] == b"<":
        kind = "HTML" if re.match(rb"(?i)<(!doctype\s+html|html|head|body|!--)", begun) else "XML"
        raise error(
            "{what} is {kind} where JSON was expected: either the address is not that of the interface, or a sign-in "
            "page stands before it; check the address and the authentication configuration.",
            what=what,
            kind=kind,
        )


def _refuse_depth(data: bytes, what: object) -> None:
    """Refuse a document by its brackets alone, before anything is built of it."""
    marks = data
    if b"\\" in marks:
        # Pairs first: the quotation mark after an escaped backslash ends its text.
        marks = marks.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Taking out neighbouring quotation marks leaves the others what they are: opening or closing.
    marks = marks.translate(None, _NO_MARKS).replace(b'""', b"")
    if b'"' in marks:
        marks = _STRING.sub(b"", marks)
    if len(marks) // 2 > MAX_PARTS:
        _too_large(what)
    marks = marks.translate(_ONE_KIND)
    for _ in range(MAX_DEPTH):
        fewer = marks.replace(b"[]", b"")
        if len(fewer) == len(marks):
            # Nothing is left, or what is left is not closed: that the parser will say, unless it is deep as well.
            if marks.count(b"[") > MAX_DEPTH:
                _too_deep(what)
            return
        marks = fewer
    if marks:
        _too_deep(what)


def _too_deep(what: object) -> NoReturn:
    raise UnsafeError("{what} is nested deeper than {n} levels.", what=what, n=MAX_DEPTH)


def _too_large(what: object) -> NoReturn:
    raise UnsafeError("{what} has more than {n} parts; ask for smaller pages.", what=what, n=MAX_PARTS)


def _in_utf8(data: bytes, what: object, charset: str | None, error: type[CityCheckError]) -> bytes:
    """Return a JSON text in UTF-8 without a mark of the byte order."""
    encoding = None
    for bom, name in _BOMS:
        if data.startswith(bom):
            data, encoding = data[len(bom) :], name
            break
    if encoding is None:
        encoding = _of_zeros(data) or _by_name(charset)
    return _recoded(data, encoding, what, error)


def _of_zeros(data: bytes) -> str | None:
    """Return the encoding that zeros among the first bytes tell: JSON begins with two ASCII characters."""
    patterns: dict[tuple[bool, ...], str] = {
        (True, True, True, False): "utf-32-be",
        (False, True, True, True): "utf-32-le",
        (True, False, True, False): "utf-16-be",
        (False, True, False, True): "utf-16-le",
    }
    return patterns.get(tuple(byte == 0 for byte in data[:4]))


def _by_name(charset: str | None) -> str:
    return "gb18030" if (charset or "").strip().strip("\"'").casefold() in _CHINESE else "utf-8"


def _recoded(data: bytes, encoding: str, what: object, error: type[CityCheckError]) -> bytes:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as found:
        raise error(
            "{what} is not written in {encoding} as it should be (byte {at}); the platform must name its encoding in "
            "Content-Type.",
            what=what,
            encoding=encoding.upper(),
            at=found.start,
        ) from None
    return data if encoding == "utf-8" else text.encode("utf-8", "surrogatepass")


def _excerpt(data: bytes) -> str:
    return redacted(" ".join(data[:300].decode("utf-8", "replace").split())[:80])


def read_xml(
    data: bytes, what: object, charset: str | None = None, error: type[CityCheckError] = NoAnswerError
) -> ET.Element:
    """Return the root element of an XML document; names are ``{namespace}local``.

    Parameters
    ----------
    what : what is read (an address, a file), for messages
    charset : what the answer's Content-Type says; what the document declares itself counts more
    error : class of the error for a document that cannot be read; one that is cut short in particular

    Raises
    ------
    UnsafeError : a document type, deeper than `MAX_DEPTH`, or too many parts.
    """
    data = _xml_in_utf8(data, what, charset, error)
    rest = data[_PROLOG.match(data).end() :]  # type: ignore[union-attr]
    if rest[:9].upper() == b"<!DOCTYPE":
        if re.match(rb"(?i)<!doctype\s+html\b", rest):
            _refuse_html(what, error)
        raise UnsafeError(
            "{what} begins with a document type (DOCTYPE), through which XML can name other files and grow without end.",
            what=what,
        )
    if re.match(rb"(?i)<html[\s>]", rest):
        _refuse_html(what, error)
    if not rest:
        raise error("{what} is empty where XML was expected; check the address, and run again.", what=what)
    if data.count(b"<") > MAX_PARTS // 2:
        _too_large(what)
    try:
        # Without a document type there is nothing that could declare an entity.
        with _no_collector():
            root = ET.fromstring(data)
    except ET.ParseError as found:
        line, column = found.position
        raise error(
            "{what} is no XML that can be read (line {line}, column {column}: {excerpt}); run again, and check the "
            "address.",
            what=what,
            line=line,
            column=column,
            excerpt=_excerpt(rest),
        ) from None
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return root
    _too_deep(what)


def _refuse_html(what: object, error: type[CityCheckError]) -> NoReturn:
    raise error(
        "{what} is {kind} where XML was expected: either the address is not that of the interface, or a sign-in page "
        "stands before it; check the address and the authentication configuration.",
        what=what,
        kind="HTML",
    )


def _xml_in_utf8(data: bytes, what: object, charset: str | None, error: type[CityCheckError]) -> bytes:
    """Return an XML document in UTF-8 without a declaration of its encoding."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _without_declaration(_recoded(data[len(bom) :], name, what, error))
    zeros = _of_zeros(data)
    if zeros:
        return _without_declaration(_recoded(data, zeros, what, error))
    declaration = _DECLARATION.match(data)
    declared = _DECLARED.search(declaration[0]) if declaration else None
    encoding = declared[1].decode("ascii") if declared else charset or "utf-8"
    known = encoding.strip().strip("\"'").casefold()
    if known in ("iso-8859-1", "latin-1", "latin1", "windows-1252") and declared:
        data = data.decode("latin-1").encode()
    elif known in _CHINESE:
        data = _recoded(data, "gb18030", what, error)
    elif declared and known not in _NAMED:
        raise error(
            "{what} is written in {encoding}, an encoding that is not known; the platform must send UTF-8.",
            what=what,
            encoding=encoding[:40],
        )
    else:
        data = _recoded(data, "utf-8", what, error)
    return _without_declaration(data)


def _without_declaration(data: bytes) -> bytes:
    declaration = _DECLARATION.match(data)
    return data[declaration.end() :] if declaration else data
