#!/usr/bin/env python3
"""Tries the Spark job on two executors of this machine: one is killed, some pages are poison, and all is counted.

    python3 deploy/spark/trial.py --pages 5000 --corpus ../shared/corpus/fr ../shared/corpus/newsrooms

Needs Java 17, `pyspark[sql]` and the wheel in the Python that runs it, and the program `tamis` to compare with. Pages
are repeated up to the number asked for and written into archives, with poison among them: pages on which a cleaner that
is put into the place of the true one hangs or dies. Then the pages, each once, are read from Parquet. Fails unless every
page has its record once, with the text that `tamis clean` gives.
"""

import argparse
import gzip
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
HANGS, KILLS = b"<p>poison that HANGS</p>", b"<p>poison that KILLS</p>"
SECONDS = 5
"""Time of a page: enough for a busy machine, and short enough to wait for the poison."""
POISON = f"""
import os, time
try:
    from tamis import _tamis
except ImportError:  # another Python of the machine
    _tamis = None
if _tamis:
    True_cleaner = _tamis.Cleaner

    class Cleaner:
        def __init__(self, **options):
            self.inner = True_cleaner(**options)

        def record(self, page):
            if page[0] == {HANGS!r}:
                time.sleep(600)
            if page[0] == {KILLS!r}:
                os.abort()
            return self.inner.record(page)

    _tamis.Cleaner = Cleaner
"""


def corpus_pages(folders):
    """The pages of corpus folders, or the samples."""
    if not folders:
        return [path.read_bytes() for path in sorted((ROOT / "samples/pages").glob("*/page.html"))]
    files = [path for folder in folders for path in sorted((pathlib.Path(folder) / "html").iterdir())]
    return [gzip.decompress(path.read_bytes()) for path in files]


def record(url, html):
    """An archive's record, compressed on its own."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + html
    head = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-06T07:08:09Z\r\n"
    head += f"WARC-Record-ID: <urn:{url}>\r\nContent-Length: {len(block)}\r\n\r\n"
    return gzip.compress(head.encode() + block + b"\r\n\r\n", compresslevel=1)


def address(index, pages):
    """A page that is repeated keeps its address, by which its records are found."""
    return f"https://news.example/{index % len(pages)}"


def write_archives(folder, pages, count, archives):
    """Writes the archives; the second and third last have a poison page each."""
    paths = []
    for number in range(archives):
        path = folder / f"{number:03}.warc.gz"
        with path.open("wb") as file:
            for index in range(number, count, archives):
                file.write(record(address(index, pages), pages[index % len(pages)]))
                poison = {1: HANGS, archives - 2: KILLS}.get(number)
                if poison and index == number:
                    file.write(record(f"https://poison.example/{number}", poison))
        paths.append(path)
    return paths


def executors(parent):
    """The executors below a process, as (process, command)."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in table.splitlines()]
    below, found = {parent}, []
    for _ in range(10):
        below |= {int(row[0]) for row in rows if int(row[1]) in below}
    for row in rows:
        if int(row[0]) in below and "CoarseGrainedExecutorBackend" in row[2] and "java" in row[2].split()[0]:
            found.append(int(row[0]))
    return found


def write_parquet(folder, pages):
    """Writes the pages, each once, into two Parquet files."""
    import pyarrow.parquet
    (folder / "pages").mkdir()
    rows = [{"html": page, "url": address(index, pages)} for index, page in enumerate(pages)]
    for part in range(2):
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows[part::2]), folder / f"pages/{part}.parquet")
    return folder / "pages"


def listing(folder, paths):
    """The arguments of a job over archives."""
    (folder / "listing").write_text("".join(f"{path}\n" for path in paths))
    return ["--listing", folder / "listing"]


def run_job(folder, source, output, kill):
    """Runs the job on two executors; kills one when the first task is committed. Gives its summary and seconds."""
    import pyspark
    submit = pathlib.Path(pyspark.__file__).parent / "bin/spark-submit"
    (folder / "poison").mkdir(exist_ok=True)
    (folder / "poison/sitecustomize.py").write_text(POISON)
    command = [submit, "--master", "local-cluster[2,1,1024]", "--conf", "spark.ui.enabled=false",
               "--conf", f"spark.executorEnv.PYTHONPATH={folder / 'poison'}",
               HERE / "clean.py", *source, "--output", output, "--seconds", str(SECONDS)]
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable,
                   "SPARK_HOME": str(pathlib.Path(pyspark.__file__).parent), "SPARK_LOCAL_IP": "127.0.0.1",
                   "SPARK_WORKER_DIR": str(folder / "work")}
    start = time.monotonic()
    with (folder / "log").open("w") as log:
        job = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        killed = kill_one(job, output) if kill else None
        summary = job.communicate()[0]
    if job.returncode != 0 or (kill and not killed):
        sys.exit(f"the job failed ({job.returncode}), killed executor: {killed}\n{(folder / 'log').read_text()[-5000:]}")
    return json.loads(summary.splitlines()[-1]), time.monotonic() - start


def kill_one(job, output):
    """Kills an executor as soon as a task is committed; gives its process."""
    while job.poll() is None:
        if any(pathlib.Path(output).glob("_temporary/0/task_*")):
            victims = executors(job.pid)
            if victims:
                os.kill(victims[0], signal.SIGKILL)
                print(f"killed executor {victims[0]} of {len(victims)}, after the first commit")
                return victims[0]
        time.sleep(0.1)
    return None


def check_texts(program, folder, pages, count, output):
    """Looks whether each page has as many records as it was repeated, all of them as the program gives it."""
    import pyarrow.dataset
    said = ["source", "status", "text", "title", "date", "language"]
    table = pyarrow.dataset.dataset(output, format="parquet", partitioning="hive").to_table(columns=said)
    found = Counter(tuple(row[name] or "" for name in said) for row in table.to_pylist())
    once = folder / "once.warc.gz"
    once.write_bytes(b"".join(record(address(index, pages), page) for index, page in enumerate(pages[:count])))
    command = [program, "--quiet", "clean", "--format", "jsonl", once]
    lines = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.splitlines()
    records = {one["source"]: one for one in map(json.loads, lines)}
    wanted = Counter(
        tuple(records[address(index, pages)][name] or "" for name in said) for index in range(count))
    found = Counter({key: times for key, times in found.items() if "poison" not in key[0]})
    if found != wanted:
        sys.exit(f"{(found - wanted).total()} records are not those of {program}, {(wanted - found).total()} are missing")
    return wanted.total()


def plain_seconds(pages, count):
    """CPU seconds of the wheel alone, in this process."""
    import tamis
    cleaner = tamis.Cleaner()
    start = time.process_time()
    for index in range(count):
        cleaner.clean_many([(pages[index % len(pages)], address(index, pages))], threads=1)
    return time.process_time() - start


def used():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=240)
    parser.add_argument("--archives", type=int, default=12)
    parser.add_argument("--corpus", nargs="*", help="corpus folders; the samples without them")
    parser.add_argument("--tamis", default=ROOT / "target/release/tamis", help="the program to compare with")
    parser.add_argument("--overhead", action="store_true", help="run again without a death, and measure the engine")
    options = parser.parse_args()
    pages = corpus_pages(options.corpus)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        paths = write_archives(folder, pages, options.pages, options.archives)
        summary, seconds = run_job(folder, listing(folder, paths), folder / "out", kill=True)
        print(f"{json.dumps(summary)}\nwith one executor killed: {seconds:.0f} s")
        wanted = {"input": options.pages + 2, "records": options.pages + 2, "doubled": 0}
        if summary | wanted != summary or (summary["statuses"]["timeout"], summary["statuses"]["crashed"]) != (1, 1):
            sys.exit(f"wanted {wanted}, one timeout and one crash")
        same = check_texts(options.tamis, folder, pages, options.pages, folder / "out")
        print(f"{same} records have the text, title, date and language that `tamis clean` gives")
        try_parquet(options, folder, pages[: options.pages])
        if options.overhead:
            measure(folder, paths, pages, options.pages)


def try_parquet(options, folder, pages):
    """The same for Parquet input, without a death."""
    source = ["--parquet", write_parquet(folder, pages), "--url", "url", "--partitions", "3"]
    summary, seconds = run_job(folder, source, folder / "from-parquet", kill=False)
    if (summary["input"], summary["records"]) != (len(pages), len(pages)):
        sys.exit(f"of {len(pages)} pages from Parquet: {json.dumps(summary)}")
    same = check_texts(options.tamis, folder, pages, len(pages), folder / "from-parquet")
    print(f"from Parquet: {same} records, all as `tamis clean` gives them, {seconds:.0f} s")


def measure(folder, paths, pages, count):
    """CPU of the engine for each page: that of a job over all archives less one over the first, less the cleaning."""
    seconds = []
    for name, archives in [("first", paths[:1]), ("all", paths)]:
        before = used()
        run_job(folder, listing(folder, archives), folder / name, kill=False)
        seconds.append(used() - before)
    more = count - len(range(0, count, len(paths)))
    plain = plain_seconds(pages, count) / count
    engine = (seconds[1] - seconds[0]) / more - plain
    print(f"CPU a page: {1e3 * plain:.2f} ms of cleaning, {1e3 * engine:.2f} ms of engine")


if __name__ == "__main__":
    main()
