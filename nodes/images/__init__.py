"""Pictures in files: reading what strangers made, writing what carries its workflow, and names for it."""
