"""Runs a program beside the credentials endpoint: ``aws mfa exec --server``."""

from __future__ import annotations

import gc
import logging
import os
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError, CannotAskError, MfaError
from awscli_mfa_plugin.export.formats import PROMPT_VARIABLE, REGION_VARIABLES
from awscli_mfa_plugin.server.answers import PAUSE, Supply
from awscli_mfa_plugin.server.endpoint import Endpoint
from awscli_mfa_plugin.server.environment import (
    boto_config_paths,
    boto_variables,
    no_proxy_variables,
    private_config,
    server_variables,
)
from awscli_mfa_plugin.server.private_folder import (
    is_unchanged,
    private_folder,
    write_private_file,
)
from awscli_mfa_plugin.server.program import Program, end_alike
from awscli_mfa_plugin.session.credentials import way_to_source
from awscli_mfa_plugin.session.source import inherited
from awscli_mfa_plugin.session.token_codes import MutedTerminal
from awscli_mfa_plugin.system.exec_program import cannot_run, program_environment, program_words
from awscli_mfa_plugin.system.token_process import PROCESS_SECONDS, run_token_process
from awscli_mfa_plugin.watch.loop import Sleep
from awscli_mfa_plugin.watch.notifications import notify
from awscli_mfa_plugin.watch.steps import WatchState
from awscli_mfa_plugin.watch.watch import Watch, WatchRequest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from awscli_mfa_plugin.commands.services import Services
    from awscli_mfa_plugin.session.credentials import CredentialsRequest
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import Session
    from awscli_mfa_plugin.watch.steps import Notice

LOG = logging.getLogger("awscli.mfa")

_NOT_KEPT = (
    "Changes to the config file weren't saved: under exec --server, AWS_CONFIG_FILE names a copy."
)
_TERMINAL_IN_USE = "the program uses the terminal"


def serve(request: CredentialsRequest, words: Sequence[str], services: Services) -> int:
    """Run the program, or the shell without words; return its exit code.

    Raises what a login raises, before the program starts.
    """
    session, region = _first_session(request, services)
    keeper = Keeper(request, session, services)
    ports = services.new_ports()
    settings = ports.files.profile(request.profile).config
    config = private_config(ports.files.config_document().render(), settings)
    program = keeper.program
    with (
        private_folder(services.state, services.locks) as folder,
        Endpoint(keeper.supply.answer) as endpoint,
    ):
        path, door = os.path.join(folder, "config"), endpoint.door
        write_private_file(path, config)
        regions = dict.fromkeys(REGION_VARIABLES, region) if region else {}
        environment = program_environment(
            services.environment,
            {
                **server_variables(request.profile, door.url, door.token, path, regions),
                **no_proxy_variables(services.environment),
                **boto_variables(_contents(boto_config_paths(services.environment)), os.devnull),
                PROMPT_VARIABLE: request.profile,
            },
        )
        words = program_words(words, services.environment)
        # The CLI runs without garbage collection; this process may run for days.
        gc.enable()
        try:
            status = program.run(words, environment, keeper.step, keeper.sleep)
        except (OSError, ValueError) as error:
            return cannot_run(words[0], error)
        if not is_unchanged(path, config):
            services.note(_NOT_KEPT)
    return end_alike(status)


def _first_session(request: CredentialsRequest, services: Services) -> tuple[Session, str]:
    """Return the session to start with, and its region.

    The program doesn't wait for ``mfa_process`` if the old session outlives that command. A role
    in the cache isn't enough without a session: the endpoint ends with a logout.
    """
    ports = services.new_ports()
    source = ""
    with suppress(MfaError):  # which comes again below
        source = way_to_source(request.profile, services.environment, ports.files)[-1]
        profile = ports.files.profile(source)
        stored = ports.files.session_of(profile)
        left = stored.remaining(services.clock.now()) if stored else 0
        has_command = bool(inherited("mfa_process", profile, ports))
        if request.min_remaining is None and has_command and left > PROCESS_SECONDS:
            ports = replace(ports, token_process=_no_code)
        if stored:
            source = request.profile
    session_of, options = services.process.session_credentials, services.options
    if source not in {"", request.profile}:
        session_of(replace(request, profile=source, min_remaining=None), options, ports)
    return session_of(request, options, ports)


def _contents(paths: Sequence[str]) -> list[bytes]:
    """Return what is in the files that can be read."""
    contents = []
    for path in paths:
        with suppress(OSError), open(os.path.expanduser(path), "rb") as file:
            contents.append(file.read())
    return contents


class Keeper:
    """Keeps the session valid while the program runs, by the rules of ``aws mfa watch``."""

    def __init__(self, request: CredentialsRequest, first: Session, services: Services) -> None:
        """Keep the request and the session that there is."""
        self._request = replace(request, min_remaining=None)
        self._services = services
        self._asks = not os.isatty(0)
        ports = services.new_ports()
        self._files = ports.files
        names = way_to_source(request.profile, services.environment, self._files)
        self._source = names[-1]
        self._key_id = self._files.profile(self._source).long_lived_key_id
        self.program = Program()
        fetch = self._stored_session if len(names) == 1 else self._role_session
        self.supply = Supply(self._source, first, fetch, self._is_logged_out, services.clock)
        request_of_watch = WatchRequest((self._source,))
        self._watch = Watch(request_of_watch, self._ports, _WatchStates(), self._notify)
        process = services.process
        paths = (process.config_path, process.credentials_path, services.session_cache().folder)
        self.sleep = Sleep(services.clock, paths, pause=self.program.wait)

    def step(self) -> datetime:
        """Renew, ask, notify and fetch where needed; return when to come back."""
        now = self._services.clock.now()
        try:
            renewed = self._watch.inspect()
        except CancelledError:
            # The prompt has read a Ctrl-C that was the program's.
            self._asks = False
            self.program.interrupt()
            renewed = now + timedelta(seconds=1)
        except Exception:  # the program needs its session, whatever goes wrong with the next one
            LOG.debug("exec --server couldn't renew", exc_info=True)
            renewed = now + PAUSE
        refreshed = self.supply.refresh()
        return min(renewed, refreshed) if renewed else refreshed

    def _ports(self, *, may_renew: bool = True) -> Ports:
        """Return ports that ask only where the program doesn't read the terminal.

        Those that may not renew get no MFA code from anywhere.
        """
        ports, environment = self._services.new_ports(), self._services.environment
        asks = may_renew and self._asks

        def fetch(command: str) -> str:
            return run_token_process(command, environment, _note, takes_terminal=asks)

        return replace(
            ports,
            notes=_note,
            terminal=ports.terminal if asks else MutedTerminal(_TERMINAL_IN_USE),
            wait=self._wait,
            token_process=fetch if may_renew else _no_code,
            environment_code=str,
        )

    def _wait(self, seconds: int, reason: str) -> None:
        """Wait for the device's next code."""
        _note(reason)
        self.program.wait(seconds)

    def _notify(self, notice: Notice) -> str:
        """Notify on the desktop, or else on stderr."""
        failure = notify(self._services.environment, "", notice)
        if failure:
            LOG.debug("exec --server can't notify: %s", failure)
            self._services.note(f"{notice.title}. {notice.text}")
        return ""

    def _stored_session(self) -> Session | None:
        return self._files.session_of(self._files.profile(self._source))

    def _is_logged_out(self) -> bool:
        """Tell whether the session is gone; a key that was rotated takes no session away."""
        try:
            profile = self._files.profile(self._source)
            is_gone = self._files.session_of(profile) is None
        except MfaError:
            return False
        return is_gone and profile.long_lived_key_id == self._key_id

    def _role_session(self) -> Session:
        """Assume the role; the session that it needs is renewed by the watch alone."""
        services, ports = self._services, self._ports(may_renew=False)
        session, _ = services.process.session_credentials(self._request, services.options, ports)
        return session


class _WatchStates(dict[str, WatchState]):
    """What was done about the session, for as long as this process runs."""

    load = dict.get
    save = dict.__setitem__


def _note(text: str) -> None:
    """Keep quiet: the screen is the program's."""
    LOG.debug("%s", text)


def _no_code(_: str) -> str:
    raise CannotAskError("The session needs a new MFA code.")
