"""The jobs of the schedulers, with hostile values in them."""

from __future__ import annotations

import plistlib
import re
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.watch.jobs import (
    Job,
    cron_line,
    has_line,
    job_of,
    launchd_plist,
    systemd_service,
    systemd_timer,
    task_xml,
    with_line,
    without_line,
)

if TYPE_CHECKING:
    from pathlib import Path

AWS = "/opt/my aws/100% sure/aws"
HOSTILE = [
    "plain",
    "two words",
    "50% off %h %%",
    'it\'s "quoted"',
    "$(touch ran)",
    "`touch ran` $HOME ${HOME} $$",
    "<b>&amp;</b>",
    "-x",
    "a\\b\\\\%c\\%d\\",
    "\\' \\\" \\n",
    "; touch ran # no comment",
    "ends in \\",
    "Привет, 世界",
    "~/*?[a]{b,c}!",
]


def job(value: str) -> Job:
    """Return a job with a value as an argument and in the environment."""
    return Job((AWS, "mfa", "watch", "--once", f"--profile={value}"), {"AWS_CONFIG_FILE": value})


# The environment of the job.


def test_only_listed_variables_are_saved() -> None:
    """No keys, no code, no token, and nothing else that isn't listed."""
    secrets = {
        "AWS_ACCESS_KEY_ID": "AKIA1",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_MFA_TOKEN_CODE": "123456",
        "AWS_PROFILE": "mfa",
        "GITHUB_TOKEN": "ghp",
        "DISPLAY": ":0",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/bus",
    }
    kept = {"PATH": "/usr/bin:/bin", "AWS_CONFIG_FILE": "/c", "LANG": "C.UTF-8"}
    made, notes = job_of(("/usr/bin/aws",), {**secrets, **kept, "LC_ALL": ""})
    assert dict(made.environment) == kept
    assert notes == ()


@pytest.mark.parametrize(
    ("value", "bare"),
    [
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("http://ada:hush@proxy.example:3128", "http://proxy.example:3128"),
        ("http://ada:h@sh@proxy.example:3128/", "http://proxy.example:3128/"),
        ("ada:hush@proxy.example:3128", "proxy.example:3128"),
        ("http://ada@proxy.example", "http://proxy.example"),
    ],
)
def test_a_proxy_is_saved_without_its_password(value: str, bare: str) -> None:
    """A note says so, without the password."""
    made, notes = job_of(("/usr/bin/aws",), {"https_proxy": value})
    assert made.environment == {"https_proxy": bare}
    assert len(notes) == (value != bare)
    assert all("https_proxy" in note and "hush" not in note for note in notes)


@pytest.mark.parametrize("value", ["a\nb", "a\x00b", "a\x1bb", "a\x7fb", "a\udcffb"])
def test_a_control_character_is_refused(value: str) -> None:
    """A newline would begin another line of a crontab, another setting of a unit."""
    with pytest.raises(UsageError, match="control character"):
        job_of(("/usr/bin/aws", f"--profile={value}"), {})
    with pytest.raises(UsageError, match="control character"):
        job_of(("/usr/bin/aws",), {"PATH": value})


# cron.


def as_cron_runs(line: str, *, resolves_backslashes: bool) -> str:
    r"""Return what cron passes to sh: up to the first bare ``%``, ``\%`` resolved.

    Vixie's cron resolves a doubled backslash too, others don't.
    """
    command, escaped = "", False
    for character in line.split(" ", 5)[5]:
        if escaped and (character == "%" or (resolves_backslashes and character == "\\")):
            command, escaped = command[:-1] + character, False
        elif character == "%" and not escaped:
            return command
        else:
            command += character
            escaped = character == "\\" and not escaped
    return command


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("resolves_backslashes", [True, False])
def test_a_cron_line_runs_the_exact_words(
    value: str, tmp_path: Path, *, resolves_backslashes: bool
) -> None:
    """By cron's rules and a real sh, whatever the words contain."""
    command = as_cron_runs(cron_line(job(value)), resolves_backslashes=resolves_backslashes)
    shown = command.replace("/usr/bin/env", "printf '%s\\n'", 1)
    done = subprocess.run(
        ["/bin/sh", "-c", shown], cwd=tmp_path, capture_output=True, check=True, env={}
    )
    assert done.stdout.decode().splitlines() == [
        f"AWS_CONFIG_FILE={value}",
        *job(value).words,
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_cron_would_reject_is_refused() -> None:
    """Debian's crontab accepts 998 bytes."""
    with pytest.raises(ConfigurationError, match="998 bytes"):
        cron_line(Job((AWS,), {"PATH": "/long" * 200}))


OURS = "*/5 * * * * aws # awscli-mfa-watch"


@pytest.mark.parametrize(
    ("before", "after", "without"),
    [
        (b"", f"{OURS}\n".encode(), b""),
        (b"# mine\n0 5 * * * x\n", f"# mine\n0 5 * * * x\n{OURS}\n".encode(), None),
        (b"MAILTO=a\xff\r\n\n", b"MAILTO=a\xff\r\n\n" + f"{OURS}\n".encode(), None),
        # crontab(1) requires a newline at the end.
        (b"0 5 * * * x", f"0 5 * * * x\n{OURS}\n".encode(), b"0 5 * * * x\n"),
        (
            b"a\n*/9 * * * * old # awscli-mfa-watch\nb\n1 old # awscli-mfa-watch\n",
            f"a\n{OURS}\nb\n".encode(),
            b"a\nb\n",
        ),
        (
            b"# a note on # awscli-mfa-watch\n",
            f"# a note on # awscli-mfa-watch\n{OURS}\n".encode(),
            None,
        ),
    ],
)
def test_a_crontab_keeps_every_other_byte(
    before: bytes, after: bytes, without: bytes | None
) -> None:
    """Our line is added, replaces an older one, and is removed again."""
    assert with_line(before, OURS) == after
    assert with_line(after, OURS) == after
    assert without_line(after) == (before if without is None else without)
    assert has_line(after)
    assert not has_line(without_line(after))


# systemd.


def as_systemd_reads(text: str) -> list[str]:
    """Return the words of a setting: quotes, escapes and ``%%`` resolved (systemd.syntax)."""
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    return [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in words]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_systemd_unit_has_the_exact_words(value: str) -> None:
    """``%`` and ``$`` are doubled where they would be resolved."""
    unit = systemd_service(job(value))
    (command,) = re.findall("(?m)^ExecStart=(.*)$", unit)
    (variable,) = re.findall("(?m)^Environment=(.*)$", unit)
    path, *arguments = as_systemd_reads(command)
    words = [path, *(word.replace("$$", "$") for word in arguments)]
    assert tuple(words) == job(value).words
    assert as_systemd_reads(variable) == [f"AWS_CONFIG_FILE={value}"]
    assert "$" not in command.replace("$$", "")


def complaints(folder: Path, service: str) -> str:
    """Return what ``systemd-analyze verify`` prints for the service and the timer."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze isn't installed (Debian's package systemd)")
    units = (folder / "awscli-mfa-watch.service", folder / "awscli-mfa-watch.timer")
    for unit, text in zip(units, (service, systemd_timer()), strict=True):
        unit.write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "--user", "--man=no", "verify", *map(str, units)],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)},
        check=False,
    )
    return done.stdout + done.stderr + (f"exit code {done.returncode}" if done.returncode else "")


@pytest.mark.parametrize("value", HOSTILE)
def test_systemd_accepts_the_units(value: str, tmp_path: Path) -> None:
    """``systemd-analyze verify`` prints nothing, with every hostile value."""
    program = tmp_path / "100% my aws" / "aws"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    hostile = job(value)
    service = systemd_service(Job((str(program), *hostile.words[1:]), hostile.environment))
    assert complaints(tmp_path, service) == ""


def test_systemd_would_reject_a_missing_program(tmp_path: Path) -> None:
    """So the test above checks the path that systemd resolved."""
    assert "is not executable" in complaints(tmp_path, systemd_service(job("x")))


# launchd and Task Scheduler.


@pytest.mark.parametrize("value", HOSTILE)
def test_a_property_list_has_the_exact_words(value: str) -> None:
    """Read by the standard library's parser of property lists."""
    read = plistlib.loads(launchd_plist(job(value)).encode())
    assert tuple(read["ProgramArguments"]) == job(value).words
    assert read["EnvironmentVariables"] == {"AWS_CONFIG_FILE": value}
    assert read["StartInterval"] == 300


def as_windows_reads(line: str) -> list[str]:
    """Return the words of a command line (Parsing C++ command-line arguments)."""
    words, word, quoted, started = [], "", False, False
    index = 0
    while index < len(line):
        slashes = len(line[index:]) - len(line[index:].lstrip("\\"))
        after = line[index + slashes : index + slashes + 1]
        if slashes and after == '"':
            word += "\\" * (slashes // 2)
            index += slashes
            if slashes % 2:
                word, index = word + '"', index + 1
            started = True
        elif line[index] == '"':
            quoted, started, index = not quoted, True, index + 1
        elif line[index] in " \t" and not quoted:
            words += [word] if started else []
            word, started, index = "", False, index + 1
        else:
            word, started, index = word + line[index], True, index + 1
    return [*words, word] if started else words


@pytest.mark.parametrize("value", [*HOSTILE, ""])
def test_a_task_has_the_exact_words(value: str) -> None:
    """Read from the XML, and split as Microsoft's runtime does."""
    hostile = Job((*job(value).words, value), {})
    root = ET.fromstring(task_xml(hostile).replace('encoding="UTF-16"', ""))  # noqa: S314 - ours
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    assert root.findtext(f".//{space}Command") == r"%SystemRoot%\System32\conhost.exe"
    arguments = root.findtext(f".//{space}Arguments") or ""
    # Without a window: a console program would flash one every five minutes.
    assert tuple(as_windows_reads(arguments)) == ("--headless", *hostile.words)


def test_the_words_are_split_as_sh_does() -> None:
    """This checks the parser above."""
    assert shlex.split(as_cron_runs(cron_line(job("a b")), resolves_backslashes=True))[1:3] == [
        "AWS_CONFIG_FILE=a b",
        AWS,
    ]


@pytest.mark.parametrize("proxy", ["http://ada:hu/sh@10.0.0.1:80", "http://ada:h#ush@p:1"])
def test_a_password_with_a_slash_is_not_saved(proxy: str) -> None:
    """Nothing of such a URL is saved, and a note says so."""
    job, notes = job_of(("/usr/bin/aws",), {"HTTPS_PROXY": proxy})
    assert "HTTPS_PROXY" not in job.environment
    assert "not saved" in notes[0]
