"""The datasets: what is checked, what can be fetched or dropped here, and what nobody can check."""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auditor.audit.coverage import checked_index
from auditor.datasets import catalogue
from auditor.datasets.adding import Unknown, Wish, add, add_recognised
from auditor.datasets.fetch import fetch_card
from auditor.datasets.fetch_all import fetch_all, offer
from auditor.datasets.index.folder import remove as remove_index
from auditor.datasets.index.local import open_indexes
from auditor.datasets.index.manifest import Manifest
from auditor.errors import AuditorError, UsageError
from auditor.names import dataset_name
from auditor.review import words
from auditor.review.drops import Drop
from auditor.review.forms import read_form, see
from auditor.review.jobs import Job, JobProgress
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
            (name, checked_index(manifest, catalogue.find(name)), manifest.photos)
            for name, manifest in sorted(have.items())
        ],
        damaged=local.damaged,
        fetchable=[card for card in missing if card.fetchable],
        by_hand=[card for card in missing if card.checkable and not card.fetchable],
        keyless=[card for card in missing if not card.checkable],
        choices=sorted((card for card in cards if card.checkable), key=lambda card: card.title.lower()),
        more="more" in request.query_params,
        words=words,
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
        failed = [outcome.card.title for outcome in ended if outcome.failed]
        got = count(sum(outcome.fetched is not None for outcome in ended), "dataset")
        return f"{got} can be looked up now" + (f"; not available: {', '.join(failed)}" if failed else "")

    state.jobs.start("fetch-faces", "Fetching the face datasets", "/datasets", work, announce=True)
    return see("/jobs/fetch-faces")


def add_dropped(state: State, drop: Drop, asked: Mapping[str, str]) -> Job:
    """Build the index of the dataset or own list that was `asked` for, or of whatever the files are of."""

    def work(progress: JobProgress) -> str:
        with drop.reading(), state.workspace(progress) as space:
            given = space.settings
            name, wish = _asked(asked, given.memory_limit)
            if name:
                return _told(add(given.indexes, name, drop.files, wish, progress))
            built, unknown = add_recognised(given.indexes, drop.files, wish, progress)
            if unknown and not built:
                raise _not_added(unknown[0])
        return "; ".join([*map(_told, built), *(f"{file.path.name}: {file.reason}" for file in unknown)])

    again = "/datasets?more=yes#drop-title"
    name = drop.job("add")
    return state.jobs.start(name, "Reading the list", "/datasets", work, again=again, announce=True)


def _asked(asked: Mapping[str, str], memory_limit: str) -> tuple[str, Wish]:
    """What the form says of the files: the dataset's name or that of an own list, and how to build it."""
    chosen, own, column = (asked.get(name, "").strip() for name in ("as", "own", "column"))
    if chosen and own:
        raise UsageError(
            "a dataset was chosen, and a name given to a list of your own",
            hint="If it is your own list, choose no dataset.",
        )
    if own and catalogue.find(own):
        raise UsageError(
            f"{own} is a dataset, and no name for a list of your own",
            hint="Choose that dataset, or another name, such as my-list.",
        )
    already = asked.get("already", "")
    wish = Wish(
        append=already == "append",
        replace=already == "replace",
        as_is=bool(asked.get("as_is")),
        column=column or None,
        memory_limit=memory_limit,
    )
    if not chosen and not own and column:
        raise UsageError(
            "a column is said, and no name for your list", hint="Give it a name, such as my-list."
        )
    return own or (catalogue.get(chosen).name if chosen else ""), wish


def _not_added(file: Unknown) -> AuditorError:
    hint = "Choose the dataset that the file is of. If it is a list of your own, give it a name."
    return file.error or UsageError(f"{file.path.name}: {file.reason}", hint=hint)


def _told(manifest: Manifest) -> str:
    card = catalogue.find(manifest.dataset)
    title = card.title if card else manifest.dataset
    if not manifest.records:
        sure = "certainly none, by its shape" if manifest.certain else "so it says nothing"
        return f"{title}: no Flickr photo is in this list, {sure}"
    found = count(manifest.photos, "photo") if manifest.photos else count(manifest.records, "record")
    return f"{title}: {found} can be looked up now"


def sure(request: Request) -> Response:
    """Ask before an index is removed: building it may have taken hours."""
    name = dataset_name(request.query_params.get("name", ""))
    card = catalogue.find(name)
    return page(request, "remove.html", name=name, title=card.title if card else name)


async def remove(request: Request) -> Response:
    """Remove a local index; the user's and the publisher's files are not touched."""
    form = await read_form(request)
    with state_of(request).workspace() as space:
        await run_in_threadpool(remove_index, space.settings.indexes, form.get("name"))
    return see("/datasets")


ROUTES = [
    Route("/datasets", datasets),
    Route("/datasets/remove", sure),
    Route("/datasets/remove", remove, methods=["POST"]),
    Route("/datasets/fetch", fetch, methods=["POST"]),
    Route("/datasets/fetch-faces", fetch_faces, methods=["POST"]),
]
