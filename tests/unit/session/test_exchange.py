"""An MFA code is exchanged for a session; no code is sent to AWS twice, and no session is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from awscli_mfa_plugin.errors import (
    AnswerLostError,
    BadAnswerError,
    BusyError,
    ClockError,
    CodeUsedError,
    ConfigurationError,
    MfaError,
    PermissionDeniedError,
    ServiceError,
    ThrottledError,
    UnknownDeviceError,
    UnreachableError,
    UnwritableFileError,
    WrongCodeError,
    WrongKeyError,
)
from awscli_mfa_plugin.session.exchange import exchange
from awscli_mfa_plugin.session.login import login
from awscli_mfa_plugin.session.plan import LoginRequest
from awscli_mfa_plugin.session.records import Keys, Session
from awscli_mfa_plugin.session.token_codes import CodeSettings, TokenCodeSources
from tests.fakes import (
    LONG_LIVED,
    NOW,
    SERIAL,
    FakeFiles,
    FakeLocks,
    Fakes,
    FakeSts,
    FakeTerminal,
    FakeTokenProcess,
    SessionTokenCall,
)

KEYS = Keys("AKIAADA", "secret-of-ada", profile="a")
WRONG = WrongCodeError("AWS didn't accept this code.", "Try the next one.")
LOST = AnswerLostError("The answer got lost.", "Try again.")


def exchanged(fakes: Fakes, option: str | None = None, process: str = "") -> Session:
    """Exchange a code for a session of an hour."""
    settings = CodeSettings(option, process, hidden=False)
    codes = TokenCodeSources(settings, SERIAL, "mfa", fakes.ports())
    return exchange(KEYS, SERIAL, 3600, "eu-west-1", codes, fakes.ports())


def fakes_of(*codes: str, answers: tuple[int | BaseException, ...] = ()) -> Fakes:
    """Return fakes with codes to type and AWS's answers to them."""
    fakes = Fakes(terminal=FakeTerminal(*codes))
    fakes.sts = FakeSts(fakes.clock, *answers)
    return fakes


def sent(fakes: Fakes) -> list[str]:
    """Return the codes that reached AWS."""
    return [call.token_code for call in fakes.sts.calls]


def test_a_code_is_sent_under_the_devices_lock_and_recorded() -> None:
    """With all resolved parameters; the session is the one that STS returned."""
    fakes = fakes_of("123456", answers=(1800,))
    session = exchanged(fakes)
    assert fakes.sts.calls == [SessionTokenCall("AKIAADA", SERIAL, "123456", 3600, "eu-west-1")]
    assert session.expiration == NOW + timedelta(seconds=1800)
    assert fakes.locks.requests == [(f"device {SERIAL}", 90)]
    assert fakes.used_codes.is_used(SERIAL, "123456")


def test_no_lock_is_held_during_the_prompt() -> None:
    """Other processes with the same device don't wait for a user."""

    class Asked(FakeTerminal):
        def ask(self, question: str, *, hidden: bool = False) -> str:
            assert fakes.locks.holding == []
            return super().ask(question, hidden=hidden)

    fakes = Fakes(terminal=Asked("111111", "123456"))
    fakes.sts = FakeSts(fakes.clock, WRONG)
    exchanged(fakes)
    assert sent(fakes) == ["111111", "123456"]


def test_a_wrong_code_at_the_prompt_prompts_again() -> None:
    """After a message; the code isn't recorded as used."""
    fakes = fakes_of("111111", "123456", answers=(WRONG, 3600))
    exchanged(fakes)
    assert sent(fakes) == ["111111", "123456"]
    assert fakes.terminal.shown == ["AWS didn't accept this code.\n"]
    assert fakes.wait.waits == []
    assert not fakes.used_codes.is_used(SERIAL, "111111")


def test_three_wrong_codes_end_the_login() -> None:
    """With the last error; there is no fourth prompt."""
    last = WrongCodeError("the third")
    fakes = fakes_of("111111", "222222", "333333", "444444", answers=(WRONG, WRONG, last))
    with pytest.raises(WrongCodeError) as caught:
        exchanged(fakes)
    assert caught.value.what == last.what
    assert caught.value.remedy.endswith("aws mfa devices resync")
    assert sent(fakes) == ["111111", "222222", "333333"]
    assert len(fakes.terminal.questions) == 3


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
    """Running the program again wouldn't help."""
    fakes = Fakes(
        environment=environment,
        token_process=FakeTokenProcess("123456", "654321"),
        terminal=FakeTerminal("654321"),
    )
    fakes.sts = FakeSts(fakes.clock, WRONG)
    with pytest.raises(WrongCodeError):
        exchanged(fakes, option, process)
    assert sent(fakes) == ["123456"]
    assert fakes.terminal.questions == []


def test_after_a_wrong_code_of_the_variable_the_next_source_is_used() -> None:
    """A forgotten variable in the shell must not prevent the prompt."""
    fakes = Fakes(environment={"AWS_MFA_TOKEN_CODE": "123456"}, terminal=FakeTerminal("654321"))
    fakes.sts = FakeSts(fakes.clock, WRONG)
    exchanged(fakes)
    assert sent(fakes) == ["123456", "654321"]


def test_a_wrong_code_of_the_variable_is_final_without_a_terminal() -> None:
    """There is no next source."""
    fakes = Fakes(
        environment={"AWS_MFA_TOKEN_CODE": "123456"},
        terminal=FakeTerminal(nobody="there is no terminal"),
    )
    fakes.sts = FakeSts(fakes.clock, WRONG)
    with pytest.raises(WrongCodeError):
        exchanged(fakes)


def test_a_used_code_is_not_sent_and_the_next_is_waited_for() -> None:
    """Until the device shows the next one, with a message."""
    fakes = fakes_of("123456", "654321")
    fakes.used_codes.remember(SERIAL, "123456")
    fakes.clock.advance(12)
    exchanged(fakes)
    assert sent(fakes) == ["654321"]
    ((seconds, reason),) = fakes.wait.waits
    assert seconds == 18
    assert reason.startswith("This code from ada was already used")
    assert reason.endswith("Next code in")
    assert "123456" not in reason.replace(SERIAL, "")


def test_a_code_used_with_another_device_is_sent() -> None:
    """Each device has its own codes."""
    fakes = fakes_of("123456")
    fakes.used_codes.remember("GAHT12345678", "123456")
    exchanged(fakes)
    assert sent(fakes) == ["123456"]


def test_a_used_code_of_the_option_is_an_error_with_the_remedy() -> None:
    """The option has no other code, so there is no wait."""
    fakes = fakes_of()
    fakes.used_codes.remember(SERIAL, "123456")
    fakes.clock.advance(29)
    with pytest.raises(CodeUsedError) as caught:
        exchanged(fakes, option="123456")
    assert "Each code works once" in caught.value.what
    assert caught.value.remedy == "Your device shows the next one in 1 s."
    assert (sent(fakes), fakes.wait.waits) == ([], [])


def test_a_command_is_run_again_after_a_used_code() -> None:
    """At the next time step, without a prompt."""
    fakes = Fakes(
        token_process=FakeTokenProcess("123456", "654321"), terminal=FakeTerminal(nobody="CI")
    )
    fakes.used_codes.remember(SERIAL, "123456")
    exchanged(fakes, process="cmd")
    assert sent(fakes) == ["654321"]
    assert [seconds for seconds, _ in fakes.wait.waits] == [30]


def test_a_used_code_of_the_variable_is_followed_by_the_prompt() -> None:
    """The variable isn't used twice."""
    fakes = fakes_of("654321")
    fakes.environment = {"AWS_MFA_TOKEN_CODE": "123456"}
    fakes.used_codes.remember(SERIAL, "123456")
    exchanged(fakes)
    assert sent(fakes) == ["654321"]


def test_the_same_used_code_three_times_ends_the_login() -> None:
    """Such as a command that prints a constant."""
    fakes = Fakes(token_process=FakeTokenProcess(*["123456"] * 4))
    fakes.used_codes.remember(SERIAL, "123456")
    with pytest.raises(CodeUsedError):
        exchanged(fakes, process="cmd")
    assert (len(fakes.token_process.commands), len(fakes.wait.waits)) == (3, 2)
    assert sent(fakes) == []


def test_used_codes_dont_count_as_attempts() -> None:
    """Three codes may still be sent to AWS."""
    fakes = fakes_of("123456", "111111", "123456", "222222", "333333", answers=(WRONG, WRONG))
    fakes.used_codes.remember(SERIAL, "123456")
    exchanged(fakes)
    assert sent(fakes) == ["111111", "222222", "333333"]


def test_a_code_whose_answer_got_lost_isnt_sent_again() -> None:
    """It counts as used: after a wait there is a prompt for the next one."""
    fakes = fakes_of("123456", "123456", "654321", answers=(LOST,))
    exchanged(fakes)
    assert sent(fakes) == ["123456", "654321"]
    assert fakes.wait.waits[0] == (30, "The answer got lost. Next code in")
    assert "was already used" in fakes.wait.waits[1][1]
    assert fakes.terminal.shown == []


def test_a_lost_answer_to_a_commands_code_is_followed_by_its_next() -> None:
    """Without a prompt."""
    fakes = Fakes(
        token_process=FakeTokenProcess("123456", "654321"), terminal=FakeTerminal(nobody="CI")
    )
    fakes.sts = FakeSts(fakes.clock, LOST)
    exchanged(fakes, process="cmd")
    assert sent(fakes) == ["123456", "654321"]


def test_a_lost_answer_to_an_options_code_is_final() -> None:
    """The code counts as used in the next login."""
    fakes = fakes_of(answers=(LOST,))
    with pytest.raises(AnswerLostError):
        exchanged(fakes, option="123456")
    assert (sent(fakes), fakes.wait.waits) == (["123456"], [])
    assert fakes.used_codes.is_used(SERIAL, "123456")


def test_three_lost_answers_end_the_login() -> None:
    """No fourth code is used."""
    fakes = fakes_of("111111", "222222", "333333", "444444", answers=(LOST, LOST, LOST))
    with pytest.raises(AnswerLostError):
        exchanged(fakes)
    assert sent(fakes) == ["111111", "222222", "333333"]


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
def test_any_other_refusal_is_final_and_uses_no_code(
    error: ServiceError | UnreachableError,
) -> None:
    """Another code wouldn't help, and this one can be used again."""
    fakes = fakes_of("123456", "654321", answers=(error,))
    with pytest.raises(type(error)) as caught:
        exchanged(fakes)
    assert caught.value is error
    assert len(fakes.terminal.questions) == 1
    assert not fakes.used_codes.is_used(SERIAL, "123456")


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), SystemExit(1)])
def test_a_code_in_an_interrupted_call_counts_as_used(interruption: BaseException) -> None:
    """It may have arrived."""
    fakes = fakes_of("123456", answers=(interruption,))
    with pytest.raises(type(interruption)):
        exchanged(fakes)
    assert fakes.used_codes.is_used(SERIAL, "123456")
    assert fakes.locks.holding == []


def test_a_device_that_stays_locked_is_an_error() -> None:
    """The code isn't sent: another login may be using the same one."""
    locks = FakeLocks()
    locks.busy["device "] = "process 7"
    fakes = Fakes(terminal=FakeTerminal("123456"), locks=locks)
    with pytest.raises(BusyError):
        exchanged(fakes)
    assert sent(fakes) == []


def test_a_code_that_another_login_used_meanwhile_isnt_sent() -> None:
    """It is checked under the device's lock, after waiting for it."""
    fakes = fakes_of("123456", "654321")
    fakes.locks.meanwhile = lambda _: (
        fakes.used_codes.remember(SERIAL, "123456") if not fakes.wait.waits else None
    )
    exchanged(fakes)
    assert sent(fakes) == ["654321"]


def test_a_closed_terminal_ends_the_login() -> None:
    """If the terminal is gone after a wrong code, that error is raised."""

    class Leaving(FakeTerminal):
        def ask(self, question: str, *, hidden: bool = False) -> str:
            answer = super().ask(question, hidden=hidden)
            self.nobody = "the terminal is gone"
            return answer

    fakes = Fakes(terminal=Leaving("111111", "123456"))
    fakes.sts = FakeSts(fakes.clock, WRONG)
    with pytest.raises(WrongCodeError):
        exchanged(fakes)
    assert sent(fakes) == ["111111"]


SPENT: dict[str, BaseException] = {
    "a wrong answer": BadAnswerError("No token.", "Try again.", "SessionToken"),
    "what nobody foresaw": KeyError("Credentials"),
}


@pytest.mark.parametrize("error", SPENT.values(), ids=SPENT.keys())
def test_a_code_that_aws_may_have_accepted_is_recorded(error: BaseException) -> None:
    """Also if the error isn't one of ours; no second code is used."""
    fakes = fakes_of(answers=(error,))
    with pytest.raises(type(error)):
        exchanged(fakes, "123456")
    assert fakes.used_codes.is_used(SERIAL, "123456")
    assert sent(fakes) == ["123456"]


HELD = UnwritableFileError("credentials", "can't be replaced: another program has it open", "")


class HeldFiles(FakeFiles):
    """Files of which the credentials file can't be written while ``problem`` is set."""

    problem: MfaError | None = HELD
    cache_problem: MfaError | None = None

    def write_session(self, name: str, session: Session) -> None:
        """Refuse."""
        if self.problem:
            raise self.problem
        super().write_session(name, session)

    def keep_waiting(self, name: str, session: Session) -> None:
        """Refuse if the cache can't be written either."""
        if self.cache_problem:
            raise self.cache_problem
        super().keep_waiting(name, session)


def held_files(*codes: str) -> tuple[HeldFiles, Fakes]:
    """Return files that can't be written, and somebody who types codes."""
    files = HeldFiles({}, {"default": LONG_LIVED})
    return files, Fakes(files=files, terminal=FakeTerminal(*codes))


@pytest.mark.parametrize("problem", [HELD, BusyError("Another program keeps writing it.", "")])
def test_a_session_that_cant_be_written_is_kept_and_the_error_says_so(problem: MfaError) -> None:
    """The code is used up, so the session must not be lost with it."""
    files, fakes = held_files("123456")
    files.problem = problem
    with pytest.raises(ConfigurationError) as caught:
        login(LoginRequest("mfa"), fakes.ports())
    assert caught.value.what == problem.what
    assert "No new code is needed" in caught.value.remedy
    waiting = files.waiting_session("mfa")
    assert waiting is not None
    assert waiting.access_key_id == "ASIA1"
    assert files.config["mfa"] == {"mfa_source_profile": "default", "mfa_serial": SERIAL}


@pytest.mark.parametrize("force", [False, True])
def test_the_next_login_writes_it_without_a_code(*, force: bool) -> None:
    """Nobody is asked, and AWS isn't called."""
    files, fakes = held_files("123456")
    with pytest.raises(ConfigurationError):
        login(LoginRequest("mfa"), fakes.ports())
    files.problem = None
    result = login(LoginRequest("mfa", force=force), fakes.ports())
    assert result.outcome == "kept"
    assert files.credentials["mfa"]["aws_access_key_id"] == "ASIA1"
    assert files.waiting_session("mfa") is None
    assert len(fakes.sts.calls) == 1


def test_a_file_that_is_still_held_costs_no_second_code() -> None:
    """The next try says the same and keeps the session."""
    files, fakes = held_files("123456")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="another program has it open"):
            login(LoginRequest("mfa"), fakes.ports())
    assert len(fakes.sts.calls) == 1
    assert files.waiting_session("mfa") is not None


def test_a_session_that_expired_while_waiting_is_not_written() -> None:
    """Then a code is needed after all."""
    files, fakes = held_files("123456", "654321")
    with pytest.raises(ConfigurationError):
        login(LoginRequest("mfa"), fakes.ports())
    files.problem = None
    fakes.clock.time += timedelta(hours=13)
    assert login(LoginRequest("mfa"), fakes.ports()).outcome == "renewed"
    assert len(fakes.sts.calls) == 2


def test_a_newer_session_is_never_replaced_by_one_that_waited() -> None:
    """Another version of the plugin may have logged in, or the cache couldn't be written."""
    files, fakes = held_files("123456", "654321")
    with pytest.raises(ConfigurationError):
        login(LoginRequest("mfa"), fakes.ports())
    old = files.waiting_session("mfa")
    assert old
    assert old.issued
    files.problem = None
    newer = replace(old, access_key_id="ASIA9", issued=old.issued + timedelta(hours=1))
    files.write_session("mfa", newer)
    files.keep_waiting("mfa", old)
    assert login(LoginRequest("mfa"), fakes.ports()).outcome == "kept"
    assert login(LoginRequest("mfa", force=True), fakes.ports()).outcome == "renewed"


def test_where_the_cache_cant_be_written_either_the_first_cause_is_told() -> None:
    """Then the session is lost, and the error doesn't promise anything."""
    files, fakes = held_files("123456")
    files.cache_problem = UnwritableFileError("cache", "is full", "")
    with pytest.raises(UnwritableFileError, match="another program has it open") as caught:
        login(LoginRequest("mfa"), fakes.ports())
    assert "No new code" not in str(caught.value)


def test_a_logout_removes_a_session_that_waits() -> None:
    """It would come back with the next login."""
    files, fakes = held_files("123456")
    with pytest.raises(ConfigurationError):
        login(LoginRequest("mfa"), fakes.ports())
    files.remove_session("mfa")
    assert files.waiting_session("mfa") is None
