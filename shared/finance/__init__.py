"""Where the money goes: ledger, payments, refunds, disputes, recovery, payouts, statements,
reconciliation.
"""
