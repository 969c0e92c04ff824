"""Promises of `commission`."""
