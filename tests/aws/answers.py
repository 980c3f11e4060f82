"""The XML of the query protocol's successes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from tests.aws.errors import NAMESPACES

if TYPE_CHECKING:
    from datetime import datetime


def element(name: str, inside: str) -> str:
    """Return an element; text must not hold markup, elements are passed as they are."""
    return f"<{name}>{inside}</{name}>"


def text(name: str, value: str) -> str:
    """Return an element that holds text, escaped."""
    return element(name, escape(value))


def timestamp(moment: datetime) -> str:
    """Return the moment as AWS writes it: UTC, whole seconds."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def success_xml(service: str, action: str, result: str, request_id: str) -> bytes:
    """Return the body of a success."""
    metadata = element("ResponseMetadata", element("RequestId", request_id))
    return (
        f'<{action}Response xmlns="{NAMESPACES[service]}">'
        f"<{action}Result>{result}</{action}Result>{metadata}</{action}Response>"
    ).encode()
