"""`/vendor/admin/security` and `/operator/security`: members look after their own account."""
