"""What is installed: every package of the source, and the alias pack beside it."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PACKAGE = CHECKOUT / "awscli_mfa_plugin"


def test_every_package_is_named() -> None:
    """setup.cfg lists them one by one; a forgotten one would be missing where it is installed."""
    parser = ConfigParser()
    parser.read(CHECKOUT / "setup.cfg", "utf-8")
    named = parser["options"]["packages"].split()
    found = {path.parent.relative_to(CHECKOUT) for path in PACKAGE.rglob("__init__.py")}
    assert sorted(named) == sorted(
        ["awscli_mfa_plugin.alias", *(".".join(path.parts) for path in found)]
    )
