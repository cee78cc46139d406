#!/usr/bin/env python3
"""Cleans web archives or Parquet files of HTML with tamis on Spark, and writes records as partitioned Parquet.

    spark-submit clean.py --output articles --listing warc.paths --prefix https://data.commoncrawl.org/
    spark-submit clean.py --output articles --parquet pages.parquet --html html --url url

- record: one row for each page and each damaged record, whatever became of it (`status`)
- listing: a file with one archive a line, plain or gzip, as Common Crawl publishes it

Each task cleans one archive, or one part of the Parquet input, in a process of its own (tamis.isolated). What a task
wrote counts when it is committed as a whole, so that a task that was lost comes again and nothing is there twice.
At the end the records are counted against the input; the job says both numbers and fails when they differ.
"""

import argparse
import gzip
import json
import sys
import urllib.request

import pyarrow
from pyspark.sql import SparkSession, functions

ROWS_A_BATCH = 200
"""Rows that are handed to Spark at once. With the limit on pages in memory below, a worker stays under 500 MB."""
PAGES_A_BATCH = 50
"""Pages that Spark hands to a worker at once: of Parquet input, 10,000 pages of 200 kB would be 2 GB."""

TEXTS = ["source", "url", "canonical", "title", "date", "modified", "language", "site", "description", "image", "type",
         "text", "status", "reason", "archive", "record_id", "fetched"]
LISTS = ["authors", "tags", "comments", "warnings"]
FLAGS = ["paywalled", "live"]
ROW = pyarrow.schema(
    [pyarrow.field(name, pyarrow.string()) for name in TEXTS]
    + [pyarrow.field(name, pyarrow.list_(pyarrow.string())) for name in LISTS]
    + [pyarrow.field(name, pyarrow.bool_()) for name in FLAGS]
    + [pyarrow.field("offset", pyarrow.int64())]
)
SPARK_ROW = ", ".join(
    [f"{name} string" for name in TEXTS]
    + [f"{name} array<string>" for name in LISTS]
    + [f"{name} boolean" for name in FLAGS]
    + ["offset bigint"]
)


class Download:
    """An archive from the web, which must not pass for whole when the connection ends early."""

    def __init__(self, url):
        self.answer = urllib.request.urlopen(url, timeout=60)
        length = self.answer.headers.get("Content-Length")
        self.left = int(length) if length else None

    def read(self, size):
        data = self.answer.read(size)
        if self.left is not None:
            self.left -= len(data)
            if not data and self.left > 0:
                raise ConnectionError(f"{self.answer.url} ended {self.left} bytes too early")
        return data


def opened(path):
    """What tamis reads an archive from: a path, or an object for addresses that pyarrow or the web know."""
    if path.startswith(("http://", "https://")):
        return Download(path)
    if "://" in path:
        from pyarrow import fs
        system, inside = fs.FileSystem.from_uri(path)
        return system.open_input_stream(inside)
    return path


def row(outcome, **known):
    """The row of an article or rejection."""
    import tamis
    if isinstance(outcome, tamis.Rejected):
        found = {**outcome.metadata, "status": outcome.status, "reason": outcome.reason}
    else:
        found = {**vars(outcome), "status": "ok"}
    return {name: known.get(name, found.get(name)) for name in ROW.names}


def archive_rows(cleaner, path):
    """The rows of an archive, in its order."""
    import tamis
    for page in tamis.read_warc(opened(path)):
        known = {"source": page.url or path, "url": page.url, "archive": path, "offset": page.offset,
                 "record_id": page.id, "fetched": page.date}
        if page.html is None:
            outcome = tamis.Rejected(page.status, page.reason, {})
        elif page.http_status >= 300:
            outcome = tamis.Rejected("http-error", f"the archive holds an answer {page.http_status}", {})
        else:
            outcome = cleaner.outcome(page.html, page.url, content_type=page.content_type)
        yield row(outcome, **known)


def batches_of(rows):
    """Arrow batches of some rows each."""
    waiting = []
    for one in rows:
        waiting.append(one)
        if len(waiting) == ROWS_A_BATCH:
            yield pyarrow.RecordBatch.from_pylist(waiting, schema=ROW)
            waiting = []
    if waiting:
        yield pyarrow.RecordBatch.from_pylist(waiting, schema=ROW)


def archive_cleaner(seconds, options):
    """The function for mapInArrow over batches of archive names."""
    def clean(batches):
        from tamis.isolated import IsolatedCleaner
        with IsolatedCleaner(seconds=seconds, **options) as cleaner:
            for batch in batches:
                for path in batch.column("archive").to_pylist():
                    yield from batches_of(archive_rows(cleaner, path))
    return clean


def page_cleaner(seconds, options):
    """The function for mapInArrow over batches of pages."""
    def clean(batches):
        from tamis.isolated import IsolatedCleaner
        with IsolatedCleaner(seconds=seconds, **options) as cleaner:
            for batch in batches:
                pages = zip(*(batch.column(name).to_pylist() for name in ("html", "url", "source")), strict=True)
                yield from batches_of(
                    row(cleaner.outcome(html or b"", url), source=source, url=url) for html, url, source in pages
                )
    return clean


def counter(batches):
    """How many rows an archive must give, counted without cleaning."""
    import tamis
    for batch in batches:
        paths = batch.column("archive").to_pylist()
        counts = [sum(1 for _ in tamis.read_warc(opened(path))) for path in paths]
        yield pyarrow.RecordBatch.from_pydict({"archive": paths, "pages": counts})


def listed(options):
    """The archives of the command line and of the listing."""
    paths = list(options.archives)
    if options.listing:
        with open(options.listing, "rb") as file:
            data = file.read()
        text = (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode()
        paths += [line.strip() for line in text.splitlines() if line.strip()]
    return [options.prefix + path for path in dict.fromkeys(paths)]


def clean_archives(spark, options, cleaning):
    """Writes the records of archives; gives how many there must be."""
    paths = listed(options)
    if not paths:
        sys.exit(f"{options.listing} names no archive")
    names = spark.sparkContext.parallelize([(path,) for path in paths], len(paths)).toDF("archive string")
    write(names.mapInArrow(archive_cleaner(options.seconds, cleaning), SPARK_ROW), options)
    counts = names.mapInArrow(counter, "archive string, pages bigint")
    return counts.agg(functions.sum("pages")).first()[0] or 0


def clean_pages(spark, options, cleaning):
    """Writes the records of Parquet files; gives how many there must be."""
    table = spark.read.parquet(*options.parquet)
    column = functions.col
    url = column(options.url) if options.url else functions.lit(None).cast("string")
    source = column(options.id or options.url) if options.id or options.url else functions.lit(None)
    pages = table.select(column(options.html).alias("html"), url.alias("url"), source.cast("string").alias("source"))
    if options.partitions:
        pages = pages.repartition(options.partitions)
    write(pages.mapInArrow(page_cleaner(options.seconds, cleaning), SPARK_ROW), options)
    return table.count()


def write(records, options):
    columns = [name for name in options.partition_by.split(",") if name]
    records.write.mode("overwrite" if options.overwrite else "errorifexists").partitionBy(*columns).parquet(
        options.output
    )


def reconcile(spark, options, wanted):
    """Counts the records by status; says whether they are as many as the input has, and none is there twice."""
    records = spark.read.parquet(options.output)
    statuses = {found["status"]: found["count"] for found in records.groupBy("status").count().collect()}
    places = records.filter("offset is not null")
    doubled = places.count() - places.select("archive", "offset").distinct().count()
    total = sum(statuses.values())
    summary = {"input": wanted, "records": total, "doubled": doubled, "statuses": statuses}
    print(json.dumps(summary, sort_keys=True))
    return total == wanted and doubled == 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archives", nargs="*", help="web archives: paths, or addresses (s3://, gs://, hdfs://, https://)")
    parser.add_argument("--listing", help="a file that names archives, one a line")
    parser.add_argument("--prefix", default="", help="what stands before each archive's name")
    parser.add_argument("--parquet", nargs="+", help="Parquet files of pages, in the place of archives")
    parser.add_argument("--html", default="html", help="column of the pages, binary or string")
    parser.add_argument("--url", help="column of their addresses")
    parser.add_argument("--id", help="column that names a page in `source`; the address without it")
    parser.add_argument("--partitions", type=int, help="parts of the Parquet input; as it is stored without it")
    parser.add_argument("--output", required=True, help="folder of the records")
    parser.add_argument("--overwrite", action="store_true", help="replace what is in that folder")
    parser.add_argument("--partition-by", default="status", help="columns that part the output; status without it")
    parser.add_argument("--seconds", type=float, default=30.0, help="most seconds for one page")
    parser.add_argument("--options", type=json.loads, default={}, metavar="JSON",
                        help='options of tamis.Cleaner, as in {"focus": "precision"}')
    options = parser.parse_args()
    if bool(options.parquet) == bool(options.archives or options.listing):
        parser.error("name archives (or a --listing of them), or --parquet files")
    return options


def main():
    options = arguments()
    spark = (
        SparkSession.builder.appName("tamis")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", PAGES_A_BATCH)
        .getOrCreate()
    )
    work = clean_pages if options.parquet else clean_archives
    wanted = work(spark, options, options.options)
    whole = reconcile(spark, options, wanted)
    spark.stop()
    sys.exit(0 if whole else 1)


if __name__ == "__main__":
    main()
