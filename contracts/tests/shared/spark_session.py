"""The session of Spark of all tests in a process: to stop it in one would take it from the others."""

from __future__ import annotations

import atexit
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any


@cache
def spark_session() -> Any:
    """Return the session, on two cores; for small frames, as to compile a query takes longer than a few rows do."""
    from pyspark.sql import SparkSession

    folder = TemporaryDirectory()
    options: dict[str, Any] = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # Java's own compiler, likewise
        "spark.sql.warehouse.dir": folder.name,
    }
    session = SparkSession.builder.master("local[2]").config(map=options).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    atexit.register(folder.cleanup)
    atexit.register(session.stop)
    return session
