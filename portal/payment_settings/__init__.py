"""How a vendor is paid: connecting Stripe, what is still missing, currency, fee, payout
schedule.
"""
