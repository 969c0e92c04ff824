"""Promises of `refunds`."""
