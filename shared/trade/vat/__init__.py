"""Value added tax: numbers of businesses and whether they are confirmed, who owes the tax, and in
which currency.
"""
