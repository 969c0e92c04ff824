"""What Stripe and our records disagree about, and what a restored backup asks."""
