"""A vendor's payouts: its balance in four figures, what comes next, and each payout down to its
orders.
"""
