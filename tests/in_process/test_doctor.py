"""``aws mfa doctor`` on files, profiles and answers of AWS; ``awscli-mfa doctor`` on files."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ConfigParseError

import awscli_mfa_plugin

if TYPE_CHECKING:
    from tests.in_process.aws import Aws, Result


def doctor(aws: Aws, *words: str) -> tuple[Result, list[Any]]:
    """Return a run of doctor on a machine with no aws on its PATH, and its findings."""
    env = {"PATH": str(aws.home)}
    result = aws.run("mfa", "doctor", *words, "--output", "json", env=env)
    return result, json.loads(result.stdout)["Findings"]


def details(findings: list[Any], name: str, state: str = "error") -> str:
    """Return what the findings of a name and state say."""
    found = [each for each in findings if (each["Name"], each["State"]) == (name, state)]
    return "\n".join(f"{each['Seen']} {each['Remedy']}" for each in found)


def files_of(findings: list[Any]) -> set[str]:
    """Return the states of the finding about the modes of files."""
    return {each["State"] for each in findings if each["Name"] == "file-modes"}


def test_doctor_fixes_a_file_that_others_can_read(aws: Aws) -> None:
    """Without --fix it is only reported; with --fix --yes its mode is changed."""
    aws.settle()
    aws.credentials.chmod(0o644)
    result, findings = doctor(aws, "--offline")
    assert result.code != 0
    assert files_of(findings) & {"warning", "error"}
    assert stat.S_IMODE(aws.credentials.stat().st_mode) == 0o644
    doctor(aws, "--offline", "--fix", "--yes")
    assert stat.S_IMODE(aws.credentials.stat().st_mode) == 0o600


def test_doctor_closes_a_folder_and_removes_leftovers(aws: Aws, tmp_path: Path) -> None:
    """A plugin folder of v2 that others can write to, and a temporary file of ours."""
    folder = tmp_path / "plugins"
    package = Path(awscli_mfa_plugin.__file__).parent
    shutil.copytree(package, folder / package.name, ignore=shutil.ignore_patterns("*.pyc"))
    folder.chmod(0o777)
    aws.settle()
    aws.imports_anew = True  # the entry lets v1 accept the folder when it is imported
    text, ours = aws.config.read_text("utf-8"), "mfa = awscli_mfa_plugin\n"
    both = f"{ours}cli_legacy_plugin_path = {folder}\n"
    aws.config.write_text(text.replace(ours, both), "utf-8")
    leftover = aws.folder / ".config.awscli-mfa-0123abcd.tmp"
    leftover.write_text("x")
    os.utime(leftover, (1, 1))
    _, findings = doctor(aws, "--offline")
    assert "can be written by everybody" in details(findings, "plugin-folder")
    assert leftover.name in details(findings, "leftovers", "note")
    result, findings = doctor(aws, "--offline", "--fix", "--yes")
    assert "mode 0777 to 0755" in result.stderr
    assert not leftover.exists()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert details(findings, "plugin-folder") == ""


def test_doctor_uses_no_code_and_shows_no_secret(aws: Aws) -> None:
    """It calls STS and IAM; with --offline nothing."""
    aws.settle_mfa()
    aws.log_in()
    session, before = aws.session(), aws.credentials.read_bytes()
    calls = len(aws.service.calls)
    doctor(aws, "--offline")
    assert len(aws.service.calls) == calls
    result, _ = doctor(aws)
    assert len(aws.service.calls) > calls
    assert aws.codes_used() == 1
    assert aws.credentials.read_bytes() == before
    for secret in (session["aws_secret_access_key"], session["aws_session_token"]):
        assert secret not in result.output


@pytest.mark.parametrize(
    ("seconds", "state", "said"),
    [(0, "ok", ""), (7200, "error", "2 h behind"), (-90, "warning", "ahead of")],
)
def test_doctor_reports_a_wrong_clock(aws: Aws, seconds: int, state: str, said: str) -> None:
    """It compares the clock with the Date of AWS's answer, which needs no key."""
    aws.settle()
    aws.service.set_offset(seconds)
    _, findings = doctor(aws)
    assert [each["State"] for each in findings if each["Name"] == "clock"] == [state]
    assert said in details(findings, "clock", state)


def test_nothing_answers(aws: Aws) -> None:
    """One finding, no more calls, and the proxy is named; neither it nor a key is shown."""
    aws.settle_mfa()
    aws.variables["HTTPS_PROXY"] = "http://ada:pass-of-proxy@127.0.0.1:9"
    result, findings = doctor(aws)
    assert "Can't reach AWS in eu-west-1" in details(findings, "sts"), result.output
    assert "HTTPS_PROXY" in details(findings, "proxy", "ok")
    assert not {"clock", "mfa-serial"} & {each["Name"] for each in findings}
    assert result.code == 253
    assert "pass-of-proxy" not in result.output
    assert aws.service.user("ada").secret_access_key not in result.output


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ("html", 200, "a network's sign-in page"),
        ("html", 302, "a network's sign-in page"),
        ("region-disabled", 403, "STS is turned off in eu-west-1"),
    ],
)
def test_something_else_answers(aws: Aws, fault: str, status: int, said: str) -> None:
    """A captive portal, and a region whose STS is off."""
    aws.settle()
    aws.service.fault("GetCallerIdentity", fault, status=status)
    result, findings = doctor(aws)
    assert said in details(findings, "sts"), result.output
    assert result.code == 253


ACCOUNT = "arn:aws:iam::123456789012"
SERIALS = {
    "another user's": ("ada", f"{ACCOUNT}:mfa/grace", "error", "isn't a device of its user"),
    "a FIDO device": ("both", f"{ACCOUNT}:u2f/user/both/key", "error", "is a FIDO device"),
    "FIDO alone": ("fido", "GAHT12345678", "error", "its user has only FIDO devices"),
    "not to be listed": ("denied", f"{ACCOUNT}:mfa/denied", "note", "may not list"),
}


@pytest.mark.parametrize(("user", "serial", "state", "said"), SERIALS.values(), ids=SERIALS.keys())
def test_an_mfa_serial_that_cannot_work(
    aws: Aws, user: str, serial: str, state: str, said: str
) -> None:
    """It is found without a code; that it can't be looked up is a note."""
    aws.settle(user, f"[profile mfa]\nmfa_source_profile = default\nmfa_serial = {serial}\n")
    result, findings = doctor(aws, "--profile", "mfa")
    assert said in details(findings, "mfa-serial", state), result.output
    assert aws.service.user(user).secret_access_key not in result.output


def by_script(aws: Aws, *words: str, env: dict[str, str] | None = None) -> Result:
    """Run ``awscli-mfa doctor`` where no aws is."""
    aws.is_standalone = True
    return aws.run("mfa", "doctor", *words, env={"PATH": str(aws.home), **(env or {})})


def test_wrong_usage(aws: Aws) -> None:
    """252 from ``aws`` and ``awscli-mfa``: --yes alone fixes nothing."""
    result = aws.run("mfa", "doctor", "--yes")
    assert (result.code, "--yes needs --fix" in result.stderr) == (252, True)
    result = by_script(aws, "--yes")
    assert (result.code, "--yes goes with --fix" in result.stderr) == (252, True)
    assert by_script(aws, "--no\x1bsense").stderr.startswith(
        "awscli-mfa doctor: unrecognized arguments: --no\\x1bsense"
    )
    assert by_script(aws, "--help").code == 0


def test_a_missing_dependency_does_not_stop_doctor(aws: Aws) -> None:
    """Without filelock, which a login needs to lock files."""
    aws.settle()
    aws.imports_anew = True
    with patch.dict(sys.modules, {"filelock": None}):
        _, findings = doctor(aws, "--offline")
        login = aws.run("mfa", "login", "--serial-number", "GAHT12345678")
    assert {"config", "file-modes"} <= {each["Name"] for each in findings}
    assert (login.code, "filelock" in login.stderr) == (255, True)


def test_an_alias_file_that_does_not_parse(aws: Aws) -> None:
    """With a second [toplevel] no ``aws`` command starts; the script names the line."""
    alias = aws.folder / "cli" / "alias"
    alias.parent.mkdir(mode=0o700)
    alias.write_text("[toplevel]\na = sts a-secret\n[toplevel]\nb = s3 ls\n", "utf-8")
    with pytest.raises(ConfigParseError):
        aws.run("--version")
    result = by_script(aws, "--json")
    findings = json.loads(result.stdout)["Findings"]
    assert "line 3 repeats the section of line 1" in details(findings, "alias"), result.output
    assert "a-secret" not in result.output


HOSTILE = "\x1b]0;x\x07\u202e"


def test_names_and_secrets_are_safe_to_show(aws: Aws) -> None:
    """Text from files and the environment is escaped; a proxy's password isn't shown."""
    aws.settle(
        config=f'[profile "a{HOSTILE}b"]\nsource_profile = default\nmfa_session = {HOSTILE}\n'
    )
    secrets = {
        "AWS_SECRET_ACCESS_KEY": "secret-of-the-environment",
        "AWS_SESSION_TOKEN": "token-of-the-environment",
        "HTTP_PROXY": "http://user:pass-of-proxy@127.0.0.1:9",
        "AWS_MFA_TOKEN_CODE": "123456",
        "AWS_DEFAULT_PROFILE": f"no{HOSTILE}body",
    }
    for result in (
        aws.run("mfa", "doctor", "--verbose", "--profile", f"a{HOSTILE}b", env=secrets),
        by_script(aws, "--verbose", env=secrets),
    ):
        assert "source_profile without role_arn" in result.stdout, result.output
        assert "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID" in result.stdout
        assert "HTTP_PROXY" in result.stdout
        assert not [word for word in ("\x1b", "\x07", "\u202e") if word in result.output]
        hidden = ("of-the-environment", "pass-of-proxy", "123456", "Traceback")
        assert not [word for word in hidden if word in result.output.replace("123456789012", "")]
        assert aws.service.user("ada").secret_access_key not in result.output


def test_doctor_names_an_old_key(aws: Aws) -> None:
    """By one call more, with the key that it lists the devices with; a denial is no finding."""
    aws.settle_mfa()
    before = len(aws.service.calls)
    result = aws.run("mfa", "doctor", "--output", "json")
    findings = json.loads(result.stdout)["Findings"]
    (finding,) = [each for each in findings if each["Name"] == "access-key"]
    assert finding["State"] == "note"
    assert "days old" in finding["Seen"]
    assert aws.actions()[before:].count("ListAccessKeys") == 1
    user = aws.service.user("ada")
    user.denied_actions.append("iam:ListAccessKeys")
    try:
        denied = aws.run("mfa", "doctor", "--output", "json")
    finally:
        user.denied_actions.remove("iam:ListAccessKeys")
    assert "access-key" not in denied.stdout
