"""The application: windows, documents, menus, docks, actions, session restore, shutdown."""
