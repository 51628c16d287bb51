"""A session of Spark for small frames: to compile a query would take longer than to run it on a few rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def spark_session(folder: Path) -> Any:
    """Return a session on two cores, its warehouse in a folder."""
    from pyspark.sql import SparkSession

    options: dict[str, Any] = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # Java's own compiler, likewise
        "spark.sql.warehouse.dir": str(folder),
    }
    session = SparkSession.builder.master("local[2]").config(map=options).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session
