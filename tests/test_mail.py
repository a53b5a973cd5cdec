"""Mails that somebody made to be a trouble: read in time that grows with their size, or refused."""

import pytest

from auditor.errors import UsageError
from auditor.mail import read_mail

HTML = b"From: a@example.org\nSubject: x\nContent-Type: text/html\n\n"


@pytest.mark.parametrize(
    "piece", [b"<a ", b"<!--", b"<!", b"<![CDATA[", b"</", b"<script ", b"<a a=b ", b"&", b"<"]
)
def test_html_without_an_end_is_read_in_one_pass(piece: bytes) -> None:
    """Python's own parser takes minutes for each of these (bpo: quadratic time), and the time-out says so."""
    assert len(read_mail(HTML + piece * (1_000_000 // len(piece))).text) < 2_000_000


@pytest.mark.parametrize(
    "mail",
    [
        b"From: " + b"=?utf-8?q?a?= " * 100_000 + b"\nSubject: " + b"(" * 100_000 + b"\n\nx",
        b"From: " + b'"' * 100_000 + b"\nSubject: x\nContent-Type: " + b";a*0*=" * 50_000 + b"\n\nx",
        b"From: a@example.org\nReferences: " + b"<" * 500_000 + b"\n\nx",
    ],
    ids=["encoded", "quoted", "references"],
)
def test_headers_of_any_length_are_read_as_far_as_mails_have_them(mail: bytes) -> None:
    read = read_mail(mail)
    assert len(read.subject) <= 2000
    assert read.text == "x"


def test_a_mail_of_endless_parts_is_refused() -> None:
    parts = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number) for number in range(3000)
    )
    with pytest.raises(UsageError, match="more parts"):
        read_mail(b"From: a@example.org\n" + parts)


def test_the_mail_that_is_answered_is_known_however_many_came_before() -> None:
    before = " ".join(f"<{number}@example.org>" for number in range(1000))
    mail = f"From: a@example.org\nReferences: {before} <the-last@example.org>\n\nx"
    assert read_mail(mail.encode()).references[-1] == "the-last@example.org"


def test_the_words_and_links_of_html_without_scripts_styles_comments_and_quotes() -> None:
    html = (
        "<html><head><title>no</title></head><style >p {no}</style><p>We&nbsp;removed <b>it</b>:"
        ' 3 &lt; 4, 5 < 6.<br><!-- no <p> --><A class="x" HREF="https://example.org/?a=1&amp;b=2">see</A></p>'
        '<script>no("</p>")</script ><blockquote>no <blockquote>no</blockquote></blockquote>\nRegards'
    )
    text = " ".join(read_mail(HTML + html.encode()).text.split())
    assert text == "We removed it: 3 < 4, 5 < 6. https://example.org/?a=1&b=2 see Regards"
