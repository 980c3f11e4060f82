"""``aws mfa configure`` on the real CLIs: the wizard on a terminal, and a team's manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hosts.terminal import CTRL_C
from tests.hosts.users import keys_of, serial_of, session_in, settle

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
MINE = "[profile sandbox]\n; a comment of mine\nregion=us-west-2\n"


def answer(terminal: Terminal, question: str, text: str = "") -> None:
    """Wait for a question and type the answer; nothing is Enter."""
    terminal.expect(question)
    terminal.send_line(text)


@on_three_hosts
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


@on_three_hosts
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
def test_a_manifest_from_the_diff_to_the_file_and_back(home: Home, aws: EmbeddedAws) -> None:
    """Dry run, refused command, accepted command, export; importing the export changes nothing."""
    settle(home, aws, config=MINE)
    before = home.config.read_bytes()
    (home.path / "team.yaml").write_text(TEAM)

    diff = home.run("mfa", "configure", "--from", "team.yaml", "--dry-run")
    assert diff.returncode == 0, diff.output
    assert "+[profile reader]" in diff.stdout
    assert f"+mfa_process = {COMMAND}" in diff.stdout
    refused = home.run("mfa", "configure", "--from", "team.yaml")
    assert refused.returncode == 253
    assert COMMAND in refused.stderr
    assert "--allow-commands" in refused.stderr
    assert home.config.read_bytes() == before

    options = (
        "--from",
        "-",
        "--allow-commands",
        "--output",
        "json",
        "--query",
        "Profiles[].Profile",
    )
    merged = home.run("mfa", "configure", *options, input=TEAM)
    assert merged.returncode == 0, merged.output
    assert merged.stdout.split() == ["[", '"mfa",', '"reader"', "]"]
    after = home.config.read_bytes()
    assert after.startswith(before)

    exported = home.run("mfa", "configure", "--export")
    assert f'mfa_process: "{COMMAND}"' in exported.stdout, exported.output
    again = home.run("mfa", "configure", "--from", "-", input=exported.stdout)
    assert again.stdout.startswith("Nothing to change in"), again.output
    assert home.config.read_bytes() == after


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


HOSTILE = {
    "plugins": "version: 1\nprofiles: {}\nplugins: {x: os}\n",
    "an endpoint": TEAM.replace("duration_seconds: 28800", "endpoint_url: http://127.0.0.1"),
    "an escape sequence": TEAM.replace("ykman", '"\\e]0;owned\\a\\e[2Jykman').replace(
        "-s aws", '"'
    ),
    "aliases": "a: &a [x, x]\nb: &b [*a, *a]\nc: [" + ", ".join(["*b"] * 5000) + "]\n",
    "a tag": "version: 1\nprofiles: !!python/object/apply:os.system [touch owned]\n",
    "depth": "[" * 60_000,
    "size": "#" * 2_000_000,
    "another kind": "version: 1\nprofiles: {sandbox: {mfa_session: on}}\n",
}


@on_three_hosts
def test_a_hostile_manifest_changes_nothing(home: Home, aws: EmbeddedAws) -> None:
    """Even with an answer to every question: it is refused with one error."""
    settle(home, aws, config=MINE.replace("region", "sso_session=x\nregion"))
    before = {path: path.read_bytes() for path in (home.config, home.credentials)}
    options = ("mfa", "configure", "--from", "-", "--yes", "--allow-commands")
    # The same code refuses everywhere, but each host has its own ruamel.yaml.
    for what in HOSTILE if home.host.name == "v2-debian" else ("aliases", "depth"):
        result = home.run(*options, input=HOSTILE[what], timeout=60)
        assert result.returncode == 253, (what, result.output)
        assert result.stdout == ""
        assert "Nothing was changed" in result.stderr or "nothing was read" in result.stderr
        assert "\x1b" not in result.output
        assert "bug" not in result.stderr
    assert {path: path.read_bytes() for path in before} == before
    assert not (home.path / "owned").exists()


@on_one_host
def test_replacing_values_needs_a_yes(home: Home, aws: EmbeddedAws) -> None:
    """Without a terminal, --yes; commands that are there already need no approval."""
    settle(home, aws, config=f"[profile mfa]\nduration_seconds = 900\nmfa_process = {COMMAND}\n")
    before = home.config.read_bytes()
    refused = home.run("mfa", "configure", "--from", "-", input=TEAM)
    assert refused.returncode == 253
    assert "would replace duration_seconds of mfa" in refused.stderr
    assert home.config.read_bytes() == before
    assert home.run("mfa", "configure", "--from", "-", "--yes", input=TEAM).returncode == 0
    assert b"duration_seconds = 28800" in home.config.read_bytes()


@on_three_hosts
def test_without_a_terminal_the_error_has_a_remedy(home: Home, aws: EmbeddedAws) -> None:
    """And wrong options are wrong usage, on every CLI."""
    home.write_credentials(keys_of(aws, "ada"))
    result = home.run("mfa", "configure")
    assert result.returncode == 253
    assert "aws mfa configure --from FILE" in result.stderr
    assert home.run("mfa", "configure", "--export", "--dry-run").returncode == 252
