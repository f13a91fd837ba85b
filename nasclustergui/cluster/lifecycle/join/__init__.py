"""A machine becomes a node: looked at before, then joined step by step. An interrupted join is planned again."""
