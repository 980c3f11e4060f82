"""The Context inside ``aws``: what comes from the CLI's session, options and command table."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import awscli
import pytest
from awscli.clidriver import create_clidriver

from awscli_mfa_plugin.aliases.merge import HostCommands
from awscli_mfa_plugin.aws.calls import Sts
from awscli_mfa_plugin.aws.clients import BotocoreSessions, ClientOptions, Clients
from awscli_mfa_plugin.commands import NAMES
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.host.context import AwsProcess, context_of, context_of_renewal
from awscli_mfa_plugin.session.credentials import CredentialsRequest
from awscli_mfa_plugin.session.records import Keys
from awscli_mfa_plugin.system.places import SYSTEM_PLACES
from tests.aws import EmbeddedAws
from tests.fakes import LONG_LIVED, FakeClock, FakeFiles, Fakes

if TYPE_CHECKING:
    from collections.abc import Iterator

PROFILES = {
    "default": {"region": "eu-west-1", "s3": {"max_queue_size": "1"}},
    "managed": {"mfa_source_profile": "default"},
    "own": {"mfa_session": "on"},
    "session": {"aws_session_token": "t", "s3": {"max_queue_size": "1"}},
    "old": {"aws_security_token": "t"},
}


class FakeSession:
    """The CLI's session: what it has read."""

    def __init__(self, profile: str | None = None, **variables: str) -> None:
        """Start with the profile that an option or the environment names."""
        self.profile = profile
        self.full_config = {"profiles": PROFILES}
        self._variables = variables

    def get_config_variable(self, name: str) -> str | None:
        """Return a variable."""
        return self._variables.get(name)

    def get_component(self, name: str) -> str:
        """Return the component's name."""
        return f"the {name}"

    def get_available_services(self) -> list[str]:
        """Return the services."""
        return ["s3", "sts"]


def process(session: Any = None, table: dict[str, Any] | None = None) -> AwsProcess:
    """Return the process of a session."""
    return AwsProcess(session or FakeSession(), lambda: table or {})


@pytest.fixture
def parsed() -> SimpleNamespace:
    """Return the CLI's global options, each with a value of its own."""
    names = ("profile", "region", "output", "query", "endpoint_url", "verify_ssl", "color")
    given = {name: f"the {name}" for name in names}
    return SimpleNamespace(**given, connect_timeout=3, read_timeout=4, other="x")


def test_our_command_gets_every_global_option(parsed: SimpleNamespace) -> None:
    """As it was given."""
    here = process()
    made = context_of(here, parsed)
    assert made.process is here
    assert made.options == GlobalOptions(
        profile="the profile",
        region="the region",
        output="the output",
        query="the query",
        endpoint_url="the endpoint_url",
        verify_ssl="the verify_ssl",
        connect_timeout=3,
        read_timeout=4,
        color="the color",
    )


@pytest.mark.parametrize(
    ("given", "verify"), [("/ca.pem", "/ca.pem"), (False, None), (None, None), (True, None)]
)
def test_a_renewal_takes_only_what_concerns_the_network(
    parsed: SimpleNamespace, given: Any, verify: str | None
) -> None:
    """Neither the endpoint of the command's service, nor a verification that is off."""
    parsed.verify_ssl = given
    here = process()
    made = context_of_renewal(here, parsed)
    assert made.process is here
    assert made.options == GlobalOptions(
        verify_ssl=verify, connect_timeout=3, read_timeout=4, color="the color"
    )


def test_files_are_where_the_cli_reads_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With ``~`` and variables, as absolute paths."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("FOLDER", "mine")
    session = FakeSession(config_file="~/$FOLDER/config", credentials_file="credentials")
    here = process(session)
    assert here.config_path == str(tmp_path / "mine" / "config")
    assert here.credentials_path == str(Path.cwd() / "credentials")


def test_the_environment_is_kept_without_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code is given once."""
    monkeypatch.setenv("AWS_MFA_TOKEN_CODE", "123456")
    monkeypatch.setenv("MINE", "x")
    here = process()
    assert "AWS_MFA_TOKEN_CODE" not in here.environment
    assert here.environment["MINE"] == "x"
    assert [here.environment_code(), here.environment_code()] == ["123456", ""]


@pytest.mark.parametrize(("frozen", "program"), [(True, "/usr/bin/aws"), (False, "aws-script")])
def test_the_program_of_this_process(
    monkeypatch: pytest.MonkeyPatch, *, frozen: bool, program: str
) -> None:
    """The frozen build is its own Python."""
    monkeypatch.setattr(sys, "frozen", frozen, raising=False)
    monkeypatch.setattr(sys, "executable", "/usr/bin/aws")
    monkeypatch.setattr(sys, "argv", ["aws-script", "mfa"])
    assert process().program == program
    assert process().usual_folders == SYSTEM_PLACES


def test_the_named_profile() -> None:
    """By option or environment."""
    assert process(FakeSession("work")).named_profile == "work"
    assert process().named_profile is None


def test_profiles_that_concern_us_are_those_that_are_managed_or_hold_a_session() -> None:
    """As the CLI merged them; nested settings are ignored."""
    found = {profile.name: dict(profile.config) for profile in process().profiles()}
    assert found == {
        "managed": {"mfa_source_profile": "default"},
        "own": {"mfa_session": "on"},
        "session": {"aws_session_token": "t"},
        "old": {"aws_security_token": "t"},
    }


def test_any_profile_by_its_name() -> None:
    """None where there is none."""
    found = process().profile("default")
    assert found
    assert (found.name, dict(found.config)) == ("default", {"region": "eu-west-1"})
    assert process().profile("nobody") is None


def test_botocores_data_is_read_once() -> None:
    """By the session's own loader."""
    assert process().data_loader() == "the data_loader"


class _Command:
    """A command of the CLI."""


def _alias(shadowed: Any) -> Any:
    """Return an entry that the CLI makes for an alias."""
    kind = type("Alias", (), {"__module__": "awscli.alias"})
    entry = kind()
    entry._shadow_proxy_command = shadowed
    return entry


@pytest.mark.parametrize(("version", "host"), [("1.46.3", "v1"), ("2.1.0", "v2")])
def test_the_names_of_the_clis_commands(
    monkeypatch: pytest.MonkeyPatch, version: str, host: str
) -> None:
    """A user's alias isn't one, unless it replaced one."""
    monkeypatch.setattr(awscli, "__version__", version)
    bare = type("External", (), {"__module__": "awscli.alias"})()
    table = {
        "configure": _Command(),
        "whoami": _alias(None),
        "out": bare,
        "ls": _alias(_Command()),
    }
    expected = HostCommands(host, frozenset({"configure", "ls", "s3", "sts"}), (*NAMES, "help"))
    assert process(table=table).host_commands() == expected


def body(options: dict[str, str]) -> str:
    """Return the lines of a section."""
    return "".join(f"{name} = {value}\n" for name, value in options.items())


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    """Start an embedded AWS."""
    with EmbeddedAws() as aws:
        yield aws


def test_a_role_is_assumed_by_the_options_of_the_call(
    aws: EmbeddedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the endpoint of the command line, on the session that there is."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    user = aws.user("ada")
    config = {
        "default": {},
        "mfa": {"mfa_source_profile": "default", "mfa_serial": user.mfa_serial},
        "admin": {"role_arn": "arn:aws:iam::123456789012:role/admin", "source_profile": "mfa"},
    }
    lines = [f"[profile {name}]\n{body(each)}" for name, each in config.items()]
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("".join(lines))
    fakes = Fakes(files=FakeFiles(config, {"default": LONG_LIVED}), clock=FakeClock(aws.now()))
    clients = Clients(BotocoreSessions(), ClientOptions(endpoint_url=aws.url))
    keys = Keys(user.access_key_id, user.secret_access_key)
    code = aws.fresh_code(user.mfa_serial)
    made = Sts(clients, fakes.clock).get_session_token(
        keys, user.mfa_serial, code, 3600, "eu-west-1"
    )
    fakes.files.write_session("mfa", made)
    options = GlobalOptions(region="eu-north-1", endpoint_url=aws.url)
    here = process(create_clidriver().session)
    session, region = here.session_credentials(CredentialsRequest("admin"), options, fakes.ports())
    assert region == "eu-north-1"
    last = aws.calls[-1]
    assert (last.action, last.access_key_id) == ("AssumeRole", made.access_key_id)
    assert session.access_key_id.startswith("ASIA")
