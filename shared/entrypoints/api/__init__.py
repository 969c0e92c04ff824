"""The JSON API under /api/v1, the two webhook doors, and what machines ask about our health."""
