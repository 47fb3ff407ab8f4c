"""One request to a provider: bounded in time and size, no redirects, no cookies, nothing but JSON."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NoReturn
from urllib.parse import urlsplit

import httpx

from madoguchi.blocks.people.identity.oidc.failures import AnswerRefused, ProviderUnreachable
from madoguchi.blocks.people.identity.oidc.types import Timeouts

ANSWER_LIMIT = 1024 * 1024
"""Bytes of an answer; discovery documents and key sets are a few thousand."""

JSON = "application/json"


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    # Reading the authorities costs more than the rest of a request.
    return httpx.create_ssl_context()


class Wire:
    """
    The way to the provider.

    :param transport: for tests; otherwise the network, with the proxy that the environment names.
    :param clock: seconds that only go forward.
    """

    def __init__(
        self, transport: httpx.BaseTransport | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._transport = transport
        self._clock = clock

    def ask(
        self,
        method: str,
        url: str,
        *,
        timeouts: Timeouts,
        form: Mapping[str, str] | None = None,
        bearer: str = "",
    ) -> tuple[int, dict[str, object]]:
        """
        Send one request; give the status and the JSON object of the answer.

        :raises ProviderUnreachable: no connection, no trust in its certificate, too slow, or a fault over there.
        :raises AnswerRefused: a redirect, more than ``ANSWER_LIMIT``, packed, or no JSON object.
        """
        # Unpacked, a small answer can be a huge one.
        headers = {"Accept": JSON, "Accept-Encoding": "identity"}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        until = self._clock() + timeouts.whole_seconds
        try:
            # A client of its own for each request: a shared one would carry one citizen's cookies to the next.
            with (
                httpx.Client(
                    transport=self._transport,
                    verify=_trust(),
                    follow_redirects=False,
                    timeout=httpx.Timeout(timeouts.read_seconds, connect=timeouts.connect_seconds),
                ) as client,
                client.stream(method, url, data=form, headers=headers) as response,
            ):
                _status_check(response)
                return response.status_code, _json(self._body(response, until))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # Only the kind of the fault: its text may quote the address with the code in it.
            fact = f"{type(error).__name__} at {urlsplit(url).hostname}"
        raise ProviderUnreachable(fact)

    def _body(self, response: httpx.Response, until: float) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > ANSWER_LIMIT:
                raise AnswerRefused(f"more than {ANSWER_LIMIT} bytes")
            if self._clock() > until:
                raise ProviderUnreachable("the answer drips in too slowly")
        return bytes(body)


def _status_check(response: httpx.Response) -> None:
    if response.status_code >= 500 or response.status_code == 429:
        raise ProviderUnreachable(f"status {response.status_code}")
    if 300 <= response.status_code < 400:
        raise AnswerRefused("a redirect, where an answer was expected")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise AnswerRefused("packed, though unpacked was asked for")
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != JSON and not (kind.startswith("application/") and kind.endswith("+json")):
        raise AnswerRefused(f"status {response.status_code}, but no JSON")


def _json(body: bytes) -> dict[str, object]:
    try:
        return json_object(body)
    except ValueError:
        raise AnswerRefused("no JSON object") from None


def json_object(text: bytes) -> dict[str, object]:
    """
    Read a JSON object strictly.

    :raises ValueError: no UTF-8, no object, a name twice, a number that is none, or nested too deep.
    """
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=_pairs, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")
