"""Work that survives a crash: an append-only journal for each open document. No Qt here."""
