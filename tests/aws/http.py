"""The request and the answer that every edge of the embedded AWS passes along."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Close = Literal["", "before", "after-processing", "truncated"]


@dataclass(frozen=True)
class Request:
    """A request as it arrived: nothing decoded, nothing normalised but the case of names."""

    scheme: str  # "http" or "https"
    method: str
    host: str  # as asked, lower case, without port
    path: str  # raw, undecoded
    query: str  # raw, without "?"
    headers: dict[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True)
class Response:
    """An answer, or how the connection ends instead of one.

    `close`: "" an ordinary answer; "before" the connection is reset before any answer;
    "after-processing" the answer got lost: closed without one; "truncated" the headers promise
    the whole body, half of it is sent.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    close: Close = ""
