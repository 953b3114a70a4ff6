"""What all tests share: one thread for linear algebra, because tests run side by side."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
