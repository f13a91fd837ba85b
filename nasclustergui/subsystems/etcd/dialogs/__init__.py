"""Dialogs of etcd: they ask what a plan needs to know."""
