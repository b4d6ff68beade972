from uuid import uuid4

from adapters.clerk.development import DevelopmentIssuer
from adapters.system.clock import SystemClock


def headers_of_somebody_new(issuer: DevelopmentIssuer) -> dict[str, str]:
    """Of a request; the platform learns of them by it."""
    token = issuer.issue_token(f"user_{uuid4().hex}", session_id=f"sess_{uuid4().hex}", at=SystemClock()())
    return {"Authorization": f"Bearer {token}"}
