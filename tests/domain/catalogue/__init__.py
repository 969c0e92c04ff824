"""Promises of `catalogue`."""
