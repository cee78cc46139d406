"""Archives: the same pages as the program's, from paths and from objects, on from an offset."""

import gzip
import io

import pytest
import tamis
from conftest import ROOT

SAMPLE = ROOT / "samples/warc/two-pages.warc.gz"


def record(url, body="<p>Une phrase assez longue pour que la page soit un article de presse.</p>"):
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{body}".encode()
    head = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Record-ID: <urn:{url}>\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(block) + block + b"\r\n\r\n"


def test_an_archive_gives_what_the_program_reads(records_of):
    pages = list(tamis.read_warc(SAMPLE))
    records = records_of(SAMPLE)
    assert len(records) == len(pages) == 2
    for page, record in zip(pages, records, strict=True):
        known = {"offset": page.offset, "id": page.id, "date": page.date}
        assert record["archive"] == {"file": str(SAMPLE), **known}
        assert tamis.clean(page.html, page.url, content_type=page.content_type).text == record["text"]


def test_an_archive_goes_on_behind_an_offset(tmp_path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(gzip.compress(record(f"http://a.example/{n}")) for n in range(4)))
    pages = list(tamis.read_warc(path))
    assert list(tamis.read_warc(path, after=pages[1].offset)) == pages[2:]
    with pytest.raises(OSError, match="no record starts"):
        next(tamis.read_warc(path, after=7))


def test_an_object_is_read_like_a_file():
    with SAMPLE.open("rb") as file:
        assert list(tamis.read_warc(file)) == list(tamis.read_warc(SAMPLE))


def test_a_damaged_record_is_given_and_costs_itself_only():
    whole = [gzip.compress(record(f"http://a.example/{n}")) for n in range(3)]
    whole[1] = whole[1][:60] + whole[1][70:]
    pages = list(tamis.read_warc(io.BytesIO(b"".join(whole))))
    assert [page.url for page in pages if page.html] == ["http://a.example/0", "http://a.example/2"]
    assert [page.status for page in pages if not page.html] == ["read-error"]


def test_what_an_object_raises_is_raised():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > 0:
                raise ConnectionResetError("the line is cut")
            return super().read(200)

    with pytest.raises(ConnectionResetError, match="the line is cut"):
        list(tamis.read_warc(Broken(record("http://a.example/1") * 3)))
    with pytest.raises(OSError, match="cannot read /no/such"):
        next(tamis.read_warc("/no/such.warc"))
