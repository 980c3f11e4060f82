"""The other side of `tests.aws.control`: an embedded AWS of another process, by its URL."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from tests.aws.service import CallRecord
from tests.aws.state import Device, User, user_from_dict

_TIMEOUT_SECONDS = 30


class ControlClient:
    """The methods of `EmbeddedAws` over HTTP; what it refuses raises LookupError here."""

    def __init__(self, url: str) -> None:
        """Take the plain URL."""
        self.url = url.rstrip("/")
        # A proxy of the environment is AWS's, not ours.
        self._opener = build_opener(ProxyHandler({}))

    @property
    def calls(self) -> list[CallRecord]:
        """All calls so far."""
        return [
            CallRecord(**{**call, "time": datetime.fromisoformat(call["time"])})
            for call in self._ask("GET", "calls")
        ]

    def now(self) -> datetime:
        """Return the time by the embedded clock."""
        return datetime.fromisoformat(self._ask("GET", "clock")["now"])

    def set_offset(self, seconds: float) -> None:
        """Set how far the clock is ahead of this machine's."""
        self._ask("POST", "clock", offset_seconds=seconds)

    def advance(self, seconds: float) -> None:
        """Move the clock on."""
        self._ask("POST", "clock", advance_seconds=seconds)

    def expire_sessions(self) -> None:
        """Expire every session."""
        self._ask("POST", "expire-sessions")

    def token_code(self, serial: str, steps: int = 0) -> str:
        """Return what the device shows."""
        return str(self._ask("GET", "token-code", serial=serial, steps=steps)["token_code"])

    def fresh_code(self, serial: str) -> str:
        """Return a code that wasn't used; raises LookupError if there is none."""
        return str(self._ask("GET", "fresh-code", serial=serial)["token_code"])

    def user(self, name: str) -> User:
        """Return a user of the state; raises LookupError."""
        return user_from_dict(self._ask("GET", "user", name=name))

    def unassigned_devices(self) -> list[Device]:
        """Return the virtual devices that belong to nobody."""
        return [Device(**each) for each in self._ask("GET", "unassigned-devices")]

    def fault(self, action: str, kind: str, count: int = 1, **options: Any) -> None:
        """Make the next calls fail."""
        self._ask("POST", "faults", action=action, kind=kind, count=count, **options)

    def reset(self) -> None:
        """Forget calls, faults, sessions, used codes and the clock's offset."""
        self._ask("POST", "reset")

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._ask("DELETE", "faults")

    def _ask(self, method: str, what: str, /, **parameters: object) -> Any:
        url, body = f"{self.url}/_control/{what}", None
        if method == "GET":
            url += "?" + urlencode(parameters)
        else:
            body = json.dumps(parameters).encode()
        request = Request(url, body, {"Content-Type": "application/json"}, method=method)  # noqa: S310 - our own URL
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                raise LookupError(json.load(error)["error"]) from None
