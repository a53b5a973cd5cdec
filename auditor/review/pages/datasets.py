"""The datasets: what is checked, what can be fetched or dropped here, and what nobody can check."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auditor.audit.coverage import checked_index
from auditor.datasets import catalogue
from auditor.datasets.adding import Wish, add, add_recognised
from auditor.datasets.fetch import fetch_card
from auditor.datasets.fetch_all import fetch_all, offer
from auditor.datasets.index.local import open_indexes
from auditor.datasets.index.manifest import Manifest
from auditor.errors import UsageError
from auditor.review.drops import Drop
from auditor.review.forms import read_form, see
from auditor.review.jobs import JobProgress, PausedError
from auditor.review.render import page, state_of
from auditor.review.state import State
from auditor.text import count, file_size


def datasets(request: Request) -> Response:
    """All of the catalogue, those that can be had with a click first."""
    state = state_of(request)
    with state.workspace() as space:
        local = open_indexes(space.settings.indexes)
        synced = space.nsid is not None
    have = {index.name: index.manifest for index in local.readable}
    cards = list(catalogue.load().values())
    missing = [card for card in cards if card.name not in have]
    starter = offer({card.name: card for card in missing}, faces=True).coming
    return page(
        request,
        "datasets.html",
        starter=starter,
        starter_bytes=file_size(sum(entry.known_bytes for entry in starter)),
        sizes={
            entry.card.name: file_size(entry.known_bytes) if entry.known_bytes else "size not known"
            for entry in starter
        },
        have=[
            (checked_index(manifest, catalogue.find(name)), manifest.photos)
            for name, manifest in sorted(have.items())
        ],
        damaged=local.damaged,
        fetchable=[card for card in missing if card.checkable and any(file.fetchable for file in card.files)],
        by_hand=[
            card for card in missing if card.checkable and not any(file.fetchable for file in card.files)
        ],
        keyless=[card for card in missing if not card.checkable],
        synced=synced,
    )


async def fetch(request: Request) -> Response:
    """Download a dataset's lists from its publisher and build the index."""
    form = await read_form(request)
    state = state_of(request)
    card = catalogue.get(form.get("name"))

    def work(progress: JobProgress) -> str:
        with state.workspace(progress) as space:
            given = space.settings
            fetched = fetch_card(
                card,
                given.downloads,
                given.indexes,
                memory_limit=given.memory_limit,
                progress=progress,
            )
        return f"{card.title}: {count(fetched.manifest.photos, 'photo')} can be looked up now"

    state.jobs.start(f"fetch-{card.name}", f"Fetching {card.title}", "/datasets", work, announce=True)
    return see(f"/jobs/fetch-{card.name}")


async def fetch_faces(request: Request) -> Response:
    """Fetch every face dataset that a program can fetch."""
    await read_form(request)
    state = state_of(request)

    def work(progress: JobProgress) -> str:
        with state.workspace(progress) as space:
            given = space.settings
            have = {index.name for index in open_indexes(given.indexes).readable}
            missing = {name: card for name, card in catalogue.load().items() if name not in have}
            ended = fetch_all(
                offer(missing, faces=True).coming,
                given.downloads,
                given.indexes,
                memory_limit=given.memory_limit,
                progress=progress,
            )
        for outcome in ended:
            if isinstance(outcome.error, PausedError):  # by the user, and no failure of the publisher
                raise outcome.error
        failed = [outcome.card.title for outcome in ended if outcome.failed]
        got = count(sum(outcome.fetched is not None for outcome in ended), "dataset")
        return f"{got} can be looked up now" + (f"; not available: {', '.join(failed)}" if failed else "")

    state.jobs.start("fetch-faces", "Fetching the face datasets", "/datasets", work, announce=True)
    return see("/jobs/fetch-faces")


def add_dropped(state: State, drop: Drop, name: str) -> Response:
    """Build the index of the dataset `name`, or of whatever is recognised in the files of a drop."""

    def work(progress: JobProgress) -> str:
        try:
            with state.workspace(progress) as space:
                given = space.settings
                wish = Wish(memory_limit=given.memory_limit)
                if name:
                    return _told(add(given.indexes, catalogue.get(name).name, drop.files, wish, progress))
                built, unknown = add_recognised(given.indexes, drop.files, wish, progress)
        finally:
            drop.discard()
        if unknown and not built:
            if (refused := unknown[0].error) is not None:
                raise refused
            raise UsageError(unknown[0].reason, hint="Choose the dataset that the file is of.")
        return "; ".join([*map(_told, built), *(f"{file.path.name}: {file.reason}" for file in unknown)])

    job = state.jobs.start(drop.job("add"), "Reading the list", "/datasets", work, announce=True)
    return see(f"/jobs/{job.name}")


def _told(manifest: Manifest) -> str:
    return f"{manifest.dataset}: {count(manifest.photos, 'photo')} can be looked up now"


ROUTES = [
    Route("/datasets", datasets),
    Route("/datasets/fetch", fetch, methods=["POST"]),
    Route("/datasets/fetch-faces", fetch_faces, methods=["POST"]),
]
