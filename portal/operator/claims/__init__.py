"""What vendors owe: receivables, and how claims are recovered."""
