"""The ledger: who owes whom, double-entry, append-only.

Each fact about money is one balanced posting.
"""
