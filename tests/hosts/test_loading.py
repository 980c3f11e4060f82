"""Loading can't fail and costs nothing: what a plain command imports, and what breaks it."""

from __future__ import annotations

import ast
import importlib.util
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import CHAINS, HOSTS
from tests.hosts.users import keys_of
from tests.test_structure import ROOT, imports_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home
on_every_host = pytest.mark.parametrize("host", HOSTS, indirect=True)
on_each_kind = pytest.mark.parametrize("host", CHAINS, indirect=True)
on_frozen_ones = pytest.mark.parametrize("host", ["v2", "v2-middle", "v2-oldest"], indirect=True)

SPY = """
import atexit, sys

def write():
    with open({path!r}, "w") as file:
        file.write("\\n".join(sorted(name for name in sys.modules if "awscli_mfa" in name)))

def awscli_initialize(event_handlers):
    atexit.register(write)
"""

IMPORTER = """
import importlib

def awscli_initialize(event_handlers):
    for name in {names!r}:
        importlib.import_module(name)
"""


@pytest.fixture
def own_copy(home: Home, tmp_path: Path) -> Home:
    """Return a home with its own copy of the plugin, which a test may break."""
    copy = tmp_path / "copy"
    assert home.plugin
    shutil.copytree(home.plugin, copy)
    changed = replace(home, plugin=copy)
    changed.write_config("")
    return changed


@on_every_host
def test_a_plain_command_loads_only_the_entry(
    own_copy: Home, aws: EmbeddedAws, tmp_path: Path
) -> None:
    """At its end no other module of ours is in the process."""
    home = own_copy
    assert home.plugin
    seen = tmp_path / "seen"
    (home.plugin / "a_spy.py").write_text(SPY.format(path=str(seen)))
    lines = home.wiring.replace("mfa = ", "spy = a_spy\nmfa = ")
    home.config.write_text(f"{lines}[profile unmanaged]\nregion = eu-west-1\n")
    home.write_credentials(keys_of(aws, "ada", "unmanaged"))
    result = home.run("sts", "get-caller-identity", "--profile", "unmanaged")
    assert result.returncode == 0, result.output
    assert seen.read_text() == "awscli_mfa_plugin"


def library_names() -> list[str]:
    """Return what the plugin imports of the standard library, wherever in its code."""
    trees = (ast.parse(path.read_text("utf-8")) for path in ROOT.rglob("*.py"))
    names = {name for tree in trees for _, name in imports_of(tree, "awscli_mfa_plugin")}
    library = sorted(name for name in names if name.split(".")[0] in sys.stdlib_module_names)
    return [name for name in library if importlib.util.find_spec(name)]  # not Windows' own


@on_frozen_ones
def test_aws_own_builds_have_what_the_plugin_imports(own_copy: Home) -> None:
    """They contain only what the CLI needs of Python's library, the older ones less."""
    assert own_copy.plugin
    (own_copy.plugin / "an_importer.py").write_text(IMPORTER.format(names=library_names()))
    own_copy.config.write_text(own_copy.wiring.replace("mfa = ", "importer = an_importer\nmfa = "))
    result = own_copy.run("--version")
    assert result.returncode == 0, result.output


@on_each_kind
def test_whatever_breaks_leaves_other_commands_working(own_copy: Home, aws: EmbeddedAws) -> None:
    """Only ``aws mfa`` reports it, without a traceback, with an exit code other than 0 and 1.

    It imports what this CLI doesn't have, then a dependency is missing.
    """
    home = own_copy
    assert home.plugin
    module = home.plugin / "awscli_mfa_plugin" / "host" / "command.py"
    source = module.read_text("utf-8")
    module.write_text("from awscli.customizations.commands import NoSuchCommand\n", "utf-8")
    home.write_config("[default]\nregion = eu-west-1\n")
    home.write_credentials(keys_of(aws, "ada"))
    assert home.run("sts", "get-caller-identity").returncode == 0
    ours = home.run("mfa", "login")
    assert ours.returncode not in {0, 1}, ours.output
    assert ours.stdout == ""
    assert "NoSuchCommand" in ours.stderr
    assert "Traceback" not in ours.stderr
    module.write_text(source, "utf-8")
    shutil.rmtree(home.plugin / "filelock")
    result = home.run("mfa", "login", "--serial-number", "GAHT12345678")
    assert result.returncode == 255, result.output
    assert "filelock" in result.stderr
    assert "nstall the plugin again" in result.stderr


@on_each_kind
def test_help_lists_the_command(home: Home) -> None:
    """``aws help`` lists it, ``aws mfa help`` its subcommands."""
    overview = home.run("mfa", "help")
    assert overview.returncode == 0, overview.output
    for name in ("login", "status", "logout", "devices"):
        assert name in overview.stdout
    if home.host.renders_help:
        assert "mfa" in home.run("help").stdout
