"""Promises of `payouts`."""
