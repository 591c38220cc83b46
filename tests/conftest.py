"""What every test may ask for. Temporary files lie in memory where there is room: that makes databases quickly."""

import os
import shutil
import tempfile
from pathlib import Path

pytest_plugins = ["tests.database", "tests.s3_servers"]

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 1024**3

if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
