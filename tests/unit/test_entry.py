"""The entry: loading by AWS CLI v1 and v2, its hooks, and what it knows without imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any, ClassVar
from weakref import ref

import pytest

from awscli_mfa_plugin import _OTHER_WAYS, LazyCommand, Plugin, _has_mfa_code, profile_chain
from awscli_mfa_plugin.session import OTHER_WAYS

CHECKOUT = Path(__file__).parents[2]

# As awscli/plugin.py does it, in a new process.
PROGRAM = """
import json, sys, types

awscli = types.ModuleType("awscli")
awscli.__version__ = sys.argv[1]
sys.modules["awscli"] = awscli
source = '''
def load(plugins):
    for path in plugins.values():
        module = __import__(path, fromlist=[path.rsplit(".", 1)[1]] if "." in path else ())
        module.awscli_initialize(None) if path != "awscli_mfa_plugin" else None
'''
loader = {"__name__": sys.argv[2]}
exec(source, loader)
before = {*sys.modules}
try:
    loader["load"](json.loads(sys.argv[3]))
    result = "loaded"
except ImportError as error:
    result = str(error)
new = [name for name in sys.modules if "/" in name and name not in before]
print(json.dumps([result, new]))
"""


def loaded(version: str, plugins: dict[str, Any], loader: str = "awscli.plugin") -> Any:
    """Return the result of loading, and the names of folders that are modules now."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, version, loader, json.dumps(plugins)],
        env={"PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


OURS = {"mfa": "awscli_mfa_plugin"}


@pytest.mark.parametrize(
    "folder", ["/opt/plugins", "/home/ada/.local/share/x", "/a.b/c..d", "/one.d:/two.d", "/a/b."]
)
def test_v1_loads_the_folder_as_an_empty_plugin(folder: str) -> None:
    """Whatever dots its path has, and no other module is created."""
    assert loaded("1.46.3", {**OURS, "cli_legacy_plugin_path": folder}) == ["loaded", [folder]]


@pytest.mark.parametrize(
    ("version", "plugins", "loader"),
    [
        ("1.46.3", OURS, "awscli.plugin"),
        ("1.46.3", {**OURS, "cli_legacy_plugin_path": "plugins"}, "awscli.plugin"),
        ("2.36.12", {**OURS, "cli_legacy_plugin_path": "/opt"}, "awscli.plugin"),
        ("", {**OURS, "cli_legacy_plugin_path": "/opt"}, "awscli.plugin"),
        ("1.46.3", {**OURS, "cli_legacy_plugin_path": "/opt"}, "somebody.else"),
    ],
    ids=["no folder", "no path", "v2", "no CLI", "another loader"],
)
def test_no_module_is_created_without_need(
    version: str, plugins: dict[str, Any], loader: str
) -> None:
    """Only v1, while it loads a file with such a folder, needs one."""
    assert loaded(version, plugins, loader)[1] == []


def test_the_other_order_fails_as_without_the_plugin() -> None:
    """A value above the entry is imported first."""
    result, _ = loaded("1.46.3", {"cli_legacy_plugin_path": "/opt", **OURS})
    assert result == "No module named '/opt'"


def test_a_running_command_keeps_its_version(tmp_path: Path) -> None:
    """An upgrade that changes the link while a command runs doesn't mix two versions."""
    for name, text in (("one", "first"), ("two", "second")):
        package = tmp_path / name / "awscli_mfa_plugin"
        package.mkdir(parents=True)
        entry = (CHECKOUT / "awscli_mfa_plugin" / "__init__.py").read_text("utf-8")
        (package / "__init__.py").write_text(entry, "utf-8")
        (package / "late.py").write_text(f"TEXT = {text!r}\n")
    link = tmp_path / "current"
    link.symlink_to("one")
    program = (
        "import os, sys, awscli_mfa_plugin\n"
        "os.unlink(sys.argv[1]); os.symlink('two', sys.argv[1])\n"
        "import awscli_mfa_plugin.late as late; print(late.TEXT)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(link)],
        env={"PYTHONPATH": str(link)},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"first\n"


def test_the_clis_command_table_is_passed_on_and_not_kept() -> None:
    """It is freed when the CLI drops it: clearing it at Python's exit takes long."""
    plugin = Plugin()
    table: dict[str, Any] = OrderedDict(s3="a command")
    plugin.add_command(table, session=None)
    assert plugin.command_table() is table
    assert isinstance(table["mfa"], LazyCommand)
    watched = ref(table)
    del table
    assert watched() is None
    assert plugin.command_table() == {}


def test_a_command_table_of_another_type_is_passed_on_too() -> None:
    """A plain dict has no weak references."""
    plugin = Plugin()
    table: dict[str, Any] = {}
    plugin.add_command(table, session=None)
    assert plugin.command_table() is table


MALFORMED: dict[str, dict[str, object]] = {
    "a nested source_profile": {"role_arn": "arn", "source_profile": {"a": "b"}},
    "a nested role_arn": {"role_arn": {"a": "b"}, "source_profile": "mfa"},
    "a nested role_arn, switched off": {"role_arn": {}, "mfa_session": "off", "mfa_serial": "x"},
    "a nested mark": {"mfa_source_profile": {"a": "b"}},
    "a nested switch": {"mfa_session": {"a": "b"}},
}


@pytest.mark.parametrize("profile", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_profile_is_left_to_the_cli(profile: dict[str, object]) -> None:
    """Nested settings instead of text: as without the plugin."""

    class Session:
        full_config: ClassVar[Any] = {"profiles": {"x": profile, "mfa": {"mfa_session": "on"}}}

        def get_config_variable(self, _: str) -> str:
            return "x"

    assert profile_chain(Session()) == []


@pytest.mark.parametrize("code", ["123456", "123 456", "123-456"])
def test_a_code_without_its_option_is_one_too(code: str) -> None:
    """But not in other commands, which run exactly as without the plugin."""
    assert _has_mfa_code(["mfa", "login", code, "--debug"])
    assert not _has_mfa_code(["ec2", "describe", code, "--debug"])


@pytest.mark.parametrize("option", ["--t", "--token", "--token-c", "--token-code", "--token-cdoe"])
def test_an_option_may_be_shortened(option: str) -> None:
    """The CLI's parsers accept that; short ones may be other options of other commands."""
    assert _has_mfa_code(["mfa", "login", f"{option}=x"])
    assert _has_mfa_code(["in", option, "x"]) == option.startswith("--token-c")
    assert not _has_mfa_code(["sts", "get-session-token", option, "x"])
    assert not _has_mfa_code(["mfa", "login", "--", "--force", "--target"])


def test_the_copied_list_of_other_credentials_is_the_original() -> None:
    """The entry can't import the list, since every ``aws`` command would pay for it."""
    assert {*OTHER_WAYS} - {"role_arn", "credential_process"} == _OTHER_WAYS


def test_loading_twice_shares_no_state() -> None:
    """A process that starts the CLI twice has a command table for each."""
    first, second = Plugin(), Plugin()
    table: dict[str, Any] = {}
    first.add_command(table, session=None)
    assert second.command_table() == {}


def test_a_code_in_the_environment_is_used_once_per_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A renewal and 'aws mfa' in an alias share it; no child process gets it."""
    monkeypatch.setenv("AWS_MFA_TOKEN_CODE", "123456")
    plugin = Plugin()
    process = plugin.process_of(None)
    assert "AWS_MFA_TOKEN_CODE" not in os.environ
    assert "AWS_MFA_TOKEN_CODE" not in process.environment
    assert plugin.process_of(None) is process
    assert [process.environment_code(), process.environment_code()] == ["123456", ""]
