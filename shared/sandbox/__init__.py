"""A stand-in for Stripe: a separate ASGI app over real HTTP, with state of its own, that imports
nothing of the marketplace.
"""
