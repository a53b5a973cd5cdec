"use strict";
// What a page cannot do without a script: tick while looking, show live progress, drop files. All else is links and forms.
(() => {
  const token = document.querySelector("meta[name=form-token]").content;

  function send(path, fields) {
    return fetch(path, {
      method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams([["form_token", token], ...fields]),
    });
  }

  // -- ticks: each one is kept by the server at once; with shift, all between the last one and this one.
  const boxes = [...document.querySelectorAll("#sheet input[type=checkbox]")];
  const tray = document.querySelector(".tray");
  let last = null;
  boxes.forEach((box, at) => box.addEventListener("click", async (event) => {
    const range = event.shiftKey && last !== null ? boxes.slice(Math.min(last, at), Math.max(last, at) + 1) : [box];
    range.forEach((other) => { other.checked = box.checked; });
    last = at;
    const answer = await send("/select", [["what", "some"], ["ticked", box.checked ? "yes" : "no"], ...range.map((other) => ["id", other.value])]);
    if (!answer.ok) { location.reload(); return; }
    const { selected } = await answer.json();
    document.getElementById("ticked").textContent = `${selected.toLocaleString("en")} ${selected === 1 ? "photo" : "photos"} ticked`;
    tray.hidden = selected === 0;
  }));

  // -- a picture that does not come leaves the drawn one in its place.
  for (const picture of document.images) {
    if (picture.complete && picture.naturalWidth === 0) picture.remove();
    else picture.addEventListener("error", () => picture.remove());
  }

  // -- filters apply as they are chosen; typing waits a moment.
  const filter = document.querySelector("form[data-live]");
  let waiting;
  filter?.addEventListener("change", () => filter.requestSubmit());
  filter?.querySelector("input[type=search]")?.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => filter.requestSubmit(), 600);
  });

  // -- live progress: the stream only watches; when it ends the page is loaded again, once.
  const live = document.querySelector("[data-events]");
  if (live) {
    const events = new EventSource(live.dataset.events);
    events.addEventListener("progress", (event) => { live.innerHTML = event.data; });
    events.addEventListener("end", () => { events.close(); location.reload(); });
    events.addEventListener("error", () => { live.dataset.lost = "yes"; });
  }

  // -- files: sent as they are, one after the other, to be read on this computer.
  for (const form of document.querySelectorAll("form[data-drop]")) {
    const tell = form.querySelector("output");
    const put = async (files) => {
      for (const file of files) {
        tell.value = `Reading ${file.name} …`;
        const path = `${form.dataset.drop}?${new URLSearchParams({ name: file.name })}`;
        const answer = await fetch(path, { method: "POST", headers: { "x-form-token": token }, body: file });
        if (!answer.ok) { tell.value = await answer.text(); return; }
        tell.value = `${file.name} is here.`;
      }
      const as = form.elements.as?.value ?? "";
      const next = await fetch(`${form.dataset.drop}/done?${new URLSearchParams({ as })}`, { method: "POST", headers: { "x-form-token": token } });
      if (next.redirected) location.assign(next.url); else tell.value = await next.text();
    };
    form.addEventListener("submit", (event) => event.preventDefault());
    form.querySelector("input[type=file]").addEventListener("change", (event) => put(event.target.files));
    form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
    form.addEventListener("dragleave", () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => { event.preventDefault(); form.classList.remove("over"); put(event.dataTransfer.files); });
  }
})();
