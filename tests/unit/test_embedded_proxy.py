"""The embedded AWS behind its proxy, as boto3 and bare sockets see it."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from cryptography import x509

from tests.aws import EmbeddedAws
from tests.aws.http import Close, Request, Response
from tests.aws.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STS = "sts.eu-central-1.amazonaws.com"
IDENTITY = (
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    b"<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ada</Arn>"
    b"</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


class Answers:
    """Records what the proxy passes on, and answers."""

    def __init__(self) -> None:
        """Answer every request with an identity by default."""
        self.requests: list[Request] = []
        self.response = Response(200, {"Content-Type": "text/xml"}, IDENTITY)

    def __call__(self, request: Request) -> Response:
        """Note the request."""
        self.requests.append(request)
        return self.response


@pytest.fixture
def answers() -> Answers:
    """Return a stand-in for the services."""
    return Answers()


@pytest.fixture
def proxy(answers: Answers, tmp_path: Path) -> Iterator[Proxy]:
    """Run a proxy in front of the stand-in."""
    proxy = Proxy(answers, tmp_path / "proxy")
    proxy.start()
    yield proxy
    proxy.stop()


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    """Run an embedded AWS with its own accounts."""
    with EmbeddedAws() as aws:
        yield aws


def client(service: str, proxy: str, ca: object, keys: dict[str, str], **options: Any) -> Any:
    """Return a client that reaches AWS's own names through the proxy, and never tries twice."""
    config = Config(
        proxies={"http": proxy, "https": proxy},
        retries={"total_max_attempts": 1},
        connect_timeout=10,
        read_timeout=20,
        **options,
    )
    session = boto3.session.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("SessionToken"), "eu-central-1"
    )
    return session.client(service, config=config, verify=str(ca))


@contextmanager
def stub_client(proxy: Proxy) -> Iterator[Any]:
    """Yield an STS client with invented keys."""
    keys = {"AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "example"}
    with closing(client("sts", proxy.url, proxy.ca_bundle, keys)) as sts:
        yield sts


def s3_of(aws: EmbeddedAws, keys: dict[str, str], **options: Any) -> Any:
    """Return an S3 client of the embedded AWS, by default with bucket names in the host."""
    options.setdefault("s3", {"addressing_style": "virtual"})
    return client("s3", aws.proxy_url, aws.ca_bundle, keys, **options)


def long_lived(aws: EmbeddedAws) -> dict[str, str]:
    """Return the keys of the user `ada`."""
    key = aws.user("ada").access_keys[0]
    return {"AccessKeyId": key.id, "SecretAccessKey": key.secret}


@pytest.fixture(scope="module")
def session_keys(aws: EmbeddedAws) -> dict[str, str]:
    """Return keys of a session that was made with MFA."""
    serial = aws.user("ada").mfa_serial
    with closing(client("sts", aws.proxy_url, aws.ca_bundle, long_lived(aws))) as sts:
        answer = sts.get_session_token(SerialNumber=serial, TokenCode=aws.fresh_code(serial))
    keys: dict[str, str] = answer["Credentials"]
    return keys


@pytest.fixture(scope="module")
def s3(aws: EmbeddedAws, session_keys: dict[str, str]) -> Iterator[Any]:
    """Return an S3 client on a session that was made with MFA."""
    with closing(s3_of(aws, session_keys)) as s3:
        yield s3


def connected(proxy: Proxy, host: str = STS, port: int = 443) -> http.client.HTTPSConnection:
    """Return a connection through a tunnel that trusts the proxy's CA alone."""
    context = ssl.create_default_context(cafile=str(proxy.ca_bundle))
    address = int(proxy.url.rpartition(":")[2])
    connection = http.client.HTTPSConnection("127.0.0.1", address, timeout=10, context=context)
    connection.set_tunnel(host, port)
    return connection


def certificate_of(connection: http.client.HTTPSConnection) -> bytes:
    """Connect and return the certificate that the proxy shows, in DER."""
    connection.connect()
    shown: bytes | None = connection.sock.getpeercert(binary_form=True)
    assert shown is not None
    return shown


def strictly_read(connection: http.client.HTTPSConnection) -> None:
    """Tell an end that TLS announced from one that just happened."""
    stream: Any = connection.sock
    stream.suppress_ragged_eofs = False


def spoken(proxy: Proxy, sent: bytes) -> bytes:
    """Return all that the proxy says to these bytes until it closes."""
    address = ("127.0.0.1", int(proxy.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_boto3_calls_the_real_name(proxy: Proxy, answers: Answers) -> None:
    """A call that has no endpoint setting arrives with AWS's own host name."""
    with stub_client(proxy) as sts:
        assert sts.get_caller_identity()["Arn"].endswith("user/ada")
    (request,) = answers.requests
    assert (request.scheme, request.method, request.host, request.path, request.query) == (
        "https",
        "POST",
        STS,
        "/",
        "",
    )
    assert request.body.startswith(b"Action=GetCallerIdentity&")
    assert request.headers["authorization"].startswith("AWS4-HMAC-SHA256 ")


def test_keeps_a_tunnel_open_for_more_requests(proxy: Proxy, answers: Answers) -> None:
    """Paths and queries arrive as they were sent, leading slashes and encodings included."""
    targets = ["/", "//key", "/a%20b?x=%2F&y", "/?", f"https://{STS.upper()}:443/absolute?q=1"]
    with closing(connected(proxy)) as connection:
        for target in targets:
            connection.request("GET", target)
            assert connection.getresponse().read() == IDENTITY
    assert [(request.path, request.query) for request in answers.requests] == [
        ("/", ""),
        ("//key", ""),
        ("/a%20b", "x=%2F&y"),
        ("/", ""),
        ("/absolute", "q=1"),
    ]


def test_reads_chunked_bodies(proxy: Proxy, answers: Answers) -> None:
    """A chunked body arrives whole, and the next request on the connection is understood."""
    with closing(connected(proxy)) as connection:
        for _ in range(2):
            connection.request("PUT", "/", iter([b"one", b"two" * 1000]), encode_chunked=True)
            connection.getresponse().read()
    assert [request.body for request in answers.requests] == [b"one" + b"two" * 1000] * 2


def test_lets_a_client_continue_before_it_sends_the_body(proxy: Proxy) -> None:
    """`Expect: 100-continue` gets its 100 while the body is still held back."""
    with closing(connected(proxy)) as connection:
        connection.connect()
        head = f"PUT / HTTP/1.1\r\nHost: {STS}\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        connection.sock.sendall(head.encode())
        assert connection.sock.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sock.sendall(b"ok")
        assert connection.sock.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_a_head_has_the_length_but_no_body(proxy: Proxy) -> None:
    """The answer to HEAD tells how long the body would be."""
    with closing(connected(proxy)) as connection:
        for _ in range(2):
            connection.request("HEAD", "/")
            response = connection.getresponse()
            assert response.read() == b""
            assert response.headers["Content-Length"] == str(len(IDENTITY))


def test_answers_plain_http_in_absolute_form(proxy: Proxy, answers: Answers) -> None:
    """`http://` URLs are answered without a tunnel, with the name in the URL."""
    said = spoken(
        proxy,
        b"POST http://STS.amazonaws.com/?a=1 HTTP/1.1\r\nHost: sts.amazonaws.com\r\n"
        b"Content-Length: 4\r\nConnection: close\r\n\r\nbody",
    )
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    (request,) = answers.requests
    assert (request.scheme, request.host, request.query, request.body) == (
        "http",
        "sts.amazonaws.com",
        "a=1",
        b"body",
    )


@pytest.mark.parametrize(
    "line",
    [
        "CONNECT example.com:443",
        "CONNECT amazonaws.com:443",
        "CONNECT sts.amazonaws.com.example.com:443",
        "CONNECT evilamazonaws.com:443",
        "CONNECT sts.amazonaws.com:80",
        "CONNECT 127.0.0.1:443",
        "GET http://example.com/",
        "GET http://169.254.169.254/latest/meta-data/",
        "GET http://sts.amazonaws.com:8080/",
        "GET /",
    ],
)
def test_refuses_every_other_host(proxy: Proxy, answers: Answers, line: str) -> None:
    """The proxy only answers for AWS's own names on their usual ports."""
    said = spoken(proxy, f"{line} HTTP/1.1\r\nHost: example.com\r\n\r\n".encode())
    assert said.startswith(b"HTTP/1.1 403 ")
    assert answers.requests == []


@pytest.mark.parametrize(
    "host", ["iam.amazonaws.com", "sts.cn-north-1.amazonaws.com.cn", "s3.eu-west-1.api.aws"]
)
def test_speaks_for_each_domain_of_aws(proxy: Proxy, answers: Answers, host: str) -> None:
    """The three domains all get a certificate that a client verifies."""
    with closing(connected(proxy, host)) as connection:
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
    assert answers.requests[0].host == host


def test_a_tunnel_is_only_for_its_own_name(proxy: Proxy, answers: Answers) -> None:
    """Another name in the Host header gets a 421 and reaches no service."""
    with closing(connected(proxy)) as connection:
        connection.request("GET", "/", headers={"Host": "iam.amazonaws.com"})
        assert connection.getresponse().status == 421
    assert answers.requests == []


@pytest.mark.parametrize("length", ["-1", "two"])
def test_refuses_a_body_without_a_length(proxy: Proxy, answers: Answers, length: str) -> None:
    """A Content-Length that isn't one is a bad request."""
    with closing(connected(proxy)) as connection:
        connection.request("POST", "/", headers={"Content-Length": length})
        assert connection.getresponse().status == 400
    assert answers.requests == []


def test_certificates_are_standard_and_good_at_any_clock(proxy: Proxy) -> None:
    """CA and leaf have what strict clients require, from 2000 to 2049 at least."""
    with closing(connected(proxy)) as connection:
        leaf = x509.load_der_x509_certificate(certificate_of(connection))
        assert connection.sock.version() in {"TLSv1.2", "TLSv1.3"}
    ca = x509.load_pem_x509_certificate(proxy.ca_bundle.read_bytes())
    for certificate in (ca, leaf):
        assert certificate.not_valid_before_utc <= datetime(2000, 1, 1, tzinfo=timezone.utc)
        assert certificate.not_valid_after_utc >= datetime(2049, 12, 31, tzinfo=timezone.utc)
    usage = ca.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.key_cert_sign
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [STS]
    leaf.verify_directly_issued_by(ca)


def test_a_name_keeps_its_certificate(proxy: Proxy) -> None:
    """Many clients at once get one and the same certificate of a name."""
    found: list[bytes] = []

    def look() -> None:
        with closing(connected(proxy)) as connection:
            found.append(certificate_of(connection))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def _reset(proxy: Proxy) -> None:
    with closing(connected(proxy)) as connection:
        connection.request("GET", "/")
        # Below TLS, which may report a reset as an end.
        with pytest.raises(ConnectionResetError):
            b"".join(iter(lambda: socket.socket.recv(connection.sock, 65536), b""))
    with closing(connected(proxy)) as connection:
        connection.request("GET", "/")
        strictly_read(connection)
        with pytest.raises((ssl.SSLEOFError, ConnectionResetError)):
            connection.sock.recv(1)


def _reset_without_tls(proxy: Proxy) -> None:
    with pytest.raises(ConnectionResetError):
        spoken(proxy, f"GET http://{STS}/ HTTP/1.1\r\n\r\n".encode())


def _ended(proxy: Proxy) -> None:
    with closing(connected(proxy)) as connection:
        connection.request("GET", "/")
        strictly_read(connection)
        assert connection.sock.recv(1) == b""
    assert spoken(proxy, f"GET http://{STS}/ HTTP/1.1\r\n\r\n".encode()) == b""


def _cut(proxy: Proxy) -> None:
    with closing(connected(proxy)) as connection:
        connection.request("GET", "/")
        response = connection.getresponse()
        with pytest.raises(http.client.IncompleteRead) as cut:
            response.read()
        assert cut.value.partial == IDENTITY[: len(IDENTITY) // 2]


@pytest.mark.parametrize(
    ("close", "see"),
    [
        ("before", _reset),
        ("before", _reset_without_tls),
        ("after-processing", _ended),
        ("truncated", _cut),
    ],
)
def test_connections_end_as_requested(
    proxy: Proxy, answers: Answers, close: Close, see: Callable[[Proxy], None]
) -> None:
    """A reset, an end and a cut body differ, and the next connection works again."""
    whole = answers.response
    answers.response = Response(200, whole.headers, whole.body, close)
    see(proxy)
    answers.response = whole
    with stub_client(proxy) as sts:
        assert sts.get_caller_identity()["Arn"].endswith("user/ada")


@pytest.mark.parametrize("close", ["before", "after-processing", "truncated"])
def test_boto3_fails_where_the_connection_ends(
    proxy: Proxy, answers: Answers, close: Close
) -> None:
    """Whichever way the connection ends, boto3 has no answer."""
    answers.response = Response(200, {}, IDENTITY, close)
    with stub_client(proxy) as sts, pytest.raises((BotoCoreError, ResponseParserError)):
        sts.get_caller_identity()


def test_a_client_that_distrusts_the_ca_does_no_harm(proxy: Proxy) -> None:
    """A handshake that fails ends that connection alone, and quietly."""
    address = int(proxy.url.rpartition(":")[2])
    stranger = http.client.HTTPSConnection(
        "127.0.0.1", address, timeout=10, context=ssl.create_default_context()
    )
    stranger.set_tunnel(STS, 443)
    with closing(stranger), pytest.raises(ssl.SSLCertVerificationError):
        stranger.request("GET", "/")
    with stub_client(proxy) as sts:
        assert sts.get_caller_identity()["Arn"].endswith("user/ada")


def test_stop_ends_connections_and_threads(answers: Answers, tmp_path: Path) -> None:
    """Idle tunnels, half-open ones and silent clients are all closed, and no thread stays."""
    before = set(threading.enumerate())
    proxy = Proxy(answers, tmp_path)
    proxy.start()
    address = ("127.0.0.1", int(proxy.url.rpartition(":")[2]))
    with (
        closing(connected(proxy)) as idle,
        socket.create_connection(address, timeout=10) as silent,
        socket.create_connection(address, timeout=10) as half_open,
    ):
        idle.request("GET", "/")
        idle.getresponse().read()
        half_open.sendall(f"CONNECT {STS}:443 HTTP/1.1\r\n\r\n".encode())
        assert half_open.recv(1000).startswith(b"HTTP/1.1 200 ")
        proxy.stop()
        assert set(threading.enumerate()) <= before
        assert idle.sock.recv(1) == b""
        assert silent.recv(1) == b""
        assert half_open.recv(1) == b""
    proxy.stop()
    with pytest.raises(RuntimeError, match="start"):
        _ = proxy.url


def denial(call: Callable[[], object]) -> tuple[int, str, str]:
    """Return status, code and message of the error that a call gets."""
    with pytest.raises(ClientError) as refused:
        call()
    response = refused.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return status, response["Error"]["Code"], response["Error"].get("Message", "")


def test_buckets_are_denied_without_mfa(aws: EmbeddedAws) -> None:
    """Long-lived keys get the explicit deny, in AWS's words."""
    with closing(s3_of(aws, long_lived(aws))) as s3:
        assert denial(s3.list_buckets) == (
            403,
            "AccessDenied",
            (
                "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: "
                "s3:ListAllMyBuckets with an explicit deny in an identity-based policy"
            ),
        )
        status, code, message = denial(lambda: s3.get_object(Bucket="reports", Key="readme.txt"))
        assert (status, code) == (403, "AccessDenied")
        assert 's3:GetObject on resource: "arn:aws:s3:::reports/readme.txt"' in message


def test_buckets_are_denied_on_a_session_without_mfa(aws: EmbeddedAws) -> None:
    """A session alone isn't enough."""
    with closing(client("sts", aws.proxy_url, aws.ca_bundle, long_lived(aws))) as sts:
        keys = sts.get_session_token()["Credentials"]
    with closing(s3_of(aws, keys)) as s3:
        assert denial(s3.list_buckets)[:2] == (403, "AccessDenied")


def test_a_role_lists_the_buckets(aws: EmbeddedAws) -> None:
    """A role has policies of its own."""
    with closing(client("sts", aws.proxy_url, aws.ca_bundle, long_lived(aws))) as sts:
        arn = "arn:aws:iam::123456789012:role/reader"
        keys = sts.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    with closing(s3_of(aws, keys)) as s3:
        assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["reports"]


def test_a_session_with_mfa_lists_buckets_and_objects(s3: Any) -> None:
    """What was denied is allowed, and the bucket holds its three objects."""
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["reports"]
    listed = s3.list_objects_v2(Bucket="reports", Prefix="2024/")
    assert [each["Key"] for each in listed["Contents"]] == [
        "2024/february.txt",
        "2024/january.txt",
    ]
    assert s3.head_bucket(Bucket="reports")["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert s3.get_bucket_location(Bucket="reports")["LocationConstraint"] is None


@pytest.mark.parametrize("style", ["path", "virtual"])
@pytest.mark.parametrize(
    "key", ["plain.txt", "/leading slash", "ünïcode + & = ?.txt", "a//b/../c", "~%41"]
)
def test_objects_survive_both_styles(
    aws: EmbeddedAws, session_keys: dict[str, str], style: str, key: str
) -> None:
    """What is put under any key comes back, with its type and metadata, until it is deleted."""
    with closing(s3_of(aws, session_keys, s3={"addressing_style": style})) as s3:
        names = {"Bucket": "reports", "Key": key}
        put = s3.put_object(
            **names, Body=b"content", ContentType="text/plain", Metadata={"a_b": "c"}
        )
        assert put["ETag"] == '"9a0364b9e99bb480dd25e1f0284c8555"'
        got = s3.get_object(**names)
        assert got["Body"].read() == b"content"
        assert (got["ContentType"], got["Metadata"]) == ("text/plain", {"a_b": "c"})
        assert s3.head_object(**names)["ContentLength"] == 7
        listed = s3.list_objects_v2(Bucket="reports", Prefix=key)["Contents"]
        assert [each["Key"] for each in listed] == [key]
        s3.delete_object(**names)
        assert denial(lambda: s3.head_object(**names))[0] == 404
        assert denial(lambda: s3.get_object(**names))[1] == "NoSuchKey"


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("bytes=0-3", b"cont"),
        ("bytes=4-", b"ent"),
        ("bytes=-2", b"nt"),
        ("bytes=5-99", b"nt"),
        ("bytes=-99", b"content"),
    ],
)
def test_ranges(s3: Any, asked: str, got: bytes) -> None:
    """Each form of a range gets its bytes."""
    s3.put_object(Bucket="reports", Key="ranges", Body=b"content")
    answer = s3.get_object(Bucket="reports", Key="ranges", Range=asked)
    assert answer["Body"].read() == got
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    beyond = {"Bucket": "reports", "Key": "ranges", "Range": "bytes=7-"}
    assert denial(lambda: s3.get_object(**beyond))[:2] == (416, "InvalidRange")
    s3.delete_object(Bucket="reports", Key="ranges")


def test_listing_goes_on_where_a_page_ended(s3: Any) -> None:
    """Pages of one hold keys and common prefixes in order, none twice and none missing."""
    keys = ["list/a b", "list/b/1", "list/b/2", "list/c", "list/d/1"]
    for key in keys:
        s3.put_object(Bucket="reports", Key=key, Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket="reports", Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": 1}
    )
    found = [
        each.get("Key") or each.get("Prefix")
        for page in pages
        for each in page.get("Contents", []) + page.get("CommonPrefixes", [])
    ]
    assert found == ["list/a b", "list/b/", "list/c", "list/d/"]
    for key in keys:
        s3.delete_object(Bucket="reports", Key=key)


def test_multipart_upload_of_a_file(s3: Any, tmp_path: Path) -> None:
    """boto3's own transfer goes up in parts and down in ranges, whole."""
    content = bytes(range(256)) * 4096 * 11
    (tmp_path / "up").write_bytes(content)
    transfer = TransferConfig(multipart_threshold=1, multipart_chunksize=5 * 1024 * 1024)
    s3.upload_file(str(tmp_path / "up"), "reports", "big", Config=transfer)
    assert s3.head_object(Bucket="reports", Key="big")["ETag"].endswith('-3"')
    s3.download_file("reports", "big", str(tmp_path / "down"), Config=transfer)
    assert (tmp_path / "down").read_bytes() == content
    s3.delete_object(Bucket="reports", Key="big")


def test_multipart_upload_is_checked(s3: Any) -> None:
    """Unknown uploads, wrong parts and parts that are too small are refused."""
    names = {"Bucket": "reports", "Key": "parts"}
    upload = {**names, "UploadId": s3.create_multipart_upload(**names)["UploadId"]}
    tags = [s3.upload_part(**upload, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2)]
    parts = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
    for wrong, code in [
        (parts, "EntityTooSmall"),
        (parts[::-1], "InvalidPartOrder"),
        ([{"PartNumber": 3, "ETag": tags[0]}], "InvalidPart"),
        ([{"PartNumber": 1, "ETag": '"0"'}], "InvalidPart"),
    ]:
        named = {"Parts": wrong}
        refused = denial(lambda: s3.complete_multipart_upload(**upload, MultipartUpload=named))  # noqa: B023
        assert refused[:2] == (400, code)
    s3.abort_multipart_upload(**upload)
    assert denial(lambda: s3.abort_multipart_upload(**upload))[:2] == (404, "NoSuchUpload")


def test_aws_chunked_bodies_are_decoded(s3: Any) -> None:
    """A body with a checksum in its trailer, as SDKs send it over TLS, is stored without either."""
    seen: list[str] = []

    def note(request: Any, **_: Any) -> None:
        sent = request.headers["x-amz-content-sha256"]
        seen.append(sent.decode() if isinstance(sent, bytes) else sent)

    s3.meta.events.register("before-send.s3.PutObject", note)
    body = b"chunk" * 50_000
    s3.put_object(Bucket="reports", Key="chunked", Body=body, ChecksumAlgorithm="CRC32")
    s3.meta.events.unregister("before-send.s3.PutObject", note)
    assert seen == ["STREAMING-UNSIGNED-PAYLOAD-TRAILER"]
    assert s3.get_object(Bucket="reports", Key="chunked")["Body"].read() == body
    s3.delete_object(Bucket="reports", Key="chunked")


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        (lambda s3: s3.list_objects_v2(Bucket="nobodys"), 404, "NoSuchBucket"),
        (lambda s3: s3.put_object(Bucket="nobodys", Key="k", Body=b""), 404, "NoSuchBucket"),
        (lambda s3: s3.get_bucket_versioning(Bucket="reports"), 501, "NotImplemented"),
        (lambda s3: s3.get_object_tagging(Bucket="reports", Key="k"), 501, "NotImplemented"),
    ],
)
def test_s3_refuses(s3: Any, call: Callable[[Any], object], status: int, code: str) -> None:
    """Missing things and unsupported calls have different errors."""
    assert denial(lambda: call(s3))[:2] == (status, code)
