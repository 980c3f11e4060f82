"""A user's whole way on Windows: install, log in, use, renew, export, exec, log out, uninstall.

The tests of this file run in their order, on one machine: a start of ``aws`` takes seconds.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from tests.hosts.sessions import KEY, session_section
from tests.hosts.users import REGION, codes_used, keys_of, serial_of
from tests.windows.machine import AWS, HOME, PYTHON

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import Popen

    from tests.windows.machine import Machine

FOLDER = (".local", "share", "awscli-mfa-plugin")
HOLD = """
import sys, time
with open(sys.argv[1]) as file:
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def plugin_folder(machine: Machine) -> Path:
    """Return the folder that the installer made."""
    return machine.home.joinpath(*FOLDER)


def path_file(machine: Machine) -> Path:
    """Return the file by which AWS CLI v1's Python finds the plugin."""
    return machine.wine.drive.joinpath("Python311", "Lib", "site-packages", "awscli-mfa-plugin.pth")


def fresh_code(machine: Machine) -> str:
    """Return a code that AWS takes, as soon as there is one: each is taken once."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return machine.aws.fresh_code(serial_of(machine.aws))
        except LookupError:  # noqa: PERF203 - AWS takes the next one soon
            assert time.monotonic() < deadline
            time.sleep(1)


def test_install(machine: Machine) -> None:
    """The plugin is connected to AWS CLI v1 without a link, in a home that isn't ASCII."""
    done = machine.installer("install")
    assert done.returncode == 0, done.output
    assert "aws mfa works" in done.stdout
    current = (plugin_folder(machine) / "current").read_text().strip()
    version = rf"{HOME}\.local\share\awscli-mfa-plugin\versions\{current}"
    assert path_file(machine).read_bytes().decode("cp1252").strip() == version
    assert not [path for path in plugin_folder(machine).rglob("*") if path.is_symlink()]


def test_install_again(machine: Machine) -> None:
    """The same version stays; another one takes its place, and the old one goes."""
    before = path_file(machine).read_bytes()
    done = machine.installer("install")
    assert done.returncode == 0, done.output
    assert path_file(machine).read_bytes() == before
    source = machine.wine.drive.joinpath(
        "Installer", "Lib", "site-packages", "awscli_mfa_plugin", "py.typed"
    )
    source.write_text("changed\n")
    done = machine.installer("install")
    assert done.returncode == 0, done.output
    after = path_file(machine).read_bytes()
    assert after != before
    assert machine.run_aws("mfa", "status").returncode in {0, 1}


def test_log_in_at_a_console(machine: Machine) -> None:
    """The code is typed at a prompt; arrow keys type nothing."""
    code = fresh_code(machine)
    terminal = machine.spawn(*AWS, "mfa", "login")
    terminal.expect("MFA code for")
    terminal.send(code[:3] + "\x1b[D\x1b[A")
    terminal.send_line(code[3:])
    assert terminal.wait() == 0, terminal.text
    assert "Logged in" in terminal.text
    assert terminal.text.count("MFA code for") == 1
    assert codes_used(machine.aws) == 1


def test_the_session_is_used(machine: Machine) -> None:
    """By a call of AWS CLI v1."""
    done = machine.run_aws("sts", "get-caller-identity", "--profile", "mfa")
    assert done.returncode == 0, done.output
    assert json.loads(done.stdout)["Arn"] == machine.aws.user("ada").arn


def test_exec_finds_batch_files_and_passes_arguments_and_the_exit_status(machine: Machine) -> None:
    """As ``npx`` is. Wine's cmd expands ``%PATH%``, Microsoft's doesn't: not tried there."""
    (machine.home / "tool.cmd").write_bytes(
        f'@"{PYTHON}" "%~dp0tool.py" %*\r\n@exit /b %ERRORLEVEL%\r\n'.encode("cp1252")
    )
    (machine.home / "tool.py").write_text(
        "import json, os, sys\n"
        "print(json.dumps([sys.argv[1:], os.environ['AWS_ACCESS_KEY_ID'][:4]]))\nsys.exit(7)\n"
    )
    words = ["a b", 'q"x', "a&b", "", "ends\\"]
    done = machine.run_aws(
        *("mfa", "exec", "--profile", "mfa", "--", "tool", *words),
        env={"WINEPATH": rf"{HOME};C:\Python311;C:\Python311\Scripts"},
    )
    assert done.returncode == 7, done.output
    assert json.loads(done.stdout) == [words, "ASIA"]
    words = [*words, "%PATH%"]
    done = machine.run_aws(
        *("mfa", "exec", "--profile", "mfa", "--", PYTHON, rf"{HOME}\tool.py", *words)
    )
    assert json.loads(done.stdout) == [words, "ASIA"], done.output
    assert machine.run_aws("mfa", "exec", "--", "no-such-tool").returncode == 127


def test_exec_survives_ctrl_c(machine: Machine) -> None:
    """The program handles it, and its exit status is aws's."""
    (machine.home / "stubborn.py").write_text(
        "import time\nprint('working', flush=True)\n"
        "try:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    pass\n"
        "time.sleep(1)\nprint('cleaned up', flush=True)\nraise SystemExit(5)\n"
    )
    program = rf"{HOME}\stubborn.py"
    terminal = machine.spawn(*AWS, "mfa", "exec", "--profile", "mfa", "--", PYTHON, program)
    terminal.expect("working")
    terminal.send("\x03")
    terminal.expect("cleaned up")
    assert terminal.wait() == 5, terminal.text


def test_export_in_the_form_of_the_shell(machine: Machine) -> None:
    """Of the cmd that runs it; Git Bash's variables count where no parent is a shell."""
    words = (*AWS, "mfa", "export", "--profile", "mfa")
    by_cmd = machine.run("cmd", "/k", *words, content=b"exit\r\n")
    assert 'set "AWS_ACCESS_KEY_ID=ASIA' in by_cmd.stdout, by_cmd.output
    by_bash = machine.run(*words, env={"MSYSTEM": "MINGW64", "SHELL": "/usr/bin/bash"})
    assert "export AWS_ACCESS_KEY_ID='ASIA" in by_bash.stdout, by_bash.output
    by_itself = machine.run(*words)
    assert "$Env:AWS_ACCESS_KEY_ID = 'ASIA" in by_itself.stdout, by_itself.output


def test_renewal_inside_a_command(machine: Machine) -> None:
    """A session that has expired is made anew while the command runs."""
    keys = f"# my keys\n{keys_of(machine.aws, 'ada')}"
    machine.credentials.write_text(keys + session_section(machine.aws, "mfa", -5), "utf-8")
    used = codes_used(machine.aws)
    done = machine.run_aws(
        *("s3", "ls", "--profile", "mfa"), env={"AWS_MFA_TOKEN_CODE": fresh_code(machine)}
    )
    assert done.returncode == 0, done.output
    assert codes_used(machine.aws) == used + 1
    assert KEY not in machine.credentials.read_text("utf-8")


def test_log_in_while_the_file_is_open_for_a_moment(machine: Machine) -> None:
    """A reader for a second costs a second."""
    code = fresh_code(machine)
    with hold(machine, 1):
        done = machine.run_aws("mfa", "login", "--force", "--token-code", code)
    assert done.returncode == 0, done.output
    assert "Logged in" in done.output


def test_log_in_while_the_file_stays_open(machine: Machine) -> None:
    """The code is used, and the session isn't lost: the next login writes it without a code."""
    before = machine.credentials.read_bytes()
    used = codes_used(machine.aws)
    code = fresh_code(machine)
    with hold(machine, 200) as holder:
        done = machine.run_aws("mfa", "login", "--force", "--token-code", code)
        holder.kill()
    assert done.returncode == 253, done.output
    assert "another program has it open" in done.stderr
    assert "No new code is needed" in done.stderr
    assert machine.credentials.read_bytes() == before
    done = machine.run_aws("mfa", "login", "--force")
    assert done.returncode == 0, done.output
    assert machine.credentials.read_bytes() != before
    assert codes_used(machine.aws) == used + 1


def hold(machine: Machine, seconds: float) -> Popen[bytes]:
    """Let another program have the credentials file open, and go on."""
    holder = machine.start(PYTHON, "-c", HOLD, rf"{HOME}\.aws\credentials", str(seconds))
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == b"held"
    return holder


def test_a_profile_whose_name_is_not_ascii(machine: Machine) -> None:
    """v1 reads its files in the ANSI code page, so that is how they are written."""
    code = fresh_code(machine)
    done = machine.run_aws("mfa", "login", "--profile", "josé", "--token-code", code)
    assert done.returncode == 0, done.output
    assert b"[jos\xe9]" in machine.credentials.read_bytes()
    assert b"[profile jos\xe9]" in machine.config.read_bytes()
    done = machine.run_aws("sts", "get-caller-identity", "--profile", "josé")
    assert done.returncode == 0, done.output


def test_log_out(machine: Machine) -> None:
    """The session is gone, the keys stay."""
    done = machine.run_aws("mfa", "logout", "--all", "--forget")
    assert done.returncode == 0, done.output
    assert machine.credentials.read_bytes().startswith(b"# my keys")
    assert b"aws_session_token" not in machine.credentials.read_bytes()


def test_uninstall(machine: Machine) -> None:
    """Everything that the installer made is gone, its own lock too."""
    done = machine.installer("uninstall")
    assert done.returncode == 0, done.output
    assert not path_file(machine).exists()
    assert not plugin_folder(machine).exists()
    assert not (machine.home / ".aws" / "cli" / "awscli-mfa").exists()
    config = machine.config.read_text("cp1252")
    assert config.startswith(f"[default]\nregion = {REGION}\n")
    assert "[plugins]" not in config
    assert machine.run_aws("--version").returncode == 0
