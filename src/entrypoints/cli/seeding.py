from application.catalog.import_courses import ImportReport
from domain.identity.profile import Role
from entrypoints.cli.demo import demo_courses
from entrypoints.cli.tokens import DEMO_NAMES, demo_email, development_token
from entrypoints.container import Container


async def seed_demo(container: Container) -> str:
    """A user of each role where the development issuer is in force, and the demo catalog; says what there is."""
    owner = None
    if not container.settings().has_clerk:
        for role in DEMO_NAMES:
            await development_token(container, role)
        owner = demo_email(Role.DOSEN)
    report: ImportReport = await container.import_courses()(demo_courses(owner=owner))
    return f"{report.created + report.changed + report.unchanged} courses, {report.created} of them new"
