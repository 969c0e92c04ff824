"""A vendor's disputes: what banks ask and claim back, and what is answered."""
