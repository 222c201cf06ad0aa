"""What is compiled when the project is installed; all else is in `pyproject.toml`."""

from __future__ import annotations

import os
import sys

from Cython.Build import cythonize
from setuptools import Extension, setup

# Where sums may be taken in any order, the compiler can use the processor's vector registers.
ANY_ORDER = ["-fassociative-math", "-fno-signed-zeros", "-fno-trapping-math", "-fno-math-errno"]
# Variable HCPCS_COMPILE_ARGS takes the place of -O3. `make mutants` sets -O1, which compiles faster.
OPTIMIZATION = os.environ.get("HCPCS_COMPILE_ARGS", "-O3").split()
COMPILED = {
    "index._encoder": ANY_ORDER,
    "index.store._forward": ANY_ORDER,
    "index.store._vectors": ANY_ORDER,
    "index.text._normal": [],
    "index.text._phrases": [],
    "suggest._calibration": ANY_ORDER,
    "suggest._candidates": ANY_ORDER,
    "suggest._features": ANY_ORDER,
    "suggest._forest": [],
    "suggest._ranking": [],
}

setup(
    ext_modules=cythonize(
        [
            Extension(
                name,
                [f"{name.replace('.', '/')}.pyx"],
                extra_compile_args=[] if sys.platform == "win32" else [*OPTIMIZATION, *flags],
            )
            for name, flags in COMPILED.items()
        ],
        build_dir="build",
    ),
    options={"build_ext": {"parallel": os.cpu_count()}},
)
