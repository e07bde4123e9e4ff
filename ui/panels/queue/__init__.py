"""The job queue panel."""
