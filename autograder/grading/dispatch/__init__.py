"""Who grades what, where and when: batches over cores or a cluster, and the cache of what has been graded."""
