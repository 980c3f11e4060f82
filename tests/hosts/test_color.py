"""Colors in the real CLIs: on a terminal, and where ``--color`` or the environment says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hosts.sessions import settle_on_session

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

GREEN, RED = "\x1b[32mvalid   \x1b[0m", "\x1b[31maws mfa:\x1b[0m There is no profile 'nobody'."
STATUS = ("mfa", "status")
UNKNOWN = (*STATUS, "--profile", "nobody")


def shown(home: Home, *words: str, **env: str) -> str:
    """Return what a command writes to its terminal."""
    terminal = home.spawn(*words, env=env)
    terminal.wait()
    return terminal.output.decode()


def test_states_and_errors_have_colors_on_a_terminal(home: Home, aws: EmbeddedAws) -> None:
    """Unless the option switches them off; a pipe has them by the option."""
    settle_on_session(home, aws, 30_000)
    assert GREEN in shown(home, *STATUS)
    assert RED in shown(home, *UNKNOWN)
    if not home.host.is_v2:
        return  # the rest is ours alone
    assert "\x1b" not in shown(home, *STATUS, "--color", "off")
    assert GREEN in home.run(*STATUS, "--color", "on", env={"NO_COLOR": "1"}).stdout
