"""Batches on a real Spark cluster on this machine: a standalone master and two worker processes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from api.__main__ import main
from api.building import build_index
from index.home import Home
from tests.waiting import wait_until

pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")
parquet = pytest.importorskip("pyarrow.parquet")
ROOT = Path(__file__).parents[1]
ROWS = 3000
ON = date(2026, 1, 15)

pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java 17; CI has it"),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    pytest.mark.long,
    pytest.mark.timeout(900),  # the daemons take a minute each on a busy machine
    pytest.mark.filterwarnings("ignore"),
]


def start(stack: ExitStack, folder: Path, name: str, *arguments: str) -> tuple[subprocess.Popen[bytes], Path]:
    """A Spark daemon in the foreground, and its log."""
    import pyspark

    home = Path(pyspark.__file__).parent
    log = folder / f"{name}.log"
    environ = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(folder / "work"),
        "PYTHONPATH": str(ROOT),
        "PYSPARK_PYTHON": sys.executable,
    }
    file = stack.enter_context(log.open("wb"))
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name.split('-')[0]}", *arguments]
    process = subprocess.Popen(command, env=environ, stdout=file, stderr=file, start_new_session=True)
    stack.callback(lambda: (os.killpg(process.pid, signal.SIGKILL), process.wait()))
    return process, log


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[Any]]]:
    """The address of a master with two workers of one core each, and the workers' processes."""
    with ExitStack() as stack:
        host = ("--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        _, log = start(stack, tmp_path, "master.Master", *host)
        wait_until(lambda: "I have been elected leader" in log.read_text(), 60, what="the master")
        address = re.search(r"Starting Spark master at (spark://[\d.]+:\d+)", log.read_text())
        assert address is not None
        workers = []
        for number in (1, 2):
            options = (*host, "--cores", "1", "--memory", "1g", address[1])
            process, own = start(stack, tmp_path, f"worker.Worker-{number}", *options)
            workers.append(process)
            wait_until(lambda own=own: "Successfully registered" in own.read_text(), 60, what="a worker")
        monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
        monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        yield address[1], workers


def test_a_cluster_that_loses_a_worker_gives_what_one_machine_gives(
    cluster: tuple[str, list[Any]], tmp_path: Path
) -> None:
    """Every row arrives once, also when a worker is killed in the middle; all columns equal, row by row."""
    from pyspark.sql import SparkSession

    from api.spark.frames import ship_index, suggest_codes

    address, workers = cluster
    folder = build_index(Home(tmp_path / "home"), on=ON)[0]
    given, alone = tmp_path / "in.csv", tmp_path / "alone.parquet"
    texts = ["walker", "wheelchair leg rest", "", "o2 concentrator", "xyzzy"]
    given.write_text("id,text\n" + "".join(f"{i},{texts[i % 5]} {i // 50}\n" for i in range(ROWS)))
    command = ["batch", str(given), str(alone), "-k", "2", "--on", str(ON), "--index", str(folder)]
    assert main([*command, "--processes", "1"]) == 0
    session = SparkSession.builder.master(address).config("spark.ui.enabled", "true")
    session = session.config("spark.ui.port", "0").config("spark.executor.memory", "512m")
    session = session.config("spark.driver.host", "127.0.0.1").config(
        "spark.executorEnv.PYTHONPATH", str(ROOT)
    )
    spark = session.getOrCreate()
    try:
        frame = spark.read.csv(str(given), header=True).repartition(24)
        coded = suggest_codes(frame, ship_index(spark, folder), k=2, on=ON)
        out = tmp_path / "cluster.parquet"
        writing = Thread(target=lambda: coded.write.parquet(str(out)))
        writing.start()
        wait_until(lambda: _done(spark) >= 3, 120, what="the first tasks")
        before = _done(spark)
        os.killpg(workers[0].pid, signal.SIGKILL)
        writing.join(timeout=400)
        assert not writing.is_alive()
    finally:
        spark.stop()

    assert before < 24
    found = parquet.read_table(out).to_pylist()
    wanted = parquet.read_table(alone).to_pylist()
    assert sorted(found, key=lambda row: int(row["id"])) == wanted
    assert len(found) == ROWS


def _done(spark: Any) -> int:
    """Number of tasks that are done in the stages that run."""
    tracker = spark.sparkContext.statusTracker()
    stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
    return max((stage.numCompletedTasks for stage in stages if stage and stage.numTasks == 24), default=0)
