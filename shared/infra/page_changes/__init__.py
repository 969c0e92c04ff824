"""What has changed of that which every visitor reads: so that pages kept in memory are given up.

Triggers write it, in the transaction of the change, for whatever way the change came
(migration 0045). Nothing is locked for it: rows are only added, and forgotten after an hour.
"""
