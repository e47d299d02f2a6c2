#!/usr/bin/env python3
"""Counts the bank-feed errors of a log by provider and code, with feedfix annotate inside Spark.

Usage: spark_annotate.py LOG…      files or folders of NDJSON, as Spark's textFile takes them; prints "count provider code"
  FEEDFIX   another command than feedfix; each worker needs that one file, and nothing else
  MASTER    where Spark runs (local[2])
"""

import json
import os
import shlex
import sys
from operator import add

from pyspark import SparkConf, SparkContext


def diagnoses(line):
    """What annotate added to a line: nothing, or the provider and code."""
    # Most lines have no error: they are not parsed.
    if ',"feedfix":{' not in line:
        return
    added = json.loads(line)["feedfix"]
    # Where the catalogue lacks the code, there is none.
    yield added["provider"], added["code"] or "-"


def main(logs):
    if not logs:
        sys.exit(__doc__)
    master = os.environ.get("MASTER", "local[2]")
    if master.startswith("local"):
        # Nobody else has to reach it.
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    conf = SparkConf().setAppName("feedfix").setMaster(master)
    # A count needs no page to watch it on.
    conf.set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false").set("spark.log.level", "ERROR")
    # What pipe starts finds nothing in its environment but this: where programs are, and feedfix' settings.
    settings = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("FEEDFIX_")}
    with SparkContext(conf=conf) as spark:
        # One feedfix a partition, which takes in its lines and gives them back in order. checkCode: if it fails, so does the job,
        # rather than count what came through.
        command = shlex.quote(os.environ.get("FEEDFIX", "feedfix")) + " annotate"
        annotated = spark.textFile(",".join(logs)).pipe(command, settings, checkCode=True)
        counts = annotated.flatMap(diagnoses).map(lambda diagnosis: (diagnosis, 1)).reduceByKey(add).collect()
    for (provider, code), count in sorted(counts):
        print(count, provider, code)


if __name__ == "__main__":
    main(sys.argv[1:])
