"""`python -m engine`: starts the engine and stays until it is interrupted."""

import sys

from engine.server import main

sys.exit(main(sys.argv[1:]))
