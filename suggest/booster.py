"""LightGBM models through the library's own C interface.

The Python package imports SciPy, and scikit-learn where that is installed: one to two seconds, more than all
the rest of a cold start, for a wrapper of which prediction needs nothing. The functions called here are those
of LightGBM's documented C API (`LightGBM/c_api.h`).
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import ArtifactError

_FLOAT32, _ROW_MAJOR, _NORMAL, _FIRST, _ALL = 0, 1, 0, 0, -1  # C_API_DTYPE_FLOAT32, C_API_PREDICT_NORMAL ...
_ONE_THREAD = b"num_threads=1"  # so that threads of a server do not fight for cores
_LONGEST_NAME = 256
_SUFFIX = {"win32": "bin/lib_lightgbm.dll", "darwin": "lib/lib_lightgbm.dylib"}


class Booster:
    """A trained model, for prediction only. Safe to use from several threads."""

    def __init__(self, model: str) -> None:
        """Read a model in LightGBM's text format.

        Raises:
            ArtifactError: If it is no such model, or the library is not there.
        """
        self._library = _library()
        self._handle = ctypes.c_void_p()
        self._call(
            "LoadModelFromString", model.encode(), ctypes.byref(ctypes.c_int()), ctypes.byref(self._handle)
        )
        count = ctypes.c_int()
        self._call("GetNumFeature", self._handle, ctypes.byref(count))
        self.features = self._names(count.value)

    @classmethod
    def load(cls, path: Path) -> Booster:
        """Read a model file.

        Raises:
            ArtifactError: If it cannot be read.
        """
        try:
            return cls(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ArtifactError(
                f"the model {path} cannot be read ({error}); reinstall the project"
            ) from error
        except ArtifactError as error:
            raise ArtifactError(f"the model {path} cannot be used: {error}; reinstall the project") from error

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self._library.LGBM_BoosterFree(self._handle)

    def predict(self, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """What the model says of each row.

        Args:
            matrix: float32 (n, features), in the order of `features`.

        Returns:
            float64 (n,): raw scores of a ranking model, probabilities of a binary one.

        Raises:
            ValueError: If the matrix has another number of columns.
        """
        if matrix.ndim != 2 or matrix.shape[1] != len(self.features):
            raise ValueError(
                f"the model reads {len(self.features)} features, the matrix has shape {matrix.shape}"
            )
        rows = np.ascontiguousarray(matrix, np.float32)
        out = np.zeros(len(rows), np.float64)
        if len(rows):
            self._call(
                "PredictForMat",
                self._handle,
                rows.ctypes.data_as(ctypes.c_void_p),
                ctypes.c_int(_FLOAT32),
                ctypes.c_int32(rows.shape[0]),
                ctypes.c_int32(rows.shape[1]),
                ctypes.c_int(_ROW_MAJOR),
                ctypes.c_int(_NORMAL),
                ctypes.c_int(_FIRST),
                ctypes.c_int(_ALL),
                ctypes.c_char_p(_ONE_THREAD),
                ctypes.byref(ctypes.c_int64()),
                out.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
            )
        return out

    def _names(self, count: int) -> tuple[str, ...]:
        buffers = [ctypes.create_string_buffer(_LONGEST_NAME) for _ in range(count)]
        pointer = ctypes.POINTER(ctypes.c_char)
        pointers = (pointer * count)(*(ctypes.cast(buffer, pointer) for buffer in buffers))
        self._call(
            "GetFeatureNames",
            self._handle,
            ctypes.c_int(count),
            ctypes.byref(ctypes.c_int()),
            ctypes.c_size_t(_LONGEST_NAME),
            ctypes.byref(ctypes.c_size_t()),
            pointers,
        )
        return tuple(buffer.value.decode() for buffer in buffers)

    def _call(self, name: str, *arguments: object) -> None:
        if getattr(self._library, f"LGBM_Booster{name}")(*arguments) != 0:
            raise ArtifactError(f"LightGBM says {self._library.LGBM_GetLastError().decode(errors='replace')}")


@cache
def _library() -> ctypes.CDLL:
    """The shared library inside the package `lightgbm`, which is found but not imported."""
    spec = find_spec("lightgbm")
    if spec is None or spec.origin is None:
        raise ArtifactError("lightgbm is not installed: pip install -c constraints.txt -e .")
    path = Path(spec.origin).parent / _SUFFIX.get(sys.platform, "lib/lib_lightgbm.so")
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise ArtifactError(
            f"{path} cannot be loaded ({error}); on Debian: apt-get install libgomp1"
        ) from error
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    return library
