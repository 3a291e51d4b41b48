"""Spread batches over cores or a cluster, and cache what has been graded."""
