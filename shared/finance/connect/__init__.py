"""A vendor's Stripe account: opened, read again, what it may do, what Stripe still asks for, its
banks.
"""
