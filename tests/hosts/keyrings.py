"""Real keyrings of a throw-away home: ``pass`` with a GPG key, and GNOME's Secret Service."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.hosts.home import Home

# Both keyrings and both kinds of process, without the whole product.
PAIRS = pytest.mark.parametrize(
    ("host", "backend"), [("v1", "pass"), ("v2", "secret-service")], indirect=["host"]
)
_USER = "Ada <ada@example.org>"


def need(*programs: str) -> None:
    """Skip the test where a program isn't installed; where all are required, fail."""
    missing = [name for name in programs if not shutil.which(name, path="/usr/bin:/bin")]
    missing += [] if importlib.util.find_spec("keyring") else ["the library keyring"]
    if not missing:
        return
    if os.environ.get("AWSCLI_MFA_REQUIRE_HOSTS"):
        pytest.fail(f"not installed: {', '.join(missing)}", pytrace=False)
    pytest.skip(f"not installed: {', '.join(missing)}")


def console_script(home: Home, plugin: Path) -> Path:
    """Make an ``awscli-mfa`` of the installed plugin, in this Python, beside the home.

    It writes its moments, before and after what it does, to the file ``moments`` beside it. At the
    one that is named in the file ``kill`` ("after put") it kills the process that started it;
    before the action that is named in the file ``lock`` it locks the Secret Service.
    """
    spec = importlib.util.find_spec("keyring")
    library = str(Path(str(spec.origin)).parents[1]) if spec else ""
    path = home.path.parent / "bin" / "awscli-mfa"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f"#!{sys.executable} -E\nimport sys\nsys.path.insert(0, {str(plugin)!r})\n"
        f"sys.path.append({library!r})\n"
        f"LOCK = {_LOCK!r}\n{_MOMENTS}"
    )
    path.chmod(0o700)
    return path


_MOMENTS = """
import os, pathlib, signal
from awscli_mfa_plugin.console.main import main

folder = pathlib.Path(sys.argv[0]).parent

def is_last(when):
    moment = " ".join([when, *sys.argv[2:3]])
    with (folder / "moments").open("a") as file:
        file.write(moment + "\\n")
    kill = folder / "kill"
    if not kill.exists() or kill.read_text() != moment:
        return False
    os.kill(os.getppid(), signal.SIGKILL)
    return True

if is_last("before"):
    sys.exit(1)
lock = folder / "lock"
if lock.exists() and lock.read_text() == "".join(sys.argv[2:3]):
    import subprocess
    subprocess.run(LOCK, check=True, stdout=subprocess.DEVNULL)
code = main()
is_last("after")
sys.exit(code)
"""


@contextmanager
def opened(name: str, home: Home) -> Iterator[dict[str, str]]:
    """Make a keyring that is open; yield the variables that lead to it."""
    making = {"pass": _password_store, "secret-service": _secret_service}
    with making[name](home) as variables:
        yield variables


@contextmanager
def _password_store(home: Home) -> Iterator[dict[str, str]]:
    need("pass", "gpg", "gpgconf")
    environment = home.environment()
    (home.path / ".gnupg").mkdir(mode=0o700)
    without_passphrase = ("--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "")
    key = ("--quick-generate-key", _USER, "future-default", "default", "never")
    for command in (["gpg", *without_passphrase, *key], ["pass", "init", _USER]):
        subprocess.run(command, env=environment, check=True, capture_output=True)
    try:
        yield {}
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], env=environment, check=False)


@contextmanager
def _secret_service(home: Home) -> Iterator[dict[str, str]]:
    need("dbus-daemon", "gnome-keyring-daemon")
    bus = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
    environment = home.environment()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(bus, env=environment, stdout=subprocess.PIPE, stderr=quiet) as daemon:
        assert daemon.stdout is not None
        variables = {"DBUS_SESSION_BUS_ADDRESS": daemon.stdout.readline().decode().strip()}
        try:
            with unlocked({**environment, **variables}):
                yield variables
        finally:
            daemon.terminate()


@contextmanager
def unlocked(environment: Mapping[str, str]) -> Iterator[None]:
    """Run GNOME's Secret Service in an environment with a bus; the one that was there ends."""
    keyring = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
    with subprocess.Popen(
        keyring,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as service:
        assert service.stdin is not None
        assert service.stdout is not None
        service.stdin.write(b"password")
        service.stdin.close()
        service.stdout.readline()  # it is there once it says where
        try:
            yield
        finally:
            service.terminate()


def end_service(environment: Mapping[str, str]) -> None:
    """End the Secret Service that a bus has, and wait until its name is free."""
    process = int(_of_bus(environment, "GetConnectionUnixProcessID").split()[-1])
    os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + 60
    while _of_bus(environment, "NameHasOwner") == "true":
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _of_bus(environment: Mapping[str, str], method: str) -> str:
    """Return what a bus says of the Secret Service."""
    bus = ("gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path", "/")
    words = [*bus, "--method", f"org.freedesktop.DBus.{method}", "org.freedesktop.secrets"]
    done = subprocess.run(words, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip().strip("(),")


_LOCK = [
    *("gdbus", "call", "--session", "--dest", "org.freedesktop.secrets"),
    *("--object-path", "/org/freedesktop/secrets"),
    *("--method", "org.freedesktop.Secret.Service.Lock"),
    "[objectpath '/org/freedesktop/secrets/collection/login']",
]


def lock(variables: dict[str, str]) -> None:
    """Lock the Secret Service."""
    environment = {"PATH": "/usr/bin:/bin", **variables}
    subprocess.run(_LOCK, env=environment, check=True, capture_output=True)
