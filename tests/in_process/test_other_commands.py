"""Any other ``aws`` command: renewed on an MFA profile, as without the plugin on all others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.in_process.aws import UNTRUSTED

if TYPE_CHECKING:
    from tests.in_process.aws import Aws, Result

CALL = ("sts", "get-caller-identity")
ROLE = "role_arn = arn:aws:iam::123456789012:role/{}\nsource_profile = {}\nregion = eu-west-1\n"


def keys_used(aws: Aws) -> str:
    """Return the access key of the last call that AWS got."""
    return aws.service.calls[-1].access_key_id


def run(aws: Aws, *options: str, code: str = "", profile: str = "mfa") -> Result:
    """Call AWS with a profile, and perhaps a code in the environment."""
    env = {"AWS_MFA_TOKEN_CODE": code} if code else {}
    return aws.run(*CALL, "--profile", profile, *options, env=env)


def test_the_first_command_makes_the_session(aws: Aws) -> None:
    """Without a login before; the command then runs with the session."""
    aws.settle_mfa()
    result = run(aws, code=aws.code())
    assert result.code == 0, result.output
    assert keys_used(aws) == aws.session()["aws_access_key_id"]
    assert json.loads(result.stdout)["Account"] == "123456789012"


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_the_profile_comes_from_the_environment(aws: Aws, variable: str) -> None:
    """By either variable."""
    aws.settle_mfa()
    result = aws.run(*CALL, env={variable: "mfa", "AWS_MFA_TOKEN_CODE": aws.code()})
    assert result.code == 0, result.output
    assert keys_used(aws) == aws.session()["aws_access_key_id"]


def test_a_valid_session_is_used_without_a_renewal(aws: Aws) -> None:
    """No code is used, no call made, nothing written."""
    aws.settle_mfa()
    aws.log_in()
    before, calls = aws.credentials.read_bytes(), len(aws.service.calls)
    assert run(aws).code == 0
    assert aws.credentials.read_bytes() == before
    assert len(aws.service.calls) == calls + 1


@pytest.mark.parametrize("seconds", [-60, 300])
def test_an_expired_session_is_renewed(aws: Aws, seconds: int) -> None:
    """Before the command's own call, with the code in the environment."""
    aws.settle_mfa()
    aws.log_in()
    aws.age(seconds)
    old = aws.session()["aws_access_key_id"]
    assert run(aws, code=aws.code()).code == 0
    assert aws.session()["aws_access_key_id"] != old
    assert keys_used(aws) == aws.session()["aws_access_key_id"]


def test_an_expiring_session_is_used_without_a_terminal(aws: Aws) -> None:
    """The command runs on the session that is still valid."""
    aws.settle_mfa()
    aws.log_in()
    aws.age(300)
    assert run(aws).code == 0
    assert aws.codes_used() == 1


def test_without_a_terminal_a_missing_session_ends_with_253(aws: Aws) -> None:
    """The error names the command to run instead of AWS's own error; stdout is empty."""
    aws.settle_mfa()
    result = run(aws)
    assert (result.code, result.stdout) == (253, "")
    assert "Log in:  aws mfa login --profile mfa" in result.stderr
    assert "Traceback" not in result.stderr
    assert not aws.service.calls


@pytest.mark.parametrize(
    "words",
    [
        ("sts", "get-caller-identity"),
        ("s3", "cp", "s3://reports/a", "-"),
        ("s3", "sync", "s3://reports", "/nowhere"),
        ("iam", "list-mfa-devices"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_without_a_terminal_an_expired_session_ends_with_253(
    aws: Aws, words: tuple[str, ...]
) -> None:
    """Whatever the command, the error is the same."""
    aws.settle_mfa()
    aws.log_in()
    aws.age(-5)
    calls = len(aws.service.calls)
    result = aws.run(*words, "--profile", "mfa")
    assert (result.code, result.stdout) == (253, ""), result.output
    assert "The MFA session of profile mfa has expired" in result.stderr
    assert "ExpiredToken" not in result.stderr
    assert len(aws.service.calls) == calls


def test_keys_put_into_an_expired_session_profile_stay(aws: Aws) -> None:
    """A renewal replaces no access key that the plugin didn't write."""
    aws.settle_mfa()
    aws.log_in()
    aws.age(-60)
    mine = {"aws_access_key_id": "AKIANEWKEYOFMINE", "aws_secret_access_key": "the only copy"}
    text = aws.credentials.read_text("utf-8")
    for option, value in mine.items():
        text = text.replace(aws.session()[option], value)
    aws.write_credentials(text)
    run(aws, code=aws.code())
    assert mine.items() <= aws.session().items()


def test_an_unmanaged_profile_behaves_as_without_the_plugin(aws: Aws) -> None:
    """Its keys are used, with mfa_serial or without, and no code."""
    aws.settle(config=f"mfa_serial = {aws.serial()}\n")
    assert run(aws, code=aws.code(), profile="default").code == 0
    assert keys_used(aws) == aws.service.user("ada").access_key_id
    assert aws.actions() == ["GetCallerIdentity"]


@pytest.mark.parametrize("setting", ["off", "on"])
def test_the_plugin_can_be_switched_off(aws: Aws, setting: str) -> None:
    """For a profile by a setting, for one call by the environment: its own keys are used."""
    aws.settle(config=f"mfa_serial = {aws.serial()}\nmfa_session = {setting}\n")
    env = {
        "AWS_MFA_TOKEN_CODE": aws.code(),
        **({"AWS_MFA_SESSION": "off"} if setting == "on" else {}),
    }
    result = aws.run(*CALL, env=env)
    assert result.code == 0, result.output
    assert keys_used(aws) == aws.service.user("ada").access_key_id
    assert not aws.codes_used()


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_no_verify_ssl_does_not_apply_to_the_renewal(aws: Aws) -> None:
    """STS's certificate is verified anyway, so that nobody in the middle gets a code."""
    aws.settle_mfa()
    env = {**UNTRUSTED, "AWS_MFA_TOKEN_CODE": aws.code()}
    result = aws.run(*CALL, "--profile", "mfa", "--no-verify-ssl", env=env)
    assert result.code != 0
    assert not [call for call in aws.service.calls if call.token_code]
    aws.log_in()
    assert aws.run(*CALL, "--profile", "mfa", "--no-verify-ssl", env=UNTRUSTED).code == 0


def test_ca_bundle_applies_to_the_renewal_too(aws: Aws) -> None:
    """Behind a proxy with its own CA, the session can be renewed."""
    aws.settle_mfa()
    env = {**UNTRUSTED, "AWS_MFA_TOKEN_CODE": aws.code()}
    bundle = ("--ca-bundle", aws.service.ca_bundle)
    result = aws.run(*CALL, "--profile", "mfa", *bundle, env=env)
    assert result.code == 0, result.output
    assert aws.codes_used() == 1


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize("option", [(), ("--no-verify-ssl",)])
def test_login_verifies_certificates(aws: Aws, option: tuple[str, ...]) -> None:
    """Unless --no-verify-ssl is given."""
    aws.settle_mfa()
    result = aws.run("mfa", "login", "--token-code", aws.code(), *option, env=UNTRUSTED)
    assert (result.code == 0) == bool(option), result.output
    assert bool(aws.session()) == bool(option)


def test_endpoint_url_does_not_apply_to_the_renewal(aws: Aws) -> None:
    """The endpoint of another service gets no code."""
    aws.settle_mfa()
    result = run(aws, "--endpoint-url", aws.service.url, code=aws.code())
    assert result.code == 0, result.output
    renewal, call = aws.service.calls[-2:]
    assert (renewal.action, renewal.host) == ("GetSessionToken", "sts.eu-west-1.amazonaws.com")
    assert call.host.startswith("127.0.0.1")


def test_login_uses_endpoint_url(aws: Aws) -> None:
    """It calls STS and IAM there."""
    aws.settle_mfa()
    words = ("mfa", "login", "--token-code", aws.code(), "--endpoint-url", aws.service.url)
    assert aws.run(*words).code == 0
    assert aws.service.calls[-1].host.startswith("127.0.0.1")


@pytest.mark.parametrize(
    "words", [("configure", "list"), ("help",), ("configure", "get", "region")]
)
def test_commands_that_need_no_session_use_no_code(aws: Aws, words: tuple[str, ...]) -> None:
    """Though a code is in the environment."""
    aws.settle_mfa()
    env = {"AWS_MFA_TOKEN_CODE": aws.code(), "AWS_PAGER": "", "PAGER": "cat"}
    aws.run(*words, "--profile", "mfa", env=env)
    assert not aws.service.calls


def test_an_unsigned_command_needs_no_session(aws: Aws) -> None:
    """With --no-sign-request nobody is prompted."""
    aws.settle_mfa()
    run(aws, "--no-sign-request", code=aws.code())
    assert not aws.codes_used()


def test_configure_list_shows_the_keys_of_an_expired_session(aws: Aws) -> None:
    """And it isn't renewed."""
    aws.settle_mfa()
    aws.log_in()
    aws.age(-60)
    before = aws.credentials.read_bytes()
    result = aws.run("configure", "list", "--profile", "mfa")
    assert result.code == 0, result.output
    assert aws.session()["aws_access_key_id"][-4:] in result.stdout
    assert "awscli-mfa" in result.stdout
    assert aws.credentials.read_bytes() == before


def test_a_role_on_the_session_needs_no_code(aws: Aws) -> None:
    """A role that requires MFA, with ``mfa_serial`` too, is assumed with the session and cached."""
    serial = f"mfa_serial = {aws.serial()}\n"
    aws.settle_mfa(config=f"[profile admin]\n{ROLE.format('admin', 'mfa')}{serial}")
    aws.log_in()
    for _ in range(2):
        result = run(aws, profile="admin")
        assert result.code == 0, result.output
        assert ":assumed-role/admin/" in json.loads(result.stdout)["Arn"]
    assert aws.actions().count("AssumeRole") == 1
    assert aws.codes_used() == 1


def test_a_command_on_a_role_makes_the_session_first(aws: Aws) -> None:
    """The code is for the session; the role needs none."""
    aws.settle_mfa(config=f"[profile admin]\n{ROLE.format('admin', 'mfa')}")
    result = run(aws, code=aws.code(), profile="admin")
    assert result.code == 0, result.output
    assert aws.actions()[-3:] == ["GetSessionToken", "AssumeRole", "GetCallerIdentity"]


def test_a_role_with_mfa_session_off_gets_its_code_from_our_sources(aws: Aws) -> None:
    """The CLI assumes it, and its code comes from where a login's would."""
    program = aws.program("code", f"echo {aws.code()}")
    role = ROLE.format("admin", "default")
    more = f"mfa_session = off\nmfa_serial = {aws.serial()}\nmfa_process = {program}\n"
    aws.settle(config=f"[profile admin]\n{role}{more}")
    result = run(aws, profile="admin")
    assert result.code == 0, result.output
    assert aws.actions() == ["AssumeRole", "GetCallerIdentity"]
    assert aws.codes_used() == 1


def test_get_session_token_gets_the_long_lived_keys(aws: Aws) -> None:
    """AWS rejects the call with a session's keys, so the profile's own keys are used."""
    aws.settle()
    aws.log_in("default")
    result = aws.run("sts", "get-session-token")
    assert result.code == 0, result.output
    assert keys_used(aws) == aws.service.user("ada").access_key_id


def test_a_renewal_and_its_code_are_not_in_the_history(aws: Aws) -> None:
    """The command itself is recorded, without the code and the new secret key."""
    aws.settle(config="cli_history = enabled\n")
    aws.settle_mfa("cli_history = enabled\n")
    code = aws.code()
    assert run(aws, code=code).code == 0
    history = b"".join(path.read_bytes() for path in aws.home.glob("history.db*"))
    assert b"GetCallerIdentity" in history or b"get-caller-identity" in history
    assert b"GetSessionToken" not in history
    assert aws.session()["aws_secret_access_key"].encode() not in history
    assert aws.service.user("ada").secret_access_key.encode() not in history


def test_debug_log_of_a_renewal_has_no_secret(aws: Aws) -> None:
    """Keys, token and code in it are masked."""
    aws.settle_mfa()
    code = aws.code()
    result = run(aws, "--debug", code=code)
    assert result.code == 0, result.output[-500:]
    assert "GetSessionToken" in result.stderr
    for option in ("aws_secret_access_key", "aws_session_token"):
        assert aws.session()[option] not in result.output
    assert f"'{code}'" not in result.output
    assert aws.service.user("ada").secret_access_key not in result.output


def test_log_and_history_of_other_profiles_are_unchanged(aws: Aws) -> None:
    """They are neither masked nor switched off."""
    aws.settle_mfa(config="[profile plain]\nregion = eu-west-1\ncli_history = enabled\n")
    user = aws.service.user("ada")
    aws.write_credentials(aws.keys("ada") + aws.keys("ada", "plain"))
    words = ("sts", "get-session-token", "--serial-number", aws.serial())
    result = aws.run(*words, "--token-code", aws.code(), "--profile", "plain", "--debug")
    assert result.code == 0, result.output[-500:]
    secret = json.loads(result.stdout)["Credentials"]["SecretAccessKey"]
    assert secret in result.stderr
    history = b"".join(path.read_bytes() for path in aws.home.glob("history.db*"))
    assert secret.encode() in history
    assert user.secret_access_key.encode() not in history


# What the command does, and the messages about it; None: it is missing.
FAILURES: dict[str | None, tuple[str, ...]] = {
    "echo no token found >&2; exit 3": ("failed with exit code 3: no token found",),
    "exit 0": ("didn't print an MFA code. AWS wasn't called",),
    "echo it said >&2; echo locked": ("didn't print an MFA code. AWS wasn't called",),
    None: ("mfa_process can't run", "No such file or directory"),
}


@pytest.mark.parametrize(("script", "said"), FAILURES.items())
def test_an_mfa_process_that_fails(aws: Aws, script: str | None, said: tuple[str, ...]) -> None:
    """Exit code 253 with the reason and the remedy, nothing on stdout, and AWS isn't called."""
    aws.settle_mfa(f"mfa_process = {aws.home / 'code'}\n")
    aws.log_in()
    aws.age(-5)
    if script is not None:
        aws.program("code", script)
    calls = len(aws.service.calls)
    result = run(aws)
    assert (result.code, result.stdout) == (253, "")
    for text in (*said, "has expired", "it must print only the MFA code"):
        assert text in result.stderr
    assert "Traceback" not in result.stderr
    assert len(aws.service.calls) == calls


def test_a_broken_role_profile_affects_no_other_command(aws: Aws) -> None:
    """Commands on other profiles work."""
    aws.settle_mfa(config="[profile bad]\nrole_arn = x\nsource_profile = nowhere\n")
    aws.log_in()
    assert run(aws).code == 0
    assert run(aws, profile="default").code == 0
