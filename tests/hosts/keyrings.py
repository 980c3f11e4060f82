"""Real keyrings of a throw-away home: ``pass`` with a GPG key, and GNOME's Secret Service."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hosts.home import Home

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
    """Make an ``awscli-mfa`` of the installed plugin, in this Python, beside the home."""
    spec = importlib.util.find_spec("keyring")
    library = str(Path(str(spec.origin)).parents[1]) if spec else ""
    path = home.path.parent / "bin" / "awscli-mfa"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f"#!{sys.executable} -E\nimport sys\nsys.path.insert(0, {str(plugin)!r})\n"
        f"sys.path.append({library!r})\n"
        "from awscli_mfa_plugin.console.main import main\nsys.exit(main())\n"
    )
    path.chmod(0o700)
    return path


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
    key = ("--quick-generate-key", _USER, "default", "default", "never")
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
        keyring = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
        with subprocess.Popen(
            keyring,
            env={**environment, **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=quiet,
        ) as service:
            assert service.stdin is not None
            assert service.stdout is not None
            service.stdin.write(b"password")
            service.stdin.close()
            service.stdout.readline()  # it is there once it says where
            try:
                yield variables
            finally:
                service.terminate()
                daemon.terminate()


def lock(variables: dict[str, str]) -> None:
    """Lock the Secret Service."""
    collections = "[objectpath '/org/freedesktop/secrets/collection/login']"
    subprocess.run(
        [
            *("gdbus", "call", "--session", "--dest", "org.freedesktop.secrets"),
            *("--object-path", "/org/freedesktop/secrets"),
            *("--method", "org.freedesktop.Secret.Service.Lock", collections),
        ],
        env={"PATH": "/usr/bin:/bin", **variables},
        check=True,
        capture_output=True,
    )
