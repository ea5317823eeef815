"""The answer of a platform, and what it says in its own words where it is an error."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ExchangeError, FailedError, NoAnswerError
from ..messages import Message, message
from .documents import read_json, read_xml
from .redaction import redacted, redacted_message

#: Status (and code in a body) of a platform that has failed itself: no gateway speaks so, behind which it may go on.
FAILED = 500
#: Bytes at the beginning of an answer in which a sentence is looked for; few, because looking for the end of what has
#: none takes the square of them.
_BEGINNING = 1 << 13
#: Where platforms put the sentence, in the order of what says most.
_MEMBERS = (
    "description", "detail", "message", "errorMsg", "msg", "error_description", "title", "error",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """An answer whose status and size are within the limits.

    Attributes
    ----------
    headers : names in lower case
    body : unpacked
    url : the address that answered, without secrets
    secrets : texts that no message about the answer may repeat
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str
    secrets: Collection[str] = field(default=(), repr=False, compare=False)

    def json(self) -> Any:
        """Return the body as JSON; see `documents.read_json` for what is refused."""
        return self._read(read_json)

    def xml(self) -> Any:
        """Return the body as the root element of an XML document; see `documents.read_xml`."""
        return self._read(read_xml)

    def _read(self, read: Callable[..., Any]) -> Any:
        try:
            return read(self.body, self.url, self.charset)
        except ExchangeError as error:
            unusable = redacted_message(error.message, self.secrets)
            raise type(error)(unusable.template, **unusable.values) from None

    @property
    def charset(self) -> str | None:
        """The encoding that the Content-Type names."""
        found = re.search(r"(?i)charset\s*=\s*[\"']?([\w.:-]+)", self.headers.get("content-type", ""))
        return found[1] if found else None


def unknown_after(text: Message, *codes: object) -> NoAnswerError:
    """Return the error of an answer that does not tell what was done: a FailedError where a code says that it failed."""
    kind = FailedError if FAILED in codes else NoAnswerError
    return kind(text.template, **text.values)


def reason_of(answer: Answer) -> Message:
    """Return what an answer says about an error: its status, and its own words where it has some."""
    said = words_of(answer)
    if said:
        return message("{said} (status {status})", said=said, status=answer.status)
    name = http.client.responses.get(answer.status, "")
    if name:
        return message("status {status} {name}", status=answer.status, name=name)
    return message("status {status}", status=answer.status)


def words_of(answer: Answer) -> str:
    """Return the sentence in the body of an error: of JSON, an XML exception report, a page or plain text."""
    begun = answer.body[:_BEGINNING].lstrip()
    text = ""
    if begun[:1] in (b"{", b"["):
        try:
            text = _words_of_json(read_json(answer.body[: 1 << 20], "", answer.charset))
        except ExchangeError:
            text = ""
    if not text:
        text = begun.decode("utf-8", "replace")
    if text.startswith("<"):
        text = _words_of_markup(text)
    return redacted(" ".join(text.split())[:1000])[:300]


def _words_of_json(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(filter(None, (_words_of_json(item) for item in value[:3])))
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return next(filter(None, (_words_of_json(value.get(name)) for name in _MEMBERS)), "")
    return ""


def _words_of_markup(text: str) -> str:
    found = re.search(r"(?is)<(?:\w+:)?(?:ExceptionText|ServiceException)\b[^>]*>(.*?)</", text)
    if found is None:
        found = re.search(r"(?is)<title\b[^>]*>(.*?)</title", text)
    plain = found[1] if found else re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^>]*>", " ", text)
    return re.sub(r"<!\[CDATA\[|\]\]>", "", plain)
