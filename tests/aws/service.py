"""The whole of the embedded AWS behind one function: a request in, an answer out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from tests.aws.answers import success_xml
from tests.aws.authentication import authenticate
from tests.aws.endpoints import Endpoint, endpoint_of
from tests.aws.errors import AwsError, error_xml
from tests.aws.faults import Faults, answer_instead, region_disabled, with_wrong_answer
from tests.aws.http import Request, Response
from tests.aws.iam import answer_iam
from tests.aws.parameters import parse_parameters
from tests.aws.s3 import answer_s3
from tests.aws.signin import HOSTS as SIGNIN_HOSTS
from tests.aws.signin import answer_signin, asked_of, session_id
from tests.aws.sts import Call, answer_sts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.aws.faults import Fault
    from tests.aws.state import Caller, State

_HTTP_ERROR = 400


@dataclass(frozen=True)
class CallRecord:
    """What a call was, for tests to look at."""

    time: datetime
    scheme: str
    host: str
    service: str
    action: str
    user: str  # the user's or role's name, "" if the key is unknown
    access_key_id: str
    mfa_serial: str
    token_code: str
    outcome: str  # "ok" or AWS's error code; the fault's kind where there was no AWS answer
    parameters: dict[str, str]


@dataclass(frozen=True)
class _ParsedRequest:
    """A request with what can be read from it before it is checked."""

    request: Request
    endpoint: Endpoint
    service: str
    action: str
    region: str
    access_key_id: str
    parameters: dict[str, str]
    request_id: str


class Service:
    """STS, IAM and S3 over one state; safe to use from any thread."""

    def __init__(
        self,
        state: State,
        faults: Faults,
        now: Callable[[], datetime],
        wait: Callable[[float], object],
        record: Callable[[CallRecord], None],
        observe: Callable[[str, str], object] = lambda _when, _action: None,
    ) -> None:
        """Take the state, the clock, how to be slow, where calls are noted, and an observer."""
        self._state = state
        self._faults = faults
        self._now = now
        self._wait = wait
        self._record = record
        self._observe = observe

    def answer(self, request: Request) -> Response:
        """Answer one request, whichever way it came."""
        parsed = _read(request)
        self._observe("before", parsed.action)
        faults = self._faults.take(parsed.action)
        if "slow" in faults:
            self._wait(faults["slow"].seconds)
        now = self._now() + timedelta(seconds=_skew(faults))
        try:
            response = self._answer(parsed, faults, now)
        except AwsError as refused:
            response = self._refuse(parsed, refused, now)
        else:
            self._note(parsed, _outcome(faults, response), now)
        self._observe("after", parsed.action)
        if "html" not in faults:  # that page isn't AWS's
            response = _with_headers(response, parsed, now)
        return _mistreat(response, faults)

    def _answer(self, parsed: _ParsedRequest, faults: dict[str, Fault], now: datetime) -> Response:
        account = self._account_of(parsed.access_key_id)
        instead = answer_instead(faults, account, parsed.region)
        if instead:
            return instead
        if parsed.service == "signin":
            return answer_signin(parsed.request, self._state, now)
        caller, signed = authenticate(parsed.request, parsed.endpoint, self._state, now)
        if signed.service == "s3":
            return answer_s3(parsed.request, caller, self._state, now)
        if signed.service == "sts" and signed.region in self._state.regions_off:
            raise region_disabled(account, signed.region)
        call = Call(
            parsed.action,
            parsed.parameters,
            caller,
            self._state,
            now,
            of_global_endpoint=parsed.endpoint.is_global,
        )
        answers = {"sts": answer_sts, "iam": answer_iam}
        if signed.service not in answers:
            message = f"The embedded AWS has no service {signed.service!r}."
            raise AwsError(404, "UnknownService", message)
        result = answers[signed.service](call)
        body = success_xml(signed.service, parsed.action, result, parsed.request_id)
        return Response(200, {"Content-Type": "text/xml"}, body)

    def _refuse(self, parsed: _ParsedRequest, refused: AwsError, now: datetime) -> Response:
        self._note(parsed, refused.code, now)
        hostile = self._faults.take(parsed.action, failed=True).get("hostile-message")
        if hostile:
            refused = AwsError(refused.status, refused.code, str(hostile.options.get("text", "")))
        if parsed.service == "signin":
            page = f"<html><body>{refused.status}</body></html>".encode()
            return Response(refused.status, {"Content-Type": "text/html"}, page)
        body = error_xml(parsed.service, refused, parsed.request_id)
        content_type = "application/xml" if parsed.service == "s3" else "text/xml"
        return Response(refused.status, {"Content-Type": content_type}, body)

    def _note(self, parsed: _ParsedRequest, outcome: str, now: datetime) -> None:
        caller = self._caller_of(parsed.access_key_id)
        user = caller.user.name if caller and caller.user else ""
        role = caller.role.name if caller and caller.role else ""
        self._record(
            CallRecord(
                now,
                parsed.request.scheme,
                parsed.request.host,
                parsed.service,
                parsed.action,
                user or role or self._long_lived_user(parsed.access_key_id),
                parsed.access_key_id,
                parsed.parameters.get("SerialNumber", ""),
                parsed.parameters.get("TokenCode", ""),
                outcome,
                dict(parsed.parameters),
            )
        )

    def _caller_of(self, key_id: str) -> Caller | None:
        session = self._state.sessions.get(key_id)
        return session.caller if session else None

    def _long_lived_user(self, key_id: str) -> str:
        found = self._state.access_key(key_id)
        return found[0].name if found else ""

    def _account_of(self, key_id: str) -> str:
        caller, found = self._caller_of(key_id), self._state.access_key(key_id)
        if caller:
            return caller.account
        return found[0].account if found else ""


def _read(request: Request) -> _ParsedRequest:
    """Parse what is called, without checking any of it."""
    if request.host in SIGNIN_HOSTS:
        return _read_signin(request)
    header = request.headers.get("authorization", "")
    scope = header.partition("Credential=")[2].split(",")[0].split("/")
    key, _, region, service = [*scope, "", "", "", ""][:4]
    endpoint = endpoint_of(request.host) or Endpoint()
    service = endpoint.service or service
    parameters: dict[str, str] = {}
    if service != "s3":
        parameters = parse_parameters(request.body or request.query.encode())
    action = _s3_action(request) if service == "s3" else parameters.get("Action", "")
    request_id = str(uuid.uuid4())
    return _ParsedRequest(request, endpoint, service, action, region, key, parameters, request_id)


def _read_signin(request: Request) -> _ParsedRequest:
    parsed = asked_of(request)
    # Neither keys nor tokens are noted.
    parameters = {name: parsed[name] for name in parsed if name not in {"Session", "SigninToken"}}
    service, request_id = Endpoint("signin"), str(uuid.uuid4())
    action, key = parsed.get("Action", ""), session_id(parsed)
    return _ParsedRequest(request, service, "signin", action, "", key, parameters, request_id)


def _s3_action(request: Request) -> str:
    if request.host.partition(".")[0] in {"s3", "127", "localhost"} and request.path in {"", "/"}:
        return "ListBuckets"
    names = {"GET": "GetObject", "PUT": "PutObject", "HEAD": "HeadObject"}
    return names.get(request.method, request.method)


def _skew(faults: dict[str, Fault]) -> float:
    return faults["skewed-date"].seconds if "skewed-date" in faults else 0


def _outcome(faults: dict[str, Fault], response: Response) -> str:
    for kind in ("reset", "html"):
        if kind in faults:
            return kind
    if response.status < _HTTP_ERROR:
        return "ok"
    code = response.body.partition(b"<Code>")[2].partition(b"</Code>")[0].decode()
    return code or str(response.status)


def _with_headers(response: Response, parsed: _ParsedRequest, now: datetime) -> Response:
    names = {
        "x-amzn-RequestId": parsed.request_id,
        "Date": format_datetime(now, usegmt=True),
    }
    if parsed.service == "s3":
        names["x-amz-request-id"] = names.pop("x-amzn-RequestId")
    return replace(response, headers={**response.headers, **names})


def _mistreat(response: Response, faults: dict[str, Fault]) -> Response:
    """Lose or cut the answer after the call was processed."""
    if "answer-lost" in faults:
        return replace(response, close="after-processing")
    if "wrong-answer" in faults:
        return replace(response, body=with_wrong_answer(response.body, faults["wrong-answer"]))
    if "truncated" in faults:
        if faults["truncated"].options.get("midway", False):
            return replace(response, close="truncated")
        return replace(response, body=response.body[: len(response.body) // 2])
    return response
