"""The embedded S3 refuses what S3 refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.aws_selftest.clients import client, keys_of, refusal, session

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws


def test_a_lock_is_taken_once(aws: EmbeddedAws) -> None:
    """A write with If-None-Match replaces nothing, one with If-Match only what it names."""
    s3 = client(aws, "s3", session(aws))
    where = {"Bucket": "reports", "Key": "lock"}
    etag = s3.put_object(**where, Body=b"mine", IfNoneMatch="*")["ETag"]
    refused = refusal(s3.put_object, **where, Body=b"theirs", IfNoneMatch="*")
    assert (refused.status, refused.code) == (412, "PreconditionFailed")
    refused = refusal(s3.put_object, **where, Body=b"theirs", IfMatch='"other"')
    assert (refused.status, refused.code) == (412, "PreconditionFailed")
    s3.put_object(**where, Body=b"newer", IfMatch=etag)
    assert s3.get_object(**where)["Body"].read() == b"newer"
    s3.delete_object(**where)
    assert refusal(s3.put_object, **where, Body=b"", IfMatch=etag).code == "NoSuchKey"
    s3.put_object(**where, Body=b"again", IfNoneMatch="*")


def test_wrong_signatures_and_expired_tokens(aws: EmbeddedAws) -> None:
    """Each is refused in S3's own words."""
    keys = keys_of(aws, "ada")
    wrong = client(aws, "s3", type(keys)(keys.id, f"{keys.secret}x"))
    assert refusal(wrong.list_buckets).code == "SignatureDoesNotMatch"
    s3 = client(aws, "s3", session(aws))
    s3.list_buckets()
    for made in aws.state.sessions.values():
        made.expiration = aws.now() - timedelta(seconds=1)
    assert refusal(s3.list_buckets).code == "ExpiredToken"
