"""Saved payment methods: a shopper's customer at Stripe, the cards it holds, how they are added,
followed and removed.
"""
