"""How a vendor sends what it sells: zones, the methods in each, what they cost and how long they
take.
"""
