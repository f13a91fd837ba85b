"""What a machine is asked before it joins a cluster: itself, its names, its way to the others, what it was before."""
