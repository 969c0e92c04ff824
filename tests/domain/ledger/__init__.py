"""Promises of `ledger`."""
