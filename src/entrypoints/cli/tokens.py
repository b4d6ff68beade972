from datetime import timedelta
from uuid import uuid4

import click

from adapters.clerk.claims import USER_ID
from adapters.clerk.development import DevelopmentIssuer
from application.identity.appoint_user import AppointUser
from domain.identity.profile import Role
from entrypoints.cli.running import run_with_container
from entrypoints.container import Container

DEMO_NAMES = {Role.ADMIN: "Ayu Admin", Role.DOSEN: "Dimas Dosen", Role.MAHASISWA: "Maya Mahasiswa"}


@click.command()
@click.option(
    "--as", "role", type=click.Choice([role.value for role in Role]), required=True, help="The role to sign in as."
)
@click.option("--sub", "clerk_id", metavar="user_...", help="The Clerk id; otherwise the demo user of that role.")
@click.option("--hours", type=click.FloatRange(min=0, max=24, min_open=True), default=12, help="How long it lives.")
def token(role: str, clerk_id: str | None, hours: float) -> None:
    """Print a session token of the development issuer, and nothing else.

    The user is made if nobody has the id, and given the role. Only where no Clerk is configured.

    \b
    Example:
      curl -H "Authorization: Bearer $(tekun token --as dosen)" http://127.0.0.1:8000/v1/me
    """
    if clerk_id is not None and not USER_ID.fullmatch(clerk_id):
        raise click.BadParameter("a Clerk id is user_ and then letters, digits, _ and -", param_hint="--sub")
    lifetime = timedelta(hours=hours)

    async def work(container: Container) -> str:
        return await development_token(container, Role(role), clerk_id, lifetime)

    click.echo(run_with_container(work))


def demo_email(role: Role) -> str:
    return f"demo{role}@tekun.example"


async def development_token(
    container: Container, role: Role, clerk_id: str | None = None, lifetime: timedelta = timedelta(hours=12)
) -> str:
    """A token for this user, who exists and has the role afterwards.

    Raises:
        click.ClickException: a Clerk is configured, whose tokens only Clerk can make.
    """
    issuer: DevelopmentIssuer | None = container.development_issuer()
    if issuer is None:
        raise click.ClickException("a Clerk is configured: tokens come from there, not from the development issuer")
    name, subject = DEMO_NAMES[role], clerk_id or f"user_demo{role}"
    email = demo_email(role) if clerk_id is None else f"{subject.removeprefix('user_').lower()}@tekun.example"
    await container.appoint_user()(AppointUser(clerk_id=subject, name=name, email=email, role=role))
    return issuer.issue_token(
        subject, session_id=f"sess_{uuid4().hex}", at=container.clock()(), lifetime=lifetime, name=name, email=email
    )
