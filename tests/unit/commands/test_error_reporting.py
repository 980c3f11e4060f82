"""What a command raises becomes one message on stderr and an exit code."""

from __future__ import annotations

import errno
import gc
from typing import Any

import pytest

from awscli_mfa_plugin.commands.error_reporting import (
    no_garbage_collected,
    run_parsing,
    run_reporting,
    without_codes,
)
from awscli_mfa_plugin.errors import ConfigurationError, UsageError

REMEDY = "\nInstall the plugin again, with its dependencies, where this aws loads it from."

RAISED = {
    "one of ours": (UsageError("What.", "Remedy."), 252, "What.\nRemedy."),
    "another of ours": (ConfigurationError("What."), 253, "What."),
    "Ctrl-C": (KeyboardInterrupt(), 130, "Cancelled."),
    "a full disk": (
        OSError(errno.ENOSPC, "No space left on device"),
        255,
        "Can't write the result: No space left on device.",
    ),
    "an error without a reason": (OSError("odd\x1b"), 255, "Can't write the result: odd\\x1b."),
    "a missing module": (
        ModuleNotFoundError("No module named 'filelock'"),
        255,
        f"Can't load a part of aws mfa: No module named 'filelock'.{REMEDY}",
    ),
    "a bug": (
        ValueError("a secret"),
        255,
        (
            "Unexpected error in aws mfa: ValueError.\n"
            "Please report it with the output of --debug (secrets are masked)."
        ),
    ),
}


def raising(error: BaseException) -> Any:
    """Return a function that raises."""

    def run() -> int:
        raise error

    return run


@pytest.fixture
def _stdout_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the tests' own stdout open."""
    monkeypatch.setattr("os.dup2", lambda *_: None)


@pytest.mark.usefixtures("_stdout_stays")
@pytest.mark.parametrize(("error", "code", "text"), RAISED.values(), ids=RAISED.keys())
def test_an_error_is_one_message_and_a_code(
    error: BaseException, code: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, never as a traceback."""
    assert run_reporting(raising(error)) == code
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"aws mfa: {text}\n")


@pytest.mark.usefixtures("_stdout_stays")
def test_a_closed_pipe_is_no_error_message(capsys: pytest.CaptureFixture[str]) -> None:
    """As in every program in a pipe."""
    assert run_reporting(raising(BrokenPipeError())) == 255
    assert capsys.readouterr().err == ""


def test_the_exit_code_of_a_command_is_passed_on() -> None:
    """Whatever it is."""
    assert run_reporting(lambda: 7) == 7


PROBLEMS = {
    "a number": (
        ValueError("invalid literal for int() with base 10: 'soon'"),
        "'soon' isn't a whole number.",
    ),
    "a stray code": (
        ValueError("Unknown options: 123456"),
        "Unknown options: ******. Use --token-code for the MFA code.",
    ),
    "anything else": (ValueError("Unknown options: --x\n\nusage: …"), "Unknown options: --x"),
}


@pytest.mark.parametrize(("problem", "text"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_a_problem_of_the_clis_parsers_is_wrong_usage(
    problem: Exception, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the help to look at."""
    assert run_parsing(raising(problem), "aws mfa login") == 252
    assert capsys.readouterr().err == f"aws mfa: {text}\nFor help:  aws mfa login help\n"


def test_wrong_usage_that_we_find_is_reported_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """With its own remedy."""
    assert run_parsing(raising(UsageError("What.", "Remedy.")), "aws mfa login") == 252
    assert run_parsing(lambda: 7, "aws mfa") == 7
    assert capsys.readouterr().err == "aws mfa: What.\nRemedy.\n"


def test_a_missing_module_in_the_parsers_isnt_wrong_usage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It ends with 255."""
    assert run_parsing(raising(ImportError("x")), "aws mfa") == 255
    assert capsys.readouterr().err.startswith("aws mfa: Can't load a part of aws mfa: x.")


def test_what_argparse_reported_isnt_reported_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Its 2 becomes 252; every other exit passes, and so does Ctrl-C."""
    assert run_parsing(raising(SystemExit(2)), "aws mfa") == 252
    with pytest.raises(SystemExit):
        run_parsing(raising(SystemExit(0)), "aws mfa")
    with pytest.raises(KeyboardInterrupt):
        run_parsing(raising(KeyboardInterrupt()), "aws mfa")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("123456", "******"),
        ("123 456, 123-456", "******, ******"),
        ("1234567 12345", "1234567 12345"),
    ],
)
def test_codes_are_masked(text: str, masked: str) -> None:
    """Six digits, and no more."""
    assert without_codes(text) == masked


@pytest.mark.parametrize("before", [True, False])
def test_the_garbage_collector_is_restored(before: bool) -> None:  # noqa: FBT001
    """Off inside, and on again only where it was on."""
    was_enabled = gc.isenabled()
    try:
        (gc.enable if before else gc.disable)()
        with no_garbage_collected():
            assert not gc.isenabled()
        assert gc.isenabled() is before
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        (gc.enable if was_enabled else gc.disable)()


@pytest.mark.usefixtures("_stdout_stays")
@pytest.mark.parametrize(
    "error", [ConfigurationError("What."), OSError("x"), ImportError("x"), KeyError(1)]
)
def test_the_debug_log_has_the_traceback(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Of whatever a command raised."""
    caplog.set_level("DEBUG", "awscli.mfa")
    run_reporting(raising(error))
    assert "raise error" in caplog.text


@pytest.mark.parametrize("error", [ImportError("x"), ValueError("x")])
def test_the_debug_log_has_the_traceback_of_the_clis_own_parsers(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """They ran before any command of ours."""
    caplog.set_level("DEBUG", "awscli.mfa")
    run_parsing(raising(error), "aws mfa")
    assert "raise error" in caplog.text
