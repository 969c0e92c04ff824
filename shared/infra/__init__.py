"""What carries the domains: database and transactions, jobs, mail, audit, and Stripe behind its
gateway.
"""
