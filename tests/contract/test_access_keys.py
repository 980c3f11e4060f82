"""IAM's access keys over botocore, against the embedded AWS."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.aws.clients import BotocoreSessions, ClientOptions, Clients
from awscli_mfa_plugin.aws.iam import UserKeys
from awscli_mfa_plugin.errors import (
    BadAnswerError,
    KeyLimitError,
    MfaError,
    NoSuchKeyError,
    PermissionDeniedError,
    ServiceError,
    ThrottledError,
    UnreachableError,
)
from awscli_mfa_plugin.session.access_keys import LastUse
from awscli_mfa_plugin.session.records import Keys
from awscli_mfa_plugin.system.machine import SystemClock
from tests.aws import EmbeddedAws

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    """Start an embedded AWS."""
    with EmbeddedAws() as aws:
        yield aws


def keys_of(aws: EmbeddedAws, **options: Any) -> UserKeys:
    """Return ada's keys, seen with her own key."""
    user = aws.user("ada")
    own = Keys(user.access_key_id, user.secret_access_key)
    options = {"endpoint_url": aws.url, "read_timeout": 5, **options}
    clients = Clients(BotocoreSessions(), ClientOptions(**options))
    return UserKeys(clients, SystemClock(), own, "ada", "us-east-1")


def test_a_key_from_its_creation_to_its_end(aws: EmbeddedAws) -> None:
    """Each call does what it says; the end can be asked for twice."""
    keys = keys_of(aws)
    new = keys.create()
    listed = {key.access_key_id: key for key in keys.list()}
    assert set(listed) == {aws.user("ada").access_key_id, new.access_key_id}
    made = listed[new.access_key_id].created
    assert made is not None
    assert abs((made - datetime.now(timezone.utc)).total_seconds()) < 10
    assert keys.last_use(new.access_key_id) == LastUse()
    keys.set_active(new.access_key_id, active=False)
    assert [key.is_active for key in keys.list()] == [True, False]
    keys.set_active(new.access_key_id, active=True)
    keys.delete(new.access_key_id)
    keys.delete(new.access_key_id)
    assert len(keys.list()) == 1
    use = keys.last_use(aws.user("ada").access_key_id)
    assert (use.service, use.region) == ("iam", "us-east-1")
    assert use.when is not None


def test_a_third_key(aws: EmbeddedAws) -> None:
    """Nothing was changed: that is safe to repeat."""
    keys = keys_of(aws)
    keys.create()
    with pytest.raises(KeyLimitError) as caught:
        keys.create()
    assert caught.value.is_safe_to_repeat


def test_a_key_that_isnt_there(aws: EmbeddedAws) -> None:
    """Only its deletion is no error."""
    keys = keys_of(aws)
    keys.delete("A" * 20)
    with pytest.raises(NoSuchKeyError):
        keys.set_active("A" * 20, active=True)


@pytest.mark.parametrize(
    ("kind", "error", "is_safe"),
    [
        ("throttle", ThrottledError, True),
        ("500", UnreachableError, False),
        ("answer-lost", UnreachableError, False),
        ("reset", UnreachableError, False),
        ("html", UnreachableError, False),
        ("truncated", UnreachableError, False),
        ("region-disabled", ServiceError, True),
    ],
)
def test_a_creation_is_sent_once(
    aws: EmbeddedAws, kind: str, error: type[MfaError], *, is_safe: bool
) -> None:
    """Whether a key may be there is told."""
    aws.fault("CreateAccessKey", kind)
    with pytest.raises(error) as caught:
        keys_of(aws).create()
    assert caught.value.is_safe_to_repeat is is_safe
    assert [call.action for call in aws.calls] == ["CreateAccessKey"]


def test_nothing_was_made_where_nothing_was_reached(aws: EmbeddedAws) -> None:
    """A refused connection."""
    with pytest.raises(UnreachableError) as caught:
        keys_of(aws, endpoint_url="http://127.0.0.1:9").create()
    assert caught.value.is_safe_to_repeat


def test_a_denial_names_the_action(aws: EmbeddedAws) -> None:
    """And nothing was made."""
    aws.user("ada").denied_actions.append("iam:CreateAccessKey")
    with pytest.raises(PermissionDeniedError, match="CreateAccessKey") as caught:
        keys_of(aws).create()
    assert caught.value.is_safe_to_repeat


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("AccessKeyId", None),
        ("AccessKeyId", "AKIA; rm"),
        ("SecretAccessKey", None),
        ("SecretAccessKey", "two words"),
        ("SecretAccessKey", "a&#10;[default]"),
        ("AccessKey", None),
    ],
)
def test_an_answer_that_is_no_key(aws: EmbeddedAws, field: str, text: str | None) -> None:
    """It is stored nowhere, and a key may be there."""
    aws.fault("CreateAccessKey", "wrong-answer", field=field, text=text)
    with pytest.raises(BadAnswerError) as caught:
        keys_of(aws).create()
    assert not caught.value.is_safe_to_repeat
