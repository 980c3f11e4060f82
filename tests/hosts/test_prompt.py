"""The recipes of the page on prompts, in real shells and tmux."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hosts.sessions import settle_on_session
from tests.hosts.terminal import Terminal

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "shell-prompts.md"
SESSION = (
    "[mfa]\naws_access_key_id = ASIA1\naws_secret_access_key = s\naws_session_token = t\n"
    "expiration = 2999-01-01T00:00:00+00:00\n"
)
# The file that each program reads, how it is started, what is written before the recipe.
PROGRAMS = {
    "bash": (".bashrc", ("--noprofile", "--rcfile", ".bashrc", "-i"), "PS1='here> '\n"),
    "zsh": (".zshrc", ("-i",), "PROMPT='here> '\n"),
    "fish": (".config/fish/config.fish", ("-i",), "set -g fish_greeting\n"),
    "tmux": (".tmux.conf", ("-f", ".tmux.conf", "-L", "prompt", "new", "cat"), ""),
}
SHOWN = {
    "bash": r"\(mfa \d+h\d\dm\) here>",
    "zsh": r"\(mfa \d+h\d\dm\) here>",
    "fish": r"mfa \d+h\d\dm",
    "tmux": r"mfa \d+h\d\dm",
}


def recipe(name: str) -> str:
    """Return the only block of a shell on the page."""
    [found] = re.findall(rf"^```{name}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return str(found)


def program(name: str) -> str:
    """Return a program's path, or skip the test."""
    found = shutil.which(name, path="/usr/bin:/bin")
    if found:
        return found
    if os.environ.get("AWSCLI_MFA_REQUIRE_HOSTS"):
        pytest.fail(f"{name} isn't installed", pytrace=False)
    pytest.skip(f"{name} isn't installed")


def environment_of(home: Path, console_script: Path) -> dict[str, str]:
    """Return an environment made from nothing."""
    return {
        "PATH": f"{console_script.parent}:/usr/bin:/bin",
        "HOME": str(home),
        "TMUX_TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
    }


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_recipe_of_the_page(name: str, tmp_path: Path, console_script: Path) -> None:
    """Put where the page says, it shows profile and time."""
    settings, arguments, before = PROGRAMS[name]
    path, env = program(name), environment_of(tmp_path, console_script)
    (tmp_path / settings).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / settings).write_text(before + recipe(name))
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(SESSION)
    terminal = Terminal([path, *arguments], env=env, cwd=tmp_path)
    try:
        terminal.expect("mfa ")
        terminal.expect("m")
        assert re.search(SHOWN[name], terminal.display), terminal.text
    finally:
        if name == "tmux":
            stop = [path, "-L", "prompt", "kill-server"]
            subprocess.run(stop, env=env, check=False, capture_output=True)
        terminal.close()


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_the_prompt_of_a_shell_in_exec(home: Home, aws: EmbeddedAws, console_script: Path) -> None:
    """It shows the session in the environment, also if the profile's own is gone."""
    settle_on_session(home, aws, 30_000)
    (home.path / ".bashrc").write_text(PROGRAMS["bash"][2] + recipe("bash"))
    path = f"{console_script.parent}:{home.environment()['PATH']}"
    terminal = home.spawn(
        *("mfa", "exec", "--profile", "mfa", "--", "bash", *PROGRAMS["bash"][1]),
        env={"PATH": path},
    )
    terminal.expect("(mfa 8h")
    terminal.send_line("rm .aws/credentials; env | grep AWSUME_")
    terminal.expect("AWSUME_PROFILE=mfa")
    terminal.expect("(mfa 8h")
