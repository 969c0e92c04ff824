"""The `stripe` package, imported without the libraries that it would only look whether they are
there.

It asks with aiohttp for us (transport.py); `requests` with all that it brings is a third of what
importing the package takes.
"""

from shared.core.importing import without

with without("requests", "httpx"):
    import stripe

__all__ = ["stripe"]
