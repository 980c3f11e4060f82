"""Profiles and the sections that hold them."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.sections import (
    check_profile_name,
    config_section,
    credentials_section,
)

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
def test_a_fit_profile_name_passes(name: str) -> None:
    """Whatever stands on a line is a name."""
    check_profile_name(name)


@pytest.mark.parametrize(
    "name", ["", " a", "a ", "a]", "a\nb", "a\x1bb", "a\x85b", "a\u2028b", "DEFAULT", "\udcff"]
)
def test_an_unfit_profile_name_is_refused(name: str) -> None:
    """What can't be a section of both files is refused, with the reason."""
    with pytest.raises(ConfigurationError) as caught:
        check_profile_name(name)
    assert caught.value.exit_code == 253
