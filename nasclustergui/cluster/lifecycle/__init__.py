"""The life of a node: it joins, changes its role, is drained and leaves, each as a plan."""
