"""Pages for people who sign in: vendors and the marketplace's own staff.

Each area is a folder with views and forms.
"""
