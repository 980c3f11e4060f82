"""``aws mfa keys``: lists the user's access keys, and rotates one."""

from __future__ import annotations

import shlex

from awscli_mfa_plugin.declaration import INTEGER, PROFILES, Arguments, Command, Option, Result
from awscli_mfa_plugin.errors import ConfigurationError, PermissionDeniedError, UsageError
from awscli_mfa_plugin.text import quoted_list, sanitize

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.keys.caller import Caller
    from awscli_mfa_plugin.keys.rotation import RotationResult

ACTIONS = ("list", "rotate")

COMMAND = Command(
    "keys",
    "Lists your access keys: status, age, last use, and which profiles have them. Keys older than "
    "90 days are marked. IAM reports the last use with a delay of hours.\n\n"
    "``rotate`` replaces the access key of the source profile. It creates a new key, waits until "
    "AWS accepts it, stores it where the old one is, and asks whether the old one becomes "
    "inactive. If it is interrupted, run it again. Later, ``--finish`` deletes the old key, or "
    "``--undo`` brings it back.\n\n"
    "AWS is called with the MFA session of the profile, so no second code is needed. Your policy "
    "must allow ``iam:ListAccessKeys``, ``iam:CreateAccessKey``, ``iam:UpdateAccessKey``, "
    "``iam:DeleteAccessKey`` and ``iam:GetAccessKeyLastUsed`` for your own user.",
    examples="List your keys::\n\n    $ aws mfa keys\n\n"
    "Replace the key of profile ``default``, and a few days later delete the old one::\n\n"
    "    $ aws mfa keys rotate --source-profile default\n"
    "    $ aws mfa keys rotate --finish\n\n"
    "In a script, check whether a key is older than 90 days::\n\n"
    "    $ aws mfa keys --max-age 90 > /dev/null || echo rotate\n",
    options=(
        Option("action", "``list`` (the default) or ``rotate``.", ACTIONS, is_word=True),
        Option("source-profile", "The profile with the long-lived keys.", PROFILES),
        Option(
            "max-age",
            "With ``list``: exit with 1 if an active key is older than this many days.",
            INTEGER,
        ),
        Option("finish", "With ``rotate``: delete the old key."),
        Option("undo", "With ``rotate``: bring the old key back, and delete the new one."),
        Option("yes", "With ``--finish`` or ``--undo``: delete the key without asking."),
        Option(
            "all-profiles",
            "With ``rotate``: update all profiles that have the same key, without asking.",
        ),
    ),
)


def run(arguments: Arguments, context: Context) -> Result:
    """Do what the action says."""
    from awscli_mfa_plugin.keys.caller import find_caller, with_advice

    _check(arguments)
    caller = find_caller(
        context.session_profile, arguments["source_profile"], context.options.region, context.ports
    )
    try:
        if arguments["action"] == "rotate":
            return _rotate(arguments, caller, context)
        return _list(arguments["max_age"], caller, context)
    except PermissionDeniedError as denied:
        raise with_advice(denied, caller) from None


def _check(arguments: Arguments) -> None:
    if arguments["action"] == "rotate":
        if arguments["max_age"] is not None:
            raise UsageError("--max-age needs list.", "aws mfa keys --max-age 90")
        if arguments["finish"] and arguments["undo"]:
            raise UsageError("--finish and --undo can't be used together.", "Use one of them.")
        if arguments["undo"] and arguments["all_profiles"]:
            raise UsageError("--undo has no --all-profiles.", "It restores every profile.")
        if arguments["yes"] and not (arguments["finish"] or arguments["undo"]):
            raise UsageError("--yes needs --finish or --undo.")
        return
    for option in ("finish", "undo", "all_profiles", "yes"):
        if arguments[option]:
            name = option.replace("_", "-")
            raise UsageError(f"--{name} needs rotate.", f"aws mfa keys rotate --{name}")
    if arguments["max_age"] is not None and arguments["max_age"] < 0:
        raise UsageError("--max-age must be 0 or more days.")


def _list(max_age: int | None, caller: Caller, context: Context) -> Result:
    from awscli_mfa_plugin.keys.caller import user_of
    from awscli_mfa_plugin.keys.listing import as_data, as_text, reports, unfinished

    user = user_of(caller, context.ports)
    keys = context.user_keys(caller.keys, caller.region, user.user_name)
    now = context.clock.now()
    found = reports(keys, keys.list(), context.ports.files, now)
    is_old = max_age is not None and any(report.is_older(max_age) for report in found)
    in_environment = context.environment.get("AWS_ACCESS_KEY_ID", "")
    text = as_text(found, now, in_environment, context.screen.style)
    try:
        for rotation in context.rotation_journal.all():
            text += f"\n{unfinished(rotation)}"
    except ConfigurationError as error:
        context.note(f"Warning: {error}")
    return Result(as_data(found), text, 1 if is_old else 0)


def _rotate(arguments: Arguments, caller: Caller, context: Context) -> Result:
    from awscli_mfa_plugin.keys.caller import user_of
    from awscli_mfa_plugin.keys.ending import finish, undo
    from awscli_mfa_plugin.keys.rotate import rotate
    from awscli_mfa_plugin.keys.rotation import Work
    from awscli_mfa_plugin.session.source import inherited
    from awscli_mfa_plugin.session.token_codes import terminal_for
    from awscli_mfa_plugin.system.keyring_program import KeyringProgram

    ports = context.ports
    user = user_of(caller, ports)
    profile = ports.files.profile(caller.session_profile or caller.source.profile)
    prompt = inherited("mfa_prompt", profile, ports, caller.source.profile or None)
    work = Work(
        caller,
        user,
        context.user_keys(caller.keys, caller.region, user.user_name),
        context.rotation_journal,
        ports,
        terminal_for(prompt, ports.environment, ports.terminal),
        lambda line: KeyringProgram(line, context.environment),
        yes=arguments["yes"],
    )
    if arguments["undo"]:
        result = undo(work)
    else:
        go_on = finish if arguments["finish"] else rotate
        result = go_on(work, all_profiles=arguments["all_profiles"])
    rotation = result.rotation
    data = {
        "Outcome": result.outcome,
        "Profiles": list(rotation.profiles),
        "OldAccessKeyId": rotation.old.access_key_id,
        "NewAccessKeyId": rotation.new.access_key_id or None,
    }
    return Result(data, _text(result, context))


def _text(result: RotationResult, context: Context) -> str:
    from awscli_mfa_plugin.keys.listing import holders
    from awscli_mfa_plugin.keys.rotation import FINISHED, UNDONE, WAITING

    rotation = result.rotation
    old, new = sanitize(rotation.old.access_key_id), sanitize(rotation.new.access_key_id)
    if result.outcome == FINISHED:
        return f"Deleted the old key {old}."
    if result.outcome == UNDONE:
        has = _who_has(holders(rotation.old.access_key_id, context.ports.files))
        text = f"{has} the old key {old}."
        if result.others:
            text += f"\nThe new key {new} is still in profile {quoted_list(result.others)}."
        return text
    suffix = f" --source-profile {shlex.quote(rotation.source_profile)}"
    holding = holders(rotation.new.access_key_id, context.ports.files)
    has, already = _who_has(holding), " already" if holding else ""
    lines = [
        f"{has} the new key{already}: {new}."
        if result.outcome == WAITING
        else f"Rotated. {has} the new key {new}.",
        f"The old key {old} is {'still active' if result.old_is_active else 'inactive'}.",
    ]
    if result.others:
        lines.append(f"{_who_has(result.others, ' still')} it.")
    if context.environment.get("AWS_ACCESS_KEY_ID") == rotation.old.access_key_id:
        lines.append("Your environment still has it, too: AWS_ACCESS_KEY_ID.")
    lines.append(f"If something breaks:  aws mfa keys rotate --undo{suffix}")
    lines.append(f"In a few days:        aws mfa keys rotate --finish{suffix}")
    return "\n".join(lines)


def _who_has(profiles: tuple[str, ...], adverb: str = "") -> str:
    """Return the start of a sentence on what some profiles have."""
    if not profiles:
        return f"No profile{adverb} has"
    if len(profiles) == 1:
        return f"Profile {sanitize(profiles[0])}{adverb} has"
    return f"Profiles {quoted_list(profiles)}{adverb} have"
