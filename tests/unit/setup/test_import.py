"""What becomes of other tools' setups: names, values, commands, and what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.errors import (
    CancelledError,
    CannotAskError,
    ConfigurationError,
    UsageError,
)
from awscli_mfa_plugin.session.records import Profile
from awscli_mfa_plugin.setup.found import Setup
from awscli_mfa_plugin.setup.import_plan import Import, found_text, imports_of
from awscli_mfa_plugin.setup.questions import accepted_imports, confirm
from tests.fakes import LONG_LIVED, NOW, SERIAL, FakeTerminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.setup.found import Skipped

SEED = "JBSWY3DPEHPK3PXP"
WORK = Setup("awsume", source="work", base="work", serial=SERIAL)
AWS_MFA = Setup("aws-mfa", source="default-long-term", base="default", session="default")
VAULT = Setup(
    "aws-vault",
    source="home-keys",
    base="home",
    token_command="pass otp aws",
    keys_command="aws-vault export --no-session home",
    is_new_source=True,
)
GRANTED = Setup("granted", source="team", base="team", keys_command="granted credential-process")


def planned(
    *setups: Setup,
    config: Mapping[str, Mapping[str, str]] | None = None,
    credentials: Mapping[str, Mapping[str, str]] | None = None,
    named: str | None = None,
    source: str | None = None,
) -> tuple[tuple[Import, ...], tuple[Skipped, ...]]:
    """Plan the imports in these sections, which are given by profile."""
    config, credentials = config or {}, credentials or {}
    profiles = {
        name: Profile(name, config.get(name, {}), credentials.get(name, {}))
        for name in {**config, **credentials}
    }
    return imports_of(setups, profiles, named, NOW, source)


def only(*args: Any, **given: Any) -> Import:
    """Return the only import; nothing is skipped."""
    [made], skipped = planned(*args, **given)
    assert skipped == ()
    return made


def settings_of(made: Import) -> dict[str, dict[str, str]]:
    """Return the settings that an import makes, by profile."""
    return {change.profile: dict(change.settings) for change in made.changes}


def test_the_new_profile_has_a_name_of_its_own() -> None:
    """Mfa for default, else with -mfa; the tool's own section is never it."""
    imports, skipped = planned(AWS_MFA, WORK)
    assert [made.profile for made in imports] == ["mfa", "work-mfa"]
    assert skipped == ()
    assert settings_of(imports[1]) == {
        "work-mfa": {"mfa_source_profile": "work", "mfa_serial": SERIAL}
    }


def test_a_name_that_is_taken_gets_a_number() -> None:
    """Whoever took it: a section, or an import before it."""
    config = {"mfa": {"region": "eu-west-1"}}
    other = Setup("awsmfa", source="identity", base="default")
    imports, _ = planned(AWS_MFA, other, config=config)
    assert [made.profile for made in imports] == ["default-mfa-2", "default-mfa-3"]


def test_the_name_of_a_session_that_a_tool_has_not_made_yet_is_taken() -> None:
    """It would write over ours."""
    later = Setup("aws-mfa", source="mfa-long-term", base="mfa", session="mfa")
    imports, _ = planned(AWS_MFA, later)
    assert [made.profile for made in imports] == ["default-mfa-2", "mfa-mfa"]


def test_a_setup_that_is_already_there_needs_nothing() -> None:
    """An MFA profile has its source."""
    made = only(WORK, config={"mine": {"mfa_source_profile": "work"}})
    assert (made.profile, made.changes) == ("mine", ())
    assert found_text(made) == (
        "Found awsume: long-lived keys in work, device ada. Already set up: mine."
    )


def test_the_option_chooses_the_name() -> None:
    """A profile that only has a region is fine."""
    made = only(WORK, config={"x": {"region": "eu-west-1"}}, named="x")
    assert made.profile == "x"


def test_the_option_is_for_one_setup() -> None:
    """Those that are there already don't count."""
    with pytest.raises(UsageError, match="default-long-term, work"):
        planned(AWS_MFA, WORK, named="x")
    config = {"mine": {"mfa_source_profile": "work"}}
    imports, _ = planned(AWS_MFA, WORK, config=config, named="x")
    assert [made.profile for made in imports] == ["x", "mine"]


@pytest.mark.parametrize(
    ("setup", "named", "why"),
    [
        (AWS_MFA, "default", "belongs to aws-mfa"),
        (AWS_MFA, "a]b", "can't be a profile name"),
        (VAULT, "home", "belongs to aws-vault"),
        (VAULT, "home-keys", "belongs to aws-vault"),
        (WORK, "work", "work has long-lived keys, so it can't be the new MFA profile"),
        (WORK, "role", "gets its credentials from role_arn"),
        (WORK, "sess", "has a session from awsume"),
    ],
)
def test_the_option_can_not_name_a_section_of_others(setup: Setup, named: str, why: str) -> None:
    """Not even if the session in it has expired."""
    old = {"aws_session_token": "t", "manager": "awsume", "expiration": "2020-01-01 00:00:00"}
    credentials = {"work": LONG_LIVED, "sess": {**old, "aws_access_key_id": "ASIA1"}}
    with pytest.raises(ConfigurationError, match=why):
        planned(setup, config={"role": {"role_arn": "x"}}, credentials=credentials, named=named)


def test_choosing_one_setup_takes_no_name_of_the_others() -> None:
    """Those of session profiles that their tools will make later."""
    other = Setup("aws-mfa", source="work-mfa-long-term", base="work-mfa", session="work-mfa")
    imports, skipped = planned(AWS_MFA, other, WORK, source="work")
    assert [made.profile for made in imports] == ["work-mfa-2"]
    assert skipped == ()
    with pytest.raises(ConfigurationError, match="default belongs to aws-mfa"):
        planned(AWS_MFA, WORK, source="work", named="default")


def test_the_option_can_not_name_another_mfa_profile() -> None:
    """Its source would be replaced."""
    with pytest.raises(ConfigurationError, match="mine is an MFA profile already"):
        planned(WORK, config={"mine": {"mfa_source_profile": "other"}}, named="mine")


def test_settings_of_a_named_profile_stay() -> None:
    """The import adds those that are missing."""
    setup = Setup("awsume", source="work", base="work", serial=SERIAL, region="us-east-1")
    made = only(setup, config={"x": {"region": "eu-west-1"}}, named="x")
    assert settings_of(made) == {"x": {"mfa_source_profile": "work", "mfa_serial": SERIAL}}


def test_a_value_that_can_not_be_is_left_out() -> None:
    """It is named; twelve hours are the usual duration, and aren't set."""
    setup = Setup(
        "aws-mfa",
        source="x-long-term",
        base="x",
        serial="no device",
        duration="60",
        region="nowhere",
        token_command=f"totp {SEED}",
        left=("the role r",),
    )
    made = only(setup)
    assert settings_of(made) == {"x-mfa": {"mfa_source_profile": "x-long-term"}}
    assert [what.partition(" must ")[0] for what in made.left] == [
        "the role r",
        (
            "mfa_serial: 'no device' isn't an MFA serial: those have 9 to 256 letters, digits, "
            "and + = / : , . @ - _"
        ),
        "duration_seconds",
        "mfa_process: seems to contain a TOTP seed",
        "region",
    ]
    assert "device" not in found_text(made)
    assert SEED not in "".join(made.left)
    usual = Setup("aws-mfa", source="x", base="x", duration="43200", region="eu-west-1")
    assert settings_of(only(usual))["x-mfa"] == {"mfa_source_profile": "x", "region": "eu-west-1"}


def test_a_new_source_profile() -> None:
    """It is made with the command that gets the keys; both commands need a yes."""
    made = only(VAULT, config={"home": {"mfa_serial": SERIAL}})
    assert settings_of(made) == {
        "home-keys": {"credential_process": "aws-vault export --no-session home"},
        "home-mfa": {"mfa_source_profile": "home-keys", "mfa_process": "pass otp aws"},
    }
    assert [(each.option, each.is_needed) for each in made.commands] == [
        ("credential_process", True),
        ("mfa_process", False),
    ]
    assert found_text(made) == (
        "Found aws-vault: long-lived keys of home in its keyring. New MFA profile: home-mfa."
    )


def test_a_new_source_profile_that_is_there_already() -> None:
    """An earlier import made it, or it is somebody else's."""
    same = {"home-keys": {"credential_process": VAULT.keys_command}}
    assert settings_of(only(VAULT, config=same))["home-keys"] == {}
    imports, [skipped] = planned(VAULT, config={"home-keys": {"region": "eu-west-1"}})
    assert imports == ()
    assert (skipped.profile, skipped.tool) == ("home", "aws-vault")
    assert skipped.reason == "profile home-keys exists already, and has other settings"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (f"vault {SEED}", "its credential_process seems to contain a TOTP seed"),
        ("vault \x1b[2J", "its credential_process contains a control character"),
        ("vault " + "x" * 2000, "its credential_process is too long"),
    ],
)
def test_a_command_that_can_not_be_shown_is_not_taken_over(command: str, why: str) -> None:
    """A secret would be on the screen."""
    setup = Setup("granted", source="team", base="team", keys_command=command)
    imports, [skipped] = planned(setup, config={"team": {}})
    assert imports == ()
    assert skipped.reason.startswith(why)


def test_a_command_that_a_login_would_inherit_is_needed() -> None:
    """The source profile's mfa_process runs anyway: without a yes nothing is imported."""
    setup = Setup("AWS CLI", source="work", base="work", token_command="ykman code")
    config = {"work": {"mfa_process": "ykman code"}}
    assert [each.is_needed for each in only(setup, config=config).commands] == [True]
    hidden = {"work": {"mfa_process": f"totp {SEED}"}}
    assert "seems to contain" in planned(setup, config=hidden)[1][0].reason


def test_a_source_that_can_not_be_written() -> None:
    """A section whose name ends with a blank."""
    setup = Setup("aws-vault", source="x\n-keys", base="x\n", keys_command="v", is_new_source=True)
    assert planned(setup)[1][0].reason.startswith("its name can't be used: it contains ']', a new")


def test_the_sessions_of_the_tool_are_named() -> None:
    """So that nobody takes them for ours."""
    assert found_text(only(AWS_MFA)) == (
        "Found aws-mfa: long-lived keys in default-long-term, sessions in default. "
        "New MFA profile: mfa."
    )


def test_each_command_is_shown_whole_and_asked_for() -> None:
    """A yes to both keeps all."""
    terminal = FakeTerminal("y", "yes")
    made = only(VAULT)
    assert accepted_imports([made], terminal, allow_commands=False) == (made,)
    shown = "".join(terminal.shown)
    assert "will run this command of aws-vault to get the long-lived keys:" in shown
    assert "    aws-vault export --no-session home\n" in shown
    assert "will run this command to get MFA codes:" in shown
    assert "    pass otp aws\n" in shown
    assert shown.count("Without it, home-mfa isn't imported.") == 1


def test_a_declined_command_for_codes_is_left_out() -> None:
    """The rest is imported."""
    [kept] = accepted_imports([only(VAULT)], FakeTerminal("y", "n"), allow_commands=False)
    assert settings_of(kept)["home-mfa"] == {"mfa_source_profile": "home-keys"}
    assert settings_of(kept)["home-keys"]


def test_a_declined_command_for_keys_ends_that_import() -> None:
    """Nothing more is asked for it; the others go on."""
    terminal = FakeTerminal("n", "y")
    made = [only(VAULT), only(GRANTED)]
    assert [each.profile for each in accepted_imports(made, terminal, allow_commands=False)] == [
        "team-mfa"
    ]
    assert len(terminal.questions) == 2


def test_commands_need_somebody_who_accepts_them() -> None:
    """Or the option that accepts all."""
    nobody = FakeTerminal(nobody="no terminal")
    made = (only(GRANTED),)
    with pytest.raises(CannotAskError, match=r"no terminal\): granted credential-process") as error:
        accepted_imports(made, nobody, allow_commands=False)
    assert error.value.what.startswith(
        "A login to team-mfa would run a command as you, and you can"
    )
    assert "--allow-commands" in error.value.remedy
    assert accepted_imports(made, nobody, allow_commands=True) == made
    assert accepted_imports([only(WORK)], nobody, allow_commands=False)


def test_the_change_is_shown_and_asked_for() -> None:
    """Enter is a no."""
    terminal = FakeTerminal("y", "")
    confirm(only(WORK).changes, "+[profile work-mfa]", terminal, is_import=True)
    assert terminal.shown == ["+[profile work-mfa]\n"]
    with pytest.raises(CancelledError, match="Nothing was changed"):
        confirm(only(WORK).changes, "", terminal, is_import=True)


def test_without_a_terminal_the_change_needs_the_option() -> None:
    """Even if it only adds."""
    with pytest.raises(CannotAskError, match="would add work-mfa") as error:
        confirm(only(WORK).changes, "", FakeTerminal(nobody="no terminal"), is_import=True)
    assert "--yes" in error.value.remedy
