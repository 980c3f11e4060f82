"""AWS CLI v1 inside the test's process: arguments in; text, exit code and files out."""

from __future__ import annotations

import atexit
import gc
import io
import logging
import os
import signal
import sys
import time
from configparser import RawConfigParser
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import awscli
import awscli.alias
import awscli.clidriver
import awscli.customizations.assumerole
from botocore.history import get_global_history_recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import ModuleType

    from tests.aws import EmbeddedAws

REGION = "eu-west-1"
WIRING = "[plugins]\nmfa = awscli_mfa_plugin\n"
NOBODY_TO_ASK = {"CI": "true"}
# awscli sets it when it is imported.
_DATA_PATH = str(Path(awscli.__file__).parent / "data")
# Authorities that don't know the embedded AWS.
UNTRUSTED = {"AWS_CA_BUNDLE": str(Path(awscli.__file__).parent / "botocore" / "cacert.pem")}
_SLEEP = time.sleep
_AT_EXIT = atexit.register
_LOGGERS = ("awscli", "botocore", "s3transfer", "urllib3")


@dataclass(frozen=True)
class Result:
    """What a command left."""

    code: int
    stdout: str
    stderr: str
    modules: tuple[str, ...] = ()
    """What of the plugin is loaded now."""

    @property
    def output(self) -> str:
        """Both streams."""
        return self.stdout + self.stderr


@dataclass
class Aws:
    """An ``aws`` of one home; ``service`` is the AWS that answers it.

    With ``is_standalone``, ``awscli-mfa`` runs what it can of ``aws mfa``. Without ``sleeps``,
    AWS's clock moves on instead. With ``imports_anew``, each command imports the plugin anew.
    """

    home: Path
    service: EmbeddedAws
    variables: dict[str, str] = field(default_factory=dict)
    is_standalone: bool = False
    sleeps: bool = True
    imports_anew: bool = False

    def __post_init__(self) -> None:
        """Make the folder of the CLI's files, with the wiring, unless it is there."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.config.exists():
            self.write_config("")

    @property
    def folder(self) -> Path:
        """``~/.aws``."""
        return self.home / ".aws"

    @property
    def config(self) -> Path:
        """The config file."""
        return self.folder / "config"

    @property
    def credentials(self) -> Path:
        """The credentials file."""
        return self.folder / "credentials"

    def write_config(self, text: str) -> None:
        """Write the config file: the plugin's wiring, then ``text``."""
        self.config.write_text(WIRING + text, "utf-8")

    def write_credentials(self, text: str) -> None:
        """Write the credentials file."""
        self.credentials.write_text(text, "utf-8")
        self.credentials.chmod(0o600)

    def settle(self, name: str = "ada", config: str = "") -> None:
        """Give profile default a user's long-lived keys, and add ``config``."""
        self.write_config(f"[default]\nregion = {REGION}\n{config}")
        self.write_credentials(self.keys(name))

    def settle_mfa(self, more: str = "", config: str = "") -> None:
        """Settle, with an MFA profile ``mfa`` that has no session yet."""
        self.settle(
            config=f"[profile mfa]\nregion = {REGION}\nmfa_source_profile = default\n"
            f"mfa_serial = {self.serial()}\n{more}{config}"
        )

    def keys(self, name: str, section: str = "default") -> str:
        """Return a credentials section with a user's long-lived keys."""
        user = self.service.user(name)
        return (
            f"[{section}]\naws_access_key_id = {user.access_key_id}\n"
            f"aws_secret_access_key = {user.secret_access_key}\n"
        )

    def serial(self, name: str = "ada") -> str:
        """Return the serial of a user's first device."""
        return self.service.user(name).devices[0].serial

    def code(self, name: str = "ada") -> str:
        """Return a code that AWS accepts; a test can use two for a device."""
        return self.service.fresh_code(self.serial(name))

    def log_in(self, profile: str = "mfa", *options: str, name: str = "ada") -> None:
        """Make a session in a profile."""
        words = ("mfa", "login", "--profile", profile, "--token-code", self.code(name))
        result = self.run(*words, *options)
        assert result.code == 0, result.output

    def session(self, profile: str = "mfa") -> dict[str, str]:
        """Return what a profile has in the credentials file."""
        return section_of(self.credentials, profile)

    def age(self, seconds: int, profile: str = "mfa") -> None:
        """Change the file so that the session, of twelve hours, ends so many seconds from now."""
        session, text = self.session(profile), self.credentials.read_text("utf-8")
        end = datetime.now(timezone.utc) + timedelta(seconds=seconds)
        for option, moment in (("expiration", end), ("issued", end - timedelta(hours=12))):
            text = text.replace(session[option], moment.isoformat(timespec="seconds"))
        self.write_credentials(text)

    def program(self, name: str, text: str) -> Path:
        """Make a program of the shell in the home; return where it is."""
        path = self.home / name
        path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
        path.chmod(0o700)
        return path

    def files(self) -> dict[str, bytes]:
        """Return what every file of the home holds."""
        return {
            str(path.relative_to(self.home)): path.read_bytes()
            for path in sorted(self.home.rglob("*"))
            if path.is_file()
        }

    def codes_used(self) -> int:
        """Return how many codes AWS accepted."""
        return sum(1 for call in self.service.calls if call.token_code and call.outcome == "ok")

    def actions(self) -> list[str]:
        """Return the names of AWS's API calls so far."""
        return [call.action for call in self.service.calls]

    def environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of a command, made from nothing."""
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_DATA_PATH": _DATA_PATH,
            "AWS_CLI_HISTORY_FILE": str(self.home / "history.db"),
            "HTTPS_PROXY": self.service.proxy_url,
            "AWS_CA_BUNDLE": self.service.ca_bundle,
            **NOBODY_TO_ASK,
            **self.variables,
            **(env or {}),
        }

    def _skip(self, seconds: float) -> None:
        """Move AWS's clock instead of a wait in seconds; the standard library polls by less."""
        if seconds < 1:
            _SLEEP(seconds)
        else:
            self.service.advance(seconds)

    def run(self, *args: str, env: Mapping[str, str] | None = None, stdin: str = "") -> Result:
        """Run ``aws`` with these arguments."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        with (
            patch.dict(os.environ, self.environment(env), clear=True),
            patch.object(sys, "argv", ["aws", *args]),
            patch.object(sys, "stdin", io.StringIO(stdin)),
            patch.object(
                awscli.customizations.assumerole, "CACHE_DIR", str(self.folder / "cli" / "cache")
            ),
            patch.object(
                awscli.alias.AliasLoader.__init__,
                "__defaults__",
                (str(self.folder / "cli" / "alias"),),
            ),
            redirect_stdout(out),
            redirect_stderr(err),
            nullcontext() if self.sleeps else patch("time.sleep", self._skip),
            _fresh_plugin() if self.imports_anew else nullcontext(),
            _restored_process(),
        ):
            with _exit_functions():
                code = _exit_code(args, is_standalone=self.is_standalone)
            out.flush()
            err.flush()
            modules = tuple(sorted(_plugins_modules()))
        stdout, stderr = (stream.buffer.getvalue().decode() for stream in (out, err))
        return Result(code, stdout, stderr, modules)


def section_of(path: Path, name: str) -> dict[str, str]:
    """Return the options of a section of an INI file, none where it isn't there."""
    parser = RawConfigParser(default_section="")
    parser.read(path, encoding="utf-8")
    return dict(parser[name]) if parser.has_section(name) else {}


def _exit_code(args: tuple[str, ...], *, is_standalone: bool) -> int:
    try:
        if is_standalone and args[0] == "mfa":
            return _standalone_exit_code(args)
        return int(awscli.clidriver.create_clidriver().main(list(args)) or 0)
    except SystemExit as end:
        return int(end.code or 0)


def _standalone_exit_code(args: tuple[str, ...]) -> int:
    from awscli_mfa_plugin.console.main import main
    from awscli_mfa_plugin.console.standalone import run_command

    if args[1:2] == ("credential-process",):  # where there is an aws, it would take over
        return run_command(args[1:], ())
    return main([*args[1:]], system=())


@contextmanager
def _fresh_plugin() -> Iterator[None]:
    """Import the plugin anew, as the first command of a process does."""
    before = _plugins_modules()
    _forget(before)
    try:
        yield
    finally:
        _forget(_plugins_modules())
        sys.modules.update(before)


def _plugins_modules() -> dict[str, ModuleType]:
    return {
        name: module
        for name, module in sys.modules.items()
        if f"{name}.".startswith("awscli_mfa_plugin.")
    }


def _forget(modules: Iterable[str]) -> None:
    for name in modules:
        del sys.modules[name]


@contextmanager
def _exit_functions() -> Iterator[None]:
    """Call what the plugin registers for the end of its process."""
    ours: list[Callable[[], object]] = []

    def register(function: Any, *args: Any) -> Any:
        if not function.__module__.startswith("awscli_mfa_plugin."):
            return _AT_EXIT(function, *args)
        ours.append(lambda: function(*args))
        return function

    with patch.object(atexit, "register", register):
        yield
    for function in reversed(ours):
        function()


@contextmanager
def _restored_process() -> Iterator[None]:
    """Restore what a command changes for its whole process: log, history and signals."""
    signals = {each: signal.getsignal(each) for each in (signal.SIGPIPE, signal.SIGINT)}
    factory = logging.getLogRecordFactory()
    before = {name: (list(logger.handlers), logger.level) for name, logger in _loggers()}
    recorder = get_global_history_recorder()
    handlers = list(recorder._handlers)
    recorder.enable()
    try:
        yield
    finally:
        recorder.disable()
        recorder._handlers[:] = handlers
        logging.setLogRecordFactory(factory)
        for name, logger in _loggers():
            logger.handlers[:], logger.level = before[name]
        for number, handler in signals.items():
            signal.signal(number, handler)
        gc.unfreeze()


def _loggers() -> list[tuple[str, logging.Logger]]:
    return [(name, logging.getLogger(name)) for name in _LOGGERS]
