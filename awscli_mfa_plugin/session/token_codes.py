"""MFA codes: what one looks like, where a login gets it from, and whether there may be a prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CannotAskError, TokenProcessError, UsageError
from awscli_mfa_plugin.text import device_name, sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from awscli_mfa_plugin.session.ports import Ports, Terminal
    from awscli_mfa_plugin.session.records import Profile

STEP_SECONDS = 30
"""The time step of AWS's devices (RFC 6238, section 5.2)."""

ENVIRONMENT_CODE = "AWS_MFA_TOKEN_CODE"
"""The variable that may hold a token code: ours, since the CLI has none."""

_CODE = re.compile(r"[0-9]{6}")
_FILLING = re.compile(r"[\s-]")


def token_code(typed: str) -> str | None:
    """Return the six ASCII digits in ``typed``, blanks and hyphens aside, or None."""
    code = _FILLING.sub("", typed)
    return code if _CODE.fullmatch(code) else None


def seconds_to_next_code(now: datetime) -> int:
    """Return the whole seconds (1 to 30) until a device shows its next code."""
    return STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS


OPTION, ENVIRONMENT, PROCESS, PROMPT = "--token-code", ENVIRONMENT_CODE, "mfa_process", "prompt"

WAIT_FOR_DEVICE = 90
"""Seconds to wait for another login with the same device, which takes a call's time."""

_BACK = "b"
"""The answer in place of a code that leads back to the menu of devices."""

_ENTER_A_CODE = "Enter the 6-digit code from your MFA device."


@dataclass(frozen=True)
class TokenCode:
    """Six digits, a secret, and where they came from."""

    digits: str = field(repr=False)
    origin: str


@dataclass(frozen=True)
class CodeSettings:
    """Where codes may come from: the option's value, the command, a prompt shown or hidden.

    ``devices`` are the serials of the menu in which the device was chosen; none if there was none.
    """

    option: str | None = field(repr=False)
    process: str
    hidden: bool
    reason: str = ""
    devices: tuple[str, ...] = ()


class AnotherDeviceWanted(Exception):  # noqa: N818 - an answer, not an error
    """The person at the prompt wants to choose another device."""


class TokenCodeSources:
    """The sources of one login, each used as often as possible."""

    def __init__(self, settings: CodeSettings, mfa_serial: str, profile: str, ports: Ports) -> None:
        """Keep what the sources need; none is used yet."""
        self._settings = settings
        self._name = device_name(mfa_serial, settings.devices)
        self._profile = sanitize(profile)
        self._ports = ports
        self._reason = settings.reason

    def next(self) -> TokenCode:
        """Return the next code.

        Raises UsageError for an option or a variable that holds none, TokenProcessError,
        CannotAskError, CancelledError; AnotherDeviceWanted if the device was chosen in a menu.
        """
        option = self._settings.option
        if option is not None:
            return _checked(self._ports.read_stdin() if option == "-" else option, OPTION)
        code = self._ports.environment_code()
        if code:
            return _checked(code, ENVIRONMENT)
        if self._settings.process:
            return TokenCode(self._of_process(), PROCESS)
        return TokenCode(self._asked(), PROMPT)

    def can_go_on(self, code: TokenCode) -> bool:
        """Return whether another code can follow ``code``, which AWS rejected."""
        if code.origin == OPTION:
            return False
        return bool(self._settings.process) or not self._ports.terminal.unavailable_reason()

    def _of_process(self) -> str:
        code = token_code(self._ports.token_process(self._settings.process))
        if code is None:
            raise TokenProcessError(
                "The command in mfa_process didn't print an MFA code. AWS wasn't called.",
                "Run it yourself to check: it must print only the MFA code.",
            )
        return code

    def _asked(self) -> str:
        terminal = self._ports.terminal
        unavailable_reason = terminal.unavailable_reason()
        if unavailable_reason:
            raise CannotAskError(
                f"An MFA code for {self._name} is needed, but {unavailable_reason}.",
                "Use --token-code or AWS_MFA_TOKEN_CODE, or set mfa_process.",
            )
        if self._reason:
            terminal.tell(f"{self._reason}\n")
            self._reason = ""
        can_go_back = bool(self._settings.devices)
        back = f", {_BACK} to go back" if can_go_back else ""
        question = f"MFA code for {self._name} (profile {self._profile}){back}: "
        for _ in range(10):
            typed = terminal.ask(question, hidden=self._settings.hidden)
            code = token_code(typed)
            if code is not None:
                return code
            if can_go_back and typed.lower() in {_BACK, "back"}:
                raise AnotherDeviceWanted
            if typed:
                terminal.tell(f"{self._ports.style.red(_ENTER_A_CODE)}\n")
        raise CannotAskError("No MFA code was entered.", _ENTER_A_CODE)


def _checked(text: str, origin: str) -> TokenCode:
    code = token_code(text)
    if code is None:
        raise UsageError(f"{origin} isn't an MFA code.", _ENTER_A_CODE)
    return TokenCode(code, origin)


class MutedTerminal:
    """A terminal that never prompts, and says why."""

    def __init__(self, reason: str) -> None:
        """Keep the reason, worded to follow "but"."""
        self._reason = reason

    def unavailable_reason(self) -> str:
        """Return the reason."""
        return self._reason

    def ask(self, question: str, *, hidden: bool = False) -> str:  # noqa: ARG002 - the port's
        """Refuse to ask."""
        raise CannotAskError(f"Can't ask '{question.strip()}': {self._reason}.")

    def tell(self, text: str) -> None:
        """Say nothing."""


YES = frozenset({"y", "yes"})


def agrees(terminal: Terminal, question: str, *, enter: bool = False) -> bool:
    """Ask a yes-or-no question; return whether the answer was yes, ``enter`` for an empty one."""
    answer = terminal.ask(question).lower()
    return answer in YES if answer else enter


def terminal_for(
    prompt_setting: str, environment: Mapping[str, str], terminal: Terminal
) -> Terminal:
    """Return ``terminal``, or a muted one where the settings forbid questions.

    ``prompt_setting`` is ``mfa_prompt`` of the profile; ``AWS_MFA_PROMPT`` in the environment
    counts for one call, and ``CI`` for machines with nobody in front of them.
    """
    if environment.get("AWS_MFA_PROMPT", "").lower() == "never":
        return MutedTerminal("AWS_MFA_PROMPT=never turns prompts off")
    if prompt_setting.lower() == "never":
        return MutedTerminal("mfa_prompt = never turns prompts off")
    if environment.get("CI", "").lower() not in {"", "0", "false"}:
        return MutedTerminal("CI is set, which turns prompts off")
    return terminal


def code_for_role(profile: Profile, ports: Ports) -> str:
    """Return a token code for a role that the CLI itself assumes (``mfa_session = off``).

    The device is the one that the role's ``mfa_serial`` names. A code that was used already is
    waited out; this one then counts as used.
    """
    serial = profile.get("mfa_serial")
    source = ports.files.profile(profile.get("source_profile") or profile.name)
    prompt = profile.get("mfa_prompt") or source.get("mfa_prompt")
    ports = replace(ports, terminal=terminal_for(prompt, ports.environment, ports.terminal))
    settings = CodeSettings(
        option=None,
        process=profile.get("mfa_process") or source.get("mfa_process"),
        hidden=prompt.lower() == "hidden",
    )
    sources = TokenCodeSources(settings, serial, profile.name, ports)
    while True:
        code = sources.next()
        with ports.locks.hold(f"device {serial}", WAIT_FOR_DEVICE):
            if not ports.used_codes.is_used(serial, code.digits) or not sources.can_go_on(code):
                ports.used_codes.remember(serial, code.digits)
                return code.digits
        seconds = seconds_to_next_code(ports.clock.now())
        ports.wait(seconds, "This code was already used. Next code in")
