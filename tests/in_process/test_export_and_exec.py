"""``aws mfa export``, ``exec`` and ``credential-process``: a session for other programs."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import datetime
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from tests.in_process.aws import REGION, UNTRUSTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.in_process.aws import Aws

ROLE = (
    "[profile reader]\nrole_arn = arn:aws:iam::123456789012:role/reader\nsource_profile = mfa\n"
    "region = eu-north-1\n"
)


def sourced(script: str) -> dict[str, str]:
    """Return the environment of a shell that evaluates a script, from one that had profiles."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"{script}\nenv"],
        env={"PATH": "/usr/bin:/bin", "AWS_PROFILE": "old", "AWS_SECURITY_TOKEN": "old"},
        capture_output=True,
        check=True,
        text=True,
    )
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def logged_in(aws: Aws, config: str = "") -> dict[str, str]:
    """Make a session; return its keys as environment variables."""
    aws.settle_mfa(config=config)
    aws.log_in()
    session = aws.session()
    return {
        "AWS_ACCESS_KEY_ID": session["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": session["aws_secret_access_key"],
        "AWS_SESSION_TOKEN": session["aws_session_token"],
    }


def test_export_puts_the_session_into_a_shell(aws: Aws) -> None:
    """Keys, end and region are set; what would override them is unset."""
    keys = logged_in(aws)
    result = aws.run("mfa", "export", "--profile", "mfa", "--format", "sh")
    assert result.code == 0, result.output
    variables = sourced(result.stdout)
    assert keys.items() <= variables.items()
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == REGION
    assert variables["AWS_CREDENTIAL_EXPIRATION"]
    assert not {"AWS_PROFILE", "AWS_SECURITY_TOKEN"} & variables.keys()


def test_export_takes_the_session_out_again(aws: Aws) -> None:
    """After --unset no AWS variable is left in the shell; it needs no session."""
    result = aws.run("mfa", "export", "--unset", "--format", "sh")
    assert result.code == 0, result.output
    assert not [name for name in sourced(result.stdout) if name.startswith("AWS_")]


def test_export_as_json_has_the_credential_process_format(aws: Aws) -> None:
    """Version 1, as SDKs read it; --output leaves the version out."""
    keys = logged_in(aws)
    data = json.loads(aws.run("mfa", "export", "--format", "json").stdout)
    process = json.loads(aws.run("mfa", "credential-process", "--profile", "mfa").stdout)
    assert data == process
    assert data["Version"] == 1
    assert data["SessionToken"] == keys["AWS_SESSION_TOKEN"]
    del data["Version"]
    assert json.loads(aws.run("mfa", "export", "--output", "json").stdout) == data


def test_export_as_a_section(aws: Aws) -> None:
    """In the format of a credentials file."""
    keys = logged_in(aws)
    text = aws.run("mfa", "export", "--format", "ini").stdout
    assert text.startswith("[mfa]\n")
    assert f"aws_session_token = {keys['AWS_SESSION_TOKEN']}\n" in text


@pytest.mark.parametrize(
    ("form", "start"), [("env", "AWS_ACCESS_KEY_ID=ASIA"), ("fish", "set -gx ")]
)
def test_export_in_other_formats(aws: Aws, form: str, start: str) -> None:
    """Lines for a file of variables, and a script of another shell."""
    keys = logged_in(aws)
    result = aws.run("mfa", "export", "--format", form)
    assert any(line.startswith(start) for line in result.stdout.splitlines()), result.output
    assert keys["AWS_SESSION_TOKEN"] in result.stdout
    assert "Warning" not in result.output  # it isn't a terminal


WRONG = {
    "a format that isn't one": ("export", "--format", "xml"),
    "--unset of a file": ("export", "--unset", "--format", "json"),
    "no seconds": ("export", "--min-remaining", "x"),
    "no command after --": ("exec", "--"),
    "a command without --": ("exec", "terraform"),
    "an unknown option": ("exec", "--bogus", "--", "ls"),
}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG.keys())
def test_wrong_usage_prints_nothing(aws: Aws, words: tuple[str, ...]) -> None:
    """A shell that evaluates stdout gets nothing, and no program is started."""
    logged_in(aws)
    result = aws.run("mfa", *words)
    assert (result.code, result.stdout) == (252, "")


@pytest.mark.parametrize("command", ["export", "credential-process"])
def test_without_a_session_nothing_is_printed(aws: Aws, command: str) -> None:
    """Without a terminal: an error on stderr, and an empty stdout."""
    aws.settle_mfa()
    result = aws.run("mfa", command, "--profile", "mfa")
    assert (result.code, result.stdout) == (253, "")
    assert "mfa" in result.stderr


@pytest.mark.parametrize("command", ["export", "credential-process"])
def test_a_profile_that_is_no_mfa_profile_is_refused(aws: Aws, command: str) -> None:
    """Its long-lived keys are never printed."""
    aws.settle()
    result = aws.run("mfa", command, "--profile", "default")
    assert (result.code, result.stdout) == (253, "")
    assert aws.service.user("ada").secret_access_key not in result.output


def test_an_expired_session_is_renewed_first(aws: Aws) -> None:
    """With a source of codes, the session that is printed is a new one."""
    program = aws.program("code", f"echo {aws.service.token_code(aws.serial(), 1)}")
    aws.settle_mfa(f"mfa_process = {program}\n")
    aws.log_in()
    aws.age(-60)
    result = aws.run("mfa", "credential-process", "--profile", "mfa")
    assert result.code == 0, result.output
    assert json.loads(result.stdout)["AccessKeyId"] == aws.session()["aws_access_key_id"]
    assert aws.codes_used() == 2


def test_a_role_on_the_session(aws: Aws) -> None:
    """The role's keys and region are printed, without another code."""
    keys = logged_in(aws, ROLE)
    result = aws.run("mfa", "export", "--profile", "reader", "--format", "sh")
    assert result.code == 0, result.output
    variables = sourced(result.stdout)
    assert variables["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert variables["AWS_ACCESS_KEY_ID"] != keys["AWS_ACCESS_KEY_ID"]
    assert variables["AWS_REGION"] == "eu-north-1"
    again = aws.run("mfa", "credential-process", "--profile", "reader")
    assert json.loads(again.stdout)["AccessKeyId"] == variables["AWS_ACCESS_KEY_ID"]
    assert (aws.codes_used(), aws.actions().count("AssumeRole")) == (1, 1)


LONG = f"{ROLE}duration_seconds = 7200\n"


@pytest.mark.parametrize("command", ["export", "credential-process", "exec"])
def test_a_role_that_asks_for_more_than_an_hour(aws: Aws, command: str) -> None:
    """Its session lasts an hour with each of them."""
    logged_in(aws, LONG)
    if command == "exec":
        became = executed(aws, "--", "env", profile="reader")
        end = became.environment["AWS_CREDENTIAL_EXPIRATION"]
    else:
        words = ("--format", "json") if command == "export" else ()
        result = aws.run("mfa", command, "--profile", "reader", *words)
        assert result.code == 0, result.output
        end = json.loads(result.stdout)["Expiration"]
    left = (datetime.fromisoformat(end) - aws.service.now()).total_seconds()
    assert 3600 - 60 < left <= 3600


def test_min_remaining_over_an_hour_is_refused_for_a_role(aws: Aws) -> None:
    """Before a session is made or a role assumed."""
    aws.settle_mfa(config=LONG)
    words = ("mfa", "exec", "--profile", "reader", "--min-remaining", "7200", "--", "echo", "ran")
    result = aws.run(*words, env={"AWS_MFA_TOKEN_CODE": aws.code()})
    assert (result.code, result.stdout) == (253, "")
    assert "can't have 2 h left" in result.stderr
    assert "role chaining" in result.stderr
    assert aws.service.calls == []


def test_a_role_that_is_denied(aws: Aws) -> None:
    """AWS's refusal ends with 254 and prints nothing on stdout."""
    logged_in(aws, ROLE.replace("role/reader", "role/chained"))
    result = aws.run("mfa", "export", "--profile", "reader")
    assert (result.code, result.stdout) == (254, "")


@pytest.mark.parametrize(("fault", "said"), [("html", "sign-in page"), ("truncated", "damaged")])
def test_a_role_whose_answer_cannot_be_read(aws: Aws, fault: str, said: str) -> None:
    """It is explained as a login's is, without the name of an exception."""
    logged_in(aws, ROLE)
    aws.service.fault("AssumeRole", fault)
    result = aws.run("mfa", "export", "--profile", "reader")
    assert (result.code, result.stdout) == (255, "")
    assert said in result.stderr


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize("command", [("export", "--format", "json"), ("credential-process",)])
@pytest.mark.parametrize("option", ["", "--no-verify-ssl", "--ca-bundle"])
def test_our_commands_apply_their_options_to_a_role(
    aws: Aws, command: tuple[str, ...], option: str
) -> None:
    """To the renewal and to the role's call; without one, an untrusted certificate is an error."""
    aws.settle_mfa(config=ROLE)
    options = {"": (), "--ca-bundle": ("--ca-bundle", str(aws.service.ca_bundle))}
    result = aws.run(
        *("mfa", *command, "--profile", "reader", *options.get(option, (option,))),
        env={**UNTRUSTED, "AWS_MFA_TOKEN_CODE": aws.code()},
    )
    assert bool(result.stdout) == bool(option), result.output
    assert (result.code == 0) == bool(option)
    assert aws.actions().count("AssumeRole") == aws.codes_used() == int(bool(option))


def test_a_credential_process_that_leads_to_itself(aws: Aws) -> None:
    """It ends with an error instead of starting processes forever."""
    aws.settle_mfa()
    env = {"AWSCLI_MFA_ANSWERING": "mfa"}
    result = aws.run("mfa", "credential-process", "--profile", "mfa", env=env)
    assert (result.code, result.stdout) == (253, "")
    assert "asks for the credentials of mfa itself" in result.stderr


class Became(Exception):  # noqa: N818 - the end of the process, no error
    """Raised where the process would be replaced by another program."""

    def __init__(self, words: list[str], environment: Mapping[str, str]) -> None:
        """Keep the program and its environment."""
        super().__init__()
        self.words, self.environment = words, dict(environment)


def executed(
    aws: Aws, *words: str, env: dict[str, str] | None = None, profile: str = "mfa"
) -> Became:
    """Return the program that ``aws mfa exec`` would run, and its environment."""
    seen: list[Became] = []

    def stand_in(program: str, words: list[str], environment: Mapping[str, str]) -> Any:
        assert program == words[0]
        seen.append(Became(words, environment))
        raise OSError(2, "the test's own end")

    with patch.object(os, "execvpe", stand_in):
        aws.run("mfa", "exec", "--profile", profile, *words, env=env)
    (became,) = seen
    return became


def test_exec_passes_the_session_in_the_environment_only(aws: Aws) -> None:
    """Never in arguments; the words after -- are passed unchanged."""
    keys = logged_in(aws)
    command = ("env", "apply", "--profile", "theirs", "--", "-x")
    became = executed(aws, "--", *command, env={"AWS_PROFILE": "old", "OTHER": "kept"})
    assert became.words == list(command)
    assert keys.items() <= became.environment.items()
    assert became.environment["AWS_MFA_PROFILE"] == "mfa"
    assert became.environment["AWS_REGION"] == REGION
    assert became.environment["OTHER"] == "kept"
    assert not {"AWS_PROFILE", "AWS_SECURITY_TOKEN"} & became.environment.keys()
    for secret in keys.values():
        assert secret not in became.words


def test_an_aws_inside_exec_uses_the_profile_that_it_names(aws: Aws) -> None:
    """Without ``--profile`` it uses the session."""
    logged_in(aws, f"[profile other]\nregion = {REGION}\n")
    with aws.credentials.open("a", encoding="utf-8") as file:
        file.write(aws.keys("grace", "other"))
    words = ("sts", "get-caller-identity", "--query", "Arn", "--output", "text")
    env = executed(aws, "--", "env").environment
    given = {name: value for name, value in env.items() if name.startswith("AWS_")}
    assert "user/ada" in aws.run(*words, env=given).stdout
    assert "/grace" in aws.run(*words, "--profile", "other", env=given).stdout


def test_exec_keeps_the_code_to_itself(aws: Aws) -> None:
    """The program gets neither the code nor the keys that were in the environment."""
    aws.settle_mfa()
    env = {"AWS_MFA_TOKEN_CODE": aws.code(), "AWS_SECURITY_TOKEN": "before"}
    became = executed(aws, "--", "env", env=env)
    assert "AWS_MFA_TOKEN_CODE" not in became.environment
    assert became.environment["AWS_SESSION_TOKEN"] == aws.session()["aws_session_token"]


def test_exec_without_a_program_starts_the_shell(aws: Aws) -> None:
    """The one that SHELL names."""
    logged_in(aws)
    assert executed(aws, env={"SHELL": "/bin/fish"}).words == ["/bin/fish"]


PROGRAMS = {
    "no-such-program-anywhere": (127, "command not found"),
    "./no/such": (127, "command not found"),
    "/etc/passwd": (126, "can't run"),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_exec_of_a_program_that_does_not_start(aws: Aws, program: str) -> None:
    """As in a shell: 127 if it isn't found, 126 if it can't run."""
    logged_in(aws)
    code, said = PROGRAMS[program]
    result = aws.run("mfa", "exec", "--", program)
    assert (result.code, result.stdout) == (code, "")
    assert program in result.stderr
    assert said in result.stderr


def test_min_remaining_renews_earlier(aws: Aws) -> None:
    """A session that doesn't expire soon is renewed if too little is left of it."""
    logged_in(aws)
    aws.age(3600)
    before = aws.session()
    words = ("mfa", "export", "--format", "json", "--min-remaining")
    assert aws.run(*words, "3000").code == 0
    refused = aws.run(*words, "7200")
    assert (refused.code, refused.stdout) == (253, "")
    assert aws.session() == before
    assert aws.run(*words, "7200", env={"AWS_MFA_TOKEN_CODE": aws.code()}).code == 0
    assert aws.session() != before


def test_a_role_session_that_is_too_short(aws: Aws) -> None:
    """A cached one isn't used, and a new one that is shorter than requested is an error."""
    logged_in(aws, f"{ROLE}duration_seconds = 1800\n")
    words = ("mfa", "export", "--profile", "reader", "--min-remaining", "3000")
    result = aws.run(*words)
    assert (result.code, result.stdout) == (253, "")
    assert "raise duration_seconds in the profile (3600 at most)" in result.stderr


def test_the_session_of_a_profile_with_its_own_keys(aws: Aws) -> None:
    """It is printed from the CLI's cache."""
    aws.settle(config=f"[profile work]\nmfa_session = on\nmfa_serial = {aws.serial()}\n")
    aws.write_credentials(aws.keys("ada", "work"))
    words = ("mfa", "credential-process", "--profile", "work")
    result = aws.run(*words, env={"AWS_MFA_TOKEN_CODE": aws.code()})
    assert result.code == 0, result.output
    assert json.loads(result.stdout)["AccessKeyId"].startswith("ASIA")
    assert json.loads(aws.run(*words).stdout) == json.loads(result.stdout)
    assert "ASIA" not in aws.credentials.read_text("utf-8")
