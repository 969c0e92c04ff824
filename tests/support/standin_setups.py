"""Setups at the stand-in: their events, and what was tried."""

MADE, ASKED, FAILED = (
    "setup_intent.created",
    "setup_intent.requires_action",
    "setup_intent.setup_failed",
)
DONE = ["setup_intent.succeeded", "payment_method.attached"]


async def attempts(platform, intent):
    """The states of what was tried, newest first."""
    listed = await platform.v1.setup_attempts.list_async({"setup_intent": intent.id})
    return [attempt.status for attempt in listed.data]
