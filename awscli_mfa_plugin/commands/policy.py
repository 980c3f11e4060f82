"""``aws mfa policy``: prints the IAM policy that requires MFA."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import INTEGER, PROFILES, Arguments, Command, Option, Result
from awscli_mfa_plugin.errors import ConfigurationError

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from awscli_mfa_plugin.commands.context import Context

COMMAND = Command(
    "policy",
    "Prints an IAM policy that requires MFA. A user without MFA can enroll a device and get "
    "a session, nothing else. A user with an MFA session can do what other policies allow, "
    "and manage their own devices and access keys.\n\n"
    "The policy denies long-lived keys everything else, so scripts that use them without MFA "
    "stop working. It also denies calls that an AWS service makes for a user without passing "
    "MFA on. Attach it to a group with one test user first.",
    examples="Create the policy::\n\n"
    "    $ aws mfa policy > require-mfa.json\n"
    "    $ aws iam create-policy --policy-name require-mfa --policy-document file://require-mfa.json\n\n"
    "Require a new code after 12 hours::\n\n"
    "    $ aws mfa policy --max-age 43200\n",
    options=(
        Option(
            "max-age",
            "How many seconds after the MFA code a session may be used. Default: no limit.",
            INTEGER,
        ),
        Option(
            "for",
            "``keys-only`` (the default), or ``console-too`` for users who also have a password.",
            ("keys-only", "console-too"),
        ),
        Option("source-profile", "The profile whose partition the policy is for.", PROFILES),
    ),
)


def run(arguments: Arguments, context: Context) -> Result:
    """Print the policy, always as JSON."""
    from awscli_mfa_plugin.devices.policy import KEYS_ONLY, check_max_age, document

    check_max_age(arguments["max_age"])
    partition = _partition(arguments["source_profile"], context)
    policy = document(partition, arguments["for"] or KEYS_ONLY, arguments["max_age"])
    if context.options.asks_for_data:
        return Result(policy)
    import json

    return Result(exact=json.dumps(policy, indent=4) + "\n")


def _partition(source_profile: str | None, context: Context) -> str:
    """Return the caller's partition; where a region tells it, without keys and without a call.

    An administrator may have no long-lived keys: an SSO profile, a role, temporary keys.
    """
    from awscli_mfa_plugin.session.devices import partition_of, region_of
    from awscli_mfa_plugin.session.source import known_region, resolve_source

    ports = context.ports
    profile = ports.files.profile(context.session_profile)
    region = context.options.region or ("" if source_profile else profile.get("region"))
    if region:
        return partition_of(region)
    try:
        source = resolve_source(source_profile, profile, ports)
    except ConfigurationError:
        if source_profile:
            raise
        named = ports.environment.get
        return partition_of(
            named("AWS_REGION")
            or named("AWS_DEFAULT_REGION")
            or ports.files.profile("default").get("region")
        )
    region = known_region(None, profile, source, ports)
    identity = ports.sts.get_caller_identity(source.keys, region or region_of(""))
    return identity.arn.split(":")[1]
