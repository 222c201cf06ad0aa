"""What is compiled when the project is installed; all else is in `pyproject.toml`."""

from __future__ import annotations

import os
import sys

from Cython.Build import cythonize
from setuptools import Extension, setup

# Sums may be taken in any order, so that the compiler can use the processor's vector registers.
FLAGS = (
    []
    if sys.platform == "win32"
    else ["-O3", "-fassociative-math", "-fno-signed-zeros", "-fno-trapping-math", "-fno-math-errno"]
)

setup(
    ext_modules=cythonize(
        [
            Extension(name, [f"{name.replace('.', '/')}.pyx"], extra_compile_args=FLAGS)
            for name in ("index.loops", "suggest.features")
        ],
        build_dir="build",
    ),
    options={"build_ext": {"parallel": os.cpu_count()}},
)
