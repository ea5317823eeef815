"""Secrets are taken out of everything that a person, a log or a file gets to see."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlsplit

from ..messages import Message

#: What stands in the place of a secret.
MASK = "***"
#: Longest text that is looked through; what comes after is cut off.
_LONGEST = 20_000
#: Names that hold a secret whatever stands before or after them in the name.
_STRONG = (
    r"token|secret|passw(?:or)?d|passphrase|pwd|signature|credential|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|jsessionid|jwt|ticket|密码|口令|密钥|令牌"
)
#: Short names that hold a secret when they are the whole name, or its last word.
_SHORT = r"key|sig|sign|auth|tk|ak|sk|sid|pass|appkey|authcode"
_NAME = re.compile(rf"(?i)(?:.*(?:{_STRONG}).*|(?:.*[_.-])?(?:{_SHORT})|authorization|(?:set-)?cookie)")
_USER_INFO = re.compile(r"(?<=://)[^\s/?#]*@")
_HEADER = re.compile(r"(?i)\b((?:proxy-|x-\w+-)?authorization|(?:set-)?cookie)([\"']?\s*[:=]\s*)[^\r\n]*")
_BEARER = re.compile(r"\b((?i:bearer|digest|negotiate))\s+[\w.~+/=-]{4,}")
_BASIC = re.compile(r"\b((?i:basic))\s+(?=[\w+/]*[A-Z0-9=])[A-Za-z0-9+/]{6,}={0,2}")
_VALUE = r"(\s*[=:]\s*)(?:\"[^\"]*\"?|'[^']*'?|[^\s&;,\"'<>()\[\]{}]+)"
_STRONG_PAIR = re.compile(rf"(?i)([\w-]{{0,40}}(?:{_STRONG})[\w-]{{0,40}}[\"']?){_VALUE}")
_SHORT_PAIR = re.compile(rf"(?i)(?<![\w-])((?:[\w-]{{0,40}}[_-])?(?:{_SHORT}))(=)[^\s&;,\"'<>()\[\]{{}}]+")


def is_secret_name(name: str) -> bool:
    """Return whether a query parameter or header of this name holds a secret."""
    return _NAME.fullmatch(name) is not None


def redacted(text: object, secrets: Iterable[str] = ()) -> str:
    """Return a text without user names in addresses, tokens, keys and passwords.

    Parameters
    ----------
    secrets : texts that are known to be secret; they vanish wherever they stand
    """
    found = str(text)[:_LONGEST]
    for secret in secrets:
        if len(secret) > 2:
            # As it is, and as a server repeats it from an address.
            found = found.replace(secret, MASK).replace(quote(secret, safe=""), MASK)
    found = _USER_INFO.sub(f"{MASK}@", found)
    found = _HEADER.sub(rf"\1\2{MASK}", found)
    found = _BEARER.sub(rf"\1 {MASK}", found)
    found = _BASIC.sub(rf"\1 {MASK}", found)
    found = _STRONG_PAIR.sub(rf"\1\2{MASK}", found)
    return _SHORT_PAIR.sub(rf"\1\2{MASK}", found)


def secret_values(text: str) -> list[str]:
    """Return what `redacted` would take out of a text, with the marks and blanks around it."""
    found = []
    for pattern in (_USER_INFO, _HEADER, _BEARER, _BASIC, _STRONG_PAIR, _SHORT_PAIR):
        for match in pattern.finditer(text):
            # The last group ends where the secret begins.
            found.append(text[max(match.end(match.re.groups), match.start()) : match.end()])
    return found


def redacted_message(sentence: Message, secrets: Iterable[str] = ()) -> Message:
    """Return a sentence whose values hold no secrets; numbers stay as they are."""
    return replace(sentence, values={name: _clean(v, secrets) for name, v in sentence.values.items()})


def _clean(value: object, secrets: Iterable[str]) -> object:
    if isinstance(value, Message):
        return redacted_message(value, secrets)
    if isinstance(value, list | tuple):
        return [_clean(item, secrets) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else redacted(value, secrets)


def secret_in_url(url: str) -> str | None:
    """Return which part of an address is a secret (``user``, or the parameter's name); None without one."""
    parts = urlsplit(url)
    if "@" in parts.netloc:
        return "user"
    # Servers put the id of a session behind a semicolon of the path.
    below = "&".join(segment.partition(";")[2].replace(";", "&") for segment in parts.path.split("/"))
    for query in (parts.query, parts.fragment, below):
        for name, value in parse_qsl(query, keep_blank_values=True):
            # A pattern that is filled in later is no secret.
            if value and is_secret_name(name) and not (value.startswith("{") and value.endswith("}")):
                return name
    return None


class _Filter(logging.Filter):
    """Take secrets out of the records of the library that sends the requests: it logs whole addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), ()
        record.exc_info = record.exc_text = None
        return True


_FILTER = _Filter()


def quieten_logs() -> None:
    """Redact what urllib3 logs, for programs that show its debugging messages; doing it twice is harmless."""
    for name in ("urllib3.connectionpool", "urllib3.util.retry", "urllib3.connection", "urllib3.response"):
        logging.getLogger(name).addFilter(_FILTER)
