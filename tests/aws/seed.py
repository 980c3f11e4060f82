"""The accounts that the embedded AWS has when it is given no state.

Account 123456789012 (partition aws), where ListMFADevices needs the caller's own name:

- `ada`: virtual device `arn:aws:iam::123456789012:mfa/ada`
- `grace`: path `/engineering/`, hardware device `GAHT12345678`
- `many`: eight virtual devices `…:mfa/many-1` to `…:mfa/many-8`
- `fido`: a security key only; `both`: a security key, then a virtual device
- `nodevice`: none; `denied`: a device, but never allowed to list it
- `user01` to `user20`: a virtual device each
- `root`: the owner, with a virtual device

Account 210987654321 (aws-us-gov) has `gov`, account 109876543210 (aws-cn) has `china`.

Roles of 123456789012: `reader` (anyone of the account), `admin` (MFA, up to 12 hours), `fresh`
(MFA of at most 900 seconds ago), `long` (anyone of the account, up to 12 hours), `partner`
(external ID `partner-42`), `chained` (trusts `reader`). Role of 345678901234: `deploy` (trusts
the other account, MFA).
"""

from __future__ import annotations

import base64
import hashlib

from tests.aws.state import ROOT, AccessKey, Device, ListPolicy, Role, State, User

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "345678901234"
GOV_ACCOUNT = "210987654321"
CHINA_ACCOUNT = "109876543210"


def default_state() -> State:
    """Return a fresh copy of the accounts above, the same keys and secrets each time."""
    numbered = [_with_device(f"user{number:02}") for number in range(1, 21)]
    return State(users=[*_people(), *numbered], roles=_roles())


def access_key(name: str) -> AccessKey:
    """Return the invented access key of a name: 20 and 40 characters, as AWS's."""
    digest = hashlib.sha256(f"key of {name}".encode()).digest()
    identifier = "AKIA" + base64.b32encode(digest).decode()[:16]
    return AccessKey(identifier, base64.b64encode(digest).decode()[:40].ljust(40, "k"))


def device_secret(serial: str) -> str:
    """Return the invented secret of a device in base32: 160 bits (RFC 4226, section 4, R6)."""
    return base64.b32encode(hashlib.sha1(serial.encode()).digest()).decode()  # noqa: S324 - length


def virtual(name: str, account: str = ACCOUNT, partition: str = "aws") -> Device:
    """Return a virtual device of this name."""
    serial = f"arn:{partition}:iam::{account}:mfa/{name}"
    return Device(serial, device_secret(serial))


def security_key(name: str) -> Device:
    """Return a FIDO device, which AWS lists but takes no code of."""
    return Device(f"arn:aws:iam::{ACCOUNT}:u2f/user/{name}/key-ABCDEFGHIJKLMNOP", "", "fido")


def user(
    name: str,
    devices: list[Device],
    path: str = "/",
    list_mfa_devices: ListPolicy = "own-name",
) -> User:
    """Return a user of the main account with one access key."""
    keys = [access_key(name)]
    return User(name, ACCOUNT, "aws", path, keys, devices, list_mfa_devices)


def _with_device(name: str) -> User:
    return user(name, [virtual(name)])


def _people() -> list[User]:
    serial = "GAHT12345678"
    hardware = Device(serial, device_secret(serial), "hardware")
    root = user(ROOT, [virtual("root-account-mfa-device")], list_mfa_devices="always")
    return [
        _with_device("ada"),
        user("grace", [hardware], path="/engineering/"),
        user("many", [virtual(f"many-{number}") for number in range(1, 9)]),
        user("fido", [security_key("fido")]),
        user("both", [security_key("both"), virtual("both")]),
        user("nodevice", []),
        user("denied", [virtual("denied")], list_mfa_devices="never"),
        root,
        _elsewhere("gov", GOV_ACCOUNT, "aws-us-gov"),
        _elsewhere("china", CHINA_ACCOUNT, "aws-cn"),
    ]


def _elsewhere(name: str, account: str, partition: str) -> User:
    return User(
        name, account, partition, "/", [access_key(name)], [virtual(name, account, partition)]
    )


def _roles() -> list[Role]:
    everyone = [f"arn:aws:iam::{ACCOUNT}:root"]
    reader = Role("reader", ACCOUNT, trusts=everyone)
    return [
        reader,
        Role("admin", ACCOUNT, trusts=everyone, require_mfa=True, max_session_duration=43200),
        Role("fresh", ACCOUNT, trusts=everyone, require_mfa=True, max_mfa_age_seconds=900),
        Role("long", ACCOUNT, trusts=everyone, max_session_duration=43200),
        Role("partner", ACCOUNT, trusts=everyone, external_id="partner-42"),
        Role("chained", ACCOUNT, trusts=[reader.arn], max_session_duration=43200),
        Role("deploy", OTHER_ACCOUNT, trusts=everyone, require_mfa=True),
    ]
