"""The marketplace's own staff: vendors and their fees, the webhook inbox, payments that wait for a
person.
"""
