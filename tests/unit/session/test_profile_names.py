"""Profiles whose names were probably mistyped."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.session.profile_names import missing_profile, nearest

KNOWN = ("mfa", "mfa-work", "private-mfa")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("mfaa", "mfa"),
        ("mf", "mfa"),
        ("maf", "mfa"),
        ("mfs", "mfa"),
        ("mfa-wrok", "mfa-work"),
        ("privatemfa", "private-mfa"),
        ("mfa-home", ""),
        ("work-mfa", ""),
        ("m", ""),
        ("", ""),
        ("production", ""),
    ],
)
def test_one_mistake_is_near(name: str, near: str) -> None:
    """Names of one kind, such as mfa-home and mfa-work, aren't."""
    assert nearest(name, KNOWN) == near


def test_the_error_suggests_the_name_that_was_meant() -> None:
    """Or how to make the profile."""
    assert str(missing_profile("mfaa", KNOWN)) == "There is no profile 'mfaa'.\nDid you mean 'mfa'?"
    assert missing_profile("a b", KNOWN).remedy == (
        "Log in to create it:  aws mfa login --profile 'a b'"
    )
