"""Every package of the source is installed, and the alias pack."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

from awscli_mfa_plugin.doctor.wiring import NEEDED
from awscli_mfa_plugin.install.install_paths import DEPENDENCIES

CHECKOUT = Path(__file__).parents[2]
PACKAGE = CHECKOUT / "awscli_mfa_plugin"


def test_every_package_is_named() -> None:
    """setup.cfg lists them one by one; a forgotten one would be missing after an installation."""
    parser = ConfigParser()
    parser.read(CHECKOUT / "setup.cfg", "utf-8")
    named = parser["options"]["packages"].split()
    found = {path.parent.relative_to(CHECKOUT) for path in PACKAGE.rglob("__init__.py")}
    assert sorted(named) == sorted(
        ["awscli_mfa_plugin.alias", *(".".join(path.parts) for path in found)]
    )


def test_the_dependencies_are_the_same_everywhere() -> None:
    """setup.cfg requires them, the installer copies them, doctor checks their versions."""
    parser = ConfigParser()
    parser.read(CHECKOUT / "setup.cfg", "utf-8")
    required = {}
    for line in parser["options"]["install_requires"].split():
        name, _, bounds = line.partition(">=")
        lowest, _, too_new = bounds.partition(",<")
        required[name] = (lowest, too_new)
    assert list(DEPENDENCIES) == sorted(required)
    assert {name: (_dotted(low), _dotted(high)) for name, low, high in NEEDED} == required


def _dotted(version: tuple[int, int] | None) -> str:
    return ".".join(map(str, version or ()))
