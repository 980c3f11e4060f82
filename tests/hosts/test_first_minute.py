"""The first minute on the real CLIs: help, and the mistakes that everybody makes once.

``tests/in_process/test_first_minute.py`` shows what needs no terminal.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.aws.seed import ACCOUNT
from tests.aws.state import Role
from tests.hosts.cache import EXTREMES
from tests.hosts.sessions import settle_on_session
from tests.hosts.terminal import CTRL_C
from tests.hosts.users import REGION, codes_used, keys_of, serial_of, settle

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home
DOCS = Path(__file__).parents[2] / "docs"
on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)
where_hosts_differ = pytest.mark.parametrize("host", EXTREMES, indirect=True)
where_help_differs = pytest.mark.parametrize(
    ("host", "missing"),
    [
        ("v1", "groff"),
        ("v1", "less"),
        ("v2", "groff"),
        ("v2", "less"),
        ("v2-oldest", "groff"),
        ("v2-debian", "less"),
    ],
    indirect=["host"],
)


@where_hosts_differ
def test_help_options_show_what_help_shows(home: Home) -> None:
    """Wherever they stand; Debian's v2 takes them for itself before it loads a plugin."""
    shown = [home.run("mfa", "login", *words) for words in (("--force", "--help"), ("-h",))]
    assert shown[0] == shown[1]
    assert shown[0].returncode == 0, shown[0].output
    assert "aws mfa login --profile mfa" in shown[0].stdout
    if home.host.name == "v2":
        assert shown[0] == home.run("mfa", "login", "help")
        overview = home.run("mfa", "--help")
        assert "aws mfa login --profile mfa" in overview.stdout, overview.output


@where_help_differs
def test_help_where_the_cli_cant_show_it(home: Home, tmp_path: Path, missing: str) -> None:
    """Without groff, without less, or without the CLI's own files the text comes all the same."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in {"groff", "troff", "grotty", "preconv", "less", "sh"} - {missing}:
        (programs / name).symlink_to(f"/usr/bin/{name}")
    words = ("help",) if missing == "groff" else ("login", "help")
    result = home.run("mfa", *words, env={"PATH": str(programs)})
    assert result.returncode == 0, result.output
    assert "$ aws mfa login --profile mfa" in result.stdout
    assert result.stderr == ""


@where_hosts_differ
def test_a_mistyped_command(home: Home) -> None:
    """One suggestion."""
    result = home.run("mfa", "logn", "--help")
    assert (result.returncode, result.stdout) == (252, "")
    assert result.stderr == "aws mfa: Unknown command 'logn'.\nDid you mean 'login'?\n"


@on_v2
def test_a_mistyped_profile_is_asked_about(home: Home, aws: EmbeddedAws) -> None:
    """Enter takes the profile that is there; nothing is created, and its session is kept."""
    settle_on_session(home, aws, 40_000)
    before = home.config.read_bytes(), home.credentials.read_bytes()
    terminal = home.spawn("mfa", "login", "--profile", "mfaa")
    terminal.expect("There is no profile 'mfaa' yet.\n")
    terminal.expect("Did you mean 'mfa'? [Y/n] (n creates 'mfaa') ")
    terminal.send_line("")
    assert terminal.wait() == 0, terminal.text
    assert "Still valid." in terminal.text
    assert (home.config.read_bytes(), home.credentials.read_bytes()) == before
    assert codes_used(aws) == 0


@on_v2
def test_a_new_profile_beside_another(home: Home, aws: EmbeddedAws) -> None:
    """Whoever wants it says so, and is told what was created."""
    settle_on_session(home, aws, 40_000)
    terminal = home.spawn("mfa", "login", "--profile", "mfaa")
    terminal.expect("Did you mean 'mfa'? [Y/n] (n creates 'mfaa') ")
    terminal.send_line("n")
    terminal.expect("MFA code for ada (profile mfaa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text
    assert "Created profile mfaa.\nSaved to ~/.aws/config, profile mfaa:" in terminal.text


@on_v2
def test_the_first_profile_is_asked_about_by_nobody(home: Home, aws: EmbeddedAws) -> None:
    """Without an MFA profile, and for a profile that is there, only the code is asked for."""
    settle(home, aws, config=f"[profile mfb]\nregion = {REGION}\n")
    for profile in ("mfb", "default"):
        terminal = home.spawn("mfa", "login", "--profile", profile)
        shown = terminal.expect(f"MFA code for ada (profile {profile}): ")
        assert "Did you mean" not in shown
        terminal.send_line(aws.fresh_code(serial_of(aws)))
        assert terminal.wait() == 0, terminal.text
        assert "Created" not in terminal.text


@on_v2
def test_from_the_code_back_to_the_devices(home: Home, aws: EmbeddedAws) -> None:
    """The wrong number in the menu, and one out of it; then the prompt leads back."""
    settle(home, aws, "many")
    terminal = home.spawn("mfa", "login")
    terminal.expect("  8  many-8\n")
    terminal.expect("Which one? [1-8] ")
    terminal.send_line("9")
    terminal.expect("Enter a number from 1 to 8.\n")
    terminal.send_line("3")
    terminal.expect("MFA code for many-3 (profile mfa), b to go back: ")
    terminal.send_line("b")
    terminal.expect("Which one? [1-8] ")
    terminal.send_line("many-5")
    terminal.expect("MFA code for many-5 (profile mfa), b to go back: ")
    terminal.send_line(aws.fresh_code(aws.user("many").devices[4].serial))
    assert terminal.wait() == 0, terminal.text
    assert "mfa_serial = arn:aws:iam::123456789012:mfa/many-5\n" in home.config.read_text()
    again = home.spawn("mfa", "login", "--force")
    again.expect("MFA code for many-5 (profile mfa): ")
    again.send(CTRL_C)
    assert again.wait() == 130


@on_v2
def test_status_inside_exec_is_content_with_its_own_session(home: Home, aws: EmbeddedAws) -> None:
    """It says nothing about the keys in its environment, which are those of the session."""
    settle_on_session(home, aws, 40_000)
    inside = home.run("mfa", "exec", "--", "aws", "mfa", "status")
    assert inside.stdout.startswith("mfa  valid"), inside.output
    assert inside.stderr == ""


@pytest.mark.parametrize("host", ["v2", "v2-oldest"], indirect=True)
def test_help_behind_the_hyphens_is_another_programs(home: Home, aws: EmbeddedAws) -> None:
    """Whatever it looks like."""
    settle_on_session(home, aws, 40_000)
    result = home.run("mfa", "exec", "--", "echo", "-h", "--help", "help")
    assert (result.returncode, result.stdout) == (0, "-h --help help\n"), result.output


@on_v2
def test_the_wizard_saves_by_enter_and_renews_what_it_changed(home: Home, aws: EmbeddedAws) -> None:
    """It names the file as people do; a session of the old length is replaced."""
    settle_on_session(home, aws, 40_000)
    terminal = home.spawn("mfa", "configure")
    for question, answer in (
        ("Session profile [mfa]: ", ""),
        ("long-lived keys [default]: ", ""),
        ("[12h]: ", "8h"),
        ("Choose [1]: ", "4"),
        ("Enter a number from 1 to 3.", ""),
        ("Region [", ""),
    ):
        terminal.expect(question)
        terminal.send_line(answer)
    terminal.expect("Changes to ~/.aws/config:\n")
    terminal.expect("Save? [Y/n] ")
    terminal.send_line("")
    terminal.expect("Log in now? [Y/n] ")
    terminal.send_line("")
    terminal.expect("MFA code for ada (profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text
    assert "(8 h)" in terminal.text
    assert "duration_seconds = 28800\n" in home.config.read_text()


@on_v2
def test_the_first_role_of_the_documentation_works_as_printed(home: Home, aws: EmbeddedAws) -> None:
    """Its lines in a config file that has nothing else, and its command."""
    page = (DOCS / "how-to" / "roles-and-tools.md").read_text("utf-8")
    config, commands = (text.partition("```")[0] for text in page.split("```")[1::2][:2])
    aws.state.roles.append(Role("Admin", ACCOUNT, trusts=[f"arn:aws:iam::{ACCOUNT}:root"]))
    home.write_config(config.removeprefix("ini\n"))
    home.write_credentials(keys_of(aws, "ada"))
    code = {"AWS_MFA_TOKEN_CODE": aws.fresh_code(serial_of(aws))}
    for command in commands.splitlines()[1:]:
        result = home.run(*command.removeprefix("$ aws ").split(), env=code)
        assert result.returncode == 0, result.output
