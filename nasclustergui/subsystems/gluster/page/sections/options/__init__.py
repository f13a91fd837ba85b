"""The options of a volume, and those of the pool: a catalogue to search, and changes collected before they are made."""
