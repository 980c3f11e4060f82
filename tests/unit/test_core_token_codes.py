"""Where the token codes of a login come from."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.core.token_codes import (
    ENVIRONMENT,
    OPTION,
    PROCESS,
    PROMPT,
    CodeSettings,
    TokenCode,
    TokenCodeSources,
)
from awscli_mfa_plugin.errors import (
    CancelledError,
    CannotAskError,
    TokenProcessError,
    UsageError,
)
from tests.fakes import SERIAL, FakeTerminal, FakeTokenProcess, World

VARIABLE = {"AWS_MFA_TOKEN_CODE": "222222"}
NOBODY = FakeTerminal(nobody="CI is set, so nobody is asked")


def sources(
    world: World, option: str | None = None, process: str = "", *, hidden: bool = False
) -> TokenCodeSources:
    """Return the sources of a login to profile mfa."""
    return TokenCodeSources(CodeSettings(option, process, hidden), SERIAL, "mfa", world.ports())


def full_world() -> World:
    """Return a world in which every source has a code."""
    return World(
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
def test_codes_come_in_the_designs_order(
    option: str | None, environment: dict[str, str], process: str, code: TokenCode
) -> None:
    """Option, variable, command, prompt; no later one is asked."""
    world = full_world()
    world.environment = environment
    assert sources(world, option, process).next() == code
    assert world.token_process.commands == (["cmd"] if code.origin == PROCESS else [])
    assert len(world.terminal.questions) == (code.origin == PROMPT)


def test_nothing_is_asked_before_a_code_is_needed() -> None:
    """Making the sources costs nobody anything."""
    world = full_world()
    sources(world, process="cmd")
    assert (world.token_process.commands, world.terminal.questions) == ([], [])


def test_the_variables_code_is_used_once() -> None:
    """Then the next source has its turn."""
    world = full_world()
    codes = sources(world, process="cmd")
    assert [codes.next().origin, codes.next().origin] == [ENVIRONMENT, PROCESS]
    world = full_world()
    codes = sources(world)
    assert [codes.next().origin, codes.next().origin] == [ENVIRONMENT, PROMPT]


def test_a_hyphen_as_option_reads_stdin() -> None:
    """As a pipe from another program gives it."""
    code = sources(World(stdin="123 456\n"), "-").next()
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
    """What was given isn't repeated: it may be a secret in the wrong place."""
    world = full_world()
    world.stdin = text
    world.environment = {"AWS_MFA_TOKEN_CODE": text}
    option = {"option": text, "stdin": "-", "variable": None}[place]
    with pytest.raises(UsageError) as caught:
        sources(world, option, "cmd").next()
    name = ENVIRONMENT if place == "variable" else OPTION
    assert caught.value.what == f"{name} holds no token code."
    assert "six digits" in caught.value.remedy
    assert (world.token_process.commands, world.terminal.questions) == ([], [])


@pytest.mark.parametrize("output", ["", "error: no device", "12345", "123456 654321", "١٢٣٤٥٦"])
def test_a_command_that_prints_no_code_is_an_error(output: str) -> None:
    """Nothing of it is sent to AWS or shown."""
    world = World(token_process=FakeTokenProcess(output))
    with pytest.raises(TokenProcessError, match="printed no six digits") as caught:
        sources(world, process="cmd").next()
    assert not output or output not in str(caught.value)


def test_a_command_that_fails_is_the_edges_error() -> None:
    """Nobody is asked in its place: its owner wants to know."""
    world = World(
        token_process=FakeTokenProcess(TokenProcessError("it hung")),
        terminal=FakeTerminal("444444"),
    )
    with pytest.raises(TokenProcessError, match="it hung"):
        sources(world, process="cmd").next()
    assert world.terminal.questions == []


@pytest.mark.parametrize("hidden", [False, True])
def test_the_prompt_names_device_and_profile(hidden: object) -> None:
    """And hides what is typed if told so."""
    world = World(terminal=FakeTerminal("123456"))
    sources(world, hidden=bool(hidden)).next()
    assert world.terminal.questions == [f"Token code of {SERIAL} for profile mfa: "]
    assert world.terminal.hidden == [hidden]


def test_a_prompt_cant_steer_the_terminal() -> None:
    """Names come from files."""
    world = World(terminal=FakeTerminal("123456"))
    settings = CodeSettings(None, "", hidden=False)
    TokenCodeSources(settings, "GAHT\x1b[2J", "m\u202efa", world.ports()).next()
    assert world.terminal.questions == ["Token code of GAHT\\x1b[2J for profile m\\u202efa: "]


WHAT_A_CODE_IS = "A token code is the six digits that the device shows."
TYPED: dict[str, tuple[list[str], str, int]] = {
    "a code": (["123456"], "123456", 0),
    "in two groups": (["123-456"], "123456", 0),
    "empty asks again": (["", "", "123456"], "123456", 0),
    "what is none is explained": (["12345", "x", "", "123456"], "123456", 2),
    "other digits": (["１２３４５６", "123456"], "123456", 1),  # noqa: RUF001 - that is the point
    "the tenth answer": ([""] * 9 + ["123456"], "123456", 0),
}


@pytest.mark.parametrize(("answers", "digits", "told"), TYPED.values(), ids=TYPED.keys())
def test_the_prompt_asks_until_a_code_is_typed(answers: list[str], digits: str, told: int) -> None:
    """Only what isn't empty is commented on."""
    world = World(terminal=FakeTerminal(*answers))
    assert sources(world).next() == TokenCode(digits, PROMPT)
    assert len(world.terminal.questions) == len(answers)
    assert world.terminal.told == [f"That isn't one. {WHAT_A_CODE_IS}\n"] * told


def test_a_prompt_that_is_never_answered_ends() -> None:
    """A stream of newlines, say."""
    world = World(terminal=FakeTerminal(*[""] * 11))
    with pytest.raises(CannotAskError, match="No token code was typed"):
        sources(world).next()
    assert len(world.terminal.questions) == 10


@pytest.mark.parametrize("error", [CancelledError("Cancelled."), CannotAskError("gave up")])
def test_cancelling_and_silence_end_the_prompt(error: Exception) -> None:
    """Ctrl-C, Ctrl-D, and nobody there."""
    with pytest.raises(type(error)):
        sources(World(terminal=FakeTerminal("", error, "123456"))).next()


def test_with_nobody_to_ask_the_error_names_the_other_ways() -> None:
    """And why nobody can be asked."""
    with pytest.raises(CannotAskError) as caught:
        sources(World(terminal=NOBODY)).next()
    assert caught.value.what == f"A token code of {SERIAL} is needed, and {NOBODY.nobody}."
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
def test_another_code_may_come_where_a_source_is_left(
    origin: str, process: str, nobody: str, goes_on: object
) -> None:
    """An option is given once; a command and a person have more."""
    world = World(terminal=FakeTerminal(nobody=nobody))
    code = TokenCode("123456", origin)
    assert sources(world, process=process).can_go_on(code) is goes_on


def test_the_repr_of_a_code_doesnt_hold_it() -> None:
    """It may stand in a log or a traceback."""
    assert repr(TokenCode("123456", PROMPT)) == "TokenCode(origin='prompt')"
