"""Durable writes to Stripe: written down first, asked under the stored key, repeated until there is
an answer.
"""
