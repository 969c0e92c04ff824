"""Statements of account: a vendor's months, line by line, and as files for its bookkeeping."""
