"""The scenes: what is typed in each, in the order of a user's first week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hosts.sessions import session_section, settle_on_session
from tests.hosts.users import REGION, keys_of, serial_of, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.screens.stage import Stage

CODE = "MFA code"
EIGHT_HOURS = 30_030
"""Seconds, with half a minute for the commands before the time left is shown."""


def login(on: Stage) -> None:
    """Type the first login, the same again, and the first command."""
    settle(on.home, on.aws)
    on.type("aws s3 ls")
    on.type("aws mfa login --profile mfa", (CODE, on.code))
    on.type("aws s3 ls --profile mfa")
    on.type("aws mfa login --profile mfa")


def wrong_code(on: Stage) -> None:
    """Type what is no code, a wrong one, and the right one."""
    settle(on.home, on.aws)
    on.type("aws mfa login", (CODE, "12345"), (CODE, "000000"), (CODE, on.code))


def mistyped_profile(on: Stage) -> None:
    """Mistype a profile's name, and create one with a similar name."""
    settle_on_session(on.home, on.aws, EIGHT_HOURS)
    on.type("aws mfa login --profile mfaa", ("[Y/n]", ""))
    on.type("aws mfa login --profile mfaa", ("[Y/n]", "n"), (CODE, on.code))


def several_devices(on: Stage) -> None:
    """Choose a device that isn't there, and go back for another."""
    settle(on.home, on.aws, "many")
    code = on.aws.fresh_code(serial_of(on.aws, "many"))
    on.type(
        "aws mfa login",
        ("Which one?", "9"),
        ("Which one?", "2"),
        (CODE, "b"),
        ("Which one?", "1"),
        (CODE, code),
    )


def renewal(on: Stage) -> None:
    """Let a session expire, and go on with a code."""
    settle_on_session(on.home, on.aws, -60)
    on.type("aws s3 ls --profile mfa", (CODE, on.code))
    on.type("aws s3 ls --profile mfa")


def renewal_alone(on: Stage) -> None:
    """Let a session expire where nobody can be asked."""
    settle_on_session(on.home, on.aws, -60)
    on.type("aws s3 ls --profile mfa", CI="1")


def status(on: Stage) -> None:
    """Show four profiles in four states."""
    serial = serial_of(on.aws)
    names = ("mfa", "staging", "old-project", "new")
    on.home.write_config(
        f"[default]\nregion = {REGION}\n"
        + "".join(
            f"[profile {name}]\nmfa_source_profile = default\nmfa_serial = {serial}\n"
            for name in names
        )
    )
    seconds = {"mfa": EIGHT_HOURS, "staging": 690, "old-project": -60}
    sections = (session_section(on.aws, name, left) for name, left in seconds.items())
    on.home.write_credentials(keys_of(on.aws, "ada") + "".join(sections))
    on.type("aws mfa status")
    on.type("aws mfa status --profile mfa --output json")


def status_of_nothing(on: Stage) -> None:
    """Show that there is no session, and that of another tool."""
    settle(on.home, on.aws)
    on.type("aws mfa status")
    on.home.write_credentials(
        keys_of(on.aws, "ada")
        + "[work]\naws_access_key_id = ASIAX\naws_secret_access_key = x\naws_session_token = t\n"
        + "expiration = 2001-01-01 00:00:00\naws_security_token = t\n"
    )
    on.type("aws mfa status")


def logout(on: Stage) -> None:
    """Log out, twice, and forget the profile."""
    settle_on_session(on.home, on.aws, EIGHT_HOURS)
    on.type("aws mfa logout --profile mfa")
    on.type("aws mfa logout --profile mfa")
    on.type("aws mfa logout --all --forget")
    on.type("aws mfa logout --all")


def devices(on: Stage) -> None:
    """List a security key and an authenticator, and nothing."""
    settle(on.home, on.aws, "both", config=f"[profile mfa]\nregion = {REGION}\n")
    on.type("aws mfa devices")
    settle(on.home, on.aws, "nodevice")
    on.type("aws mfa devices")


def keys(on: Stage) -> None:
    """List the access keys, and print the policy that requires MFA."""
    settle_on_session(on.home, on.aws, EIGHT_HOURS)
    on.type("aws mfa keys list")
    on.type("aws mfa policy")


def aliases(on: Stage) -> None:
    """List the shortcuts, and install them."""
    settle_on_session(on.home, on.aws, EIGHT_HOURS)
    on.type("aws mfa alias list")
    on.type("aws mfa alias install --yes")


def new_key(on: Stage) -> None:
    """Let AWS say that the access key is a day old."""
    on.aws.user("ada").access_keys[0].created = on.aws.now().timestamp() - 86_400


def doctor(on: Stage) -> None:
    """Check a machine that is well."""
    settle_on_session(on.home, on.aws, EIGHT_HOURS)
    new_key(on)
    on.type("aws mfa doctor")
    on.type("aws mfa doctor --verbose")
    on.type("awscli-mfa doctor")


def doctor_problems(on: Stage) -> None:
    """Check a machine with two problems, and fix one."""
    settle_on_session(on.home, on.aws, EIGHT_HOURS)
    new_key(on)
    on.home.credentials.chmod(0o644)
    on.env = {"AWS_ACCESS_KEY_ID": on.aws.user("ada").access_key_id}
    on.type("aws mfa doctor")
    on.type("aws mfa doctor --fix", ("[y/N]", "y"))


def configure(on: Stage) -> None:
    """Answer the wizard's questions up to the first login."""
    settle(on.home, on.aws)
    on.type(
        "aws mfa configure",
        ("Session profile", ""),
        ("long-lived keys", ""),
        ("[12h]", "8h"),
        ("Choose", ""),
        ("Region", ""),
        ("Save?", ""),
        ("Log in now?", ""),
        (CODE, on.code),
    )


def other_tools(on: Stage) -> None:
    """Come from aws-mfa, whose session is still valid, and from aws-vault."""
    on.home.write_config(
        f"[default]\nregion = {REGION}\n"
        "[profile team]\ncredential_process = aws-vault export --no-session team\n"
    )
    on.home.write_credentials(
        f"{keys_of(on.aws, 'ada', 'default-long-term')}aws_mfa_device = {serial_of(on.aws)}\n"
        "[default]\nassumed_role = False\naws_access_key_id = ASIATHEIRS\n"
        "aws_secret_access_key = theirs\naws_session_token = theirs\n"
        "aws_security_token = theirs\nexpiration = 2099-01-01 00:00:00\n"
    )
    on.type("aws mfa configure --import --profile default")
    on.type("aws mfa configure --import", ("[y/N]", "n"), ("Write this?", "y"))
    on.type("aws mfa login --profile mfa", (CODE, on.code))
    on.type("aws mfa configure --import --source-profile default-long-term")


def environment(on: Stage) -> None:
    """Use a session by exec, export and prompt."""
    settle_on_session(on.home, on.aws, EIGHT_HOURS)
    on.type("aws mfa exec --profile mfa -- sh -c 'echo $AWS_MFA_PROFILE'")
    on.type("aws mfa exec --profile mfa -- no-such-program")
    on.type("aws mfa export --profile mfa --format sh", AWS_PROFILE="other")
    on.type("aws mfa export --unset --format fish")
    on.type("awscli-mfa prompt")


def watch(on: Stage) -> None:
    """Show what watches, and what a scheduler would get."""
    settle_on_session(on.home, on.aws, EIGHT_HOURS)
    on.type("aws mfa watch --status")
    on.type("aws mfa watch --install cron --dry-run")
    on.type("aws mfa watch --uninstall")


def errors(on: Stage) -> None:
    """Make the usual mistakes."""
    role = "role_arn = arn:aws:iam::123456789012:role/reader\nsource_profile = mfa\n"
    settle_on_session(on.home, on.aws, EIGHT_HOURS, f"[profile ops]\n{role}")
    on.type("aws mfa logn")
    on.type("aws mfa login --duration-seconds 60")
    on.type("aws mfa login --profile ops")
    on.type("aws mfa login --force --token-code 12345")
    on.type("aws mfa login --force", CI="1")
    on.type("aws mfa login --profile new --source-profile nobody")
    on.type("aws mfa status --profile nobody")
    on.type("aws mfa exec terraform apply")


def uninstall(on: Stage) -> None:
    """Install, try what an uninstallation would do, and uninstall."""
    on.home.write_credentials(keys_of(on.aws, "ada"))
    on.home.config.write_text(f"[default]\nregion = {REGION}\n")
    on.type("awscli-mfa install")
    on.type("aws mfa login", (CODE, on.code))
    on.type("awscli-mfa uninstall --dry-run")
    on.type("awscli-mfa uninstall", ("[y/N]", ""))


SCENES: dict[str, Callable[[Stage], None]] = {
    scene.__name__.replace("_", "-"): scene
    for scene in (
        *(login, wrong_code, mistyped_profile, several_devices, renewal, renewal_alone),
        *(status, status_of_nothing, logout, devices),
        *(
            keys,
            aliases,
            doctor,
            doctor_problems,
            configure,
            other_tools,
            environment,
            watch,
            errors,
        ),
        uninstall,
    )
}
PICTURED = ("login", "renewal", "status", "doctor-problems")
