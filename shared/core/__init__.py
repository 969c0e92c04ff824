"""What every room builds on: time, money, ids, errors, settings, languages.

No table, no network.
"""
