"""``aws mfa logout``: what is removed and what it says."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_mfa_plugin.commands import logout
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.errors import UsageError
from awscli_mfa_plugin.session.records import Session
from tests.fakes import LONG_LIVED, SERIAL, FakeFiles, Fakes, context, session_section
from tests.unit.commands.run import data_of, run, with_keys, with_session


@pytest.mark.parametrize(
    ("fakes", "given", "text", "removed"),
    [
        (
            with_session(),
            {},
            "Logged out of mfa. Copies of the session stay valid until 21:00.",
            True,
        ),
        (
            with_session(),
            {"forget": True},
            (
                "Logged out of mfa. Copies of the session stay valid until 21:00. It is no longer "
                "an MFA profile."
            ),
            True,
        ),
        (with_session(age=43_200), {}, "Logged out of mfa.", True),
        (
            Fakes(files=FakeFiles({"mfa": {"mfa_source_profile": "default"}})),
            {},
            "Not logged in to mfa.",
            False,
        ),
        (
            Fakes(files=FakeFiles({"mfa": {"mfa_source_profile": "default"}})),
            {"forget": True},
            "Not logged in to mfa. It is no longer an MFA profile.",
            False,
        ),
        (
            Fakes(files=FakeFiles({}, {"mfa": session_section() | LONG_LIVED})),
            {},
            (
                "Removed an old session from mfa. Its access key isn't from aws mfa login, so it "
                "was kept."
            ),
            True,
        ),
    ],
)
def test_logout_says_what_it_did(
    fakes: Fakes, given: dict[str, Any], text: str, *, removed: bool
) -> None:
    """One line for each profile; only the session is removed."""
    result = run(logout, context(fakes), **given)
    assert (result.text, result.exit_code) == (text, 0)
    [entry] = data_of(result)["Sessions"]
    assert (entry["Profile"], entry["Removed"]) == ("mfa", removed)
    assert not fakes.files.profile("mfa").is_ours
    is_forgotten = bool(given) or not fakes.files.profile("mfa").config
    assert fakes.files.profile("mfa").is_managed is not is_forgotten


def test_the_data_has_the_expiration_of_the_removed_session() -> None:
    """Or null."""
    fakes = with_session()
    ends = [data_of(run(logout, context(fakes)))["Sessions"][0]["Expiration"] for _ in range(2)]
    assert ends == ["2026-11-24T21:00:00+00:00", None]


def test_the_session_in_the_cache_is_removed_too() -> None:
    """Of a profile with long-lived keys."""
    fakes = with_keys()
    end = fakes.clock.now()
    fakes.files.cached["default"] = Session("ASIA1", "s", "t", end)
    result = run(logout, context(fakes, GlobalOptions(profile="default")))
    assert result.text == "Logged out of default."
    assert fakes.files.cached == {}


def test_all_profiles_are_logged_out_of() -> None:
    """One line each; without any there is nothing to do."""
    fakes = with_session()
    fakes.files.config["other"] = {"mfa_source_profile": "default", "mfa_serial": SERIAL}
    result = run(logout, context(fakes), all=True)
    assert result.text.splitlines() == [
        "Logged out of mfa. Copies of the session stay valid until 21:00.",
        "Not logged in to other.",
    ]
    nothing = run(logout, context(with_keys()), all=True)
    assert (nothing.text, data_of(nothing)) == ("No MFA sessions to log out of.", {"Sessions": []})


def test_all_and_one_are_refused_together() -> None:
    """And nothing is removed."""
    fakes = with_session()
    with pytest.raises(UsageError) as refused:
        run(logout, context(fakes, GlobalOptions(profile="mfa")), all=True)
    assert refused.value.what == "--all and --profile can't be used together."
    assert refused.value.remedy == "Use one of them."
    assert fakes.files.writes == []
