"""The machines themselves: who answers, how busy they are, what disks they have."""
