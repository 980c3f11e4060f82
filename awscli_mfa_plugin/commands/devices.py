"""``aws mfa devices``: lists the user's MFA devices, adds one, resyncs one, removes one."""

from __future__ import annotations

import shlex

from awscli_mfa_plugin.declaration import (
    PROFILES,
    SERIALS,
    TEXT,
    Arguments,
    Command,
    Option,
    Result,
)
from awscli_mfa_plugin.errors import MfaError, UsageError
from awscli_mfa_plugin.text import sanitize, short_device

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.devices.owner import DeviceRequest, DeviceWork

ACTIONS = ("list", "add", "resync", "remove")

COMMAND = Command(
    "devices",
    "``list`` shows your MFA devices, with the profiles that use them and the one that a "
    "login takes. FIDO keys and passkeys have no codes, so they don't work here.\n\n"
    "``add`` creates a virtual device, shows its QR code for your authenticator app, and "
    "enables it with two codes. Your first device needs only your access key; for another "
    "one, log in first. ``resync`` helps if a device's codes are always rejected: its clock "
    "is off. ``remove`` takes a device from you and deletes it.",
    examples="List your devices::\n\n"
    "    $ aws mfa devices\n"
    "    NAME       KIND     SINCE       PROFILES  LOGIN\n"
    "    ana-phone  virtual  2026-02-27  mfa       used\n\n"
    "Add your first device, and log in::\n\n"
    "    $ aws mfa devices add\n\n"
    "Store the secret on a YubiKey instead of a phone::\n\n"
    "    $ aws mfa devices add --name ana-key --seed-command 'ykman oath accounts add -t aws'\n",
    options=(
        Option(
            "action",
            "``list`` (the default), ``add``, ``resync`` or ``remove``.",
            ACTIONS,
            is_word=True,
        ),
        Option("source-profile", "The profile with the long-lived keys.", PROFILES),
        Option(
            "serial-number",
            "With ``resync`` and ``remove``: the device's name, ARN or serial number.",
            SERIALS,
        ),
        Option("name", "With ``add``: the new device's name. Default: your user name.", TEXT),
        Option(
            "seed-command",
            "With ``add``: a program that gets the device's secret on stdin, instead of a QR "
            "code on the screen. Codes come from ``mfa_process``, or a prompt.",
            TEXT,
        ),
        Option(
            "seed-format",
            "What the program gets: ``secret`` (the default), which is base32, or ``uri``, "
            "which is ``otpauth://…``.",
            ("secret", "uri"),
        ),
        Option("show-secret", "With ``add``: show the secret as text instead of a QR code."),
        Option("force", "With ``remove``: remove even your last device."),
        Option("yes", "With ``remove``: don't ask."),
    ),
)

_BELONGS_TO = {
    "serial_number": ("resync", "remove"),
    "name": ("add",),
    "seed_command": ("add",),
    "seed_format": ("add",),
    "show_secret": ("add",),
    "force": ("remove",),
    "yes": ("remove",),
}


def run(arguments: Arguments, context: Context) -> Result:
    """Do what the action says."""
    action = arguments["action"] or "list"
    for option, actions in _BELONGS_TO.items():
        if arguments[option] and action not in actions:
            name = option.replace("_", "-")
            raise UsageError(
                f"--{name} needs {' or '.join(actions)}.",
                f"aws mfa devices {actions[0]} --{name}",
            )
    if arguments["seed_format"] and not arguments["seed_command"]:
        raise UsageError("--seed-format needs --seed-command.")
    if action == "list":
        return _list(arguments, context)
    from awscli_mfa_plugin.system.signals import cleaning_up_on_signals

    act = {"add": _add, "resync": _resync, "remove": _remove}[action]
    with cleaning_up_on_signals():
        return act(_request(arguments, context), _work(arguments, context), context)


def _list(arguments: Arguments, context: Context) -> Result:
    from awscli_mfa_plugin.devices.table import as_text, entry, profiles_by_serial, rows
    from awscli_mfa_plugin.session.devices import devices_of_user

    chosen, devices = devices_of_user(
        context.session_profile, arguments["source_profile"], context.options.region, context.ports
    )
    table = rows(devices, chosen, profiles_by_serial(context.ports.files))
    data = {"Devices": [entry(row) for row in table]}
    return Result(data, as_text(table, context.screen.style))


def _request(arguments: Arguments, context: Context) -> DeviceRequest:
    from awscli_mfa_plugin.devices.owner import DeviceRequest

    return DeviceRequest(
        session_profile=context.session_profile,
        source_profile=arguments["source_profile"],
        region=context.options.region,
        device=arguments["serial_number"],
        name=arguments["name"],
        seed_command=arguments["seed_command"],
        seed_format=arguments["seed_format"] or "secret",
        force=arguments["force"],
        yes=arguments["yes"],
    )


def _work(arguments: Arguments, context: Context) -> DeviceWork:
    from dataclasses import replace

    from awscli_mfa_plugin.devices.owner import DeviceWork
    from awscli_mfa_plugin.devices.secret import give_seed, secret_on_screen
    from awscli_mfa_plugin.devices.unfinished import UnfinishedDevices
    from awscli_mfa_plugin.session.source import inherited
    from awscli_mfa_plugin.session.token_codes import terminal_for

    ports, environment = context.ports, context.environment
    profile = ports.files.profile(context.session_profile)
    prompt = inherited("mfa_prompt", profile, ports, arguments["source_profile"])
    return DeviceWork(
        ports=replace(ports, terminal=terminal_for(prompt, environment, ports.terminal)),
        calls=context.device_calls,
        unfinished=UnfinishedDevices(context.state),
        show=lambda device, account: secret_on_screen(
            device, account, is_text=arguments["show_secret"]
        ),
        give_seed=lambda command, text: give_seed(command, text, environment),
    )


def _add(request: DeviceRequest, work: DeviceWork, context: Context) -> Result:
    from awscli_mfa_plugin.commands.login import log_in
    from awscli_mfa_plugin.devices.enroll import add
    from awscli_mfa_plugin.devices.secret import check_program, check_screen
    from awscli_mfa_plugin.session.plan import LoginRequest
    from awscli_mfa_plugin.session.token_codes import agrees

    if request.seed_command is not None:
        check_program(request.seed_command, context.environment)
    else:
        check_screen(context.environment)
    added = add(request, work)
    name, profile = short_device(added.mfa_serial), sanitize(request.session_profile)
    if not added.was_left:
        context.note(f"The device {name} is enabled.")
    if added.settings:
        path = context.short_path(context.process.config_path)
        context.note(f"Saved to {path}, profile {profile}: device {name}.")
    if added.is_late:
        _synced(added.mfa_serial, request, work, context)
    terminal = work.ports.terminal
    can_log_in = not (context.options.asks_for_data or terminal.unavailable_reason())
    if can_log_in and agrees(terminal, "Log in now, with the next code? [Y/n] ", enter=True):
        login = LoginRequest(
            session_profile=request.session_profile,
            source_profile=request.source_profile,
            mfa_serial=added.mfa_serial,
            region=request.region,
        )
        return log_in(login, context)
    by_serial = "" if added.settings else f" --serial-number {added.mfa_serial}"
    return Result(
        {"MfaSerial": added.mfa_serial},
        f"Log in:  aws mfa login --profile {shlex.quote(profile)}{by_serial}",
    )


def _synced(serial: str, request: DeviceRequest, work: DeviceWork, context: Context) -> None:
    """Go on to a resync: AWS may take the clock of the device for a slow one."""
    from awscli_mfa_plugin.devices.codes import resync_device
    from awscli_mfa_plugin.devices.owner import owner_of

    try:
        work.ports.terminal.tell("The codes came late, so AWS needs two more.\n")
        resync_device(serial, owner_of(request, work.ports), work)
    except MfaError as error:
        context.note(f"{error.what}\nIf its codes are rejected:  aws mfa devices resync")


def _resync(request: DeviceRequest, work: DeviceWork, _: Context) -> Result:
    from awscli_mfa_plugin.devices.codes import resync

    serial = resync(request, work)
    text = f"{short_device(serial)} is in sync. Log in with its next code."
    return Result({"MfaSerial": serial}, text)


def _remove(request: DeviceRequest, work: DeviceWork, context: Context) -> Result:
    from awscli_mfa_plugin.devices.remove import remove

    removed = remove(request, work)
    text = f"Removed {short_device(removed.mfa_serial)}."
    if removed.changed:
        path = context.short_path(context.process.config_path)
        text += f" {path} doesn't name it any more."
    data = {"MfaSerial": removed.mfa_serial, "Deleted": removed.is_deleted}
    return Result(data, f"{text}\nSessions made with it stay valid until they expire.")
