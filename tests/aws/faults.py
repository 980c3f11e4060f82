"""Faults on demand: how the next calls of an action fail."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any

from tests.aws.errors import AwsError
from tests.aws.http import Response

# Instead of processing: "throttle", "500", "reset", "html", "region-disabled".
# Around it: "slow", "answer-lost", "truncated", "skewed-date", "hostile-message",
# "wrong-answer" (`field`: the element that is left out, or that holds `text` instead).
KINDS = (
    "throttle",
    "500",
    "slow",
    "reset",
    "answer-lost",
    "html",
    "truncated",
    "skewed-date",
    "region-disabled",
    "hostile-message",
    "wrong-answer",
)
ALWAYS = -1
PORTAL = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Welcome</title></head>'
    "<body><p>Please sign in to use this network.</p></body></html>\n"
)
BROKEN_PORTAL = "<!DOCTYPE html><html><head><meta charset=utf-8><title>Welcome</title><body>Hi<br>"


@dataclass
class Fault:
    """How an action ('*': any) fails, and how many more times."""

    action: str
    kind: str
    count: int = 1
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """The option of "slow" and "skewed-date"."""
        return float(self.options.get("seconds", 0))


class Faults:
    """The faults that are waiting; safe to use from any thread."""

    def __init__(self) -> None:
        """Start without any."""
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Wait for the next calls; raises ValueError for an unknown kind."""
        if fault.kind not in KINDS:
            raise ValueError(f"Fault {fault.kind!r} is none of {', '.join(KINDS)}.")
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._waiting.clear()

    def take(self, action: str, *, failed: bool = False) -> dict[str, Fault]:
        """Return the faults of this call by kind, each counted down.

        `failed`: only "hostile-message", which waits for an error, otherwise all but that.
        """
        with self._lock:
            hit: dict[str, Fault] = {}
            for fault in self._waiting:
                concerns = fault.action in {action, "*"} and fault.kind not in hit
                if concerns and (fault.kind == "hostile-message") == failed:
                    hit[fault.kind] = fault
                    fault.count -= fault.count > 0
            self._waiting = [fault for fault in self._waiting if fault.count != 0]
            return hit


def answer_instead(faults: dict[str, Fault], account: str, region: str) -> Response | None:
    """Return what takes the place of an answer, if anything; raises AwsError."""
    if "reset" in faults:
        return Response(0, close="before")
    if "html" in faults:
        broken = faults["html"].options.get("broken", False)
        page = BROKEN_PORTAL if broken else PORTAL
        status = faults["html"].options.get("status", 200)
        return Response(status, {"Content-Type": "text/html; charset=utf-8"}, page.encode())
    if "throttle" in faults:
        raise AwsError(400, "Throttling", "Rate exceeded")
    if "500" in faults:
        message = (
            "The request processing has failed because of an unknown error, exception or failure."
        )
        raise AwsError(500, "InternalFailure", message)
    if "region-disabled" in faults:
        raise region_disabled(account, region)
    return None


def with_wrong_answer(body: bytes, fault: Fault) -> bytes:
    """Return an answer of which one element is missing, or holds another text.

    The call was processed: its MFA code counts as used.
    """
    field = re.escape(str(fault.options["field"]))
    element = rf"<{field}>.*?</{field}>|<{field}/>".encode()
    text = fault.options.get("text")
    new = b"" if text is None else f"<{field}>{text}</{field}>".encode()
    return re.sub(element, lambda _: new, body, flags=re.DOTALL)


def region_disabled(account: str, region: str) -> AwsError:
    """Return the refusal of a region whose STS the account has turned off."""
    return AwsError(
        403,
        "RegionDisabledException",
        f"STS is not activated in this region for account:{account}. Your account administrator "
        f"can activate STS in this region using the IAM Console. (region: {region})",
    )
