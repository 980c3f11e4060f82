"""``aws mfa login``: it makes a session, and keeps everything else in the files."""

from __future__ import annotations

import json
import stat
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.in_process.aws import section_of

if TYPE_CHECKING:
    from tests.in_process.aws import Aws


def test_one_code_becomes_a_session_that_commands_use(aws: Aws) -> None:
    """The first login finds the device, writes the session and saves what it found."""
    aws.settle()
    result = aws.run("mfa", "login", "--token-code", aws.code())
    assert result.code == 0, result.output
    assert "Profile mfa" in result.stdout
    session = aws.session()
    assert session["aws_access_key_id"].startswith("ASIA")
    assert session["manager"] == "awscli-mfa-plugin"
    assert session["expiration"].endswith("+00:00")
    assert "Saved to ~/.aws/config, profile mfa:" in result.stderr
    assert "Saved to ~/.aws/config, profile mfa:" not in result.stdout
    assert section_of(aws.config, "profile mfa") == {
        "mfa_source_profile": "default",
        "mfa_serial": aws.serial(),
        "region": "eu-west-1",
    }
    assert aws.run("sts", "get-caller-identity", "--profile", "mfa").code == 0
    assert aws.codes_used() == 1


def test_every_other_byte_of_both_files_stays(aws: Aws) -> None:
    """Comments, odd blanks and other sections are unchanged, before what is added."""
    aws.settle(config="# mine\n[other]\nx=1 ; y\n")
    aws.write_credentials(f"# keys\n{aws.keys('ada')}\n[old%s]\nkey = 100%% ünï\n")
    before = aws.config.read_bytes(), aws.credentials.read_bytes()
    aws.log_in()
    assert aws.config.read_bytes().startswith(before[0])
    assert aws.credentials.read_bytes().startswith(before[1])


def test_files_and_folders_are_private(aws: Aws) -> None:
    """The credentials file and the plugin's state are 0600, in folders of 0700."""
    aws.settle()
    aws.log_in()
    state = aws.folder / "cli" / "awscli-mfa"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    for path in (aws.credentials, *(each for each in state.rglob("*") if each.is_file())):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_session_that_is_valid_is_kept(aws: Aws) -> None:
    """No code is used and no byte changes; --force makes another."""
    aws.settle()
    aws.log_in()
    before = aws.credentials.read_bytes()
    calls = len(aws.service.calls)
    again = aws.run("mfa", "login")
    assert again.code == 0, again.output
    assert "Still valid. Use --force to renew it now." in again.stdout
    assert aws.credentials.read_bytes() == before
    assert len(aws.service.calls) == calls
    aws.log_in("mfa", "--force")
    assert aws.credentials.read_bytes() != before
    assert aws.codes_used() == 2


def test_min_remaining_renews_a_session_that_is_too_short(aws: Aws) -> None:
    """With --min-remaining of four hours, a session with less is renewed."""
    aws.settle_mfa()
    aws.log_in()
    aws.age(3600)
    before = aws.session()
    assert aws.run("mfa", "login", "--min-remaining", "3000").code == 0
    assert aws.session() == before
    aws.log_in("mfa", "--min-remaining", "14400")
    assert aws.session()["aws_session_token"] != before["aws_session_token"]


def test_a_dry_run_changes_nothing(aws: Aws) -> None:
    """It says what would be done, uses no code and writes nothing."""
    aws.settle()
    before = aws.config.read_bytes(), aws.credentials.read_bytes()
    result = aws.run("mfa", "login", "--dry-run", "--token-code", aws.code())
    assert result.code == 0, result.output
    assert result.stdout == (
        "Would ask for a code from ada and save a session of 12 h to ~/.aws/credentials, "
        "profile mfa.\nWould save to ~/.aws/config, profile mfa: source profile default, device "
        "ada, region eu-west-1.\n"
    )
    assert (aws.config.read_bytes(), aws.credentials.read_bytes()) == before
    assert not aws.codes_used()


def test_data_on_stdout_and_notes_on_stderr(aws: Aws) -> None:
    """--output json prints one JSON document in AWS's casing; notes go to stderr."""
    aws.settle()
    result = aws.run("mfa", "login", "--token-code", aws.code(), "--output", "json")
    data = json.loads(result.stdout)
    assert list(data) == ["Profile", "SourceProfile", "MfaSerial", "Expiration"]
    assert data["Profile"] == "mfa"
    assert data["SourceProfile"] == "default"
    assert data["MfaSerial"] == aws.serial()
    assert datetime.fromisoformat(data["Expiration"]).tzinfo
    assert result.stderr


def test_query_uses_the_clis_formatter(aws: Aws) -> None:
    """Without --output too."""
    aws.settle()
    result = aws.run("mfa", "login", "--token-code", aws.code(), "--query", "Profile")
    assert json.loads(result.stdout) == "mfa"


@pytest.mark.parametrize("source", ["stdin", "environment", "mfa_process"])
def test_codes_from_stdin_environment_and_program(aws: Aws, source: str) -> None:
    """Without a prompt."""
    aws.settle_mfa(f"mfa_process = {aws.home / 'code'}\n" if source == "mfa_process" else "")
    aws.program("code", f"echo {aws.code()}")
    words = ("mfa", "login", *(("--token-code", "-") if source == "stdin" else ()))
    env = {"AWS_MFA_TOKEN_CODE": aws.code()} if source == "environment" else {}
    result = aws.run(*words, env=env, stdin=f"{aws.code()[:3]} {aws.code()[3:]}\n")
    assert result.code == 0, result.output
    assert aws.session()


def test_programs_do_not_inherit_the_code_in_the_environment(aws: Aws) -> None:
    """Neither botocore's ``credential_process`` nor ``mfa_process`` gets the code or the keys."""
    seen = aws.home / "seen"
    user = aws.service.user("ada")
    answer = {
        "Version": 1,
        "AccessKeyId": user.access_key_id,
        "SecretAccessKey": user.secret_access_key,
    }
    keys = aws.program("keys", f"env >> {seen}\necho '{json.dumps(answer)}'")
    aws.settle_mfa()
    aws.write_credentials("")
    with aws.config.open("a", encoding="utf-8") as file:
        file.write(f"[profile source]\ncredential_process = {keys}\n")
    words = ("mfa", "login", "--source-profile", "source", "--force")
    result = aws.run(*words, env={"AWS_MFA_TOKEN_CODE": aws.code()})
    assert result.code == 0, result.output
    assert "PATH=" in seen.read_text("utf-8")
    assert "AWS_MFA_TOKEN_CODE" not in seen.read_text("utf-8")


def test_a_code_in_the_environment_is_used_once(aws: Aws) -> None:
    """AWS would reject a second use in the same process."""
    aws.settle_mfa()
    env = {"AWS_MFA_TOKEN_CODE": aws.code()}
    assert aws.run("mfa", "login", env=env).code == 0
    calls = len(aws.service.calls)
    refused = aws.run("mfa", "login", "--force", env=env)
    assert refused.code == 254, refused.output
    assert "was already used" in refused.stderr
    assert not any(call.token_code for call in aws.service.calls[calls:])
    assert aws.codes_used() == 1


def test_mfa_process_gets_no_keys(aws: Aws) -> None:
    """Keys of the environment stay with ``aws``."""
    seen = aws.home / "seen"
    program = aws.program("code", f"env > {seen}\necho {aws.code()}")
    aws.settle_mfa(f"mfa_process = {program}\n")
    env = {"AWS_ACCESS_KEY_ID": "ASIALEFTOVER", "AWS_SECRET_ACCESS_KEY": "secret of before"}
    result = aws.run("mfa", "login", env={**env, "AWS_SESSION_TOKEN": "token of before"})
    assert result.code == 0, result.output
    for text in ("ASIALEFTOVER", "secret of before", "token of before"):
        assert text not in seen.read_text("utf-8")


def test_a_wrong_code_changes_nothing(aws: Aws) -> None:
    """AWS's refusal has its own text and exit code 254."""
    aws.settle_mfa()
    before = aws.config.read_bytes(), aws.credentials.read_bytes()
    result = aws.run("mfa", "login", "--token-code", aws.service.token_code(aws.serial(), -9))
    assert result.code == 254
    assert "code" in result.stderr
    assert result.stdout == ""
    assert (aws.config.read_bytes(), aws.credentials.read_bytes()) == before


def test_long_lived_keys_stay_and_their_session_goes_to_the_cache(aws: Aws) -> None:
    """A profile with keys keeps every byte; its commands use the session all the same."""
    aws.settle()
    before = aws.credentials.read_bytes()
    words = ("mfa", "login", "--profile", "default", "--token-code", aws.code())
    result = aws.run(*words)
    assert result.code == 0, result.output
    assert "keeps its access key" in result.stderr
    assert "--source-profile default" in result.stderr
    assert "mfa_session = on" in aws.config.read_text("utf-8")
    assert aws.credentials.read_bytes() == before
    (cached,) = (aws.folder / "cli" / "cache").iterdir()
    assert stat.S_IMODE(cached.stat().st_mode) == 0o600
    assert aws.run("sts", "get-caller-identity").code == 0
    assert aws.service.calls[-1].access_key_id.startswith("ASIA")


def test_keys_that_appear_during_a_login_stay(aws: Aws) -> None:
    """Another program stores long-lived keys in the profile while the code is fetched."""
    mine = "[mfa]\naws_access_key_id = AKIANEWKEYOFMINE\naws_secret_access_key = the only copy\n"
    keys = aws.home / "new-keys"
    keys.write_text(mine, "utf-8")
    program = aws.program("code", f"cat {keys} >> {aws.credentials}\necho {aws.code()}")
    aws.settle_mfa(f"mfa_process = {program}\n")
    aws.run("mfa", "login")
    assert aws.session()["aws_access_key_id"] == "AKIANEWKEYOFMINE"
    assert aws.session()["aws_secret_access_key"] == "the only copy"


OTHER_WAYS = {
    "a role": "role_arn = arn:aws:iam::123456789012:role/reader\nsource_profile = default\n",
    "sso": "sso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n"
    "sso_account_id = 123456789012\nsso_role_name = x\n",
    "another process": "credential_process = /bin/false\n",
    "web identity": "role_arn = arn:aws:iam::123456789012:role/x\nweb_identity_token_file = /x\n",
}


@pytest.mark.parametrize("settings", OTHER_WAYS.values(), ids=OTHER_WAYS.keys())
def test_a_profile_with_another_way_to_credentials_is_refused(aws: Aws, settings: str) -> None:
    """Nothing is changed, and no code is used."""
    aws.settle(config=f"[profile mfa]\n{settings}")
    before = aws.config.read_bytes(), aws.credentials.read_bytes()
    result = aws.run("mfa", "login", "--token-code", aws.code())
    assert result.code == 253, result.output
    assert "mfa" in result.stderr
    assert (aws.config.read_bytes(), aws.credentials.read_bytes()) == before
    assert not aws.codes_used()


def test_without_a_terminal_the_error_names_ways_to_give_a_code(aws: Aws) -> None:
    """Without a terminal and another source of codes, the exit code is 253."""
    aws.settle_mfa()
    before = aws.files()
    result = aws.run("mfa", "login")
    assert result.code == 253
    assert result.stdout == ""
    assert "--token-code" in result.stderr
    assert "Traceback" not in result.stderr
    assert aws.credentials.read_bytes() == before[".aws/credentials"]


WRONG_USAGE = {
    "an unknown subcommand": ("frobnicate",),
    "an unknown option": ("login", "--frobnicate"),
    "no number": ("login", "--duration-seconds", "soon"),
    "a session too long": ("login", "--duration-seconds", "129601"),
    "a session too short": ("login", "--duration-seconds", "899"),
    "no code": ("login", "--token-code", "12ab!"),
}


@pytest.mark.parametrize("words", WRONG_USAGE.values(), ids=WRONG_USAGE.keys())
def test_wrong_usage_ends_with_252(aws: Aws, words: tuple[str, ...]) -> None:
    """One line says what is wrong and one what to do, on stderr only."""
    aws.settle_mfa()
    result = aws.run("mfa", *words)
    assert result.code == 252, result.output
    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr
    assert not aws.service.calls


def test_the_session_duration_that_was_requested(aws: Aws) -> None:
    """--duration-seconds, then the profile's duration_seconds, then twelve hours."""
    aws.settle_mfa("duration_seconds = 1800\n")
    for words, seconds in ((), 1800), (("--duration-seconds", "900"), 900):
        aws.log_in("mfa", "--force", *words)
        times = [datetime.fromisoformat(aws.session()[name]) for name in ("expiration", "issued")]
        assert abs((times[0] - times[1]).total_seconds() - seconds) < 5


WRONG = {
    "no secret": ({"field": "SecretAccessKey"}, "no SecretAccessKey"),
    "an empty token": ({"field": "SessionToken", "text": ""}, "no SessionToken"),
    "an end in the past": (
        {"field": "Expiration", "text": "2020-01-01T00:00:00Z"},
        "expired at 2020-01-01T00:00:00+00:00",
    ),
    "no end": ({"field": "Expiration"}, "no Expiration"),
    "no credentials": ({"field": "Credentials"}, "no Credentials"),
    "no result": ({"field": "GetSessionTokenResult"}, "no Credentials"),
}


@pytest.mark.parametrize(("options", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_answer_of_sts(aws: Aws, options: dict[str, str], message: str) -> None:
    """The error says so, the valid session stays, and the code is recorded as used."""
    aws.settle()
    aws.log_in()
    before = aws.credentials.read_bytes()
    aws.service.fault("GetSessionToken", "wrong-answer", **options)  # type: ignore[arg-type]
    command = ("mfa", "login", "--force", "--token-code", aws.code())
    result = aws.run(*command)
    assert result.code == 254, result.output
    assert message in result.stderr
    assert "the code is used up" in result.stderr
    assert "sign-in page" not in result.stderr
    assert aws.credentials.read_bytes() == before
    again = aws.run(*command)
    assert again.code == 254, again.output
    assert "was already used" in again.stderr
