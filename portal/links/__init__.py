"""Links that come from mails: a page with a button each, for members and shoppers alike.

Opening one changes nothing.
"""
