"""Whether a person may be asked."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import CannotAskError
from awscli_mfa_plugin.session.asking import MutedTerminal, terminal_for
from tests.fakes import FakeTerminal

ALLOWED: dict[str, tuple[str, dict[str, str]]] = {
    "nothing is set": ("", {}),
    "hidden is still a question": ("hidden", {}),
    "another value of the variable": ("", {"AWS_MFA_PROMPT": "hidden"}),
    "CI is empty": ("", {"CI": ""}),
}
FORBIDDEN: dict[str, tuple[str, dict[str, str], str]] = {
    "by the profile": ("never", {}, "mfa_prompt = never"),
    "by the profile, any case": ("Never", {}, "mfa_prompt = never"),
    "for one call": ("", {"AWS_MFA_PROMPT": "never"}, "AWS_MFA_PROMPT=never"),
    "for one call, any case": ("hidden", {"AWS_MFA_PROMPT": "NEVER"}, "AWS_MFA_PROMPT=never"),
    "on a CI machine": ("", {"CI": "true"}, "CI is set"),
    "on another CI machine": ("", {"CI": "1"}, "CI is set"),
    "on a CI machine, hidden or not": ("hidden", {"CI": "yes"}, "CI is set"),
}


@pytest.mark.parametrize(("setting", "environment"), ALLOWED.values(), ids=ALLOWED.keys())
def test_the_terminal_is_used_where_nothing_forbids_it(
    setting: str, environment: dict[str, str]
) -> None:
    """The terminal itself comes back, with its own reasons."""
    terminal = FakeTerminal()
    assert terminal_for(setting, environment, terminal) is terminal


@pytest.mark.parametrize(
    ("setting", "environment", "reason"), FORBIDDEN.values(), ids=FORBIDDEN.keys()
)
def test_nobody_is_asked_where_a_setting_forbids_it(
    setting: str, environment: dict[str, str], reason: str
) -> None:
    """The reason names the setting, and nothing reaches the terminal."""
    terminal = FakeTerminal("123456")
    muted = terminal_for(setting, environment, terminal)
    assert reason in muted.unavailable_reason()
    muted.tell("Several devices are registered.")
    with pytest.raises(CannotAskError, match=reason):
        muted.ask("Code? ")
    assert (terminal.questions, terminal.told) == ([], [])


def test_a_muted_terminal_names_the_question_that_it_cant_ask() -> None:
    """The error says what was needed and why it couldn't be had."""
    with pytest.raises(CannotAskError) as caught:
        MutedTerminal("CI is set").ask("Which one? [1-2] ", hidden=True)
    assert "«Which one? [1-2]» can't be asked: CI is set." in str(caught.value)
    assert caught.value.exit_code == 253
