"""Public checks: what students run at home, without a jail."""
