"""S3: a small object store in memory that a user's policy denies without MFA.

`state.buckets`, where the state has any, seeds it as ``{bucket: {key: text}}``; without, there is
the bucket `reports` with three objects. All accounts share the store, which is kept with the
state. Sources: the S3 API reference, and for the errors its page 'Error responses'.
"""

from __future__ import annotations

import base64
import re
import uuid
import weakref
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import format_datetime
from hashlib import md5
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote

from tests.aws.answers import element, text
from tests.aws.errors import AwsError
from tests.aws.http import Request, Response
from tests.aws.policies import check_allowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.aws.state import Caller, State

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
REGION = "us-east-1"
CREATED = datetime(2024, 2, 29, 12, 0, 0, tzinfo=timezone.utc)
DEFAULT_BUCKETS = {
    "reports": {
        "2024/january.txt": "All is well.\n",
        "2024/february.txt": "All is still well.\n",
        "readme.txt": "The reports of the year.\n",
    }
}
# 'Each part must be at least 5 MiB in size, except the last part.'
SMALLEST_PART = 5 * 1024 * 1024
_HOST = re.compile(
    r"(?:(?P<bucket>.+)\.)?s3(?:-fips)?(?:\.dualstack)?(?:\.[a-z0-9-]+)?"
    r"\.(?:amazonaws\.com(?:\.cn)?|api\.aws)"
)
# The names in a query that make another call out of the same method and path.
_SUBRESOURCES = ("list-type", "location", "uploads", "uploadId", "acl", "tagging", "attributes")


@dataclass(frozen=True)
class _Object:
    """What was put: the bytes, when, the ETag without quotes, and the headers to give back."""

    content: bytes
    modified: datetime
    etag: str
    headers: dict[str, str]


@dataclass
class _Upload:
    """A multipart upload that isn't complete."""

    bucket: str
    key: str
    headers: dict[str, str]
    parts: dict[int, bytes] = field(default_factory=dict)


@dataclass
class _Store:
    """All buckets, each key's object in them, and the uploads under way."""

    buckets: dict[str, dict[str, _Object]]
    uploads: dict[str, _Upload] = field(default_factory=dict)


@dataclass(frozen=True)
class _Call:
    """A request with what it asks for, decoded; bucket and key are empty where there is none."""

    request: Request
    bucket: str
    key: str
    query: dict[str, str]
    store: _Store
    now: datetime

    @property
    def objects(self) -> dict[str, _Object]:
        """The bucket's objects by key; raises AwsError NoSuchBucket."""
        if self.bucket not in self.store.buckets:
            raise AwsError(404, "NoSuchBucket", "The specified bucket does not exist")
        return self.store.buckets[self.bucket]


_stores: dict[int, _Store] = {}


def answer_s3(request: Request, caller: Caller, state: State, now: datetime) -> Response:
    """Answer a call whose signature was checked; raises AwsError for what S3 refuses."""
    bucket, key = _address(request)
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    level = "object" if key else "bucket" if bucket else "service"
    subresource = next((name for name in _SUBRESOURCES if name in query), "")
    known = _CALLS.get((request.method, level, subresource))
    if known is None or "x-amz-copy-source" in request.headers:
        message = "A header you provided implies functionality that is not implemented"
        raise AwsError(501, "NotImplemented", message)
    action, answer = known
    resource = f"arn:{caller.partition}:s3:::{bucket}" + (f"/{key}" if key else "")
    shown = f'"{resource}"' if bucket else ""
    check_allowed(caller, action, resource if bucket else "*", now, shown=shown)
    with state.lock:
        try:
            return answer(_Call(request, bucket, key, query, _store_of(state), now))
        except ValueError:  # a number or a token in the query that isn't one
            raise AwsError(400, "InvalidArgument", "Invalid Argument") from None


def _address(request: Request) -> tuple[str, str]:
    """Return bucket and key, of a virtual host's name or of the path."""
    path = unquote(request.path).removeprefix("/")
    host = _HOST.fullmatch(request.host)
    if host and host["bucket"]:
        return host["bucket"], path
    bucket, _, key = path.partition("/")
    return bucket, key


def _store_of(state: State) -> _Store:
    if id(state) not in _stores:
        seed: dict[str, dict[str, str]] = getattr(state, "buckets", None) or DEFAULT_BUCKETS
        _stores[id(state)] = _Store(
            {
                bucket: {key: _object(value.encode(), CREATED) for key, value in objects.items()}
                for bucket, objects in seed.items()
            }
        )
        weakref.finalize(state, _stores.pop, id(state))
    return _stores[id(state)]


def _object(
    content: bytes, modified: datetime, headers: dict[str, str] | None = None, etag: str = ""
) -> _Object:
    headers = {"Content-Type": "binary/octet-stream", **(headers or {})}
    return _Object(content, modified, etag or _md5(content).hex(), headers)


def _md5(content: bytes) -> bytes:
    return md5(content, usedforsecurity=False).digest()


def _response(status: int, headers: dict[str, str], body: bytes = b"") -> Response:
    return Response(status, {"x-amz-request-id": uuid.uuid4().hex[:16].upper(), **headers}, body)


def _xml(name: str, inside: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{NAMESPACE}">{inside}</{name}>'
    return _response(200, {"Content-Type": "application/xml"}, body.encode())


def _timestamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"


def _list_buckets(call: _Call) -> Response:
    buckets = "".join(
        element("Bucket", text("Name", name) + element("CreationDate", _timestamp(CREATED)))
        for name in sorted(call.store.buckets)
    )
    owner = element("Owner", text("ID", "embedded") + text("DisplayName", "embedded"))
    return _xml("ListAllMyBucketsResult", owner + element("Buckets", buckets))


def _head_bucket(call: _Call) -> Response:
    _ = call.objects
    return _response(200, {"x-amz-bucket-region": REGION})


def _get_bucket_location(call: _Call) -> Response:
    _ = call.objects
    # 'Buckets in Region us-east-1 have a LocationConstraint of null.'
    return _xml("LocationConstraint", "")


def _list_objects(call: _Call) -> Response:
    query, objects = call.query, call.objects
    most = min(int(query.get("max-keys", "1000")), 1000)
    token = base64.urlsafe_b64decode(query.get("continuation-token", "")).decode()
    names = [name for name in _listed(query, objects) if name > token]
    page, is_truncated = names[:most], len(names) > most
    shown = quote if query.get("encoding-type") == "url" else str
    inside = text("Name", call.bucket) + text("Prefix", shown(query.get("prefix", "")))
    inside += element("KeyCount", str(len(page))) + element("MaxKeys", str(most))
    inside += element("IsTruncated", str(is_truncated).lower())
    if shown is quote:
        inside += element("EncodingType", "url")
    if is_truncated and page:
        following = base64.urlsafe_b64encode(page[-1].encode()).decode()
        inside += element("NextContinuationToken", following)
    for name in page:
        if _is_common_prefix(query, name):
            inside += element("CommonPrefixes", text("Prefix", shown(name)))
        else:
            inside += _contents(shown(name), objects[name])
    return _xml("ListBucketResult", inside)


def _listed(query: dict[str, str], objects: dict[str, _Object]) -> list[str]:
    """Return keys and common prefixes in S3's order."""
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    found = set()
    for key in objects:
        if key.startswith(prefix) and key > query.get("start-after", ""):
            head, cut, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
            found.add(prefix + head + cut if cut else key)
    return sorted(found)


def _is_common_prefix(query: dict[str, str], name: str) -> bool:
    delimiter = query.get("delimiter", "")
    return bool(delimiter) and delimiter in name[len(query.get("prefix", "")) :]


def _contents(shown_key: str, stored: _Object) -> str:
    return element(
        "Contents",
        text("Key", shown_key)
        + element("LastModified", _timestamp(stored.modified))
        + text("ETag", f'"{stored.etag}"')
        + element("Size", str(len(stored.content)))
        + element("StorageClass", "STANDARD"),
    )


def _get_object(call: _Call) -> Response:
    """Answer GetObject and, without the body being sent, HeadObject."""
    stored = call.objects.get(call.key)
    if stored is None:
        raise AwsError(404, "NoSuchKey", "The specified key does not exist.")
    headers = {
        **stored.headers,
        "Accept-Ranges": "bytes",
        "ETag": f'"{stored.etag}"',
        "Last-Modified": format_datetime(stored.modified, usegmt=True),
    }
    size = len(stored.content)
    part = _range(call.request.headers.get("range", ""), size)
    if part is None:
        return _response(200, headers, stored.content)
    start, end = part
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return _response(206, headers, stored.content[start:end])


def _range(header: str, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one after the last (RFC 9110, section 14.1.2)."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", header)
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2] or size) + 1)
    if start >= end:
        raise AwsError(416, "InvalidRange", "The requested range is not satisfiable")
    return start, end


def _check_condition(call: _Call) -> None:
    """Refuse a write that must not, or must, replace what is there ('Conditional writes')."""
    stored, headers = call.objects.get(call.key), call.request.headers
    if headers.get("if-none-match", "*") != "*":
        message = "A header you provided implies functionality that is not implemented"
        raise AwsError(501, "NotImplemented", message)
    wanted = headers.get("if-match", "").strip('"')
    if wanted and stored is None:
        raise AwsError(404, "NoSuchKey", "The specified key does not exist.")
    if stored and ("if-none-match" in headers or wanted not in {"", stored.etag}):
        message = "At least one of the pre-conditions you specified did not hold"
        raise AwsError(412, "PreconditionFailed", message)


def _put_object(call: _Call) -> Response:
    _check_condition(call)
    stored = _object(_payload(call.request), call.now, _kept_headers(call.request))
    call.objects[call.key] = stored
    return _response(200, {"ETag": f'"{stored.etag}"'})


def _kept_headers(request: Request) -> dict[str, str]:
    kept = {name: v for name, v in request.headers.items() if name.startswith("x-amz-meta-")}
    if "content-type" in request.headers:
        kept["Content-Type"] = request.headers["content-type"]
    return kept


def _payload(request: Request) -> bytes:
    """Return the object's bytes, without the chunks and trailers of aws-chunked."""
    if not request.headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
        return request.body
    content, chunks = b"", BytesIO(request.body)
    while found := re.match(rb"([0-9a-fA-F]+)(?:;.*)?\r\n", chunks.readline()):
        content += chunks.read(int(found[1], 16))
        chunks.readline()
        if not int(found[1], 16):
            break
    if request.headers.get("x-amz-decoded-content-length") != str(len(content)):
        message = "You did not provide the number of bytes specified by the Content-Length header"
        raise AwsError(400, "IncompleteBody", message)
    return content


def _delete_object(call: _Call) -> Response:
    call.objects.pop(call.key, None)
    return _response(204, {})


def _create_upload(call: _Call) -> Response:
    _ = call.objects
    upload_id = uuid.uuid4().hex
    headers = _kept_headers(call.request)
    call.store.uploads[upload_id] = _Upload(call.bucket, call.key, headers)
    inside = text("Bucket", call.bucket) + text("Key", call.key) + element("UploadId", upload_id)
    return _xml("InitiateMultipartUploadResult", inside)


def _upload_of(call: _Call) -> _Upload:
    upload = call.store.uploads.get(call.query["uploadId"])
    if upload is None or (upload.bucket, upload.key) != (call.bucket, call.key):
        message = (
            "The specified upload does not exist. The upload ID may be invalid, "
            "or the upload may have been aborted or completed."
        )
        raise AwsError(404, "NoSuchUpload", message)
    return upload


def _upload_part(call: _Call) -> Response:
    upload, part_number = _upload_of(call), int(call.query.get("partNumber", "0"))
    if part_number not in range(1, 10001):
        message = "Part number must be an integer between 1 and 10000, inclusive"
        raise AwsError(400, "InvalidArgument", message)
    content = _payload(call.request)
    upload.parts[part_number] = content
    return _response(200, {"ETag": f'"{_md5(content).hex()}"'})


def _complete_upload(call: _Call) -> Response:
    upload = _upload_of(call)
    _check_condition(call)
    parts = _named_parts(call.request.body.decode(), upload)
    if any(len(part) < SMALLEST_PART for part in parts[:-1]):
        message = "Your proposed upload is smaller than the minimum allowed size"
        raise AwsError(400, "EntityTooSmall", message)
    etag = f"{_md5(b''.join(map(_md5, parts))).hex()}-{len(parts)}"
    call.objects[call.key] = _object(b"".join(parts), call.now, upload.headers, etag)
    del call.store.uploads[call.query["uploadId"]]
    inside = text("Bucket", call.bucket) + text("Key", call.key) + text("ETag", f'"{etag}"')
    return _xml("CompleteMultipartUploadResult", inside)


def _named_parts(document: str, upload: _Upload) -> list[bytes]:
    """Return the parts that CompleteMultipartUpload names, each checked by its ETag."""
    named = {}
    for part in re.findall(r"<Part>(.*?)</Part>", document, re.DOTALL):
        fields = dict(re.findall(r"<(PartNumber|ETag)>(.*?)</", part))
        named[int(fields.get("PartNumber", "0"))] = unescape(fields.get("ETag", "")).strip('"')
    if list(named) != sorted(named):
        raise AwsError(400, "InvalidPartOrder", "The list of parts was not in ascending order.")
    etags = {part_number: _md5(part).hex() for part_number, part in upload.parts.items()}
    if not named or any(etags.get(number) != etag for number, etag in named.items()):
        raise AwsError(400, "InvalidPart", "One or more of the specified parts could not be found.")
    return [upload.parts[part_number] for part_number in named]


def _abort_upload(call: _Call) -> Response:
    _upload_of(call)
    del call.store.uploads[call.query["uploadId"]]
    return _response(204, {})


# Method, level and subresource: the action that policies know, and what answers.
_CALLS: dict[tuple[str, str, str], tuple[str, Callable[[_Call], Response]]] = {
    ("GET", "service", ""): ("s3:ListAllMyBuckets", _list_buckets),
    ("HEAD", "bucket", ""): ("s3:ListBucket", _head_bucket),
    ("GET", "bucket", "list-type"): ("s3:ListBucket", _list_objects),
    ("GET", "bucket", "location"): ("s3:GetBucketLocation", _get_bucket_location),
    ("GET", "object", ""): ("s3:GetObject", _get_object),
    ("HEAD", "object", ""): ("s3:GetObject", _get_object),
    ("PUT", "object", ""): ("s3:PutObject", _put_object),
    ("DELETE", "object", ""): ("s3:DeleteObject", _delete_object),
    ("POST", "object", "uploads"): ("s3:PutObject", _create_upload),
    ("PUT", "object", "uploadId"): ("s3:PutObject", _upload_part),
    ("POST", "object", "uploadId"): ("s3:PutObject", _complete_upload),
    ("DELETE", "object", "uploadId"): ("s3:AbortMultipartUpload", _abort_upload),
}
