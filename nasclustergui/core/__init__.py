"""Pure building blocks: no Qt, no input or output."""
