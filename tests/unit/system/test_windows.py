"""What is decided for Windows: command lines, exit codes, shells, places, access lists."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from awscli_mfa_plugin.system.places import places_on_windows
from awscli_mfa_plugin.system.trust import Entry, is_open
from awscli_mfa_plugin.system.windows import command_line, exit_code, shell_of

COMSPEC = {"COMSPEC": r"C:\Windows\system32\cmd.exe"}


def test_a_program_gets_its_arguments_as_they_are() -> None:
    """Python quotes them as the C runtime reads them."""
    assert command_line(r"C:\x\go.exe", ["a b", 'q"x', "%PATH%"], COMSPEC) == [
        r"C:\x\go.exe",
        "a b",
        'q"x',
        "%PATH%",
    ]


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("plain-1.2_x", "plain-1.2_x"),
        ("", '""'),
        ("a b", '"a b"'),
        ("a&calc", '"a&calc"'),
        ("a^|<>b", '"a^|<>b"'),
        ('q"x', '"q""x"'),
        ('q\\"x', '"q\\\\""x"'),
        ("ends b\\", '"ends b\\\\"'),
        ("%PATH%", '"%%cd:~,%PATH%%cd:~,%"'),
        ("k=v", '"k=v"'),
        ("a!b!", '"a!b!"'),
    ],
)
def test_a_batch_file_gets_arguments_that_cmd_leaves_alone(word: str, quoted: str) -> None:
    """Cmd would run what comes after an ``&``, and put variables in."""
    line = command_line(r"C:\Program Files\npx.CMD", [word], COMSPEC)
    assert line == (
        '"C:\\Windows\\system32\\cmd.exe" /e:ON /v:OFF /d /s /c '
        f'""C:\\Program Files\\npx.CMD" {quoted}"'
    )


@pytest.mark.parametrize("word", ["a\nb", "a\rb", "a\0b"])
def test_a_batch_file_gets_no_line_break(word: str) -> None:
    """No quotes hold one."""
    with pytest.raises(ValueError, match="line break"):
        command_line(r"C:\npx.cmd", [word], COMSPEC)


@pytest.mark.parametrize(
    ("status", "code"), [(0, 0), (3, 3), (255, 255), (0xC000013A, -1073741510), (2**32 - 1, -1)]
)
def test_an_exit_status_survives(status: int, code: int) -> None:
    """A program that Ctrl-C ended has one beyond 31 bits, of which the system keeps 32."""
    assert exit_code(status) == code
    assert exit_code(status) % 2**32 == status


CMD = ("cmd.exe", r'"C:\Windows\system32\cmd.exe"')
OF_A_BATCH_FILE = ("cmd.exe", r'C:\Windows\system32\cmd.exe /c ""C:\Scripts\aws.cmd" mfa export"')
POWERSHELL = ("powershell.exe", "powershell.exe")
PWSH = ("pwsh.exe", "")
BASH = ("bash.exe", r'"C:\Program Files\Git\usr\bin\bash.exe" --login -i')
EXPLORER = ("explorer.exe", "explorer")
GIT_BASH = {"MSYSTEM": "MINGW64", "SHELL": "/usr/bin/bash", "PROMPT": "$P$G"}


@pytest.mark.parametrize(
    ("ancestors", "environment", "shell"),
    [
        ([CMD, EXPLORER], {"PROMPT": "$P$G"}, "cmd"),
        ([POWERSHELL, CMD, EXPLORER], {"PROMPT": "$P$G"}, "powershell"),
        ([PWSH, EXPLORER], {}, "pwsh"),
        ([CMD, POWERSHELL, EXPLORER], {}, "cmd"),
        ([OF_A_BATCH_FILE, POWERSHELL, CMD], {}, "powershell"),
        ([OF_A_BATCH_FILE, BASH, EXPLORER], GIT_BASH, "bash"),
        ([("python.exe", ""), BASH, EXPLORER], GIT_BASH, "bash"),
        ([CMD, BASH, EXPLORER], GIT_BASH, "cmd"),
        ([POWERSHELL, BASH], GIT_BASH, "powershell"),
        ([EXPLORER], GIT_BASH, "bash"),
        ([], {"MSYSTEM": "MINGW64", "SHELL": "/usr/bin/zsh"}, "zsh"),
        ([], {"MSYSTEM": "MINGW64"}, "bash"),
        ([], {}, "powershell"),
    ],
)
def test_the_shell_is_the_nearest_one_that_somebody_types_in(
    ancestors: list[tuple[str, str]], environment: dict[str, str], shell: str
) -> None:
    """Not the cmd that a batch file runs in, and not what an outer shell has left in variables."""
    assert shell_of(ancestors, environment) == shell


def test_the_usual_places_are_those_of_awss_installers() -> None:
    """For v2 and v1, also from a 32-bit process."""
    assert places_on_windows({"ProgramFiles": r"C:\Program Files"}) == (
        r"C:\Program Files\Amazon\AWSCLIV2",
        r"C:\Program Files\Amazon\AWSCLI\bin",
    )
    both = {"ProgramW6432": r"C:\Program Files", "ProgramFiles": r"C:\Program Files (x86)"}
    assert len(places_on_windows(both)) == 4
    assert places_on_windows({}) == ()


USER = "S-1-5-21-1-2-3-1001"
EVERYBODY, USERS, ADMINISTRATORS = "S-1-1-0", "S-1-5-32-545", "S-1-5-32-544"
FULL, READ, MODIFY, ADD_FILE, ADD_FOLDER = 0x1F01FF, 0x1200A9, 0x1301BF, 0x2, 0x4


@pytest.mark.parametrize(
    ("entries", "in_folder", "above"),
    [
        ([Entry(0, 0, FULL, ADMINISTRATORS), Entry(0, 0, READ, USERS)], False, False),
        ([Entry(0, 0, FULL, USER)], False, False),
        ([Entry(0, 0, FULL, EVERYBODY)], True, True),
        ([Entry(0, 0, MODIFY, USERS)], True, True),
        # Everybody may do this in the root of a drive.
        ([Entry(0, 0, ADD_FOLDER, USERS), Entry(0, 0x0B, MODIFY, USERS)], False, False),
        ([Entry(0, 0, ADD_FILE, USERS)], True, False),
        ([Entry(0, 0, 0x10000000, "S-1-5-21-9-9-9-1002")], True, True),
        ([Entry(1, 0, FULL, EVERYBODY)], False, False),
        ([], False, False),
        (None, True, True),
    ],
)
def test_who_can_change_a_folder(
    entries: list[Entry] | None, *, in_folder: bool, above: bool
) -> None:
    """Entries that deny, or that only children inherit, open nothing."""
    assert is_open(entries, USER, is_own_folder=True) == in_folder
    assert is_open(entries, USER, is_own_folder=False) == above


@pytest.mark.skipif(sys.platform != "win32", reason="access control lists of Windows")
def test_the_lists_of_real_folders_can_be_read(tmp_path: Path) -> None:
    """The user's own folder, and one that isn't there."""
    from awscli_mfa_plugin.system.trust import _access_list, _this_user, others_can_change

    assert _this_user().startswith("S-1-5-21-")
    assert _access_list(str(tmp_path))
    assert others_can_change(str(tmp_path / "gone"))


@pytest.mark.skipif(sys.platform != "win32", reason="processes of Windows")
def test_the_processes_above_this_one_are_found() -> None:
    """A cmd that runs one command is among them."""
    assert "cmd.exe" in _seen_by_a_child_of_cmd()


@pytest.mark.skipif(sys.platform != "win32", reason="processes of Windows")
def test_the_command_line_of_a_process_is_found() -> None:
    """It tells a cmd that runs one command from one that somebody types in."""
    assert "/c" in _seen_by_a_child_of_cmd()


def _seen_by_a_child_of_cmd() -> str:
    import subprocess

    code = "from awscli_mfa_plugin.system.windows import ancestors as a; print(a()[:2])"
    checkout = Path(__file__).parents[3]
    done = subprocess.run(
        f'cmd /c ""{sys.executable}" -c "{code}""',
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
