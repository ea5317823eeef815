"""The contract of `cim.network.Http` in its plainest form, for tests of adapters: no limits, no retries but sign-in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from citycheck.citycheck_qgis.cim.connections import Connection
from citycheck.citycheck_qgis.cim.documents import read_json
from citycheck.citycheck_qgis.cim.network import Answer, Dialect, Http
from citycheck.citycheck_qgis.errors import NoAnswerError, RefusedError, SignInError, UnsafeError


@dataclasses.dataclass(frozen=True)
class PlainAnswer(Answer):
    def json(self) -> Any:
        return read_json(self.body, self.url)


class PlainHttp(Http):
    """Requests as the contract says them; `sent` counts what reached the network."""

    def __init__(
        self, connection: Connection, dialect: Dialect, login: tuple[str, str] | None = None
    ) -> None:
        self.connection = connection
        self.dialect = dialect
        self.login = login
        self.session = requests.Session()
        self.session.trust_env = False
        self.token: tuple[dict[str, str], dict[str, str]] | None = None
        self.signing = False
        self.sent = 0

    def url(self, reference: str, base: str | None = None) -> str:
        found = urljoin(base or self.connection.url.rstrip("/") + "/", reference)
        if urlsplit(found)[:2] != urlsplit(self.connection.url)[:2]:
            raise UnsafeError("{url} is another host.", url=found)
        return found

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        repeatable: bool | None = None,
        accept: tuple[int, ...] = (),
    ) -> Answer:
        for attempt in range(2):
            extra_headers, extra_params = self.token or ({}, {})
            try:
                self.sent += 1
                got = self.session.request(
                    method,
                    self.url(url),
                    params={**(params or {}), **extra_params},
                    headers={**(headers or {}), **extra_headers},
                    json=json,
                    data=form if form is not None else body,
                    allow_redirects=False,
                    timeout=10,
                )
            except requests.RequestException as error:
                raise NoAnswerError("No answer: {reason}.", reason=error) from error
            lowered = {name.lower(): value for name, value in got.headers.items()}
            answer = PlainAnswer(got.status_code, lowered, got.content, url)
            if not self.dialect.signed_out(answer):
                break
            if self.signing or self.login is None or attempt:
                raise SignInError("Signed out.")
            self.signing = True
            try:
                self.token = self.dialect.sign_in(self, *self.login)
            finally:
                self.signing = False
        if answer.status in accept:
            return answer
        reason = self.dialect.failure(answer)
        if reason is not None:
            raise RefusedError("Refused: {reason}.", reason=reason)
        return answer
