"""Access keys in IAM: two a user, new ones unknown for a while, and who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ConnectionClosedError

from tests.aws_selftest.clients import Keys, Refusal, client, keys_of, refusal, session

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws

UNKNOWN = Refusal(
    403, "InvalidClientTokenId", "The security token included in the request is invalid."
)


def iam(aws: EmbeddedAws, keys: Keys | None = None) -> Any:
    """Return ada's IAM client."""
    return client(aws, "iam", keys or keys_of(aws, "ada"))


def identity(aws: EmbeddedAws, keys: Keys) -> Any:
    """Return GetCallerIdentity's call with these keys."""
    return client(aws, "sts", keys).get_caller_identity


def created(aws: EmbeddedAws, **named: str) -> Keys:
    """Make a key for ada."""
    made = iam(aws).create_access_key(**named)["AccessKey"]
    assert made["Status"] == "Active"
    assert len(made["AccessKeyId"]) == 20
    assert len(made["SecretAccessKey"]) == 40
    return Keys(made["AccessKeyId"], made["SecretAccessKey"])


def listed(aws: EmbeddedAws) -> dict[str, str]:
    """Return the status of ada's keys."""
    found = iam(aws).list_access_keys(UserName="ada")["AccessKeyMetadata"]
    assert all(each["UserName"] == "ada" for each in found)
    return {each["AccessKeyId"]: each["Status"] for each in found}


def test_a_new_key_is_listed_and_works(aws: EmbeddedAws) -> None:
    """Its secret is told once: the list has none."""
    new = created(aws)
    assert listed(aws) == {keys_of(aws, "ada").id: "Active", new.id: "Active"}
    assert identity(aws, new)()["Arn"].endswith(":user/ada")
    (_, described) = iam(aws).list_access_keys()["AccessKeyMetadata"]
    assert abs((described["CreateDate"] - aws.now()).total_seconds()) < 5
    assert "SecretAccessKey" not in described


def test_a_third_key_is_refused_inactive_ones_count(aws: EmbeddedAws) -> None:
    """Two keys are all that a user may have."""
    new = created(aws)
    iam(aws).update_access_key(AccessKeyId=new.id, Status="Inactive")
    assert refusal(iam(aws).create_access_key, UserName="ada") == Refusal(
        409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"
    )


def test_a_new_key_is_unknown_for_some_seconds(aws: EmbeddedAws) -> None:
    """As one that doesn't exist."""
    aws.state.new_keys_unknown_seconds = 20
    new = created(aws)
    assert refusal(identity(aws, new)) == UNKNOWN
    aws.advance(20)
    identity(aws, new)()


def test_an_inactive_key_comes_back(aws: EmbeddedAws) -> None:
    """Inactive, it is as unknown as a deleted one."""
    new = created(aws)
    iam(aws).update_access_key(AccessKeyId=new.id, Status="Inactive")
    assert refusal(identity(aws, new)) == UNKNOWN
    assert listed(aws)[new.id] == "Inactive"
    iam(aws).update_access_key(AccessKeyId=new.id, Status="Active")
    identity(aws, new)()


def test_a_deleted_key_is_gone(aws: EmbeddedAws) -> None:
    """An active one can be deleted too; the second time there is nothing to delete."""
    new = created(aws)
    iam(aws).delete_access_key(AccessKeyId=new.id, UserName="ada")
    assert list(listed(aws)) == [keys_of(aws, "ada").id]
    assert refusal(identity(aws, new)) == UNKNOWN
    gone = Refusal(404, "NoSuchEntity", f"The Access Key with id {new.id} cannot be found.")
    for call in ("delete_access_key", "get_access_key_last_used"):
        assert refusal(getattr(iam(aws), call), AccessKeyId=new.id) == gone
    change = iam(aws).update_access_key
    assert refusal(change, AccessKeyId=new.id, Status="Active") == gone


def test_a_session_outlives_its_key(aws: EmbeddedAws) -> None:
    """Temporary keys are good until they expire (IAM user guide), and can delete their origin."""
    keys = session(aws)
    old = keys_of(aws, "ada")
    new = created(aws)
    iam(aws, keys).update_access_key(UserName="ada", AccessKeyId=old.id, Status="Inactive")
    identity(aws, keys)()
    iam(aws, keys).delete_access_key(UserName="ada", AccessKeyId=old.id)
    assert list(listed_by(aws, keys)) == [new.id]


def listed_by(aws: EmbeddedAws, keys: Keys) -> list[str]:
    """Return the IDs of ada's keys, as a session lists them."""
    found = iam(aws, keys).list_access_keys(UserName="ada")["AccessKeyMetadata"]
    return [each["AccessKeyId"] for each in found]


@pytest.mark.parametrize("call", ["list_access_keys", "create_access_key"])
def test_temporary_keys_must_name_the_user(aws: EmbeddedAws, call: str) -> None:
    """Which user isn't taken from a session."""
    caught = refusal(getattr(iam(aws, session(aws)), call))
    assert caught == Refusal(
        400, "ValidationError", "Must specify userName when calling with non-User credentials"
    )


def test_a_session_without_mfa_calls_no_iam(aws: EmbeddedAws) -> None:
    """As for every action of IAM."""
    keys = session(aws, mfa=False)
    caught = refusal(iam(aws, keys).list_access_keys, UserName="ada")
    assert caught.code == "InvalidClientTokenId"


def test_other_users_keys_are_nobodys_business(aws: EmbeddedAws) -> None:
    """By name AWS denies it, by ID it doesn't know the key."""
    other = keys_of(aws, "grace").id
    assert refusal(iam(aws).list_access_keys, UserName="grace").code == "AccessDenied"
    assert refusal(iam(aws).delete_access_key, AccessKeyId=other).code == "NoSuchEntity"
    assert refusal(iam(aws).get_access_key_last_used, AccessKeyId=other).code == "AccessDenied"


@pytest.mark.parametrize(
    "given",
    [
        {"AccessKeyId": "short", "Status": "Active"},
        {"AccessKeyId": "A" * 20, "Status": "On"},
        {"AccessKeyId": "A B" * 8, "Status": "Active"},
    ],
)
def test_parameters_out_of_their_limits(aws: EmbeddedAws, given: dict[str, str]) -> None:
    """AWS's ValidationError."""
    assert refusal(iam(aws).update_access_key, **given).code == "ValidationError"


def test_an_explicit_deny(aws: EmbeddedAws) -> None:
    """Nothing is made."""
    aws.user("ada").denied_actions.append("iam:CreateAccessKey")
    assert refusal(iam(aws).create_access_key).code == "AccessDenied"
    assert len(listed(aws)) == 1


def test_the_last_use_is_told_late(aws: EmbeddedAws) -> None:
    """A key that wasn't used has no date, and N/A for the rest."""
    new = created(aws)
    last = iam(aws).get_access_key_last_used
    assert last(AccessKeyId=new.id)["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
    aws.state.uses_unheard_seconds = 3600
    identity(aws, new)()
    assert "LastUsedDate" not in last(AccessKeyId=new.id)["AccessKeyLastUsed"]
    aws.state.uses_unheard_seconds = 0
    use = last(AccessKeyId=new.id)["AccessKeyLastUsed"]
    assert (use["ServiceName"], use["Region"]) == ("sts", "us-east-1")
    assert abs((use["LastUsedDate"] - aws.now()).total_seconds()) < 5


def test_an_answer_can_get_lost_after_the_key_was_made(aws: EmbeddedAws) -> None:
    """The key is there, and nobody has its secret."""
    aws.fault("CreateAccessKey", "answer-lost")
    with pytest.raises(ConnectionClosedError):
        iam(aws).create_access_key()
    assert len(listed(aws)) == 2


@pytest.mark.parametrize(("kind", "code"), [("throttle", "Throttling"), ("500", "InternalFailure")])
def test_a_refused_call_makes_nothing(aws: EmbeddedAws, kind: str, code: str) -> None:
    """The next call works."""
    aws.fault("CreateAccessKey", kind)
    assert refusal(iam(aws).create_access_key).code == code
    assert len(listed(aws)) == 1
    created(aws)


def test_a_call_can_be_observed_around_its_effect(aws: EmbeddedAws) -> None:
    """So a test can end its client there."""
    seen: list[tuple[str, str, int]] = []
    aws.observe = lambda when, action: seen.append((when, action, len(aws.user("ada").access_keys)))
    created(aws)
    assert seen == [("before", "CreateAccessKey", 1), ("after", "CreateAccessKey", 2)]


def test_reset_brings_the_keys_of_the_seed_back(aws: EmbeddedAws) -> None:
    """A new one is gone, an inactive one active, a deleted one there."""
    before = listed(aws)
    new = created(aws)
    iam(aws).delete_access_key(AccessKeyId=keys_of(aws, "ada").id)
    aws.reset()
    assert listed(aws) == before
    assert new.id not in before


def test_reset_brings_policies_and_devices_back(aws: EmbeddedAws) -> None:
    """A test that changes a user changes nothing for the next one."""
    before = len(aws.user("ada").devices)
    aws.user("ada").policies.append({"Statement": []})
    aws.user("ada").devices.clear()
    aws.reset()
    assert aws.user("ada").policies == []
    assert len(aws.user("ada").devices) == before
