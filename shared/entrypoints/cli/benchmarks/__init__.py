"""What `run.py bench` measures, one file a subject."""
