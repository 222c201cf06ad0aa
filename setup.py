"""What is compiled when the project is installed; all else is in `pyproject.toml`."""

from __future__ import annotations

import os
import sys

import numpy as np
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
    "index.text._letter_costs": [],
    "index.text._normal": [],
    "index.text._phrases": [],
    "suggest._calibration": ANY_ORDER,
    "suggest._candidates": ANY_ORDER,
    "suggest._features": ANY_ORDER,
    "suggest._forest": [],
    "suggest._ranking": [],
    "suggest._systems": ANY_ORDER,
}

# Plain Python on the way of every answer and claim line, compiled as it stands: compiled it needs less of
# the processor's cache, which between two requests holds other programs. HCPCS_PLAIN_PYTHON=1 leaves it as
# it is. The smallest code, -Os, takes 3 % less time than -O2 there, and as much where nothing else runs.
PLAIN = [
    *("index.encoder", "index.store.exemplars", "index.store.forward", "index.store.lexical"),
    *("index.store.terms", "index.store.vectors"),
    *("index.text.attributes", "index.text.heads", "index.text.memoize", "index.text.polarity"),
    *("index.text.quantities", "index.text.ranges", "index.text.spelling"),
    *("suggest.against", "suggest.calibration", "suggest.candidates", "suggest.confidences"),
    *(
        "suggest.exemplars",
        "suggest.expansion",
        "suggest.features",
        "suggest.findings",
        "suggest.items",
        "suggest.looks",
    ),
    *("suggest.claim.given", "suggest.claim.scan", "suggest.claim.stated", "suggest.claim.units"),
    *("suggest.measures", "suggest.ranker", "suggest.ranking", "suggest.reader", "suggest.reasons"),
    *("suggest.modifiers", "suggest.scope"),
    *(
        "suggest.reading.clauses",
        "suggest.reading.codes",
        "suggest.reading.digits",
        "suggest.reading.packages",
    ),
    *("suggest.suggester", "suggest.suggestions", "suggest.systems", "suggest.trees", "suggest.word_marks"),
]
if os.environ.get("HCPCS_PLAIN_PYTHON"):
    PLAIN = []


def extension(name: str, suffix: str, *flags: str) -> Extension:
    """A module that is compiled from the source beside it."""
    source = f"{name.replace('.', '/')}{suffix}"
    # Debugging information names the folder, so that the same sources would give different wheels.
    return Extension(
        name,
        [source],
        include_dirs=[np.get_include()],
        define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
        extra_compile_args=[] if sys.platform == "win32" else [*flags, "-g0"],
    )


setup(
    ext_modules=cythonize(
        [extension(name, ".pyx", *OPTIMIZATION, *flags) for name, flags in COMPILED.items()],
        build_dir="build",
    )
    + cythonize(
        [extension(name, ".py", "-Os") for name in PLAIN],
        build_dir="build",
        # Annotations stay what they are in Python: no checks and no conversions.
        compiler_directives={"annotation_typing": False, "language_level": 3},
    ),
    options={"build_ext": {"parallel": os.cpu_count()}},
)
