"""What a machine is made of and how it keeps: hardware, disks, network, software, clock. Looked at, never changed."""
