"""The VAT inside the prices of goods: whose it is, at which rate, and what it comes to."""
