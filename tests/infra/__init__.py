"""What every domain stands on: database, jobs, mail, writes to Stripe."""
