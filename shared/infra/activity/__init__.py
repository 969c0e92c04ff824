"""One history: what became of orders, payments, payouts and accounts, and what set it off."""
