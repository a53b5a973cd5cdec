"""How photos are read: in windows of upload time that cost as few calls as can be."""

from hypothesis import given
from hypothesis import strategies as st

from auditor.account.photo import Photo
from auditor.flickr.api import PER_PAGE, ReadApi
from auditor.flickr.privacy import Privacy
from auditor.mitigation.running.photo_state import Reader


class NoApi(ReadApi):
    """Windows are computed without any call."""

    def __init__(self) -> None:
        """Nothing to call with."""


uploads = st.dictionaries(
    st.integers(1, 10**6), st.none() | st.integers(0, 3000) | st.integers(0, 10), min_size=1, max_size=1200
)


@given(uploads, st.data())
def test_windows_cover_every_photo_once_and_none_holds_more_than_a_page_or_a_second(
    account: dict[int, int | None], data: st.DataObject
) -> None:
    photos = [Photo(str(key), "", "0", Privacy.PUBLIC, date_upload=at) for key, at in account.items()]
    wanted = data.draw(st.sets(st.sampled_from([photo.id for photo in photos])))
    windows = Reader(NoApi(), "99000001@N07", photos).windows(wanted)
    covered = [photo_id for window in windows for photo_id in window.photo_ids]
    assert sorted(covered) == sorted(wanted)
    for window in windows:
        if window.uploaded_from is not None and window.uploaded_to is not None:
            inside = [
                at
                for at in account.values()
                if at is not None and window.uploaded_from <= at <= window.uploaded_to
            ]
            assert len(inside) <= PER_PAGE or window.uploaded_from == window.uploaded_to
    assert len(windows) <= len(wanted)


def test_a_whole_account_is_read_page_by_page_and_a_few_photos_one_by_one() -> None:
    photos = [Photo(str(n), "", "0", Privacy.PUBLIC, date_upload=n * 10) for n in range(1, 5001)]
    reader = Reader(NoApi(), "99000001@N07", photos)
    assert len(reader.windows(photo.id for photo in photos)) == 10
    assert len(reader.windows(str(n) for n in range(1, 5001, 600))) == 9


def test_photos_uploaded_in_one_second_are_read_together() -> None:
    photos = [Photo(str(n), "", "0", Privacy.PUBLIC, date_upload=1_500_000_000) for n in range(1, 1201)]
    assert len(Reader(NoApi(), "99000001@N07", photos).windows(photo.id for photo in photos)) == 1
