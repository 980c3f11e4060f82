"""An AWS inside the test's own process, as strict as the real one."""

from __future__ import annotations

import copy
import tempfile
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.aws import totp
from tests.aws.control import answer_control, is_control
from tests.aws.faults import Fault, Faults
from tests.aws.seed import default_state
from tests.aws.server import Server
from tests.aws.service import CallRecord, Service
from tests.aws.state import State, User, state_from_dict, state_from_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tests.aws.http import Request, Response
    from tests.aws.proxy import Proxy

# A code of the previous step is returned only if AWS accepts it for at least this long.
_COMFORT_SECONDS = 29


class EmbeddedAws:
    """STS, IAM and S3 on a plain URL and, once asked for, behind a proxy for AWS's own names.

    Times are aware datetimes in UTC by the embedded clock, offsets and advances in seconds.
    """

    def __init__(
        self,
        state: State | dict[str, Any] | str | Path | None = None,
        *,
        port: int = 0,
        folder: Path | None = None,
        clock_file: Path | None = None,
    ) -> None:
        """Take a state, its JSON form or file, or the seed of `tests.aws.seed`.

        `clock_file`: a text file with seconds that are added to the clock, read each time,
        so that a test can move the clients' clock and AWS's together; missing or empty means 0.
        """
        self.state = _state(state)
        self._seeded = self._copied_state()
        self.calls: list[CallRecord] = []
        # Called with "before" or "after" and the action, around each call's effect.
        self.observe: Callable[[str, str], object] = lambda _when, _action: None
        self._offset = timedelta()
        self._clock_file = clock_file
        self._faults = Faults()
        self._stopping = threading.Event()
        self._folder = folder
        self._proxy: Proxy | None = None
        self._proxy_lock = threading.Lock()
        self._own_folder: tempfile.TemporaryDirectory[str] | None = None
        self._service = Service(
            self.state,
            self._faults,
            self.now,
            self._stopping.wait,
            self.calls.append,
            self._observed,
        )
        self._server = Server(self._answer_plain, port)

    def __enter__(self) -> EmbeddedAws:  # noqa: PYI034 - typing.Self needs Python 3.11
        """Start the servers."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Answer on the plain URL."""
        self._server.start()

    def stop(self) -> None:
        """Stop everything that was started."""
        self._stopping.set()
        if self._proxy:
            self._proxy.stop()
        self._server.stop()
        if self._own_folder:
            self._own_folder.cleanup()

    @property
    def url(self) -> str:
        """The plain URL, for `--endpoint-url`, `AWS_ENDPOINT_URL` and the control client."""
        return self._server.url

    @property
    def proxy_url(self) -> str:
        """The proxy's URL, for `HTTPS_PROXY`; the first look starts the proxy."""
        return str(self._started_proxy().url)

    @property
    def ca_bundle(self) -> str:
        """The file with the proxy's CA, for `AWS_CA_BUNDLE`."""
        return str(self._started_proxy().ca_bundle)

    def answer(self, request: Request) -> Response:
        """Answer a request as AWS; any thread may call."""
        return self._service.answer(request)

    def user(self, name: str) -> User:
        """Return a user of the state; raises KeyError."""
        return self.state.user(name)

    def now(self) -> datetime:
        """Return the time by the embedded clock."""
        return datetime.now(timezone.utc) + self._offset + _seconds_in(self._clock_file)

    def set_offset(self, seconds: float) -> None:
        """Set how far the clock is ahead of this machine's."""
        self._offset = timedelta(seconds=seconds)

    def advance(self, seconds: float) -> None:
        """Move the clock on."""
        self._offset += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Forget calls, faults and the clock's moves, and restore the state as it was seeded."""
        self._faults.clear()
        self.observe = lambda _when, _action: None
        self._offset = timedelta()
        self.calls.clear()
        with self.state.lock:
            vars(self.state).update(copy.deepcopy(self._seeded))

    def _copied_state(self) -> dict[str, Any]:
        """Return a copy of the state, without its lock."""
        fields = {name: value for name, value in vars(self.state).items() if name != "lock"}
        return copy.deepcopy(fields)

    def expire_sessions(self) -> None:
        """Expire every session, without moving the clock out of SigV4's window."""
        with self.state.lock:
            for session in self.state.sessions.values():
                session.expiration = min(session.expiration, self.now())

    def token_code(self, serial: str, steps: int = 0) -> str:
        """Return what the device shows now, or so many steps later (negative: earlier)."""
        device = self.state.device(serial)
        return totp.code_of_step(device.secret, totp.step_at(self.now()) + steps)

    def fresh_code(self, serial: str) -> str:
        """Return a code that wasn't used and would be accepted; raises LookupError if none."""
        device, now = self.state.device(serial), self.now()
        with self.state.lock:
            steps = totp.open_steps(self.state, device, now)
        current = totp.step_at(now) + device.drift_steps
        left = totp.STEP_SECONDS - now.timestamp() % totp.STEP_SECONDS
        for step in steps:
            if step >= current or left >= _COMFORT_SECONDS:
                return totp.code_of_step(device.secret, step)
        raise LookupError(f"Device {serial} has no unused code now; advance the clock by 30 s.")

    def fault(self, action: str, kind: str, count: int = 1, **options: Any) -> None:
        """Make the next `count` calls of an action ('*': any; -1: always) fail."""
        self._faults.add(Fault(action, kind, count, options))

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def _observed(self, when: str, action: str) -> None:
        self.observe(when, action)

    def _answer_plain(self, request: Request) -> Response:
        if is_control(request):
            return answer_control(request, self)
        return self.answer(request)

    def _started_proxy(self) -> Proxy:
        with self._proxy_lock:
            if self._proxy is None:
                from tests.aws.proxy import Proxy

                proxy = Proxy(self.answer, self._proxy_folder())
                proxy.start()
                self._proxy = proxy
            return self._proxy

    def _proxy_folder(self) -> Path:
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            return self._folder
        self._own_folder = tempfile.TemporaryDirectory(prefix="embedded-aws-")
        return Path(self._own_folder.name)


def _state(given: State | dict[str, Any] | str | Path | None) -> State:
    if given is None:
        return default_state()
    if isinstance(given, State):
        return given
    return state_from_dict(given) if isinstance(given, dict) else state_from_file(given)


def _seconds_in(file: Path | None) -> timedelta:
    if file is None or not file.exists():
        return timedelta()
    return timedelta(seconds=float(file.read_text("utf-8").strip() or 0))
