"""What is refused while a file is in use is tried again for two seconds."""

from __future__ import annotations

import errno

import pytest

from awscli_mfa_plugin.files.atomic import PATIENCE_SECONDS, patiently, unwritable


class WindowsError(PermissionError):
    """An error as Windows has it."""

    def __init__(self, number: int) -> None:
        """Keep Windows' own number."""
        super().__init__(errno.EACCES, "denied")
        self.winerror = number


class Machine:
    """A file that is in use for some seconds, and a clock that sleeping moves."""

    def __init__(self, seconds: float, number: int = 32) -> None:
        """Keep until when, and how Windows refuses."""
        self.time = 0.0
        self.tries = 0
        self._seconds = seconds
        self._number = number

    def work(self) -> None:
        """Refuse while the file is in use."""
        self.tries += 1
        if self.time < self._seconds:
            raise WindowsError(self._number)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds

    def run(self) -> None:
        """Do the work patiently."""
        patiently(self.work, lambda: self.time, self.sleep)


@pytest.mark.parametrize("number", [5, 32])
def test_a_file_in_use_is_waited_for(number: int) -> None:
    """A reader has it open for a moment."""
    machine = Machine(1.5, number)
    machine.run()
    assert 1.5 <= machine.time < PATIENCE_SECONDS


def test_a_file_in_use_for_long_is_given_up() -> None:
    """After two seconds the error is raised."""
    machine = Machine(60)
    with pytest.raises(WindowsError):
        machine.run()
    assert PATIENCE_SECONDS <= machine.time < PATIENCE_SECONDS + 1


def test_any_other_error_is_raised_at_once() -> None:
    """Also every error of a system that isn't Windows."""
    machine = Machine(1, 112)
    with pytest.raises(WindowsError):
        machine.run()
    assert (machine.tries, machine.time) == (1, 0)


def test_the_error_names_the_likely_cause() -> None:
    """Not the folder's permissions."""
    error = unwritable("/home/ada/.aws/credentials", WindowsError(32))
    assert "another program has it open" in error.reason
    assert "Close that program" in error.remedy
    assert "another program" not in unwritable("/x", PermissionError(errno.EACCES, "")).reason
