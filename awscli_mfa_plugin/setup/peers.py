"""How other MFA tools lay out AWS's files, and which setups of theirs are there.

Checked against what aws-mfa 0.0.12, awsmfa 0.2.9, awsume 4.5.4, awscli-bastion 0.9.6 and
``aws configure mfa-login`` of AWS CLI 2.36 write. Nothing of theirs is run or changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.setup import keyring_peers
from awscli_mfa_plugin.setup.found import Setup, Skipped, Traces, program_in, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from awscli_mfa_plugin.session.records import Profile


@dataclass(frozen=True)
class Layout:
    """Where a tool keeps what it needs.

    ``suffix`` ends the names of its profiles with long-lived keys; ``named`` is the only one, or
    the variable ``named_by`` names it. ``session`` is its session profile, ``{}`` standing for
    the name without the suffix. The others are options of the profile with the keys, and
    variables (``_by``).
    """

    tool: str
    suffix: str = ""
    named: str = ""
    named_by: str = ""
    session: str = ""
    session_by: str = ""
    serial: str = ""
    serial_by: str = ""
    duration: str = ""
    duration_by: str = ""
    role: str = ""


AWS_MFA = Layout(
    "aws-mfa",
    suffix="-long-term",
    session="{}",
    serial="aws_mfa_device",
    serial_by="MFA_DEVICE",
    duration_by="MFA_STS_DURATION",
    role="assume_role",
)
AWSMFA = Layout(
    "awsmfa",
    named="identity",
    named_by="AWS_MFA_IDENTITY_PROFILE",
    session="default",
    session_by="AWS_MFA_TARGET_PROFILE",
    serial="mfa_serial",
    serial_by="AWS_MFA_SERIAL_NUMBER",
    duration_by="AWS_MFA_DURATION",
)
AWSCLI_MFA_SH = Layout(
    "awscli-mfa.sh", session="{}-mfasession", serial="mfa_arn", duration="sessmax"
)
LAYOUTS = (AWS_MFA, AWSMFA, AWSCLI_MFA_SH)

_AWSUME = "awsume"


def find_setups(
    profiles: Mapping[str, Profile], environment: Mapping[str, str], programs: Mapping[str, str]
) -> tuple[tuple[Setup, ...], tuple[Skipped, ...]]:
    """Return the setups of other tools, and the profiles of theirs that can't be taken over.

    ``programs`` has the paths of other tools' programs, as a command line needs them.
    """
    traces = Traces(profiles, environment, programs)
    found: dict[str, Setup] = {}
    skipped = [*_sessions_without_source(traces)]
    for profile in profiles.values():
        if profile.is_managed or profile.is_switched_off:
            continue
        setup_of = _with_keys if profile.has_own_keys else keyring_peers.setup_of
        result = setup_of(profile, traces)
        if isinstance(result, Setup):
            # A source profile that an import made is also found for itself.
            if result.is_new_source or result.source not in found:
                found[result.source] = replace(result, region=_region(result, profiles))
        elif result:
            skipped.append(result)
    return keyring_peers.without_former(found.values(), skipped, profiles)


def _with_keys(profile: Profile, traces: Traces) -> Setup | None:
    """Return the setup of the tool that uses a profile's long-lived keys, or None."""
    setup = _by_bastion(profile, traces.profiles)
    layout = next((each for each in LAYOUTS if _uses(each, profile, traces.environment)), None)
    if not setup and layout:
        setup = _by_layout(layout, profile, traces.environment)
    elif not setup and profile.get("mfa_serial"):
        setup = _by_serial(profile, traces)
    return setup and replace(setup, token_command=profile.get("mfa_process"))


def _uses(layout: Layout, profile: Profile, environment: Mapping[str, str]) -> bool:
    if layout.named:
        return profile.name == (environment.get(layout.named_by) or layout.named)
    return bool(_base(layout, profile.name) or profile.get(layout.serial))


def _base(layout: Layout, name: str) -> str:
    """Return a name without the layout's suffix, or "" if it doesn't have that."""
    has_suffix = layout.suffix and name.endswith(layout.suffix)
    return name.removesuffix(layout.suffix) if has_suffix else ""


def _by_layout(layout: Layout, profile: Profile, environment: Mapping[str, str]) -> Setup:
    base = _base(layout, profile.name)
    session = environment.get(layout.session_by) or layout.session
    if layout.suffix and not base:
        session = ""  # the suffix was chosen by options, as the session's was
    role = profile.get(layout.role)
    return Setup(
        layout.tool,
        source=profile.name,
        base="default" if layout.named else base or profile.name,
        session=session.format(base or profile.name) if session == layout.session else session,
        serial=profile.get(layout.serial) or environment.get(layout.serial_by, ""),
        duration=profile.get(layout.duration) or environment.get(layout.duration_by, ""),
        left=(f"the role {role}, which {layout.tool} assumes",) if role else (),
    )


def _by_bastion(profile: Profile, profiles: Mapping[str, Profile]) -> Setup | None:
    """Return the setup of awscli-bastion, whose session profile has this source, or None."""
    for other in profiles.values():
        if other.get("source_profile") != profile.name or other.get("role_arn"):
            continue  # before its command is split, which is slow
        words = words_of(other.get("credential_process"))
        if (
            other.name == "bastion-sts"
            or program_in(words) == "bastion"
            or other.get("aws_session_expiration")
        ):
            return Setup(
                "awscli-bastion",
                source=profile.name,
                base=profile.name,
                session=other.name,
                serial=_value_of("--mfa-serial", words) or other.get("mfa_serial"),
                duration=_value_of("--duration-seconds", words),
            )
    return None


def _value_of(option: str, words: list[str]) -> str:
    """Return what follows an option on a command line, or ""."""
    for at, word in enumerate(words):
        if word == option:
            return "".join(words[at + 1 : at + 2])
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return ""


def _by_serial(profile: Profile, traces: Traces) -> Setup:
    """Return the setup of a profile with keys and ``mfa_serial``, which several tools read."""
    serial, name, profiles = profile.get("mfa_serial"), profile.name, traces.profiles
    tool, session = "aws configure mfa-login", _session_of_mfa_login(serial, profiles)
    if not session:
        used = any(other.get("manager") == _AWSUME for other in profiles.values())
        tool = _AWSUME if used or traces.programs.get("awsumepy") else "AWS CLI"
        session = f"autoawsume-{name}" if f"autoawsume-{name}" in profiles else ""
    return Setup(tool, source=name, base=name, session=session, serial=serial)


def _session_of_mfa_login(serial: str, profiles: Mapping[str, Profile]) -> str:
    """Return the session profile that it suggests for a device, if there is one."""
    parts = serial.split(":")
    device = serial.rpartition("/")[2]
    name = f"{parts[4]}-{device}" if len(parts) > 5 else f"session-{serial}"  # noqa: PLR2004
    return name if name in profiles and profiles[name].has_session_token else ""


def _sessions_without_source(traces: Traces) -> Iterable[Skipped]:
    """Yield the sessions of awsmfa if the profile that it makes them from isn't known."""
    identity = traces.profiles.get(traces.environment.get(AWSMFA.named_by) or AWSMFA.named)
    why = f"the profile it is made from isn't known; set {AWSMFA.named_by} to its name"
    if not (identity and identity.has_own_keys):
        for profile in traces.profiles.values():
            if profile.get("awsmfa_expiration"):
                yield Skipped(profile.name, AWSMFA.tool, why)


def _region(setup: Setup, profiles: Mapping[str, Profile]) -> str:
    """Return the region to set, "" where the source has one, which a login finds."""
    if setup.source in profiles and profiles[setup.source].get("region"):
        return ""
    theirs = [profiles[name] for name in (setup.session, setup.base) if name in profiles]
    return setup.region or next(filter(None, (each.get("region") for each in theirs)), "")
