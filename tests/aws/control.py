"""The control of a running embedded AWS over HTTP, under /_control/ of the plain URL."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tests.aws.http import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.aws.embedded import EmbeddedAws

_PREFIX = "/_control/"
_Parameters = dict[str, Any]


def is_control(request: Request) -> bool:
    """Return whether the request is for us rather than for AWS."""
    return request.path.startswith(_PREFIX)


def answer_control(request: Request, aws: EmbeddedAws) -> Response:
    """Execute a control request: 404 for an unknown name, 400 and why for a bad parameter."""
    command = _COMMANDS.get((request.method, request.path.removeprefix(_PREFIX)))
    if command is None:
        return _json(404, {"error": f"no {request.method} {request.path}"})
    try:
        return _json(200, command(aws, _parameters(request)))
    except (LookupError, TypeError, ValueError) as error:
        return _json(400, {"error": f"{type(error).__name__}: {error}"})


def _parameters(request: Request) -> _Parameters:
    if request.method == "GET":
        return {name: values[-1] for name, values in parse_qs(request.query).items()}
    found: _Parameters = json.loads(request.body or b"{}")
    return found


def _json(status: int, value: object) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(value).encode())


def _calls(aws: EmbeddedAws, _: _Parameters) -> object:
    return [{**asdict(call), "time": call.time.isoformat()} for call in list(aws.calls)]


def _clock(aws: EmbeddedAws, parameters: _Parameters) -> object:
    if "offset_seconds" in parameters:
        aws.set_offset(float(parameters["offset_seconds"]))
    aws.advance(float(parameters.get("advance_seconds", 0)))
    return _now(aws, {})


def _now(aws: EmbeddedAws, _: _Parameters) -> object:
    return {"now": aws.now().isoformat()}


def _fault(aws: EmbeddedAws, parameters: _Parameters) -> object:
    aws.fault(**parameters)
    return {}


def _clear_faults(aws: EmbeddedAws, _: _Parameters) -> object:
    aws.clear_faults()
    return {}


def _expire_sessions(aws: EmbeddedAws, _: _Parameters) -> object:
    aws.expire_sessions()
    return {}


def _reset(aws: EmbeddedAws, _: _Parameters) -> object:
    aws.reset()
    return {}


def _token_code(aws: EmbeddedAws, parameters: _Parameters) -> object:
    return {"token_code": aws.token_code(parameters["serial"], int(parameters.get("steps", 0)))}


def _fresh_code(aws: EmbeddedAws, parameters: _Parameters) -> object:
    return {"token_code": aws.fresh_code(parameters["serial"])}


def _user(aws: EmbeddedAws, parameters: _Parameters) -> object:
    return asdict(aws.user(parameters["name"]))


def _unassigned_devices(aws: EmbeddedAws, _: _Parameters) -> object:
    return [asdict(device) for device in aws.state.unassigned_devices]


_COMMANDS: dict[tuple[str, str], Callable[[EmbeddedAws, _Parameters], object]] = {
    ("GET", "calls"): _calls,
    ("GET", "clock"): _now,
    ("POST", "clock"): _clock,
    ("POST", "faults"): _fault,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "expire-sessions"): _expire_sessions,
    ("POST", "reset"): _reset,
    ("GET", "token-code"): _token_code,
    ("GET", "fresh-code"): _fresh_code,
    ("GET", "user"): _user,
    ("GET", "unassigned-devices"): _unassigned_devices,
}
