"""What schedulers read: unit files, property lists, tasks and crontab lines."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.watch import EVERY_MINUTES
from awscli_mfa_plugin.watch.jobs import NAME

if TYPE_CHECKING:
    from awscli_mfa_plugin.watch.jobs import Job


_DESCRIPTION = "Keep the MFA sessions of the AWS CLI alive"

LAUNCHD_LABEL = f"io.github.{NAME}"


def systemd_service(job: Job) -> str:
    """Return the service unit (systemd.service(5), systemd.syntax(7))."""
    variables = "".join(
        f"Environment={_systemd_word(f'{name}={value}')}\n"
        for name, value in job.environment.items()
    )
    # The program's own path is no argument: a «$» stands for itself there.
    words = [
        _systemd_word(job.words[0]),
        *(_systemd_word(word).replace("$", "$$") for word in job.words[1:]),
    ]
    return (
        f"[Unit]\nDescription={_DESCRIPTION}\n\n"
        f"[Service]\nType=oneshot\nUMask=0077\n{variables}ExecStart={' '.join(words)}\n"
        # A question stands for two minutes; several profiles may have one each.
        "TimeoutStartSec=30min\n"
    )


def systemd_timer() -> str:
    """Return the timer unit (systemd.timer(5)); it fires at once after a suspend."""
    return (
        f"[Unit]\nDescription={_DESCRIPTION}\n\n"
        f"[Timer]\nOnCalendar=*:0/{EVERY_MINUTES}\nOnStartupSec=1min\nAccuracySec=30s\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def _systemd_word(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def launchd_plist(job: Job) -> str:
    """Return the property list of a launch agent (launchd.plist(5))."""
    variables = "".join(
        f"    <key>{_xml(name)}</key>\n    <string>{_xml(value)}</string>\n"
        for name, value in job.environment.items()
    )
    words = "".join(f"    <string>{_xml(word)}</string>\n" for word in job.words)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
        '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
        '<plist version="1.0">\n<dict>\n'
        f"  <key>Label</key>\n  <string>{LAUNCHD_LABEL}</string>\n"
        f"  <key>ProgramArguments</key>\n  <array>\n{words}  </array>\n"
        f"  <key>EnvironmentVariables</key>\n  <dict>\n{variables}  </dict>\n"
        f"  <key>StartInterval</key>\n  <integer>{EVERY_MINUTES * 60}</integer>\n"
        "  <key>RunAtLoad</key>\n  <true/>\n</dict>\n</plist>\n"
    )


def task_xml(job: Job) -> str:
    """Return the task of Task Scheduler (its schema, version 1.2).

    A task has no environment of its own: it gets the variables that the user has set for good.
    """
    arguments = " ".join(_windows_word(word) for word in job.words[1:])
    return (
        '<?xml version="1.0" encoding="UTF-16"?>\n'
        '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n'
        f"  <RegistrationInfo><Description>{_DESCRIPTION}</Description></RegistrationInfo>\n"
        "  <Triggers>\n    <TimeTrigger>\n"
        f"      <Repetition><Interval>PT{EVERY_MINUTES}M</Interval></Repetition>\n"
        "      <StartBoundary>2020-01-01T00:00:00</StartBoundary>\n"
        "    </TimeTrigger>\n  </Triggers>\n"
        "  <Settings>\n"
        "    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n"
        "    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>\n"
        "    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>\n"
        "    <StartWhenAvailable>true</StartWhenAvailable>\n"
        "    <Hidden>true</Hidden>\n"
        "  </Settings>\n"
        "  <Actions>\n    <Exec>\n"
        f"      <Command>{_xml(job.words[0])}</Command>\n"
        f"      <Arguments>{_xml(arguments)}</Arguments>\n"
        "    </Exec>\n  </Actions>\n</Task>\n"
    )


def _windows_word(word: str) -> str:
    """Quote a word as Microsoft's C runtime reads a command line («Parsing C++ arguments»)."""
    if word and not re.search(r'[\s"]', word):
        return word
    doubled = re.sub(r'(\\*)"', r'\1\1\\"', word)
    doubled = re.sub(r"(\\+)\Z", r"\1\1", doubled)
    return f'"{doubled}"'


def _xml(text: str) -> str:
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, entity)
    return text


LONGEST_LINE = 998
"""Bytes that Debian's crontab takes in one line (cron.h, MAX_COMMAND); others take no less."""

_MARK = f"# {NAME}"


def cron_line(job: Job) -> str:
    """Return the job as a line of a crontab (crontab(5)), its words as sh reads them.

    Raises ConfigurationError if it is longer than cron takes.
    """
    words = [f"{name}={value}" for name, value in job.environment.items()]
    command = " ".join(_word(word) for word in ("/usr/bin/env", *words, *job.words))
    line = f"*/{EVERY_MINUTES} * * * * {command} {_MARK}"
    if len(line.encode("utf-8", "surrogateescape")) > LONGEST_LINE:
        raise ConfigurationError(
            f"The line for cron would be longer than the {LONGEST_LINE} bytes that it takes.",
            "Shorten the PATH for this one call: PATH=/usr/local/bin:/usr/bin:/bin aws mfa watch …",
        )
    return line


def _word(word: str) -> str:
    r"""Return a word quoted for sh, and then for cron, to which a bare «%» ends the command.

    A backslash that stood before a «%» or another backslash would mean something else to some
    crons: a closing and an opening quote between them keep all of them apart.
    """
    quoted = shlex.quote(word)
    if "\\" in quoted:
        quoted = quoted.replace("\\", "\\''")
    return quoted.replace("%", "\\%")


def with_line(content: bytes, line: str) -> bytes:
    """Return a crontab with our line in the place of an earlier one, or at its end."""
    ours = line.encode("utf-8", "surrogateescape") + b"\n"
    lines = content.splitlines(keepends=True)
    at = next((number for number, text in enumerate(lines) if _is_ours(text)), None)
    if at is not None:
        kept = [text for text in lines[at:] if not _is_ours(text)]
        return b"".join([*lines[:at], ours, *kept])
    # crontab(1) refuses a file whose last line has no end.
    end = b"\n" if content and not content.endswith(b"\n") else b""
    return content + end + ours


def without_line(content: bytes) -> bytes:
    """Return a crontab without our line."""
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if not _is_ours(line))


def has_line(content: bytes) -> bool:
    """Tell whether our line is in a crontab."""
    return without_line(content) != content


def _is_ours(line: bytes) -> bool:
    text = line.strip()
    return text.endswith(_MARK.encode()) and not text.startswith(b"#")
