"""What a host can learn: read from its own log, and from the files."""

import re
from collections import Counter
from functools import partial

from auditor.audit.match import Subject, match
from auditor.lookup import keys, tree
from auditor.lookup.asked import Asked
from auditor.lookup.publish import MOST_PAGE
from tests.lookup.conftest import Data, Hosted, nsid

FILE = re.compile(
    r"/(lookup\.json|about-[0-9a-f]{16}\.json"
    r"|[a-z0-9_]+/([0-9a-f]{8}-[0-9]+|group-[0-9a-f]{8}|tree)-[0-9a-f]{16}\.bin)"
)


def ask(asked: Asked, subject: Subject) -> int:
    return sum(
        len(match(subject, index).by_owner) + len(match(subject, index).by_photo) for index in asked.indexes()
    )


def owner(value: str) -> Subject:
    return Subject(frozenset(), {}, nsids=frozenset({value}))


def look_up(hosted: Hosted, value: str) -> None:
    """As somebody who never asked before."""
    ask(hosted.ask(fresh=True), owner(value))


def start_of(hosted: Hosted, value: str) -> tree.Range:
    """The bucket in which an account is, or would be."""
    lookup = hosted.open()
    section = lookup.told.sections[keys.NSID]
    prefix = keys.digest(keys.NSID, value).prefix
    group, _ = tree.covering(lookup._table(tree.tree_name(keys.NSID, section.tree), section.tree), prefix)
    return tree.covering(lookup._table(tree.group_name(keys.NSID, group), group.pages[0]), prefix)[0]


def test_the_log_holds_prefixes_and_nothing_that_tells_who_asks(hosted: Hosted) -> None:
    hosted.web.etag = '"one-for-each-asker"'
    for value in (nsid(1), nsid(2)):
        assert ask(hosted.ask(), owner(value))
    assert all(FILE.fullmatch(request.path) for request in hosted.web.requests)
    for request in hosted.web.requests:
        headers = {name.lower(): value for name, value in request.headers.items()}
        assert headers.pop("host")
        assert headers == {
            "user-agent": "flickr-auditor",
            "accept": "*/*",
            "accept-encoding": "identity",
        } | ({"connection": "keep-alive"} if "connection" in headers else {})


def test_a_hit_and_a_miss_behind_one_prefix_look_the_same(hosted: Hosted, data: Data) -> None:
    giant = start_of(hosted, nsid(0))
    assert len(giant.pages) > 1
    behind = [one for one in data.photos if start_of(hosted, one) == giant]
    assert len(behind) >= 100
    missing = next(value for value in map(nsid, range(2000, 99_999)) if start_of(hosted, value) == giant)
    logs = [hosted.requests(partial(look_up, hosted, value)) for value in (nsid(0), behind[1], missing)]
    assert logs[0] == logs[1] == logs[2]


def test_every_question_about_an_account_of_usual_size_takes_as_many_requests(
    hosted: Hosted, data: Data
) -> None:
    usual = [*data.photos, *map(nsid, range(5000, 5300))]
    pages = Counter(len(start_of(hosted, value).pages) for value in usual)
    assert pages[1] > 0.7 * len(usual)
    for value in usual[40:50] + usual[-10:]:
        if len(start_of(hosted, value).pages) == 1:
            log = hosted.requests(partial(look_up, hosted, value))
            assert len(log) == 5


def test_pages_are_of_one_size_and_buckets_of_a_hundred_accounts(hosted: Hosted) -> None:
    told = hosted.published.described.sections
    for name, section in told.items():
        pages = [
            content
            for path, content in hosted.web.files.items()
            if re.fullmatch(rf"{name}/[0-9a-f]{{8}}-[0-9]+-.*", path)
        ]
        assert {len(content) for content in pages} == {section.page_bytes}
        assert len(pages) == section.pages
    assert told[keys.NSID].least_keys >= 100
    assert told[keys.NSID].page_bytes <= MOST_PAGE
    # Padding is not what a host's compression would take away again.
    import zlib

    page = next(content for path, content in hosted.web.files.items() if path.startswith("unowned/0"))
    assert len(zlib.compress(page)) > 0.9 * len(page)


def test_the_photos_of_an_account_do_not_change_what_is_asked(hosted: Hosted, data: Data) -> None:
    def audit(photo_ids: list[int], account: str) -> None:
        asked = hosted.ask(fresh=True, account=account)
        subject = Subject(frozenset(map(str, photo_ids)), {}, nsids=frozenset({account}))
        for index in asked.for_account((), ())[0]:
            match(subject, index)

    full = hosted.requests(lambda: audit(data.photos[nsid(9)] + data.unowned, nsid(9)))
    assert hosted.requests(lambda: audit([], nsid(9))) == full


def test_an_audit_finds_records_by_alias_in_what_is_fetched_whole(hosted: Hosted, data: Data) -> None:
    """Photos that are gone are found by an alias, which is never asked for by prefix."""
    subject = Subject(frozenset(), {}, nsids=frozenset({nsid(9)}), aliases=frozenset({"alias-7"}))
    asked = hosted.ask(fresh=True, account=nsid(9))
    found = {
        item.photo_id
        for index in asked.for_account((), ())[0]
        for item in match(subject, index).by_owner
        if index.name == "aliases"
    }
    assert found == {str(photo) for photo in data.aliased["alias-7"]}
    assert not [request for request in hosted.web.requests if request.path.startswith("/alias/")]


def test_several_photos_are_never_asked_for_by_prefix(hosted: Hosted, data: Data) -> None:
    def check(photo_ids: list[int]) -> None:
        ask(hosted.ask(fresh=True), Subject(frozenset(map(str, photo_ids)), {}))

    some = hosted.requests(lambda: check(data.photos[nsid(0)][:3]))
    assert hosted.requests(lambda: check([11, 12])) == some


def test_a_photo_beside_something_else_is_not_asked_for_by_prefix(hosted: Hosted, data: Data) -> None:
    """The prefixes of a person and of one of their photos together fit that one account alone."""
    photo = Subject(frozenset({str(data.photos[nsid(0)][0])}), {})

    def check(*, alone: bool) -> None:
        asked = hosted.ask(fresh=True, alone=alone)
        ask(asked, photo)
        ask(asked, owner(nsid(0)))

    pages = [path for path in hosted.requests(lambda: check(alone=False)) if path.startswith("/photo_id/0")]
    section = hosted.published.described.sections[keys.PHOTO]
    assert len(pages) == len([path for path in hosted.web.files if path.startswith("photo_id/0")])
    assert section.pages > 1


def test_an_account_is_never_asked_for_by_nsid_and_alias_together(hosted: Hosted) -> None:
    both = Subject(frozenset(), {}, nsids=frozenset({nsid(4)}), aliases=frozenset({"alias-3"}))
    log = hosted.requests(lambda: ask(hosted.ask(fresh=True), both))
    assert not [path for path in log if path.startswith("/alias/")]


def test_no_key_is_in_the_files(small: Hosted, few: Data) -> None:
    from auditor.lookup.columns import Bucket

    everything = b"".join(small.web.files.values())
    for value in [*few.photos, *few.aliased]:
        assert value.encode() not in everything
    known = {photo for photos in few.photos.values() for photo in photos}
    for path, content in small.web.files.items():
        if re.fullmatch(r"nsid/[0-9a-f]{8}-.*", path):
            bucket = Bucket.unpacked(content[4 : 4 + int.from_bytes(content[:4])])
            numbers = {*bucket.firsts.tolist(), *bucket.columns["photo"].tolist()}
            assert not numbers & known
