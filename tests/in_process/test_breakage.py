"""Whatever breaks in the plugin or around it: one message, an exit code, and ``aws`` works."""

from __future__ import annotations

import json
import sys
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.in_process.aws import Aws


class Breaking:
    """A finder before all others, which lets one module fail when it is imported."""

    def __init__(self, error: Exception) -> None:
        """Keep the error; no module is chosen yet."""
        self.name, self._error = "", error

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Answer for the module alone."""
        del path, target
        return ModuleSpec(name, self) if name == self.name else None  # type: ignore[arg-type]

    def create_module(self, spec: Any) -> None:
        """Leave it to Python."""

    def exec_module(self, module: Any) -> None:
        """Fail."""
        del module
        raise self._error


@pytest.fixture(
    params=[ImportError("no such thing"), RuntimeError("x"), SyntaxError("x")], ids=type
)
def breaking(request: pytest.FixtureRequest) -> Iterator[Breaking]:
    """Break a module."""
    finder = Breaking(request.param)
    sys.meta_path.insert(0, finder)
    yield finder
    sys.meta_path.remove(finder)


PARTS = ("host", "host.loading", "host.command", "session", "commands")


@pytest.mark.parametrize("part", PARTS)
def test_a_broken_plugin_breaks_no_other_command(aws: Aws, breaking: Breaking, part: str) -> None:
    """``aws mfa`` reports it; a command on another profile works as without the plugin."""
    breaking.name = f"awscli_mfa_plugin.{part}"
    aws.imports_anew = True
    aws.settle()
    ours = aws.run("mfa", "login")
    assert ours.code == 255
    assert ours.stdout == ""
    assert "Install it again" in ours.stderr
    assert "Traceback" not in ours.stderr
    for words in (("sts", "get-caller-identity"), ("configure", "list"), ("--version",)):
        assert aws.run(*words).code == 0, words


def test_a_subcommand_that_is_broken_breaks_no_other_command(aws: Aws, breaking: Breaking) -> None:
    """Whatever it is: an error while it loads is a bug's, without a traceback."""
    breaking.name = "awscli_mfa_plugin.commands.login"
    aws.imports_anew = True
    aws.settle_mfa()
    ours = aws.run("mfa", "login")
    assert ours.code not in {0, 1}, ours.output
    assert ours.stdout == ""
    assert ours.stderr
    assert "Traceback" not in ours.stderr
    for words in (("mfa", "status"), ("sts", "get-caller-identity")):
        assert aws.run(*words).code in {0, 1}, words


def test_a_plain_command_loads_only_the_entry(aws: Aws) -> None:
    """Also on profile default."""
    aws.imports_anew = True
    aws.settle()
    assert aws.run("sts", "get-caller-identity").modules == ("awscli_mfa_plugin",)
    assert "awscli_mfa_plugin.host" in aws.run("mfa", "status").modules


FAULTS = {"throttled": "throttle", "the answer is lost": "answer-lost", "a captive portal": "html"}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_service_that_fails_changes_nothing(aws: Aws, fault: str) -> None:
    """Each cause has its text and an exit code of its kind; no file changes."""
    aws.settle_mfa()
    before = aws.credentials.read_bytes()
    aws.service.fault("GetSessionToken", fault, -1)
    result = aws.run("mfa", "login", "--token-code", aws.code())
    aws.service.clear_faults()
    assert result.code in {254, 255}, result.output
    assert result.stdout == ""
    assert aws.credentials.read_bytes() == before


def test_control_characters_in_profile_names_are_escaped(aws: Aws) -> None:
    """A profile's name comes from a file, so it may contain anything."""
    aws.settle_mfa(config="[profile a\x1b[31mb]\nmfa_source_profile = default\n")
    output = aws.run("mfa", "status").output
    assert "\x1b" not in output
    assert "mfa" in output


def test_data_has_the_original_name(aws: Aws) -> None:
    """JSON has the original characters of a name, in JSON's own escapes."""
    aws.settle_mfa(config="[profile a\x1b[31mb]\nmfa_source_profile = default\n")
    stdout = aws.run("mfa", "status", "--output", "json").stdout
    assert "\x1b" not in stdout
    assert "a\x1b[31mb" in [each["Profile"] for each in json.loads(stdout)["Sessions"]]


@pytest.mark.parametrize("form", ["--token-code {}", "--token-code={}", "--token-c {}", "--tok {}"])
def test_the_history_and_the_debug_log_of_our_commands_hold_no_secret(aws: Aws, form: str) -> None:
    """With the history on and --debug, in every spelling of the option."""
    aws.settle(config="cli_history = enabled\n")
    aws.settle_mfa("cli_history = enabled\n")
    code = aws.code()
    result = aws.run("mfa", "login", *form.format(code).split(), "--debug")
    assert result.code == 0, result.output[-500:]
    secrets = [aws.session()[f"aws_{name}"] for name in ("secret_access_key", "session_token")]
    secrets.append(aws.service.user("ada").secret_access_key)
    assert "GetSessionToken" in result.stderr
    for secret in secrets:
        assert secret not in result.output
    assert f"'{code}'" not in result.output
    files = aws.files()
    for name, content in files.items():
        if name != ".aws/credentials":
            assert not [secret for secret in secrets if secret.encode() in content], name
            assert code.encode() not in content, name
