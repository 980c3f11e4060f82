"""What the plugin doesn't manage behaves exactly as without it, and loads only the entry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.hosts.sessions import session_section
from tests.hosts.users import REGION, keys_of, serial_of
from tests.in_process.aws import Aws

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws import EmbeddedAws

CONFIG = """\
[default]
region = {region}
mfa_serial = {serial}
[profile reader]
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = default
[profile chained]
role_arn = arn:aws:iam::123456789012:role/chained
source_profile = reader
[profile classic]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = default
mfa_serial = {serial}
[profile expired]
region = {region}
[profile process]
credential_process = {process}
[profile bare]
region = {region}
[profile sso]
sso_start_url = https://example.awsapps.com/start
sso_region = {region}
sso_account_id = 123456789012
sso_role_name = reader
[profile web]
role_arn = arn:aws:iam::123456789012:role/reader
web_identity_token_file = /nowhere/token
[profile off]
mfa_source_profile = default
mfa_serial = {serial}
mfa_session = off
[profile mfa]
region = {region}
mfa_source_profile = default
mfa_serial = {serial}
[profile admin]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = mfa
"""
PROCESS = '{{"Version": 1, "AccessKeyId": "{0}", "SecretAccessKey": "{1}"}}'
WHO = ("sts", "get-caller-identity")
# What differs from run to run: the times in the names of role sessions.
CHANGING = re.compile(r"\d{10,}")
# v2's telemetry database; SQLite sometimes leaves these beside it, and removes them later.
SQLITE_SIDECARS = ("session.db-",)
Case = tuple[tuple[str, ...], dict[str, str], int]
Call = tuple[str, str, str, str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Observed:
    """All that a command did: its output, exit code, calls and files."""

    returncode: int
    stdout: str
    stderr: str
    calls: tuple[Call, ...]
    config: str
    files: tuple[str, ...]


def furnish(home: Any, service: EmbeddedAws, wiring: str) -> None:
    """Give a home profiles of every kind, after the section that loads the plugin, or ""."""
    user = service.user("ada")
    process = home.config.parent.parent / "process"
    process.write_text(
        f"#!/bin/sh\necho '{PROCESS.format(user.access_key_id, user.secret_access_key)}'\n"
    )
    process.chmod(0o700)
    home.write_config("")  # makes the folder
    config = CONFIG.format(region=REGION, serial=serial_of(service), process=process)
    home.config.write_text(wiring + config)
    home.write_credentials(
        keys_of(service, "ada")
        + keys_of(service, "ada", "off")
        + session_section(service, "expired", -60, ours=False)
        + session_section(service, "mfa", -60)
    )


def observed(home: Any, service: EmbeddedAws, code: int, stdout: str, stderr: str) -> Observed:
    """Return what a command did, without what differs between homes."""
    folder: Path = home.config.parent.parent

    def plain(text: str) -> str:
        return CHANGING.sub("#", text.replace(str(folder), "~"))

    config = home.config.read_text()
    return Observed(
        code,
        plain(stdout),
        plain(stderr),
        tuple(
            (
                *(call.host, call.action, call.user, call.mfa_serial, call.outcome),
                tuple((name, plain(value)) for name, value in sorted(call.parameters.items())),
            )
            for call in service.calls
        ),
        plain(config[config.index("[default]") :]),
        tuple(
            sorted(
                str(path.relative_to(folder))
                for path in folder.rglob("*")
                if not path.name.startswith(SQLITE_SIDECARS)
            )
        ),
    )


OFF = {"AWS_MFA_SESSION": "off"}
# What is run, and v2's exit code: v1 has 255 where v2 has different ones.
UNMANAGED: dict[str, Case] = {
    "keys beside an mfa_serial": (WHO, {}, 0),
    "a role on a role": (WHO, {"AWS_PROFILE": "chained"}, 0),
    "another tool's expired session": ((*WHO, "--profile", "expired"), {}, 254),
    "credential_process": ((*WHO, "--profile", "process"), {}, 0),
    "no credentials": ((*WHO, "--profile", "bare"), {}, 253),
    "SSO without a login": ((*WHO, "--profile", "sso"), {}, 255),
    "a web identity": ((*WHO, "--profile", "web"), {}, 255),
    "no such profile": ((*WHO, "--profile", "nobody"), {}, 255),
    "switched off in the profile": ((*WHO, "--profile", "off"), {}, 0),
    "switched off for the call": ((*WHO, "--profile", "mfa"), OFF, 254),
    "configure list": (("configure", "list"), {}, 0),
    "configure set": (("configure", "set", "output", "text"), {}, 0),
}
# On a managed profile whose session has expired.
WITHOUT_SESSION: dict[str, Case] = {
    "keys in the environment win": (WHO, {"AWS_PROFILE": "admin"}, 0),
    "an unsigned call": (
        ("s3", "ls", "s3://reports", "--no-sign-request"),
        {"AWS_PROFILE": "mfa"},
        254,
    ),
    "configure get": (("configure", "get", "mfa_serial"), {"AWS_PROFILE": "mfa"}, 0),
    "configure set": (("configure", "set", "output", "text"), {"AWS_PROFILE": "mfa"}, 0),
}


def environment_of(case: str, service: EmbeddedAws) -> dict[str, str]:
    """Return the variables of a case on a managed profile."""
    env = dict(WITHOUT_SESSION[case][1])
    if case == "keys in the environment win":
        user = service.user("grace")
        env["AWS_ACCESS_KEY_ID"] = user.access_key_id
        env["AWS_SECRET_ACCESS_KEY"] = user.secret_access_key
    return env


def run(
    aws: Aws, wiring: str, args: tuple[str, ...], env: dict[str, str]
) -> tuple[Observed, tuple[str, ...]]:
    """Run a command in a new home; return what it did, and what it loaded of the plugin."""
    aws.imports_anew = True
    furnish(aws, aws.service, wiring)
    aws.service.calls.clear()
    before = aws.credentials.read_bytes()
    result = aws.run(*args, env=env)
    assert aws.credentials.read_bytes() == before
    return observed(aws, aws.service, result.code, result.stdout, result.stderr), result.modules


@pytest.fixture
def plain(service: EmbeddedAws, tmp_path: Path) -> Aws:
    """Return an ``aws`` in another home, for a config file without the plugin."""
    return Aws(tmp_path / "plain-home", service)


WIRING = "[plugins]\nmfa = awscli_mfa_plugin\n"


@pytest.mark.parametrize(("args", "env", "code"), UNMANAGED.values(), ids=UNMANAGED.keys())
def test_an_unmanaged_profile_behaves_as_without_the_plugin(
    aws: Aws, plain: Aws, args: tuple[str, ...], env: dict[str, str], code: int
) -> None:
    """Output, exit code, calls and files are the same, and only the entry is loaded."""
    with_plugin, loaded = run(aws, WIRING, args, env)
    without, nothing = run(plain, "", args, env)
    assert with_plugin == without
    assert with_plugin.returncode == (255 if code else 0)
    assert (loaded, nothing) == (("awscli_mfa_plugin",), ())


@pytest.mark.parametrize("case", WITHOUT_SESSION)
def test_commands_that_need_no_session_run_as_without_the_plugin(
    aws: Aws, plain: Aws, case: str
) -> None:
    """The session has expired, but no code is used."""
    args, _, _ = WITHOUT_SESSION[case]
    env = environment_of(case, aws.service)
    code = {"AWS_MFA_TOKEN_CODE": aws.code()}
    assert run(aws, WIRING, args, {**env, **code})[0] == run(plain, "", args, env)[0]


@pytest.mark.parametrize(("profile", "shown"), [("mfa", "MPLE"), ("admin", "<not set>")])
def test_configure_list_on_an_expired_session_changes_nothing(
    aws: Aws, profile: str, shown: str
) -> None:
    """Some shell prompts run it: no renewal, no call, no file changed."""
    furnish(aws, aws.service, WIRING)
    before = aws.files()
    result = aws.run("configure", "list", "--profile", profile, env={"AWS_MFA_TOKEN_CODE": "1"})
    assert result.code == 0, result.output
    access_key = re.search(r"access_key +:? *(\S+( set>)?)", result.stdout)
    assert access_key, result.stdout
    assert access_key[1].lstrip("*") == shown
    assert (aws.service.calls, aws.files()) == ([], before)
