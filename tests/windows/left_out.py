"""What isn't run under Wine, each with its reason; read by ``tests.windows.under_wine``."""

from __future__ import annotations

FILES = {
    "tests/unit/test_embedded_proxy.py": "the embedded AWS runs on Linux, with its certificates",
}
"""Files that can't even be imported there."""

TESTS: dict[str, str] = {}
"""Tests by the pattern of their node's id (fnmatch, with ``/``)."""
