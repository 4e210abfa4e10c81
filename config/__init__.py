"""Settings and entrances. Imported by nobody.

One BLAS thread a process: web processes and workers share the cores already, and the matrices here are
small, so threads of a numerical library only fight each other. Set before numpy is first imported.
"""

import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

# Whether this process serves pages over ASGI; config.asgi says so before the settings are read.
serves_pages = False
