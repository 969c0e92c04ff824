"""Promises of `inbox`."""
