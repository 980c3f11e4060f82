"""A token code becomes a session, and no code reaches AWS twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from awscli_mfa_plugin.errors import (
    AnswerLostError,
    BadAnswerError,
    BusyError,
    ClockError,
    CodeUsedError,
    PermissionDeniedError,
    ServiceError,
    ThrottledError,
    UnknownDeviceError,
    UnreachableError,
    WrongCodeError,
    WrongKeyError,
)
from awscli_mfa_plugin.session.exchange import exchange
from awscli_mfa_plugin.session.records import Keys, Session
from awscli_mfa_plugin.session.token_codes import CodeSettings, TokenCodeSources
from tests.fakes import (
    NOW,
    SERIAL,
    FakeLocks,
    FakeSts,
    FakeTerminal,
    FakeTokenProcess,
    SessionTokenCall,
    World,
)

KEYS = Keys("AKIAADA", "secret-of-ada", profile="a")
WRONG = WrongCodeError("AWS didn't accept this code.", "Try the next one.")
LOST = AnswerLostError("The answer got lost.", "Try again.")


def exchanged(world: World, option: str | None = None, process: str = "") -> Session:
    """Exchange a code for a session of an hour."""
    settings = CodeSettings(option, process, hidden=False)
    codes = TokenCodeSources(settings, SERIAL, "mfa", world.ports())
    return exchange(KEYS, SERIAL, 3600, "eu-west-1", codes, world.ports())


def world_of(*codes: str, answers: tuple[int | BaseException, ...] = ()) -> World:
    """Return a world with codes to type and AWS's answers to them."""
    world = World(terminal=FakeTerminal(*codes))
    world.sts = FakeSts(world.clock, *answers)
    return world


def sent(world: World) -> list[str]:
    """Return the codes that reached AWS."""
    return [call.token_code for call in world.sts.calls]


def test_a_code_is_exchanged_under_the_devices_lock_and_remembered() -> None:
    """With all that was resolved; the session is what STS granted."""
    world = world_of("123456", answers=(1800,))
    session = exchanged(world)
    assert world.sts.calls == [SessionTokenCall("AKIAADA", SERIAL, "123456", 3600, "eu-west-1")]
    assert session.expiration == NOW + timedelta(seconds=1800)
    assert world.locks.asked == [(f"device {SERIAL}", 90)]
    assert world.used_codes.is_used(SERIAL, "123456")


def test_no_lock_is_held_while_somebody_is_asked() -> None:
    """Others with the same device needn't wait for a person."""

    class Asked(FakeTerminal):
        def ask(self, question: str, *, hidden: bool = False) -> str:
            assert world.locks.holding == []
            return super().ask(question, hidden=hidden)

    world = World(terminal=Asked("111111", "123456"))
    world.sts = FakeSts(world.clock, WRONG)
    exchanged(world)
    assert sent(world) == ["111111", "123456"]


def test_a_wrong_code_at_the_prompt_is_asked_again() -> None:
    """After saying that it was wrong; it isn't remembered as used."""
    world = world_of("111111", "123456", answers=(WRONG, 3600))
    exchanged(world)
    assert sent(world) == ["111111", "123456"]
    assert world.terminal.told == ["AWS didn't accept this code.\n"]
    assert world.wait.waits == []
    assert not world.used_codes.is_used(SERIAL, "111111")


def test_three_wrong_codes_end_the_login() -> None:
    """The last error comes out; no fourth code is asked for."""
    last = WrongCodeError("the third")
    world = world_of("111111", "222222", "333333", "444444", answers=(WRONG, WRONG, last))
    with pytest.raises(WrongCodeError) as caught:
        exchanged(world)
    assert caught.value is last
    assert sent(world) == ["111111", "222222", "333333"]
    assert len(world.terminal.questions) == 3


WRONG_ELSEWHERE: dict[str, tuple[str | None, str, dict[str, str]]] = {
    "by the option": ("123456", "", {}),
    "by the command": (None, "cmd", {}),
}


@pytest.mark.parametrize(
    ("option", "process", "environment"), WRONG_ELSEWHERE.values(), ids=WRONG_ELSEWHERE.keys()
)
def test_a_wrong_code_of_another_source_is_final(
    option: str | None, process: str, environment: dict[str, str]
) -> None:
    """A program that gives wrong codes would lock nobody out, but help nobody either."""
    world = World(
        environment=environment,
        token_process=FakeTokenProcess("123456", "654321"),
        terminal=FakeTerminal("654321"),
    )
    world.sts = FakeSts(world.clock, WRONG)
    with pytest.raises(WrongCodeError):
        exchanged(world, option, process)
    assert sent(world) == ["123456"]
    assert world.terminal.questions == []


def test_a_wrong_code_of_the_variable_gives_way_to_the_next_source() -> None:
    """A variable that was left in the shell mustn't shut out the person at the terminal."""
    world = World(environment={"AWS_MFA_TOKEN_CODE": "123456"}, terminal=FakeTerminal("654321"))
    world.sts = FakeSts(world.clock, WRONG)
    exchanged(world)
    assert sent(world) == ["123456", "654321"]


def test_a_wrong_code_of_the_variable_is_final_with_nobody_to_ask() -> None:
    """There is no next source."""
    world = World(
        environment={"AWS_MFA_TOKEN_CODE": "123456"},
        terminal=FakeTerminal(nobody="there is no terminal"),
    )
    world.sts = FakeSts(world.clock, WRONG)
    with pytest.raises(WrongCodeError):
        exchanged(world)


def test_a_used_code_never_reaches_aws_and_the_next_is_waited_for() -> None:
    """The wait is until the device shows the next one, and says why."""
    world = world_of("123456", "654321")
    world.used_codes.remember(SERIAL, "123456")
    world.clock.advance(12)
    exchanged(world)
    assert sent(world) == ["654321"]
    ((seconds, reason),) = world.wait.waits
    assert seconds == 18
    assert reason.startswith("This code from ada was already used")
    assert reason.endswith("Next code in")
    assert "123456" not in reason.replace(SERIAL, "")


def test_a_code_used_with_another_device_is_good() -> None:
    """Codes are the device's."""
    world = world_of("123456")
    world.used_codes.remember("GAHT12345678", "123456")
    exchanged(world)
    assert sent(world) == ["123456"]


def test_a_used_code_of_the_option_is_an_error_with_the_remedy() -> None:
    """No other may come from it: nothing is waited for."""
    world = world_of()
    world.used_codes.remember(SERIAL, "123456")
    world.clock.advance(29)
    with pytest.raises(CodeUsedError) as caught:
        exchanged(world, option="123456")
    assert "Each code works once" in caught.value.what
    assert caught.value.remedy == "Your device shows the next one in 1 s."
    assert (sent(world), world.wait.waits) == ([], [])


def test_a_command_is_run_again_after_a_used_code() -> None:
    """At the next time step, with nobody there."""
    world = World(
        token_process=FakeTokenProcess("123456", "654321"), terminal=FakeTerminal(nobody="CI")
    )
    world.used_codes.remember(SERIAL, "123456")
    exchanged(world, process="cmd")
    assert sent(world) == ["654321"]
    assert [seconds for seconds, _ in world.wait.waits] == [30]


def test_a_used_code_of_the_variable_is_followed_by_the_prompt() -> None:
    """The variable's is never taken twice."""
    world = world_of("654321")
    world.environment = {"AWS_MFA_TOKEN_CODE": "123456"}
    world.used_codes.remember(SERIAL, "123456")
    exchanged(world)
    assert sent(world) == ["654321"]


def test_the_same_used_code_three_times_ends_the_login() -> None:
    """A command that prints a constant, say."""
    world = World(token_process=FakeTokenProcess(*["123456"] * 4))
    world.used_codes.remember(SERIAL, "123456")
    with pytest.raises(CodeUsedError):
        exchanged(world, process="cmd")
    assert (len(world.token_process.commands), len(world.wait.waits)) == (3, 2)
    assert sent(world) == []


def test_used_codes_dont_count_as_attempts() -> None:
    """Three codes may still be sent to AWS."""
    world = world_of("123456", "111111", "123456", "222222", "333333", answers=(WRONG, WRONG))
    world.used_codes.remember(SERIAL, "123456")
    exchanged(world)
    assert sent(world) == ["111111", "222222", "333333"]


def test_a_code_whose_answer_got_lost_isnt_sent_again() -> None:
    """It counts as spent: the next is waited and asked for, and the old one is refused."""
    world = world_of("123456", "123456", "654321", answers=(LOST,))
    exchanged(world)
    assert sent(world) == ["123456", "654321"]
    assert world.wait.waits[0] == (30, "The answer got lost. Next code in")
    assert "was already used" in world.wait.waits[1][1]
    assert world.terminal.told == []


def test_a_lost_answer_to_a_commands_code_is_followed_by_its_next() -> None:
    """With nobody there."""
    world = World(
        token_process=FakeTokenProcess("123456", "654321"), terminal=FakeTerminal(nobody="CI")
    )
    world.sts = FakeSts(world.clock, LOST)
    exchanged(world, process="cmd")
    assert sent(world) == ["123456", "654321"]


def test_a_lost_answer_to_an_options_code_is_final_and_the_code_spent() -> None:
    """The next login with it is told so."""
    world = world_of(answers=(LOST,))
    with pytest.raises(AnswerLostError):
        exchanged(world, option="123456")
    assert (sent(world), world.wait.waits) == (["123456"], [])
    assert world.used_codes.is_used(SERIAL, "123456")


def test_three_lost_answers_end_the_login() -> None:
    """No fourth code is spent."""
    world = world_of("111111", "222222", "333333", "444444", answers=(LOST, LOST, LOST))
    with pytest.raises(AnswerLostError):
        exchanged(world)
    assert sent(world) == ["111111", "222222", "333333"]


FINAL: list[ServiceError | UnreachableError] = [
    UnknownDeviceError("unknown"),
    WrongKeyError("wrong key"),
    ClockError("clock"),
    PermissionDeniedError("denied"),
    ThrottledError("throttled"),
    ServiceError("no"),
    UnreachableError("no network"),
]


@pytest.mark.parametrize("error", FINAL, ids=lambda error: type(error).__name__)
def test_any_other_refusal_is_final_and_the_code_unspent(
    error: ServiceError | UnreachableError,
) -> None:
    """Another code wouldn't help, and this one may serve at once."""
    world = world_of("123456", "654321", answers=(error,))
    with pytest.raises(type(error)) as caught:
        exchanged(world)
    assert caught.value is error
    assert len(world.terminal.questions) == 1
    assert not world.used_codes.is_used(SERIAL, "123456")


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), SystemExit(1)])
def test_a_code_in_an_interrupted_call_counts_as_spent(interruption: BaseException) -> None:
    """It may have arrived."""
    world = world_of("123456", answers=(interruption,))
    with pytest.raises(type(interruption)):
        exchanged(world)
    assert world.used_codes.is_used(SERIAL, "123456")
    assert world.locks.holding == []


def test_a_device_that_stays_busy_is_an_error_and_the_code_unsent() -> None:
    """Another login with it may spend the very same code."""
    locks = FakeLocks()
    locks.busy["device "] = "process 7"
    world = World(terminal=FakeTerminal("123456"), locks=locks)
    with pytest.raises(BusyError):
        exchanged(world)
    assert sent(world) == []


def test_a_code_that_another_login_spends_meanwhile_isnt_sent() -> None:
    """It is looked up under the device's lock, after waiting for it."""
    world = world_of("123456", "654321")
    world.locks.meanwhile = lambda _: (
        world.used_codes.remember(SERIAL, "123456") if not world.wait.waits else None
    )
    exchanged(world)
    assert sent(world) == ["654321"]


def test_a_person_who_left_isnt_waited_for() -> None:
    """If the terminal is gone after a wrong code, the error comes out."""

    class Leaving(FakeTerminal):
        def ask(self, question: str, *, hidden: bool = False) -> str:
            answer = super().ask(question, hidden=hidden)
            self.nobody = "the terminal is gone"
            return answer

    world = World(terminal=Leaving("111111", "123456"))
    world.sts = FakeSts(world.clock, WRONG)
    with pytest.raises(WrongCodeError):
        exchanged(world)
    assert sent(world) == ["111111"]


SPENT: dict[str, BaseException] = {
    "a wrong answer": BadAnswerError("No token.", "Try again.", "SessionToken"),
    "what nobody foresaw": KeyError("Credentials"),
}


@pytest.mark.parametrize("error", SPENT.values(), ids=SPENT.keys())
def test_a_code_that_aws_may_have_taken_is_remembered(error: BaseException) -> None:
    """Also where the error isn't one of ours; no second code is spent on it."""
    world = world_of(answers=(error,))
    with pytest.raises(type(error)):
        exchanged(world, "123456")
    assert world.used_codes.is_used(SERIAL, "123456")
    assert sent(world) == ["123456"]
