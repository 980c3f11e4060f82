"""MFA codes: what one looks like, where they come from, and whether there may be a prompt."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_mfa_plugin.errors import (
    CancelledError,
    CannotAskError,
    TokenProcessError,
    UsageError,
)
from awscli_mfa_plugin.session.records import Profile
from awscli_mfa_plugin.session.token_codes import (
    ENVIRONMENT,
    OPTION,
    PROCESS,
    PROMPT,
    AnotherDeviceWanted,
    CodeSettings,
    MutedTerminal,
    TokenCode,
    TokenCodeSources,
    code_for_role,
    seconds_to_next_code,
    terminal_for,
    token_code,
)
from tests.fakes import NOW, SERIAL, Fakes, FakeTerminal, FakeTokenProcess, FakeUsedCodes

CODES = {
    "six digits": ("123456", "123456"),
    "leading zeros": ("000012", "000012"),
    "blanks around": ("  123456\n", "123456"),
    "a blank inside": ("123 456", "123456"),
    "a no-break blank inside": ("123\u00a0456", "123456"),
    "a hyphen inside": ("123-456", "123456"),
    "nothing": ("", None),
    "blanks alone": ("   ", None),
    "five digits": ("12345", None),
    "seven digits": ("1234567", None),
    "two codes": ("123456 654321", None),
    "letters": ("12345a", None),
    "a sign": ("+12345", None),
    "Arabic digits": ("١٢٣٤٥٦", None),
    "full-width digits": ("１２３４５６", None),  # noqa: RUF001 - that is the point
    "superscripts": ("¹²³⁴⁵⁶", None),
    "a line after it": ("123456\nx", None),
}


@pytest.mark.parametrize(("typed", "code"), CODES.values(), ids=CODES.keys())
def test_only_six_ascii_digits_are_a_code(typed: str, code: str | None) -> None:
    """Blanks and a hyphen don't matter; everything else does."""
    assert token_code(typed) == code


@given(st.text(alphabet=st.one_of(st.sampled_from("0123456789 -\t"), st.characters()), max_size=9))
def test_whatever_is_typed_a_code_is_six_ascii_digits_or_none(typed: str) -> None:
    """AWS's pattern accepts nothing else."""
    code = token_code(typed)
    assert code is None or re.fullmatch("[0-9]{6}", code, re.ASCII)


@given(st.from_regex(re.compile(r"[0-9]{6}", re.ASCII), fullmatch=True), st.integers(1, 5))
def test_every_code_passes_in_two_groups(code: str, place: int) -> None:
    """Users type a code as their device shows it."""
    for filling in ("", " ", "-"):
        assert token_code(code[:place] + filling + code[place:]) == code


NEXT = {
    "at the boundary a whole step": (0, 30),
    "within a second": (0.9, 30),
    "in the middle": (12, 18),
    "at the end": (29, 1),
    "in the last second": (29.9, 1),
    "in the next step": (31, 29),
}


@pytest.mark.parametrize(("after", "seconds"), NEXT.values(), ids=NEXT.keys())
def test_the_next_code_appears_at_the_next_step(after: float, seconds: int) -> None:
    """Steps are 30 s, counted from the epoch (RFC 6238)."""
    assert seconds_to_next_code(NOW + timedelta(seconds=after)) == seconds


def test_the_step_doesnt_depend_on_the_zone() -> None:
    """A zone with odd minutes shows the same moment."""
    zone = timezone(timedelta(hours=5, minutes=45, seconds=7))
    assert seconds_to_next_code((NOW + timedelta(seconds=12)).astimezone(zone)) == 18


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - zone below
def test_after_the_wait_a_new_step_has_begun(moment: datetime) -> None:
    """After the wait the code is another one; the wait is 30 s at most."""
    now = moment.replace(tzinfo=timezone.utc)
    seconds = seconds_to_next_code(now)
    then = now + timedelta(seconds=seconds)
    assert 1 <= seconds <= 30
    assert then.timestamp() // 30 == now.timestamp() // 30 + 1


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
def test_the_terminal_is_used_unless_forbidden(setting: str, environment: dict[str, str]) -> None:
    """The terminal itself is returned, with its own reasons."""
    terminal = FakeTerminal()
    assert terminal_for(setting, environment, terminal) is terminal


@pytest.mark.parametrize(
    ("setting", "environment", "reason"), FORBIDDEN.values(), ids=FORBIDDEN.keys()
)
def test_a_setting_can_forbid_prompts(
    setting: str, environment: dict[str, str], reason: str
) -> None:
    """The reason names the setting, and nothing is written to the terminal."""
    terminal = FakeTerminal("123456")
    muted = terminal_for(setting, environment, terminal)
    assert reason in muted.unavailable_reason()
    muted.tell("Several devices are registered.")
    with pytest.raises(CannotAskError, match=reason):
        muted.ask("Code? ")
    assert (terminal.questions, terminal.shown) == ([], [])


def test_the_error_of_a_forbidden_prompt_names_the_question() -> None:
    """The error says what was needed and why there is no prompt."""
    with pytest.raises(CannotAskError) as caught:
        MutedTerminal("CI is set").ask("Which one? [1-2] ", hidden=True)
    assert "Can't ask 'Which one? [1-2]': CI is set." in str(caught.value)
    assert caught.value.exit_code == 253


VARIABLE = {"AWS_MFA_TOKEN_CODE": "222222"}
NOBODY = FakeTerminal(nobody="CI is set, which turns prompts off")


def sources(
    fakes: Fakes, option: str | None = None, process: str = "", *, hidden: bool = False
) -> TokenCodeSources:
    """Return the sources of a login to profile mfa."""
    return TokenCodeSources(CodeSettings(option, process, hidden), SERIAL, "mfa", fakes.ports())


def full_fakes() -> Fakes:
    """Return fakes in which every source has a code."""
    return Fakes(
        environment=dict(VARIABLE),
        token_process=FakeTokenProcess("333333"),
        terminal=FakeTerminal("444444"),
    )


ORDER: dict[str, tuple[str | None, dict[str, str], str, TokenCode]] = {
    "the option first": ("111111", VARIABLE, "cmd", TokenCode("111111", OPTION)),
    "then the variable": (None, VARIABLE, "cmd", TokenCode("222222", ENVIRONMENT)),
    "then the command": (None, {}, "cmd", TokenCode("333333", PROCESS)),
    "an empty variable is none": (
        None,
        {"AWS_MFA_TOKEN_CODE": ""},
        "cmd",
        TokenCode("333333", PROCESS),
    ),
    "then the prompt": (None, {}, "", TokenCode("444444", PROMPT)),
}


@pytest.mark.parametrize(
    ("option", "environment", "process", "code"), ORDER.values(), ids=ORDER.keys()
)
def test_the_order_of_the_sources_of_codes(
    option: str | None, environment: dict[str, str], process: str, code: TokenCode
) -> None:
    """Option, variable, command, prompt; later ones aren't used."""
    fakes = full_fakes()
    fakes.environment = environment
    assert sources(fakes, option, process).next() == code
    assert fakes.token_process.commands == (["cmd"] if code.origin == PROCESS else [])
    assert len(fakes.terminal.questions) == (code.origin == PROMPT)


def test_sources_are_not_used_before_a_code_is_needed() -> None:
    """Creating them does nothing."""
    fakes = full_fakes()
    sources(fakes, process="cmd")
    assert (fakes.token_process.commands, fakes.terminal.questions) == ([], [])


def test_the_variables_code_is_used_once() -> None:
    """Then the next source is used."""
    fakes = full_fakes()
    codes = sources(fakes, process="cmd")
    assert [codes.next().origin, codes.next().origin] == [ENVIRONMENT, PROCESS]
    fakes = full_fakes()
    codes = sources(fakes)
    assert [codes.next().origin, codes.next().origin] == [ENVIRONMENT, PROMPT]


def test_a_hyphen_as_option_reads_stdin() -> None:
    """As a pipe from another program gives it."""
    code = sources(Fakes(stdin="123 456\n"), "-").next()
    assert code == TokenCode("123456", OPTION)


NO_CODES = ["", "12345", "1234567", "12345a", "１２３４５６"]  # noqa: RUF001 - that is the point


@pytest.mark.parametrize(
    ("place", "text"),
    [
        *(("option", text) for text in NO_CODES),
        *(("stdin", text) for text in NO_CODES),
        *(("variable", text) for text in NO_CODES if text),
    ],
)
def test_an_option_that_holds_no_code_is_wrong_usage(place: str, text: str) -> None:
    """The value isn't repeated: it may be a secret in the wrong place."""
    fakes = full_fakes()
    fakes.stdin = text
    fakes.environment = {"AWS_MFA_TOKEN_CODE": text}
    option = {"option": text, "stdin": "-", "variable": None}[place]
    with pytest.raises(UsageError) as caught:
        sources(fakes, option, "cmd").next()
    name = ENVIRONMENT if place == "variable" else OPTION
    assert caught.value.what == f"{name} isn't an MFA code."
    assert "6-digit code" in caught.value.remedy
    assert (fakes.token_process.commands, fakes.terminal.questions) == ([], [])


@pytest.mark.parametrize("output", ["", "error: no device", "12345", "123456 654321", "١٢٣٤٥٦"])
def test_a_command_that_prints_no_code_is_an_error(output: str) -> None:
    """Nothing of it is sent to AWS or shown."""
    fakes = Fakes(token_process=FakeTokenProcess(output))
    with pytest.raises(TokenProcessError, match="didn't print an MFA code") as caught:
        sources(fakes, process="cmd").next()
    assert not output or output not in str(caught.value)


def test_a_command_that_fails_is_an_error() -> None:
    """There is no prompt instead: the user must know of it."""
    fakes = Fakes(
        token_process=FakeTokenProcess(TokenProcessError("it hung")),
        terminal=FakeTerminal("444444"),
    )
    with pytest.raises(TokenProcessError, match="it hung"):
        sources(fakes, process="cmd").next()
    assert fakes.terminal.questions == []


@pytest.mark.parametrize("hidden", [False, True])
def test_the_prompt_names_device_and_profile(hidden: object) -> None:
    """And hides what is typed if configured."""
    fakes = Fakes(terminal=FakeTerminal("123456"))
    sources(fakes, hidden=bool(hidden)).next()
    assert fakes.terminal.questions == ["MFA code for ada (profile mfa): "]
    assert fakes.terminal.hidden == [hidden]


def test_a_prompt_cant_control_the_terminal() -> None:
    """Names come from files."""
    fakes = Fakes(terminal=FakeTerminal("123456"))
    settings = CodeSettings(None, "", hidden=False)
    TokenCodeSources(settings, "GAHT\x1b[2J", "m\u202efa", fakes.ports()).next()
    assert fakes.terminal.questions == ["MFA code for GAHT\\x1b[2J (profile m\\u202efa): "]


@pytest.mark.parametrize("answer", ["b", "B", "back"])
def test_the_prompt_leads_back_to_the_menu_that_the_device_was_chosen_in(answer: str) -> None:
    """And says so; with one device there is nothing to go back to."""
    fakes = Fakes(terminal=FakeTerminal(answer, answer, "123456"))
    settings = CodeSettings(None, "", hidden=False, devices=(SERIAL, "GAHT12345678"))
    with pytest.raises(AnotherDeviceWanted):
        TokenCodeSources(settings, SERIAL, "mfa", fakes.ports()).next()
    alone = TokenCodeSources(replace(settings, devices=()), SERIAL, "mfa", fakes.ports())
    assert alone.next().digits == "123456"
    prompts = ["MFA code for ada (profile mfa), b to go back: "]
    assert fakes.terminal.questions == prompts + ["MFA code for ada (profile mfa): "] * 2


ENTER_A_CODE = "Enter the 6-digit code from your MFA device."
TYPED: dict[str, tuple[list[str], str, int]] = {
    "a code": (["123456"], "123456", 0),
    "in two groups": (["123-456"], "123456", 0),
    "empty asks again": (["", "", "123456"], "123456", 0),
    "what is none is explained": (["12345", "x", "", "123456"], "123456", 2),
    "other digits": (["１２３４５６", "123456"], "123456", 1),  # noqa: RUF001 - that is the point
    "the tenth answer": ([""] * 9 + ["123456"], "123456", 0),
}


@pytest.mark.parametrize(("answers", "digits", "messages"), TYPED.values(), ids=TYPED.keys())
def test_the_prompt_repeats_until_a_code_is_typed(
    answers: list[str], digits: str, messages: int
) -> None:
    """With a message unless the line was empty."""
    fakes = Fakes(terminal=FakeTerminal(*answers))
    assert sources(fakes).next() == TokenCode(digits, PROMPT)
    assert len(fakes.terminal.questions) == len(answers)
    assert fakes.terminal.shown == [f"{ENTER_A_CODE}\n"] * messages


def test_a_prompt_that_is_never_answered_ends() -> None:
    """Such as for a stream of newlines."""
    fakes = Fakes(terminal=FakeTerminal(*[""] * 11))
    with pytest.raises(CannotAskError, match="No MFA code was entered"):
        sources(fakes).next()
    assert len(fakes.terminal.questions) == 10


@pytest.mark.parametrize("error", [CancelledError("Cancelled."), CannotAskError("gave up")])
def test_cancelling_and_silence_end_the_prompt(error: Exception) -> None:
    """Ctrl-C, Ctrl-D, and a time-out."""
    with pytest.raises(type(error)):
        sources(Fakes(terminal=FakeTerminal("", error, "123456"))).next()


def test_without_a_terminal_the_error_names_the_other_ways() -> None:
    """And why there is no prompt."""
    with pytest.raises(CannotAskError) as caught:
        sources(Fakes(terminal=NOBODY)).next()
    assert caught.value.what == f"An MFA code for ada is needed, but {NOBODY.nobody}."
    for way in ("--token-code", "AWS_MFA_TOKEN_CODE", "mfa_process"):
        assert way in caught.value.remedy


GOES_ON: dict[str, tuple[str, str, str, bool]] = {
    "the option's is the only one": (OPTION, "cmd", "", False),
    "the variable's, with a person": (ENVIRONMENT, "", "", True),
    "the variable's, with a command": (ENVIRONMENT, "cmd", "nobody", True),
    "the variable's, with neither": (ENVIRONMENT, "", "nobody", False),
    "the command's": (PROCESS, "cmd", "nobody", True),
    "the prompt's": (PROMPT, "", "", True),
}


@pytest.mark.parametrize(
    ("origin", "process", "nobody", "goes_on"), GOES_ON.values(), ids=GOES_ON.keys()
)
def test_which_sources_can_give_another_code(
    origin: str, process: str, nobody: str, goes_on: object
) -> None:
    """An option has one code; a command and a user have more."""
    fakes = Fakes(terminal=FakeTerminal(nobody=nobody))
    code = TokenCode("123456", origin)
    assert sources(fakes, process=process).can_go_on(code) is goes_on


def test_the_repr_of_a_code_doesnt_hold_it() -> None:
    """It may get into a log or a traceback."""
    assert repr(TokenCode("123456", PROMPT)) == "TokenCode(origin='prompt')"


def test_the_reason_is_shown_once_before_the_prompt() -> None:
    """Users who ran another command must know why they need a code."""
    fakes = Fakes(terminal=FakeTerminal("", "111111", "222222"))
    settings = CodeSettings(None, "", hidden=False, reason="The session is expiring.")
    codes = TokenCodeSources(settings, SERIAL, "mfa", fakes.ports())
    assert fakes.terminal.shown == []
    assert [codes.next().digits, codes.next().digits] == ["111111", "222222"]
    assert fakes.terminal.shown == ["The session is expiring.\n"]


@pytest.mark.parametrize("environment", [{}, VARIABLE], ids=["command", "variable"])
def test_without_a_prompt_no_reason_is_shown(environment: dict[str, str]) -> None:
    """``mfa_process`` is silent."""
    fakes = full_fakes()
    fakes.environment = environment
    settings = CodeSettings(None, "cmd", hidden=False, reason="The session is expiring.")
    TokenCodeSources(settings, SERIAL, "mfa", fakes.ports()).next()
    assert fakes.terminal.shown == []


def test_without_a_terminal_no_reason_is_shown() -> None:
    """The error has it."""
    fakes = Fakes(terminal=FakeTerminal(nobody="there is no terminal"))
    settings = CodeSettings(None, "", hidden=False, reason="The session is expiring.")
    with pytest.raises(CannotAskError):
        TokenCodeSources(settings, SERIAL, "mfa", fakes.ports()).next()
    assert fakes.terminal.shown == []


ROLE = {"role_arn": "arn:aws:iam::123456789012:role/fresh", "mfa_session": "off"}
ROLE_CODES: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "the variable's": ({"mfa_process": "cmd"}, VARIABLE, "222222"),
    "its command's": ({"mfa_process": "cmd"}, {}, "333333"),
    "a person's": ({}, {}, "444444"),
    "a command's where nobody may be asked": (
        {"mfa_process": "cmd", "mfa_prompt": "never"},
        {},
        "333333",
    ),
}


def role(**settings: str) -> Profile:
    """Return a role profile that ``mfa_session = off`` leaves to the CLI."""
    return Profile("fresh", ROLE | {"mfa_serial": SERIAL} | settings)


@pytest.mark.parametrize(
    ("settings", "environment", "digits"), ROLE_CODES.values(), ids=ROLE_CODES.keys()
)
def test_a_role_gets_its_code_from_our_sources(
    settings: dict[str, str], environment: dict[str, str], digits: str
) -> None:
    """In the usual order; it then counts as used."""
    fakes = full_fakes()
    fakes.environment = environment
    assert code_for_role(role(**settings), fakes.ports()) == digits
    assert fakes.used_codes.is_used(SERIAL, digits)
    assert fakes.wait.waits == []


def test_a_roles_prompt_names_its_device_and_itself() -> None:
    """As in every prompt; without a reason before it."""
    fakes = Fakes(terminal=FakeTerminal("123456"))
    code_for_role(role(), fakes.ports())
    assert fakes.terminal.questions == ["MFA code for ada (profile fresh): "]
    assert fakes.terminal.shown == []


@pytest.mark.parametrize(
    ("setting", "hidden"), [("", False), ("shown", False), ("hidden", True), ("Hidden", True)]
)
def test_a_roles_prompt_is_hidden_if_its_profile_says_so(setting: str, hidden: object) -> None:
    """By ``mfa_prompt``."""
    fakes = Fakes(terminal=FakeTerminal("123456"))
    code_for_role(role(mfa_prompt=setting), fakes.ports())
    assert fakes.terminal.hidden == [hidden]


ROLE_FORBIDDEN: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "by the profile": ({"mfa_prompt": "never"}, {}, "mfa_prompt = never"),
    "for one call": ({}, {"AWS_MFA_PROMPT": "never"}, "AWS_MFA_PROMPT=never"),
    "on CI": ({}, {"CI": "true"}, "CI is set"),
}


@pytest.mark.parametrize(
    ("settings", "environment", "reason"),
    ROLE_FORBIDDEN.values(),
    ids=ROLE_FORBIDDEN.keys(),
)
def test_prompts_for_a_role_can_be_forbidden(
    settings: dict[str, str], environment: dict[str, str], reason: str
) -> None:
    """The error says by what; no code counts as used."""
    fakes = Fakes(environment=environment, terminal=FakeTerminal("123456"))
    with pytest.raises(CannotAskError, match=reason):
        code_for_role(role(**settings), fakes.ports())
    assert (fakes.terminal.questions, fakes.used_codes.used) == ([], {})


def test_after_a_used_code_a_role_waits_for_the_next() -> None:
    """Each code works once, whoever sends it."""
    fakes = Fakes(token_process=FakeTokenProcess("111111", "111111", "222222"))
    fakes.used_codes = FakeUsedCodes(fakes.clock, {SERIAL: "111111"})
    fakes.clock.advance(10)
    assert code_for_role(role(mfa_process="cmd"), fakes.ports()) == "222222"
    assert [seconds for seconds, _ in fakes.wait.waits] == [20, 30]
    assert all("already used" in reason for _, reason in fakes.wait.waits)
    assert fakes.used_codes.is_used(SERIAL, "222222")


def test_another_devices_code_isnt_used_for_a_role() -> None:
    """Each device has its own record."""
    fakes = Fakes(terminal=FakeTerminal("111111"))
    fakes.used_codes = FakeUsedCodes(fakes.clock, {"GAHT12345678": "111111"})
    assert code_for_role(role(), fakes.ports()) == "111111"
    assert fakes.wait.waits == []


def test_after_a_used_code_for_a_role_there_is_another_prompt() -> None:
    """Also after one in the variable."""
    fakes = Fakes(environment=dict(VARIABLE), terminal=FakeTerminal("333333"))
    fakes.used_codes = FakeUsedCodes(fakes.clock, {SERIAL: "222222"})
    assert code_for_role(role(), fakes.ports()) == "333333"
    assert [seconds for seconds, _ in fakes.wait.waits] == [30]


def test_the_only_code_for_a_role_is_sent_though_it_was_used() -> None:
    """There is no other to wait for, and AWS decides."""
    fakes = Fakes(environment=dict(VARIABLE), terminal=FakeTerminal(nobody="there is no terminal"))
    fakes.used_codes = FakeUsedCodes(fakes.clock, {SERIAL: "222222"})
    assert code_for_role(role(), fakes.ports()) == "222222"
    assert fakes.wait.waits == []


@pytest.mark.parametrize("error", [CancelledError("Cancelled."), CannotAskError("gave up")])
def test_no_code_for_a_role_counts_as_used_if_none_was_given(error: Exception) -> None:
    """The error is raised unchanged."""
    fakes = Fakes(terminal=FakeTerminal(error))
    with pytest.raises(type(error)):
        code_for_role(role(), fakes.ports())
    assert fakes.used_codes.used == {}
