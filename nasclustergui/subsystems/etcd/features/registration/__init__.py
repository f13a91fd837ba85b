"""What the nodes say of themselves under /cluster/nodes/: waiting until one is registered, or gone."""
