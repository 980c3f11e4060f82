"""``aws mfa configure`` on the real CLIs: the wizard on a terminal, and a team's manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hosts.terminal import CTRL_C
from tests.hosts.users import serial_of, session_in, settle

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home
    from tests.hosts.terminal import Terminal

# Bundled ruamel.yaml 0.19, Debian's 0.17, and the one in the plugin's folder.
on_three_hosts = pytest.mark.parametrize("host", ["v2", "v2-debian", "v1"], indirect=True)
# What doesn't depend on the host.
on_one_host = pytest.mark.parametrize("host", ["v2-debian"], indirect=True)

COMMAND = "ykman oath accounts code -s aws"
TEAM = f"""\
# The platform team's profiles.
version: 1
profiles:
  mfa:
    mfa_source_profile: default
    duration_seconds: 28800
    mfa_process: {COMMAND}
  reader:
    role_arn: arn:aws:iam::123456789012:role/reader
    source_profile: mfa
    mfa_session: off
"""
DEEP = "[" * 60_000
MINE = "[profile sandbox]\n; a comment of mine\nregion=us-west-2\n"


def answer(terminal: Terminal, question: str, text: str = "") -> None:
    """Wait for a question and type the answer; nothing is Enter."""
    terminal.expect(question)
    terminal.send_line(text)


@pytest.mark.parametrize("host", ["v1", "v2"], indirect=True)
def test_the_wizard_and_the_first_login(home: Home, aws: EmbeddedAws) -> None:
    """It offers what it can find out; the rest of the config file isn't changed."""
    settle(home, aws, config=MINE)
    before = home.config.read_text("utf-8")
    terminal = home.spawn("mfa", "configure", rows=50)
    answer(terminal, "Session profile [mfa]: ")
    answer(terminal, "Profile with the long-lived keys [default]: ", "nowhere")
    answer(terminal, "Profile with the long-lived keys [default]: ")
    terminal.expect("MFA device: ada\n")
    answer(terminal, "(15m to 36h) [12h]: ", "8h")
    answer(terminal, "Choose [1]: ", "2")
    answer(terminal, "Region [eu-west-1]: ")
    answer(terminal, "Save? [Y/n] ", "y")
    answer(terminal, "Log in now? [Y/n] ")
    answer(terminal, "MFA code for ada", aws.token_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text
    assert "Source profile nowhere doesn't exist" in terminal.display
    assert "+ duration_seconds = 28800" in terminal.display
    assert "Logged in. Profile mfa is valid until" in terminal.display
    assert home.config.read_text("utf-8") == before + (
        f"\n[profile mfa]\nmfa_source_profile = default\nmfa_serial = {serial_of(aws)}\n"
        "duration_seconds = 28800\nmfa_prompt = hidden\nregion = eu-west-1\n"
    )
    assert session_in(home)["aws_access_key_id"].startswith("ASIA")


@on_one_host
def test_a_cancelled_wizard_changes_nothing(home: Home, aws: EmbeddedAws) -> None:
    """Also at the last question."""
    settle(home, aws)
    before = home.config.read_bytes()
    terminal = home.spawn("mfa", "configure")
    for question in ("[mfa]: ", "[default]: ", "[12h]: ", "[1]: ", "[eu-west-1]: "):
        answer(terminal, question)
    terminal.expect("Save? [Y/n] ")
    terminal.send(CTRL_C)
    assert terminal.wait() == 130
    assert "Nothing was changed" in terminal.text
    assert "Traceback" not in terminal.text
    assert home.config.read_bytes() == before


@on_three_hosts
def test_a_manifest_is_merged_and_a_hostile_one_is_not(home: Home, aws: EmbeddedAws) -> None:
    """The same code does both everywhere, but each host has its own ruamel.yaml and stdin."""
    settle(home, aws, config=MINE)
    before = home.config.read_bytes()
    refused = home.run("mfa", "configure", "--from", "-", "--yes", "--allow-commands", input=DEEP)
    assert (refused.returncode, refused.stdout) == (253, "")
    assert "Nothing was changed" in refused.stderr or "nothing was read" in refused.stderr
    assert "bug" not in refused.stderr
    assert home.config.read_bytes() == before
    query = ("--output", "json", "--query", "Profiles[].Profile")
    options = ("--from", "-", "--allow-commands", *query)
    merged = home.run("mfa", "configure", *options, input=TEAM)
    assert merged.returncode == 0, merged.output
    assert merged.stdout.split() == ["[", '"mfa",', '"reader"', "]"]
    assert home.config.read_bytes().startswith(before)
    assert f"mfa_process = {COMMAND}\n" in home.config.read_text("utf-8")


@on_one_host
def test_a_command_in_a_manifest_needs_approval(home: Home, aws: EmbeddedAws) -> None:
    """It is shown whole; if declined, the rest is written after the diff was accepted."""
    settle(home, aws)
    (home.path / "team.yaml").write_text(TEAM)
    terminal = home.spawn("mfa", "configure", "--from", "team.yaml", rows=50)
    terminal.expect(f"\n    {COMMAND}\n")
    answer(terminal, "Accept this command? [y/N] ")
    terminal.expect("+duration_seconds = 28800")
    answer(terminal, "Write this? [y/N] ", "y")
    assert terminal.wait() == 0, terminal.text
    config = home.config.read_text("utf-8")
    assert "[profile mfa]\nmfa_source_profile = default\nduration_seconds = 28800\n" in config
    assert "mfa_process" not in config
