"""The command of ``mfa_process``, really run."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import CancelledError, TokenProcessError
from awscli_mfa_plugin.system.subprocesses import WITHHELD
from awscli_mfa_plugin.system.token_process import run_token_process
from tests.fakes import FakeNotes
from tests.processes import ended

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the commands are shell scripts")


def run(
    script: str,
    notes: FakeNotes | None = None,
    seconds: float = 20,
    more: Mapping[str, str] | None = None,
) -> str:
    """Run a shell script as the command, with ``more`` beside ``PATH``; return its output."""
    environment = {"PATH": os.environ["PATH"], **(more or {})}
    notes = FakeNotes() if notes is None else notes
    return run_token_process(f"sh -c {shlex.quote(script)}", environment, notes, seconds)


def failure(command: str) -> TokenProcessError:
    """Run a command that must fail; return its error, after checking its form."""
    with pytest.raises(TokenProcessError) as caught:
        run_token_process(command, {"PATH": os.environ["PATH"]}, FakeNotes(), 20)
    assert caught.value.exit_code == 253
    assert caught.value.remedy
    assert len(str(caught.value).splitlines()) == 2
    return caught.value


@pytest.mark.parametrize(
    ("script", "output"),
    [
        ("echo 123456", "123456"),
        ("printf '\\n 123456\\r\\n\\n'", "123456"),
        ("printf 'code:\\t123 456'", "code:\t123 456"),
        ("true", ""),
        ("printf '\\377'", "\ufffd"),
    ],
)
def test_what_the_command_prints_is_returned(script: str, output: str) -> None:
    """Without blanks around it, and unchecked; bytes that aren't UTF-8 are no error."""
    assert run(script) == output


def test_no_shell_sees_the_command(tmp_path: Path) -> None:
    """Its words are split by quotes only, as for ``credential_process``."""
    script = tmp_path / "it's a script"
    script.write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    script.chmod(0o700)
    command = f"{shlex.quote(str(script))} 'a b' $(echo) ; x\\ y \"q'r\" *"
    printed = run_token_process(command, {"PATH": os.environ["PATH"]}, FakeNotes())
    assert printed == "a b|$(echo)|;|x y|q'r|*|"


def test_an_error_has_the_exit_status_and_the_last_line_of_stderr() -> None:
    """And every line was shown when it came."""
    notes = FakeNotes()
    with pytest.raises(TokenProcessError) as caught:
        run("echo looking >&2; echo; echo no key is plugged in >&2; echo ' ' >&2; exit 3", notes)
    assert caught.value.what == "mfa_process (sh) failed with exit code 3: no key is plugged in"
    assert notes == ["mfa_process: looking", "mfa_process: no key is plugged in"]


@pytest.mark.parametrize(
    ("script", "text"),
    [("exit 1", "failed with exit code 1."), ("kill -KILL $$", "failed with exit code -9")],
)
def test_a_silent_failure_is_an_error_too(script: str, text: str) -> None:
    """With its status, or the signal that ended it."""
    assert text in failure(f"sh -c {shlex.quote(script)}").what


def test_the_output_of_a_failed_command_isnt_used_or_shown() -> None:
    """It may contain a code anyway."""
    assert "123456" not in str(failure("sh -c 'echo 123456; exit 1'"))


def test_stderr_of_a_working_command_is_shown_as_it_comes() -> None:
    """The user must read 'Touch your key' while the command waits."""
    seen: list[float] = []

    class TimedNotes(FakeNotes):
        def __call__(self, text: str) -> None:
            super().__call__(text)
            seen.append(time.monotonic())

    notes = TimedNotes()
    assert run("echo touch your key >&2; sleep 0.6; echo 123456", notes) == "123456"
    assert notes == ["mfa_process: touch your key"]
    assert time.monotonic() - seen[0] > 0.4


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("code 123456", "code ******"),
        ("123456", "******"),
        ("a123456b 654321", "a******b ******"),
        ("12345678", "******"),
        ("12345", "12345"),
        ("in 60 s, line 42", "in 60 s, line 42"),
    ],
)
@pytest.mark.parametrize("status", [0, 1])
def test_six_digits_are_masked_in_stderr(line: str, text: str, status: int) -> None:
    """A command may log its code, whether it works or fails."""
    notes = FakeNotes()
    with contextlib.suppress(TokenProcessError) if status else contextlib.nullcontext():
        run(f"echo {shlex.quote(line)} >&2; exit {status}", notes)
    assert notes == [f"mfa_process: {text}"]
    if status:
        said = failure(f"sh -c {shlex.quote(f'echo {shlex.quote(line)} >&2; exit 1')}").what
        assert said.endswith(f": {text}")


def test_hostile_stderr_is_shown_escaped_and_cut() -> None:
    """Any program may have written it."""
    notes = FakeNotes()
    long = "x" * 5000
    run(f"printf '\\033[2J\\342\\200\\256evil\\377\\n{long}\\n' >&2", notes)
    assert notes[0] == "mfa_process: \\x1b[2J\\u202eevil\ufffd"
    assert len(notes[1]) <= len("mfa_process: ") + 300
    assert all(note.isprintable() for note in notes)


def test_much_stderr_blocks_nothing() -> None:
    """More than a pipe's buffer, and the code after it."""
    notes = FakeNotes()
    script = "i=0; while [ $i -lt 300 ]; do printf '%0500d\\n' 7 >&2; i=$((i+1)); done; echo 123456"
    assert run(script, notes) == "123456"
    assert len(notes) == 300


def test_a_command_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    """Its whole process group: nothing stays behind."""
    pids = tmp_path / "pids"
    started = time.monotonic()
    with pytest.raises(
        TokenProcessError, match=r"\(sh\) was stopped: it didn't finish within 0.5 s"
    ) as caught:
        run(f"sleep 60 & echo $$ $! > {shlex.quote(str(pids))}; wait", seconds=0.5)
    assert time.monotonic() - started < 10
    assert caught.value.remedy
    leader, child = map(int, pids.read_text().split())
    assert ended(leader)
    assert ended(child)


def test_a_command_that_ignores_signals_is_ended_too() -> None:
    """SIGTERM alone would wait forever."""
    started = time.monotonic()
    with pytest.raises(TokenProcessError, match="was stopped"):
        run("trap '' INT TERM HUP; while :; do sleep 0.1; done", seconds=0.5)
    assert time.monotonic() - started < 10


OWNER = """
import os, sys, threading
from awscli_mfa_plugin.system.token_process import run_token_process
worker = threading.Thread(target=run_token_process, args=(sys.argv[1], os.environ, print))
if sys.argv[2] == "worker":
    worker.start()
    worker.join()
else:
    run_token_process(sys.argv[1], os.environ, print)
"""


@pytest.mark.parametrize("thread", ["main", "worker"])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_a_command_ends_with_the_process_that_runs_it(
    tmp_path: Path, name: str, thread: str
) -> None:
    """With all it started, however the process ends, which isn't changed."""
    pids = tmp_path / "pids"
    script = f"sleep 60 & echo $$ $! > {pids}; echo ready >&2; wait"
    words = [sys.executable, "-uc", OWNER, f"sh -c {shlex.quote(script)}", thread]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"mfa_process: ready\n"
        leader, child = map(int, pids.read_text().split())
        number = getattr(signal, name)
        owner.send_signal(number)
        assert owner.wait(30) == -number
    assert ended(leader)
    assert ended(child)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_while_the_command_starts_ends_it_too(tmp_path: Path, name: str) -> None:
    """Here the command itself sends it, as the first thing it does."""
    pids = tmp_path / "pids"
    script = f"kill -s {name[3:]} $PPID; echo $$ > {pids}.new; mv {pids}.new {pids}; sleep 60"
    words = [sys.executable, "-c", OWNER, f"sh -c {shlex.quote(script)}", "main"]
    done = subprocess.run(words, check=False, timeout=60)
    assert done.returncode == -getattr(signal, name)
    # The command may have ended before.
    assert not pids.exists() or ended(int(pids.read_text()))


def test_a_background_process_of_a_command_is_not_waited_for() -> None:
    """Such as an agent that keeps the pipes open, as ssh's master does."""
    started = time.monotonic()
    assert run("echo 123456; sleep 4 &") == "123456"
    assert time.monotonic() - started < 3.5


def test_ctrl_c_in_the_command_cancels() -> None:
    """With 130, as at the prompt."""
    with pytest.raises(CancelledError) as caught:
        run("kill -INT $$")
    assert (caught.value.exit_code, caught.value.by_interrupt) == (130, True)


def test_the_command_leads_its_own_process_group() -> None:
    """So that ending it ends nothing else."""
    leader, group = run("echo $$ $(ps -o pgid= -p $$)").split()
    assert leader == group
    assert int(group) != os.getpgrp()


def test_the_command_reads_nothing() -> None:
    """``--token-code -`` and a pipe into aws aren't its input."""
    before, (reading, writing) = os.dup(0), os.pipe()
    os.write(writing, b"123456\n")
    os.close(writing)
    os.dup2(reading, 0)
    try:
        assert run("cat; echo end") == "end"
    finally:
        os.dup2(before, 0)
        os.close(before)
        os.close(reading)


@pytest.mark.parametrize("name", WITHHELD)
def test_neither_keys_nor_a_code_are_in_its_environment(name: str) -> None:
    """It would pass them on to whatever it starts."""
    script = f'echo "${{{name}-withheld}} $AWS_PROFILE $HOME"'
    assert (
        run(script, more={name: "x", "AWS_PROFILE": "work", "HOME": "/ada"}) == "withheld work /ada"
    )


def test_its_environment_is_the_given_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the variables of this process."""
    monkeypatch.setenv("MFA_TEST_LEAK", "leaked")
    more = {"GPG_TTY": "/dev/pts/3"}
    assert run('echo "$GPG_TTY ${MFA_TEST_LEAK-none}"', more=more) == "/dev/pts/3 none"


def test_a_frozen_builds_library_path_is_restored() -> None:
    """PyInstaller's own libraries would break other programs."""
    script = 'echo "$LD_LIBRARY_PATH ${LD_LIBRARY_PATH_ORIG-none}"'
    more = {"LD_LIBRARY_PATH": "", "LD_LIBRARY_PATH_ORIG": "/usr/lib"}
    assert run(script, more=more) == "/usr/lib none"


def test_a_frozen_builds_own_variables_are_removed() -> None:
    """Another frozen program would use PyInstaller's as its own."""
    more = {"_PYI_ARCHIVE_FILE": "/opt/aws", "_PYI_PARENT_PROCESS_LEVEL": "1", "_MINE": "kept"}
    assert run("env | grep -c _PYI_; echo $_MINE", more=more) == "0\nkept"


@pytest.mark.parametrize("command", ["sh -c 'echo", 'x "', "a \\"])
def test_unbalanced_quotes_are_explained(command: str) -> None:
    """The command isn't repeated: it may contain a secret."""
    error = failure(command)
    assert "can't be split into words" in error.what
    assert "quotes" in error.remedy
    assert command not in str(error)


@pytest.mark.parametrize("command", ["", "  ", "\t"])
def test_an_empty_command_is_explained(command: str) -> None:
    """A setting without a value."""
    assert "is empty" in failure(command).what


def test_a_missing_program_is_named() -> None:
    """With the system's reason."""
    assert "can't run no-such-program: No such file" in failure("no-such-program --x").what


@pytest.mark.parametrize("kind", ["a text file", "a folder", "no format"])
def test_what_cant_be_run_is_named(tmp_path: Path, kind: str) -> None:
    """A file without the bit, a folder, a file that is no program."""
    path = tmp_path / "it"
    if kind == "a folder":
        path.mkdir()
    else:
        path.write_bytes(b"\x00\x01 no program")
        path.chmod(0o700 if kind == "no format" else 0o600)
    error = failure(str(path))
    assert f"can't run {path}: " in error.what


@pytest.mark.parametrize("name", ["/no/such/\x1b[2J\u202e", "'/no/such/a\nb'"])
def test_a_programs_name_is_shown_escaped(name: str) -> None:
    """It comes from a file."""
    assert failure(name).what.isprintable()


def test_a_name_that_no_program_can_have_is_an_error_of_ours() -> None:
    """A NUL can't be passed to the system."""
    assert "can't run" in failure("a\x00b").what
