"""The section of a profile, and sessions in sections."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.records import Profile, Session
from awscli_mfa_plugin.session.sections import (
    SESSION_OPTIONS,
    STALE_OPTIONS,
    OtherSession,
    check_profile_name,
    config_section,
    credentials_section,
    may_be_valid,
    other_session,
    session_lines,
    session_of,
    session_options,
)
from tests.fakes import LONG_LIVED, NOW, session_section

SECTIONS = {
    "a new profile": ("mfa", [], "profile mfa"),
    "a new default": ("default", [], "default"),
    "a name with a blank": ("a b", [], "profile 'a b'"),
    "a name with an apostrophe": ("it's", [], """profile 'it'"'"'s'"""),
    "a name with a backslash": ("a\\b", [], "profile 'a\\b'"),
    "a name with shell text": ("$(x)", [], "profile $(x)"),
    "the spelling that is there": ("a b", ['profile "a b"'], 'profile "a b"'),
    "a quoted plain name": ("mfa", ["mfa", 'profile "mfa"'], 'profile "mfa"'),
    "default by its long name": ("default", ["profile default"], "profile default"),
    "the later of two spellings": ("a", ["profile a", "b", 'profile "a"'], 'profile "a"'),
    "the later of two defaults": ("default", ["profile default", "default"], "default"),
    "not the bare name": ("mfa", ["mfa"], "profile mfa"),
    "not an SSO session": ("mfa", ["sso-session mfa"], "profile mfa"),
    "not three words": ("a b", ["profile a b"], "profile 'a b'"),
    "not an open quote": ("a", ["profile 'a"], "profile a"),
    "an odd prefix, as botocore takes it": ("a", ["profiles a"], "profiles a"),
}


@pytest.mark.parametrize(("profile", "existing", "section"), SECTIONS.values(), ids=SECTIONS.keys())
def test_a_profile_is_found_in_the_config_file_as_botocore_finds_it(
    profile: str, existing: list[str], section: str
) -> None:
    """The section is the one that botocore would read, or the one that the CLI would make."""
    from botocore.configloader import build_profile_map

    assert config_section(profile, existing) == section
    sections = {name: {"is": name} for name in [*dict.fromkeys([*existing, section])]}
    assert build_profile_map(sections)["profiles"][profile] == {"is": section}


def test_the_credentials_file_holds_a_profile_under_its_bare_name() -> None:
    """No prefix and no quotes there."""
    assert credentials_section("a b") == "a b"


@pytest.mark.parametrize("name", ["mfa", "a b", "ü", "a[b", "$(x)", "-x", "<b>", "a/b", "default"])
def test_valid_profile_names(name: str) -> None:
    """Any text on one line."""
    check_profile_name(name)


@pytest.mark.parametrize(
    "name", ["", " a", "a ", "a]", "a\nb", "a\x1bb", "a\x85b", "a\u2028b", "DEFAULT", "\udcff"]
)
def test_invalid_profile_names_are_refused(name: str) -> None:
    """Those that can't be a section of both files, with the reason."""
    with pytest.raises(ConfigurationError) as caught:
        check_profile_name(name)
    assert caught.value.exit_code == 253


SESSION = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(hours=12), NOW)


def test_a_session_is_written_with_its_times_and_our_name() -> None:
    """RFC 3339 with offset, which shell prompts read."""
    assert session_options(SESSION) == {
        "aws_access_key_id": "ASIA1",
        "aws_secret_access_key": "secret-1",
        "aws_session_token": "token-1",
        "expiration": "2026-11-24T21:00:00+00:00",
        "issued": "2026-11-24T09:00:00+00:00",
        "issued_key": "2026-11-24T09:00:00+00:00 b1b36d22b7ab353e3f784f0affd40055",
        "manager": "awscli-mfa-plugin",
    }


def test_logout_removes_every_option_of_a_session() -> None:
    """A session itself has none of the old names."""
    assert set(session_options(SESSION)) == set(SESSION_OPTIONS)
    assert set(STALE_OPTIONS).isdisjoint(SESSION_OPTIONS)
    section = {**session_options(SESSION), "region": "eu-west-1"}
    assert set(section) - set(session_lines(section)) == {"region"}


@given(st.integers(1, 129_600), st.booleans(), st.integers(0, 10**9))
def test_a_session_is_read_as_it_was_written(
    lifetime: int,
    has_issued: bool,  # noqa: FBT001 - hypothesis draws it
    later: int,
) -> None:
    """Both times, to the second, whether or not the start is known."""
    issued = NOW + timedelta(seconds=later)
    session = Session(
        "A", "s", "t", issued + timedelta(seconds=lifetime), issued if has_issued else None
    )
    assert session_of(Profile("a", {}, session_options(session))) == session


NONE_OF_OURS = {
    "nothing": {},
    "long-lived keys": LONG_LIVED,
    "another manager's": session_section(manager="awsume"),
    "no end": session_section(expiration=""),
    "an end that is no time": session_section(expiration="soon"),
}


@pytest.mark.parametrize("section", NONE_OF_OURS.values(), ids=NONE_OF_OURS.keys())
def test_other_sessions_are_not_read(section: dict[str, str]) -> None:
    """Neither another tool's nor one without a valid expiration."""
    assert session_of(Profile("a", {}, section)) is None


def test_when_a_session_may_still_be_valid() -> None:
    """Until it expires; one without a known expiration may be valid."""
    assert may_be_valid(None, NOW)
    assert may_be_valid(NOW + timedelta(seconds=1), NOW)
    assert not may_be_valid(NOW, NOW)
    assert not may_be_valid(NOW - timedelta(seconds=1), NOW)


TEMPORARY = {
    "aws_access_key_id": "ASIA",
    "aws_secret_access_key": "secret",
    "aws_session_token": "token",
}
NAIVE = "2026-11-24 09:00:00"
RFC3339 = "2026-11-24T09:00:00+00:00"

LAYOUTS: dict[str, tuple[str, dict[str, str], str, datetime | None]] = {
    "aws-mfa": (
        "work",
        {"expiration": NAIVE, "aws_security_token": "token", "assumed_role": "False"},
        "aws-mfa",
        NOW,
    ),
    "aws-mfa, the token's old name alone": (
        "work",
        {"aws_session_token": "", "expiration": NAIVE, "aws_security_token": "token"},
        "aws-mfa",
        NOW,
    ),
    "aws-mfa by its role": ("work", {"expiration": NAIVE, "assumed_role": "x"}, "aws-mfa", NOW),
    "awsmfa": ("default", {"awsmfa_expiration": "2026-11-24T09:00:00"}, "awsmfa", NOW),
    "awscli-mfa.sh": ("a-mfasession", {"aws_session_expiry": RFC3339}, "awscli-mfa.sh", NOW),
    "awscli-bastion": (
        "bastion-sts",
        {"aws_session_expiration": "2026-11-24 09:00:00+00:00"},
        "awscli-bastion",
        NOW,
    ),
    "aws-vault": (
        "work",
        {"aws_credential_expiration": "2026-11-24T09:00:00Z"},
        "aws-vault",
        NOW,
    ),
    "saml2aws": (
        "saml",
        {"x_security_token_expires": "2026-11-24T10:00:00+01:00"},
        "saml2aws",
        NOW,
    ),
    "aws configure mfa-login": ("session-GAHT12345678", {}, "aws configure mfa-login", None),
    "nobody known, with an end": ("work", {"expiration": RFC3339}, "another tool", NOW),
    "nobody known, without one": ("work", {}, "another tool", None),
    "another manager": ("work", {"manager": "x", "expiration": RFC3339}, "x", NOW),
    "another manager, naive time": ("work", {"manager": "x", "expiration": NAIVE}, "x", NOW),
    "another manager, no end": ("work", {"manager": "x"}, "x", None),
    "an end that is no time": ("work", {"awsmfa_expiration": "soon"}, "awsmfa", None),
}


@pytest.mark.parametrize(
    ("name", "options", "tool", "expiration"), LAYOUTS.values(), ids=LAYOUTS.keys()
)
def test_sessions_of_other_tools_are_recognized_with_their_expiration(
    name: str, options: dict[str, str], tool: str, expiration: datetime | None
) -> None:
    """By the keys that each tool writes, in its format."""
    profile = Profile(name, {}, TEMPORARY | options)
    assert other_session(profile) == OtherSession(tool, expiration)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone can't be set here")
@pytest.mark.parametrize(("zone", "hour"), [("EST5", 14), ("CET-1", 8), ("UTC0", 9)])
def test_awsumes_expiration_is_local_time(
    zone: str, hour: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes naive local time (awsume #160)."""
    profile = Profile("work", {}, TEMPORARY | {"manager": "awsume", "expiration": NAIVE})
    try:
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        session = other_session(profile)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert session == OtherSession("awsume", datetime(2026, 11, 24, hour, tzinfo=timezone.utc))


@pytest.mark.parametrize(
    "section", [{}, LONG_LIVED, session_section(), LONG_LIVED | {"expiration": RFC3339}]
)
def test_long_lived_keys_and_our_sessions_belong_to_no_other_tool(section: dict[str, str]) -> None:
    """Only temporary keys that we didn't write do."""
    assert other_session(Profile("session-x", {}, section)) is None


def test_a_hostile_manager_is_shown_escaped_and_short() -> None:
    """The name comes from a file."""
    session = other_session(Profile("a", {}, TEMPORARY | {"manager": "\x1b[2J" + "x" * 99}))
    assert session is not None
    assert session.tool.startswith("\\x1b[2Jx")
    assert len(session.tool) == 40
