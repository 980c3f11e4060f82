"""``aws mfa configure --import``: what it says, asks and writes."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_mfa_plugin.commands import configure
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.errors import (
    CancelledError,
    CannotAskError,
    ConfigurationError,
)
from tests.fakes import LONG_LIVED, SERIAL, FakeFiles, FakeProcess, Fakes, FakeTerminal, context
from tests.unit.commands.run import data_of, run

SESSION = {
    "aws_access_key_id": "ASIA1",
    "aws_secret_access_key": "s",
    "aws_session_token": "t",
    "assumed_role": "False",
    "expiration": "2026-11-24 12:00:00",
}


def home(*answers: str, nobody: str = "", **config: dict[str, str]) -> Fakes:
    """Return fakes with what aws-mfa wrote, a profile with a device, and more config."""
    credentials = {
        "default-long-term": {**LONG_LIVED, "aws_mfa_device": SERIAL},
        "default": SESSION,
        "work": LONG_LIVED,
    }
    sections = {"default": {"region": "eu-west-1"}, "work": {"mfa_serial": SERIAL}, **config}
    files = FakeFiles(sections, credentials)
    return Fakes(files=files, terminal=FakeTerminal(*answers, nobody=nobody))


def imported(
    fakes: Fakes, profile: str | None = None, process: FakeProcess | None = None, **given: Any
) -> Any:
    """Run the import, with --profile or without; aws-vault is on the PATH."""
    here = context(
        fakes,
        GlobalOptions(profile=profile),
        process,
        asking_terminal=fakes.terminal,
        peer_programs=lambda: {"aws-vault": "/bin/aws-vault"},
    )
    return run(configure, here, **{"import": True, **given})


def test_all_setups_are_imported_after_a_yes() -> None:
    """What was found is said first, and then what to type."""
    fakes = home("y")
    credentials = dict(fakes.files.credentials)
    result = imported(fakes)
    assert fakes.notes == [
        "Found AWS CLI: long-lived keys in work, device ada. New MFA profile: work-mfa.",
        (
            "Found aws-mfa: long-lived keys in default-long-term, sessions in default, device ada. "
            "New MFA profile: mfa."
        ),
    ]
    assert result.text.splitlines() == [
        "Saved to ~/.aws/config: work-mfa, mfa.",
        "Your other profiles are unchanged. Log in:",
        "  aws mfa login --profile work-mfa",
        "  aws mfa login --profile mfa",
    ]
    assert fakes.files.config["mfa"] == {
        "mfa_source_profile": "default-long-term",
        "mfa_serial": SERIAL,
        "region": "eu-west-1",
    }
    assert dict(fakes.files.credentials) == credentials
    assert fakes.files.config["default"] == {"region": "eu-west-1"}
    assert data_of(result)["Found"][1] == {
        "Tool": "aws-mfa",
        "SourceProfile": "default-long-term",
        "Profile": "mfa",
        "MfaSerial": SERIAL,
    }


def test_a_second_import_changes_nothing() -> None:
    """And asks nothing."""
    fakes = home("y")
    imported(fakes)
    result = imported(fakes)
    assert result.text == "Nothing to change in ~/.aws/config."
    assert len(fakes.terminal.questions) == 1
    assert imported(fakes, dry_run=True).text == "Nothing would change."


def test_a_dry_run_shows_the_diff() -> None:
    """Of all profiles; nothing is written or asked."""
    fakes = home()
    result = imported(fakes, dry_run=True)
    assert "+[profile work-mfa]" in result.text
    assert data_of(result)["Diff"].rstrip("\n") == result.text
    assert fakes.files.writes == []


@pytest.mark.parametrize("given", [{"dry_run": True}, {"allow_commands": True, "yes": True}])
def test_commands_are_shown_where_nobody_is_asked(given: dict[str, Any]) -> None:
    """Those that are in the file already aren't in the diff."""
    command = "granted credential-process --profile=team"
    fakes = home(team={"credential_process": command})
    imported(fakes, source_profile="team", **given)
    assert fakes.notes[-1] == (
        "A login to team-mfa will run this command of granted to get the long-lived keys:\n\n"
        f"    {command}\n"
    )


def test_what_is_left_out_is_said_of_a_profile_that_exists() -> None:
    """The source profile is new, and its empty section isn't listed where it is there already."""
    process = "/bin/aws-vault export --format=json --no-session vault"
    fakes = home(vault={"mfa_serial": SERIAL, "mfa_process": "totp JBSWY3DPEHPK3PXP"})
    fakes.files.config["vault-keys"] = {"credential_process": process}
    text = imported(fakes, source_profile="vault", yes=True, allow_commands=True).text
    assert "Not imported from vault: mfa_process: seems to contain a TOTP seed." in fakes.notes
    assert text.splitlines()[1] == "  [profile vault-mfa]"


def test_one_setup_is_chosen_by_its_source() -> None:
    """And its profile by --profile; with --yes the settings are listed."""
    fakes = home(nobody="no terminal")
    text = imported(fakes, "mine", source_profile="work", yes=True).text
    assert text.splitlines()[:3] == [
        "Saved to ~/.aws/config:",
        "  [profile mine]",
        "+ mfa_source_profile = work",
    ]
    assert "mfa" not in fakes.files.config


def test_profile_in_the_environment_names_no_new_profile() -> None:
    """AWS_PROFILE is usually the other tool's session profile."""
    fakes = home("y")
    text = imported(fakes, process=FakeProcess(fakes, "default")).text
    assert text.startswith("Saved to ~/.aws/config: work-mfa, mfa.")


def test_without_a_terminal_nothing_is_written() -> None:
    """The error names the options."""
    fakes = home(nobody="no terminal")
    with pytest.raises(CannotAskError, match="would add work-mfa, mfa"):
        imported(fakes)
    assert fakes.files.writes == []


def test_a_no_to_everything_changes_nothing() -> None:
    """To the change, or to the only command."""
    fakes = home("n")
    with pytest.raises(CancelledError, match="Nothing was changed"):
        imported(fakes)
    vault = home("n", vault={"mfa_serial": SERIAL})
    with pytest.raises(CancelledError, match="Nothing was changed"):
        imported(vault, source_profile="vault")
    assert fakes.files.writes == vault.files.writes == []


def test_keys_in_aws_vault() -> None:
    """The command that gets them is accepted, and is in a profile of its own."""
    fakes = home("y", "y", vault={"mfa_serial": SERIAL})
    text = imported(fakes, source_profile="vault").text
    assert text.startswith("Saved to ~/.aws/config: vault-keys, vault-mfa.\n")
    assert fakes.files.config["vault"] == {"mfa_serial": SERIAL}
    assert fakes.files.config["vault-keys"] == {
        "credential_process": "/bin/aws-vault export --format=json --no-session vault"
    }
    assert fakes.files.config["vault-mfa"]["mfa_source_profile"] == "vault-keys"


def test_what_can_not_be_taken_over_is_said() -> None:
    """A value, and a profile."""
    fakes = home(
        nobody="no terminal",
        work={"mfa_serial": "no device"},
        other={"credential_process": "aws-vault exec x --json"},
    )
    data = data_of(imported(fakes, dry_run=True))
    assert any(note.startswith("Not imported from work: mfa_serial") for note in fakes.notes)
    assert data["Found"][0]["MfaSerial"] == ""
    assert "Skipped other (aws-vault): it gets a session of another profile." in fakes.notes


@pytest.mark.parametrize("source", [None, "nowhere"])
def test_nothing_to_import_is_an_error(source: str | None) -> None:
    """With what to do instead."""
    fakes = Fakes(files=FakeFiles({}, {"default": LONG_LIVED})) if source is None else home()
    with pytest.raises(ConfigurationError, match="No setup of another MFA tool") as error:
        imported(fakes, source_profile=source)
    assert error.value.remedy.endswith("aws mfa configure")
