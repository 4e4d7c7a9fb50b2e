"""Compiles a model of the manifest if need be; prints the artifact's path."""

import sys

from programs import Failure, compiled

try:
    print(compiled(sys.argv[1]))
except Failure as failure:
    sys.exit(str(failure))
