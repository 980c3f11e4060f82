"""The Context: given services replace the usual ones, in ``aws`` and outside."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import awscli
import pytest
from awscli.clidriver import create_clidriver

from awscli_mfa_plugin.commands import status
from awscli_mfa_plugin.commands.context import Context
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.console import context as console
from awscli_mfa_plugin.console.main import main
from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.host.context import AwsProcess, context_of, context_of_renewal
from awscli_mfa_plugin.session.sections import session_options
from tests.fakes import LONG_LIVED, FakeProcess, Fakes, session_section

if TYPE_CHECKING:
    from pathlib import Path

assert awscli  # before botocore

GLOBALS: dict[str, Any] = {
    "profile": "mfa",
    "region": "eu-west-1",
    "output": "json",
    "query": None,
    "endpoint_url": "http://localhost:1",
    "verify_ssl": False,
    "connect_timeout": 5,
    "read_timeout": 6,
    "color": "off",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home whose files are read by this process, with a managed profile and another."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("AWS_MFA_TOKEN_CODE", "123456")
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[profile mfa]\nmfa_source_profile = default\n")
    sections = {"default": LONG_LIVED, "mfa": session_section()}
    text = "".join(
        f"[{name}]\n" + "".join(f"{option} = {value}\n" for option, value in options.items())
        for name, options in sections.items()
    )
    (folder / "credentials").write_text(text)
    return tmp_path


def aws_process() -> AwsProcess:
    """Return this process as ``aws``, with AWS CLI v1's own session."""
    session = create_clidriver().session
    return AwsProcess(session, lambda: {"s3": object(), "mfa": object()})


def script_process() -> console.ScriptProcess:
    """Return this process as ``awscli-mfa``."""
    return console.ScriptProcess(os.environ)


def test_given_services_replace_the_usual_ones() -> None:
    """Attributes and functions; unknown names are refused."""
    fakes = Fakes()
    given = Context(FakeProcess(fakes), clock=fakes.clock, alias_pack=lambda path: path)
    assert given.clock is fakes.clock
    assert given.alias_pack("x") == "x"  # type: ignore[comparison-overlap]
    with pytest.raises(TypeError, match="alias_packs"):
        Context(FakeProcess(fakes), alias_packs=None)


def test_a_service_is_created_once() -> None:
    """So that a renewal keeps what it has read; a watch gets new ports for each check."""
    here = Context(FakeProcess(Fakes()))
    assert here.ports is here.ports
    assert here.new_ports() is not here.ports
    assert here.locks is here.locks


@pytest.mark.usefixtures("home")
def test_the_repr_of_the_ports_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do the environments that programs are run with."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-key")
    here = Context(script_process())
    assert here.environment["AWS_SECRET_ACCESS_KEY"] == "secret-key"
    assert "secret-" not in repr(here.ports)


def test_output_and_query_select_data() -> None:
    """Only as options of the call."""
    asked = [GlobalOptions(), GlobalOptions(output="json"), GlobalOptions(query="x")]
    assert [options.asks_for_data for options in asked] == [False, True, True]


@pytest.mark.usefixtures("home")
def test_global_options_apply_to_clients() -> None:
    """In the ``aws`` process; a renewal ignores --endpoint-url and --no-verify-ssl."""
    process, parsed = aws_process(), SimpleNamespace(**GLOBALS)
    assert context_of(process, parsed).options == GlobalOptions(**GLOBALS)
    renewal = GlobalOptions(connect_timeout=5, read_timeout=6, color="off")
    assert context_of_renewal(process, parsed).options == renewal
    parsed.verify_ssl = "/ca.pem"
    assert context_of_renewal(process, parsed).options.verify_ssl == "/ca.pem"


@pytest.mark.parametrize("process_of", [aws_process, script_process])
def test_aws_and_the_script_read_the_same_profiles(home: Path, process_of: Any) -> None:
    """And print the same status."""
    process = process_of()
    here = Context(process)
    assert process.config_path == str(home / ".aws" / "config")
    assert process.credentials_path == str(home / ".aws" / "credentials")
    assert "mfa" in [profile.name for profile in here.process.profiles()]
    assert here.process.profile("nobody") is None
    profile = here.process.profile("mfa")
    assert profile
    assert profile.is_managed
    session = here.session_of(profile)
    assert session
    assert session_options(session) == session_section()
    assert here.session_profile == "mfa"
    found = status.run(status.COMMAND.arguments(), Context(process, GlobalOptions(profile="mfa")))
    assert found.data
    assert found.data["Sessions"][0]["SourceProfile"] == "default"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("process_of", [aws_process, script_process])
def test_the_code_is_removed_from_the_environment(process_of: Any) -> None:
    """At once, and it is used only once."""
    process = process_of()
    assert "AWS_MFA_TOKEN_CODE" not in {**os.environ, **process.environment}
    code_of = Context(process).ports.environment_code
    assert [code_of(), code_of()] == ["123456", ""]


@pytest.mark.usefixtures("home")
def test_aws_profile_is_used_outside_the_cli(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in the CLI."""
    monkeypatch.setenv("AWS_DEFAULT_PROFILE", "b")
    assert Context(script_process()).session_profile == "b"
    monkeypatch.setenv("AWS_PROFILE", "a")
    assert Context(script_process()).session_profile == "a"


@pytest.mark.usefixtures("home")
def test_command_names_come_from_the_cli() -> None:
    """From its table and the services; ours are the subcommands and help."""
    commands = aws_process().host_commands()
    assert {"s3", "mfa", "sts"} <= {*commands.commands}
    assert (commands.host, commands.subcommands[-1]) == ("v1", "help")  # type: ignore[index]


@pytest.mark.usefixtures("home")
def test_outside_the_cli_some_services_are_refused() -> None:
    """The error says to use ``aws``."""
    process = script_process()
    with pytest.raises(ConfigurationError, match="AWS CLI"):
        process.host_commands()


def test_doctor_outside_the_cli_runs_the_same_function(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a call, and as JSON; ``--fix`` makes the same changes."""
    (home / ".aws").chmod(0o700)
    (home / ".aws" / "credentials").chmod(0o644)
    monkeypatch.setenv("PATH", str(home))
    main(["doctor", "--profile", "mfa", "--json", "--fix", "--yes"])
    findings = json.loads(capsys.readouterr().out)["Findings"]
    assert findings[-1]["Name"] == "sts"
    assert (home / ".aws" / "credentials").stat().st_mode & 0o777 == 0o600


def test_the_session_of_a_profile_with_its_own_keys_is_in_the_cache(home: Path) -> None:
    """Without a session the cache isn't created."""
    here = Context(script_process())
    profile = here.process.profile("default")
    assert profile
    assert here.session_of(profile) is None
    assert here.session_cache().folder == str(home / ".aws" / "cli" / "cache")
    session = here.session_of(here.process.profile("mfa") or profile)
    assert session
    here.session_cache(here.locks).save("default", profile.long_lived_key_id, session)
    found = here.session_of(profile)
    assert found
    assert found.expiration - session.expiration < timedelta(seconds=1)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("process_of", [aws_process, script_process])
def test_under_exec_server_the_profile_is_the_one_of_the_session(
    process_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A login in such a shell is for that profile; a profile that is named there is itself."""
    monkeypatch.setenv("AWS_PROFILE", "awscli-mfa-exec")
    assert process_of().named_profile == "awscli-mfa-exec"
    monkeypatch.setenv("AWS_MFA_PROFILE", "work")
    assert process_of().named_profile == "work"
    monkeypatch.setenv("AWS_PROFILE", "other")
    assert process_of().named_profile == "other"
