"""The built-in node families and what they compute with."""

import os

# Before torch is loaded: threads that wait for each other spin only briefly, then sleep. On a quiet machine nothing
# is lost; on a busy one a run is many times faster, because nobody spins in the place of who has the work.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "30000")
