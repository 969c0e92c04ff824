"""Promises of `baskets`."""
