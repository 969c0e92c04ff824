"""What the operator has set for the whole marketplace: its time zone, what shoppers are shown, when
an order has arrived.
"""
