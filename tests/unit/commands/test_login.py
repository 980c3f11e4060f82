"""``aws mfa login`` in the test's own process: its result, its notes, and its options."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_mfa_plugin.commands import login
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.errors import UsageError
from tests.fakes import LONG_LIVED, NOW, SERIAL, FakeFiles, Fakes, FakeTerminal, context
from tests.unit.commands.run import data_of, run, with_keys, with_session

SAVED = "Saved to ~/.aws/config, profile mfa: source profile default, device ada, region eu-west-1."


def test_a_first_login_says_what_it_saved_and_what_to_try() -> None:
    """The profile is mfa if none is named."""
    fakes = with_keys("123456")
    result = run(login, context(fakes))
    assert data_of(result) == {
        "Profile": "mfa",
        "SourceProfile": "default",
        "MfaSerial": SERIAL,
        "Expiration": "2026-11-24T21:00:00+00:00",
    }
    assert result.text == (
        "Logged in. Profile mfa is valid until 21:00 (12 h).\n"
        "Try it:  aws s3 ls --profile mfa\n"
        "Tip: export AWS_PROFILE=mfa makes it the default in this shell."
    )
    assert result.exit_code == 0
    assert fakes.notes == [SAVED]
    assert fakes.files.profile("mfa").is_ours


def test_the_tip_is_shown_without_aws_profile() -> None:
    """Users who set AWS_PROFILE know it."""
    fakes = with_keys("123456")
    fakes.environment["AWS_PROFILE"] = "other"
    text = run(login, context(fakes)).text
    assert text.splitlines()[1:] == ["Try it:  aws s3 ls --profile mfa"]


def test_a_later_login_is_one_line() -> None:
    """The seconds that the call took don't turn 12 h into 11 h 59 min."""
    fakes = with_session(age=43_000)
    fakes.terminal = FakeTerminal("123456")
    here = context(fakes)
    fakes.clock.advance(0.5)
    result = run(login, here)
    assert result.text == "Logged in. Profile mfa is valid until 21:00 (12 h)."
    assert fakes.notes == []


def test_every_option_is_passed_on() -> None:
    """And profile and region of the global options."""
    fakes = with_keys()
    options = GlobalOptions(profile="work", region="eu-central-1")
    result = run(
        login,
        context(fakes, options),
        source_profile="default",
        serial_number="GAHT12345678",
        token_code="123456",
        duration_seconds=3600,
    )
    assert data_of(result)["Profile"] == "work"
    [call] = fakes.sts.calls
    assert (call.mfa_serial, call.token_code) == ("GAHT12345678", "123456")
    assert (call.duration_seconds, call.region) == (3600, "eu-central-1")
    assert result.text.startswith("Logged in. Profile work is valid until 10:00 (1 h).")


def test_a_valid_session_is_kept() -> None:
    """And nobody is asked."""
    result = run(login, context(with_session(age=600)))
    assert result.text == (
        "Profile mfa has 11 h 50 min left, until 20:50.\nStill valid. Use --force to renew it now."
    )
    assert data_of(result)["Expiration"] == "2026-11-24T20:50:00+00:00"


@pytest.mark.parametrize("given", [{"force": True}, {"min_remaining": 43_000}])
def test_a_valid_session_is_renewed_on_request(given: dict[str, Any]) -> None:
    """With --force, or because too little is left."""
    fakes = with_session(age=600)
    fakes.terminal = FakeTerminal("123456")
    assert run(login, context(fakes), **given).text.startswith("Logged in. ")
    assert len(fakes.sts.calls) == 1


def test_an_expiring_session_is_kept_while_another_process_logs_in() -> None:
    """It is still valid."""
    fakes = with_session(age=42_900)
    fakes.locks.busy["session"] = "aws mfa login (7)"
    result = run(login, context(fakes))
    assert result.text == (
        "Profile mfa expires soon, at 09:05 (5 min left).\nAnother process is logging in to it."
    )


@pytest.mark.parametrize(
    ("profile", "text"),
    [
        (
            "mfa",
            (
                "Would ask for a code from ada and save a session of 12 h to ~/.aws/credentials, "
                f"profile mfa.\nWould save{SAVED.removeprefix('Saved')}"
            ),
        ),
        (
            "default",
            (
                "Would ask for a code from ada and save a session of 12 h to the CLI's cache, "
                "profile default.\n"
                "Would save to ~/.aws/config, profile default: mfa_session on, device ada."
            ),
        ),
    ],
)
def test_a_dry_run_says_what_would_happen(profile: str, text: str) -> None:
    """There is no expiration, and nothing is asked or written."""
    fakes = with_keys()
    result = run(login, context(fakes, GlobalOptions(profile=profile)), dry_run=True)
    assert result.text == text
    assert data_of(result)["Expiration"] is None
    assert (fakes.files.writes, fakes.terminal.questions, fakes.notes) == ([], [], [])


def test_a_dry_run_with_settings_has_nothing_to_save() -> None:
    """One line."""
    fakes = with_session(age=43_190)
    fakes.files.config["mfa"] = {**fakes.files.config["mfa"], "region": "eu-west-1"}
    assert run(login, context(fakes), dry_run=True).text == (
        "Would ask for a code from ada and save a session of 12 h to ~/.aws/credentials, "
        "profile mfa."
    )


def test_a_profile_with_its_own_keys_keeps_them() -> None:
    """Other tools keep using them: a note says so, and how to change that."""
    fakes = with_keys("123456")
    run(login, context(fakes, GlobalOptions(profile="default")))
    assert fakes.notes == [
        (
            "Profile default keeps its access key: only aws commands use the session, other tools "
            "don't.\nFor those:  aws mfa login --profile mfa --source-profile default"
        ),
        "Saved to ~/.aws/config, profile default: mfa_session on, device ada.",
    ]


def test_names_are_shown_safely_and_quoted_for_a_shell() -> None:
    """Names from files may contain blanks and control characters."""
    files = FakeFiles({}, {"my keys": LONG_LIVED})
    fakes = Fakes(files=files, terminal=FakeTerminal("123456"))
    run(login, context(fakes, GlobalOptions(profile="my keys", region="eu-west-1")))
    assert fakes.notes[0].endswith("--source-profile 'my keys'")


def test_keys_of_the_environment_have_no_source_profile() -> None:
    """Null in the data."""
    fakes = Fakes(terminal=FakeTerminal("123456"))
    fakes.environment |= {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"}
    result = run(login, context(fakes, GlobalOptions(region="eu-west-1")))
    assert data_of(result)["SourceProfile"] is None


def test_a_wrong_length_is_refused() -> None:
    """Before anything is asked."""
    fakes = with_keys()
    with pytest.raises(UsageError):
        run(login, context(fakes), duration_seconds=899)
    assert fakes.clock.now() == NOW
    assert fakes.terminal.questions == []
