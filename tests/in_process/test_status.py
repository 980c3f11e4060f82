"""``aws mfa status``: the sessions and how long they are valid, without a prompt or a call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.in_process.aws import Aws


def entries(aws: Aws, *words: str) -> Any:
    """Return the data of status."""
    return json.loads(aws.run("mfa", "status", "--output", "json", *words).stdout)


def test_without_a_session_it_says_how_to_log_in(aws: Aws) -> None:
    """With exit code 1."""
    aws.settle()
    result = aws.run("mfa", "status")
    assert result.code == 1
    assert "aws mfa login --profile mfa" in result.stdout


@pytest.mark.parametrize(
    ("seconds", "state", "code"), [(36000, "valid", 0), (300, "expiring", 0), (-60, "expired", 1)]
)
def test_the_state_of_a_session(aws: Aws, seconds: int, state: str, code: int) -> None:
    """Valid, expiring or expired, by the time that is left; the exit code depends on it too."""
    aws.settle_mfa()
    aws.log_in()
    aws.age(seconds)
    calls = len(aws.service.calls)
    result = aws.run("mfa", "status")
    assert result.code == code
    assert result.stdout.startswith(f"mfa  {state}")
    assert "from default with ada" in result.stdout
    (entry,) = entries(aws)["Sessions"]
    assert list(entry) == [
        "Profile",
        "SourceProfile",
        "MfaSerial",
        "State",
        "Expiration",
        "RemainingSeconds",
    ]
    assert entry["State"] == state
    assert entry["Profile"] == "mfa"
    assert entry["SourceProfile"] == "default"
    assert entry["MfaSerial"] == aws.serial()
    if seconds > 0:
        assert seconds - 60 < entry["RemainingSeconds"] <= seconds
    assert len(aws.service.calls) == calls


def test_a_configured_output_does_not_change_the_text(aws: Aws) -> None:
    """Only an explicit --output or --query asks for data."""
    aws.settle_mfa("output = json\n")
    aws.log_in()
    assert aws.run("mfa", "status", "--profile", "mfa").stdout.startswith("mfa  valid")


def test_min_remaining_is_for_scripts(aws: Aws) -> None:
    """Exit code 0 while more seconds are left than given, 1 otherwise."""
    aws.settle_mfa()
    aws.log_in()
    aws.age(3600)
    for seconds, code in ((3000, 0), (3700, 1)):
        assert aws.run("mfa", "status", "--min-remaining", str(seconds)).code == code


@pytest.mark.parametrize("words", [("--min-remaining", "-1"), ("--min-remaining", "x")])
def test_min_remaining_must_be_a_number(aws: Aws, words: tuple[str, ...]) -> None:
    """Anything else is wrong usage."""
    assert aws.run("mfa", "status", *words).code == 252


def test_status_of_a_named_profile(aws: Aws) -> None:
    """A missing profile is an error, one without a session is shown."""
    aws.settle(config="[profile bare]\nregion = eu-west-1\n")
    unknown = aws.run("mfa", "status", "--profile", "nobody")
    assert unknown.code in {253, 255}
    assert "nobody" in unknown.stderr
    (entry,) = entries(aws, "--profile", "bare")["Sessions"]
    assert (entry["Profile"], entry["Expiration"]) == ("bare", None)


def test_the_session_beside_long_lived_keys_is_shown_too(aws: Aws) -> None:
    """It is in the CLI's cache, and the first login made the profile an MFA profile."""
    aws.settle()
    aws.log_in("default")
    (entry,) = entries(aws)["Sessions"]
    assert (entry["Profile"], entry["State"]) == ("default", "valid")


def test_another_tools_session_is_shown_with_the_tool(aws: Aws) -> None:
    """And not as one of ours."""
    aws.settle()
    with aws.credentials.open("a", encoding="utf-8") as file:
        file.write(
            "[theirs]\naws_access_key_id = ASIATHEIRS\naws_secret_access_key = x\n"
            "aws_session_token = y\nassumed_role = False\nexpiration = 2099-01-01 00:00:00\n"
        )
    assert "From other tools:\ntheirs  valid" in aws.run("mfa", "status").stdout
    data = entries(aws)
    assert data["Sessions"] == []
    (entry,) = data["OtherSessions"]
    assert entry["Profile"] == "theirs"
    assert entry["Tool"]


def test_keys_in_the_environment_are_mentioned(aws: Aws) -> None:
    """They override every profile in a command without --profile."""
    aws.settle_mfa()
    aws.log_in()
    result = aws.run("mfa", "status", env={"AWS_ACCESS_KEY_ID": "AKIAX"})
    assert "AWS_ACCESS_KEY_ID" in result.stderr
    assert "AWS_ACCESS_KEY_ID" not in result.stdout


def test_no_secret_is_shown(aws: Aws) -> None:
    """Neither as text nor as data."""
    aws.settle_mfa()
    aws.log_in()
    session = aws.session()
    output = aws.run("mfa", "status").output + json.dumps(entries(aws))
    assert session["aws_secret_access_key"] not in output
    assert session["aws_session_token"] not in output


def test_a_pipe_has_colors_only_by_the_option(aws: Aws) -> None:
    """Results and errors are colored alike; JSON gets no color."""
    aws.settle_mfa()
    aws.log_in()
    unknown = ("mfa", "status", "--profile", "nobody")
    assert "\x1b" not in aws.run("mfa", "status").output + aws.run(*unknown).output
    assert "\x1b[32mvalid   \x1b[0m" in aws.run("mfa", "status", "--color", "on").stdout
    error = "\x1b[0m There is no profile 'nobody'."
    assert error in aws.run(*unknown, "--color", "on").stderr
    assert "\x1b" not in aws.run("mfa", "status", "--output", "json", "--color", "on").output
