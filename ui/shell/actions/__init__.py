"""Everything the window can do, each declared once: menus, keys, palette and tests read the same table."""
