"""The prompt, on real pseudo-terminals: each question is asked by another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.system.terminal import ControllingTerminal, fitted

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX")

if sys.platform != "win32":
    from tests.hosts.terminal import CTRL_C, CTRL_D, CTRL_Z, Terminal

ROOT = Path(__file__).parents[3]
QUESTION = "Token code of GAHT12345678: "
# Prompts on the terminal with all three streams elsewhere; the outcome goes to a file.
CHILD = """
import json, os, signal, sys, termios
from awscli_mfa_plugin.system.terminal import ControllingTerminal
from awscli_mfa_plugin.errors import MfaError

def mode():
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return None
    try:
        # As text: the special characters are bytes.
        return repr(termios.tcgetattr(terminal))
    finally:
        os.close(terminal)

def outcome():
    before = mode()
    said = {}
    try:
        call = getattr(ControllingTerminal(order["seconds"]), order["call"])
        said["value"] = call(*order["arguments"], **order["options"])
    except MfaError as error:
        said["error"] = type(error).__name__
        said["exit code"] = error.exit_code
        said["text"] = str(error)
        said["remedy"] = error.remedy
        said["by interrupt"] = getattr(error, "by_interrupt", None)
    except Exception as error:
        said["error"] = f"a traceback: {error!r}"
    said["mode is as before"] = mode() == before
    return said

order = json.loads(sys.argv[1])
if order["hangs up"]:
    import fcntl, threading
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    threading.Timer(0.3, os.close, [master]).start()
kept = os.dup(0)  # without one descriptor open the terminal would hang up
nowhere = os.open(os.devnull, os.O_RDWR)
for stream in (0, 1, 2):
    os.dup2(nowhere, stream)
if order["in background"]:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        sys.exit()
    os.setpgid(0, 0)
with open(order["file"], "w") as file:
    json.dump(outcome(), file)
"""


class Asking:
    """Lets processes use a terminal; ``start`` opens each."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder for the outcome."""
        self._file = folder / "outcome.json"
        self._terminals: list[Terminal] = []

    def command(
        self,
        call: str,
        *arguments: object,
        seconds: float = 30,
        in_background: bool = False,
        hangs_up: bool = False,
        **options: object,
    ) -> list[str]:
        """Return the command that calls a method of the terminal."""
        order = {
            "call": call,
            "arguments": arguments,
            "options": options,
            "seconds": seconds,
            "in background": in_background,
            "hangs up": hangs_up,
            "file": str(self._file),
        }
        return [sys.executable, "-c", CHILD, json.dumps(order)]

    def start(self, call: str, *arguments: object, columns: int = 80, **options: Any) -> Terminal:
        """Call a method of the terminal on a new one."""
        command = self.command(call, *arguments, **options)
        terminal = Terminal(command, env=environment(), cwd=ROOT, columns=columns, timeout=20)
        self._terminals.append(terminal)
        return terminal

    def outcome(self, terminal: Terminal) -> dict[str, Any]:
        """Return the outcome of the call, after its end."""
        assert terminal.wait() == 0
        return self.read()

    def read(self) -> dict[str, Any]:
        """Return the outcome of the last call."""
        outcome: dict[str, Any] = json.loads(self._file.read_text())
        return outcome

    def close(self) -> None:
        """End all of them."""
        for terminal in self._terminals:
            terminal.close()


def environment() -> dict[str, str]:
    """Return an environment in which text is UTF-8."""
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm"}


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    """Yield what asks."""
    asking = Asking(tmp_path)
    yield asking
    asking.close()


TYPED = {
    "a line": ("123456\r", "123456"),
    "blanks around it": ("  123 456 \t\r", "123 456"),
    "an empty line": ("\r", ""),
    "a corrected line": ("12x\x7f3\r", "123"),
    "a line started anew": ("999\x15123456\r", "123456"),
    "letters beyond ASCII": ("schlüssel ✓\r", "schlüssel ✓"),
    "an escape sequence": ("\x1b[Aa\r", "\x1b[Aa"),
    "an end of input behind text": ("123456" + "\x04", "123456"),
}


@pytest.mark.parametrize(("keys", "line"), TYPED.values(), ids=TYPED.keys())
def test_the_typed_line_is_returned(asking: Asking, keys: str, line: str) -> None:
    """As edited on the terminal, without blanks around it."""
    terminal = asking.start("ask", QUESTION)
    terminal.expect(QUESTION)
    terminal.send(keys)
    assert asking.outcome(terminal) == {"value": line, "mode is as before": True}


def test_what_is_typed_is_shown(asking: Asking) -> None:
    """After the question, and the next output starts on a new line."""
    terminal = asking.start("ask", QUESTION)
    terminal.expect(QUESTION)
    assert terminal.echoes
    terminal.send_line("123456")
    asking.outcome(terminal)
    assert terminal.text == f"{QUESTION}123456\n"


def test_a_hidden_line_is_not_shown(asking: Asking) -> None:
    """Not even its length; the next output starts on a new line too."""
    terminal = asking.start("ask", QUESTION, hidden=True)
    terminal.expect(QUESTION)
    assert not terminal.echoes
    terminal.send_line("123456")
    assert asking.outcome(terminal) == {"value": "123456", "mode is as before": True}
    assert terminal.text == f"{QUESTION}\n"


@pytest.mark.parametrize(("before", "hidden"), [("", False), ("123", True)])
def test_ctrl_c_cancels_the_whole_command(asking: Asking, before: str, *, hidden: bool) -> None:
    """With 130, also after half a code; the terminal is restored."""
    terminal = asking.start("ask", QUESTION, hidden=hidden)
    terminal.expect(QUESTION)
    terminal.send(before + CTRL_C)
    outcome = asking.outcome(terminal)
    assert (outcome["error"], outcome["exit code"]) == ("CancelledError", 130)
    assert outcome["by interrupt"]
    assert outcome["mode is as before"]
    assert terminal.text.endswith("\n")


@pytest.mark.parametrize("hidden", [False, True])
def test_ctrl_d_cancels_the_question(asking: Asking, *, hidden: bool) -> None:
    """With 130 too, but not the whole command."""
    terminal = asking.start("ask", QUESTION, hidden=hidden)
    terminal.expect(QUESTION)
    terminal.send(CTRL_D)
    outcome = asking.outcome(terminal)
    assert (outcome["error"], outcome["exit code"]) == ("CancelledError", 130)
    assert outcome["by interrupt"] is False
    assert outcome["mode is as before"]
    assert terminal.text == f"{QUESTION}\n"


def test_ctrl_z_stops_nothing(asking: Asking) -> None:
    """A stopped process would keep its locks, so the prompt ends with a remedy."""
    terminal = asking.start("ask", QUESTION)
    terminal.expect(QUESTION)
    terminal.send("12" + CTRL_Z)
    outcome = asking.outcome(terminal)
    assert (outcome["error"], outcome["exit code"]) == ("CannotAskError", 253)
    assert "Ctrl-Z at the prompt: this command can't wait" in outcome["text"]
    assert outcome["remedy"]
    assert outcome["mode is as before"]


@pytest.mark.parametrize("typed", ["", "123"])
def test_a_question_that_nobody_answers_ends(asking: Asking, typed: str) -> None:
    """After the time-out, also with half a line typed; the terminal is restored."""
    started = time.monotonic()
    terminal = asking.start("ask", QUESTION, seconds=0.5)
    terminal.expect(QUESTION)
    terminal.send(typed)
    outcome = asking.outcome(terminal)
    assert 0.5 <= time.monotonic() - started < 10
    assert (outcome["error"], outcome["exit code"]) == ("CannotAskError", 253)
    assert "within 0.5 s" in outcome["text"]
    assert outcome["remedy"]
    assert outcome["mode is as before"]
    assert terminal.text.endswith("\n")


def test_there_is_a_prompt_in_the_foreground(asking: Asking) -> None:
    """Whatever the three streams are; the check shows nothing."""
    terminal = asking.start("unavailable_reason")
    assert asking.outcome(terminal) == {"value": "", "mode is as before": True}
    assert terminal.text == ""


def test_there_is_no_prompt_in_the_background(asking: Asking) -> None:
    """The terminal belongs to another job: the process would be stopped."""
    terminal = asking.start("unavailable_reason", in_background=True)
    assert "background" in asking.outcome(terminal)["value"]


def without_terminal(
    asking: Asking, call: str, *arguments: object, hangs_up: bool = False
) -> dict[str, Any]:
    """Call a method in a process without a controlling terminal; return the outcome.

    ``hangs_up``: with one that hangs up meanwhile.
    """
    command = asking.command(call, *arguments, hangs_up=hangs_up)
    subprocess.run(
        command, env=environment(), cwd=ROOT, start_new_session=True, check=True, timeout=20
    )
    return asking.read()


def test_there_is_no_prompt_without_a_terminal(asking: Asking) -> None:
    """As under cron, in CI and in most editors."""
    assert "no terminal" in without_terminal(asking, "unavailable_reason")["value"]
    outcome = without_terminal(asking, "ask", QUESTION)
    assert (outcome["error"], outcome["exit code"]) == ("CannotAskError", 253)
    assert outcome["remedy"]


def test_without_a_terminal_text_is_dropped(asking: Asking) -> None:
    """Without an error: text beside a prompt is only for the terminal."""
    assert without_terminal(asking, "tell", "text")["value"] is None


def test_text_is_shown_on_the_terminal(asking: Asking) -> None:
    """Unchanged."""
    terminal = asking.start("tell", "Some «text» ✓\nand more")
    assert asking.outcome(terminal)["value"] is None
    assert terminal.text == "Some «text» ✓\nand more"


def test_a_wait_counts_down_on_one_line(asking: Asking) -> None:
    """And ends the line."""
    started = time.monotonic()
    terminal = asking.start("wait", 2, "The next code appears in")
    assert asking.outcome(terminal)["value"] is None
    assert time.monotonic() - started >= 2
    assert terminal.display == "The next code appears in  1 s"
    assert terminal.text.index(" 2 s") < terminal.text.index(" 1 s")
    assert terminal.text.endswith("\n")


REASON = "This code was used already. The next one appears in"


@pytest.mark.parametrize(
    ("columns", "lines"),
    [
        (40, ["This code was used already. The next one", " appears in", " 1 s"]),
        (20, ["This code was used a", "lready. The next one", " appears in", " 1 s"]),
        (6, None),
    ],
)
def test_a_countdown_fits_a_narrow_terminal(
    asking: Asking, columns: int, lines: list[str] | None
) -> None:
    """The reason is shown once; only the count below it is drawn again."""
    terminal = asking.start("wait", 3, REASON, columns=columns)
    assert asking.outcome(terminal)["value"] is None
    assert terminal.text.count("used already") == 1
    shown = terminal.display.split("\n")
    assert shown[-1] == " 1 s"
    assert lines is None or shown == lines


def test_a_countdown_stays_on_its_line_when_the_terminal_gets_narrow(asking: Asking) -> None:
    """From then on the count has its own line."""
    terminal = asking.start("wait", 4, REASON)
    terminal.expect(" 4 s")
    terminal.resize(30)
    assert asking.outcome(terminal)["value"] is None
    assert terminal.text.count("used already") == 2
    assert terminal.display.split("\n")[-1] == " 1 s"


@pytest.mark.parametrize("columns", [40, 20])
def test_a_code_can_be_corrected_below_a_wide_question(asking: Asking, columns: int) -> None:
    """The answer has its own line: Backspace can't go back over a terminal's edge."""
    question = "Token code of arn:aws:iam::123456789012:mfa/ada for profile mfa: "
    terminal = asking.start("ask", question, columns=columns)
    terminal.expect("profile mfa:")
    terminal.send("1299\x7f\x7f3456\r")
    assert asking.outcome(terminal)["value"] == "123456"
    shown = terminal.display.split("\n")
    assert shown[-1] == "123456"
    assert "".join(shown[:-1]).replace(" ", "") == question.replace(" ", "")


def test_a_question_that_leaves_room_for_a_code_stays_on_its_line() -> None:
    """Only the last line counts."""
    assert fitted("a long line of text\nCode: ", 20) == "a long line of text\nCode: "
    assert fitted("Code of a device: ", 20) == "Code of a device:\n"


def test_ctrl_c_cancels_a_wait(asking: Asking) -> None:
    """At once, with 130."""
    started = time.monotonic()
    terminal = asking.start("wait", 30, "The next code appears in")
    terminal.expect("30 s")
    terminal.send(CTRL_C)
    outcome = asking.outcome(terminal)
    assert time.monotonic() - started < 15
    assert "^C\n" in terminal.text  # the error begins on a line of its own
    assert (outcome["error"], outcome["exit code"]) == ("CancelledError", 130)
    assert outcome["by interrupt"]


def test_a_hangup_during_a_prompt_is_an_error(asking: Asking) -> None:
    """A process that ignores the hangup, as under nohup, gets an error, no traceback."""
    outcome = without_terminal(asking, "ask", QUESTION, hangs_up=True)
    assert outcome["error"] == "CannotAskError"
    assert "was closed" in outcome["text"]
    assert outcome["remedy"]


def test_a_hangup_during_a_wait_is_no_traceback(asking: Asking) -> None:
    """The wait goes on or ends in one of our own errors."""
    outcome = without_terminal(asking, "wait", 1, "The next code appears in", hangs_up=True)
    assert outcome.get("error") in {None, "CannotAskError", "CancelledError"}


def test_a_signal_just_before_the_wait_is_seen_within_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Python runs its handler only after select(), which such a signal doesn't interrupt."""
    reader, writer = os.pipe()
    os.write(writer, b"123456\n")
    waits: list[float] = []

    def wait(*arguments: Any) -> tuple[list[Any], list[Any], list[Any]]:
        waits.append(arguments[3])
        return ([reader] if len(waits) == 3 else [], [], [])

    monkeypatch.setattr("awscli_mfa_plugin.system.terminal.select.select", wait)
    try:
        assert ControllingTerminal(600)._read_line(reader) == b"123456\n"
    finally:
        os.close(reader)
        os.close(writer)
    assert waits == [1, 1, 1]
