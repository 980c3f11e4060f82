"""``aws mfa status``: the texts, the data and the exit code."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.commands import status
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.text import Screen
from tests.fakes import SERIAL, FakeFiles, Fakes, context, session_section
from tests.unit.commands.run import data_of, run, with_keys, with_session


def test_a_session_is_shown_with_its_source_and_device() -> None:
    """Two lines of text, and everything as data."""
    found = run(status, context(with_session(age=600)))
    assert found.text == (
        "mfa  valid     until 20:50, 11 h 50 min left\n     from default with ada"
    )
    assert data_of(found) == {
        "Sessions": [
            {
                "Profile": "mfa",
                "SourceProfile": "default",
                "MfaSerial": SERIAL,
                "State": "valid",
                "Expiration": "2026-11-24T20:50:00+00:00",
                "RemainingSeconds": 42_600,
            }
        ]
    }


@pytest.mark.parametrize(
    ("min_remaining", "code"), [(None, 0), (0, 0), (42_599, 0), (42_600, 1), (43_200, 1)]
)
def test_the_exit_code_depends_on_min_remaining(min_remaining: int | None, code: int) -> None:
    """0 if more seconds are left, else 1."""
    here = context(with_session(age=600))
    assert run(status, here, min_remaining=min_remaining).exit_code == code


def test_negative_seconds_are_refused() -> None:
    """As wrong usage."""
    with pytest.raises(UsageError) as refused:
        run(status, context(with_session()), min_remaining=-1)
    assert refused.value.what == "--min-remaining must be 0 or more seconds."


@pytest.mark.parametrize(
    ("age", "line"),
    [
        (42_900, "mfa  expiring  until 09:05, 5 min left"),
        (43_260, "mfa  expired   since 08:59"),
        (0, "mfa  valid     until 21:00, 12 h left"),
    ],
)
def test_each_state_has_its_text(age: int, line: str) -> None:
    """The state, then when."""
    assert run(status, context(with_session(age=age))).text.splitlines()[0] == line


def test_an_mfa_profile_without_a_session_fails_the_check() -> None:
    """Though another one is valid."""
    fakes = with_session()
    fakes.files.config["long-name"] = {"mfa_source_profile": "default"}
    found = run(status, context(fakes))
    assert found.text.splitlines() == [
        "mfa        valid     until 21:00, 12 h left",
        "           from default with ada",
        "long-name  none      not logged in",
        "           from default",
    ]
    assert found.exit_code == 1
    assert data_of(found)["Sessions"][1]["Expiration"] is None
    assert data_of(found)["Sessions"][1]["RemainingSeconds"] is None


def test_the_sessions_of_other_tools_are_listed_separately() -> None:
    """With the tool, also without a known expiration."""
    other = {"aws_access_key_id": "ASIAX", "aws_secret_access_key": "s", "aws_session_token": "t"}
    files = FakeFiles({}, {"work": {**other, "manager": "awsume"}})
    found = run(status, context(Fakes(files=files)))
    assert found.text == (
        "From other tools:\nwork  unknown   no expiration recorded\n      written by awsume"
    )
    assert data_of(found)["Sessions"] == []
    [entry] = data_of(found)["OtherSessions"]
    assert (entry["Profile"], entry["Tool"], entry["State"]) == ("work", "awsume", "unknown")
    both = with_session()
    both.files.credentials["work"] = {**other, "manager": "awsume"}
    assert run(status, context(both)).text.splitlines()[2:4] == ["", "From other tools:"]


def test_a_profile_that_isnt_managed_has_no_session() -> None:
    """It is only shown if it is named."""
    here = context(with_keys(), GlobalOptions(profile="default"))
    none = run(status, here)
    assert (none.exit_code, none.text) == (1, "default  none      not logged in")
    assert run(status, context(with_keys())).text == (
        "No MFA sessions yet. Start with:  aws mfa login --profile mfa"
    )
    assert run(status, context(with_keys())).exit_code == 1


def test_a_named_profile_is_shown_alone() -> None:
    """Without the others."""
    fakes = with_session()
    fakes.files.credentials["other"] = session_section()
    found = run(status, context(fakes, GlobalOptions(profile="other")))
    assert [entry["Profile"] for entry in data_of(found)["Sessions"]] == ["other"]


def test_a_profile_that_isnt_there_is_an_error() -> None:
    """With the login that would create it."""
    with pytest.raises(ConfigurationError) as refused:
        run(status, context(with_keys(), GlobalOptions(profile="no body")))
    assert refused.value.what == "There is no profile 'no body'."
    assert refused.value.remedy == "Log in to create it:  aws mfa login --profile 'no body'"


@pytest.mark.parametrize(
    ("age", "screen", "bar"),
    [
        (21_600, Screen(), ""),
        (21_600, Screen(is_terminal=True, encoding="utf-8"), "██████████░░░░░░░░░░"),
        (21_600, Screen(is_terminal=True, encoding="ascii"), "##########.........."),
        (21_600, Screen(is_terminal=True, encoding="no such"), "##########.........."),
        (0, Screen(is_terminal=True, encoding="ascii"), "####################"),
        (43_100, Screen(is_terminal=True, encoding="ascii"), "#..................."),
    ],
)
def test_a_bar_shows_the_time_left_on_a_terminal(age: int, screen: Screen, bar: str) -> None:
    """In characters that it can show; at least one cell while the session is valid."""
    text = run(status, context(with_session(age=age), screen=screen)).text
    assert text.splitlines()[0].rpartition("left")[2].strip() == bar


def test_keys_in_the_environment_are_pointed_out() -> None:
    """They override every session."""
    fakes = with_session()
    run(status, context(fakes))
    assert fakes.notes == []
    fakes.environment["AWS_ACCESS_KEY_ID"] = "AKIA"
    run(status, context(fakes))
    assert fakes.notes == [
        "AWS_ACCESS_KEY_ID is set: commands without --profile use that key instead of a session."
    ]


OWN_KEYS = {
    "of a session that exec gave": ({"AWS_MFA_PROFILE": "admin"}, "ASIAROLE", False),
    "of a session that export gave": ({}, "ASIAOLD", False),
    "of another session": ({}, "ASIAOTHER", True),
    "long-lived, inside exec": ({"AWS_MFA_PROFILE": "mfa"}, "AKIAADA", True),
}


@pytest.mark.parametrize(
    ("environment", "key_id", "is_noted"), OWN_KEYS.values(), ids=OWN_KEYS.keys()
)
def test_its_own_session_in_the_environment_is_no_surprise(
    environment: dict[str, str],
    key_id: str,
    is_noted: bool,  # noqa: FBT001 - a value of the table
) -> None:
    """Inside ``aws mfa exec`` that is what was asked for."""
    fakes = with_session()
    fakes.environment.update({**environment, "AWS_ACCESS_KEY_ID": key_id})
    run(status, context(fakes))
    assert bool(fakes.notes) == is_noted
