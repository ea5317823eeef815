"""What a connection may say: an address that can be asked, and no secret anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from ..errors import InputError
from .addresses import PATH_SAFE, PORTS, netloc_of
from .redaction import is_secret_name, redacted, secret_in_url

#: Options that say where a token stands or what its field is called, not what it is.
_ABOUT = re.compile(r"(?i)(.*[_-])?(url|path|field|parameter|param|header|name|minutes|kind|in)$")


def normalised_url(text: str) -> str:
    """Return a base address in its one form: no fragment, no slash at the end, host in small letters.

    Raises
    ------
    InputError : it is missing, no http address, or holds a secret.
    """
    text = text.strip()
    if not text:
        raise InputError("The connection has no address; enter the platform's base address (https://...).")
    try:
        parts = urlsplit(text)
        port = parts.port
        secret = secret_in_url(text)
    except ValueError:
        raise InputError("{url} is no address; correct it (https://host/path).", url=redacted(text)) from None
    if parts.scheme.lower() not in PORTS or not parts.hostname or re.search(r"[\s\\]", text):
        raise InputError(
            "{url} is no address of a platform; it must begin with http:// or https:// and name a host.",
            url=redacted(text),
        )
    if secret == "user":
        raise InputError(
            "The address {url} holds a user name or password; take them out and use an authentication configuration.",
            url=redacted(text),
        )
    if secret is not None:
        raise InputError(
            "The address {url} holds a secret in its parameter {name}; take it out and use an authentication "
            "configuration.",
            url=redacted(text),
            name=secret,
        )
    scheme = parts.scheme.lower()
    path = quote(parts.path.rstrip("/"), PATH_SAFE)
    return urlunsplit((scheme, netloc_of(scheme, parts.hostname, port), path, parts.query, ""))


def refuse_secrets(value: Any, name: str, place: str) -> None:
    """Refuse settings that hold what only an authentication configuration may hold.

    Parameters
    ----------
    name : the connection's
    place : where the settings stand in it

    Raises
    ------
    InputError : the sentence names the place.
    """
    if isinstance(value, Mapping):
        for key, item in value.items():
            below = f"{place}.{key}"
            if isinstance(item, str) and _is_secret(str(key), item):
                raise InputError(
                    "{place} of connection {connection} holds a secret; take it out and use an authentication "
                    "configuration.",
                    place=below,
                    connection=name,
                )
            refuse_secrets(item, name, below)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            refuse_secrets(item, name, f"{place}[{number}]")
    elif isinstance(value, str) and "://" in value:
        try:
            secret = secret_in_url(value)
        except ValueError:
            secret = None
        if secret is not None:
            raise InputError(
                "{place} of connection {connection} is an address with a secret in it; take it out and use an "
                "authentication configuration.",
                place=place,
                connection=name,
            )


def _is_secret(key: str, value: str) -> bool:
    if not value or (value.startswith("{") and value.endswith("}")) or _ABOUT.match(key):
        return False
    if re.search(r"(?i)passw|pwd|secret|authorization|cookie|api[_-]?key|access[_-]?key", key):
        return True
    # The place of a token in an answer is short and made of words.
    return is_secret_name(key) and len(value) >= 20
