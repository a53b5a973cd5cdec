"use strict";
// What a page cannot do without a script: tick while looking, show live progress, drop files. All else is links and forms.
(() => {
  const token = document.querySelector("meta[name=form-token]").content;

  const lost = document.getElementById("lost");

  // No answer at all (null) means that the program has ended: that is said, and never taken for a yes.
  async function post(path, options) {
    try {
      const answer = await fetch(path, { method: "POST", ...options });
      lost.hidden = true;
      return answer;
    } catch {
      lost.hidden = false;
      return null;
    }
  }

  // -- ticks: each one is kept by the server at once; with shift, all between the last one and this one.
  const boxes = [...document.querySelectorAll("#sheet input[type=checkbox]")];
  const tray = document.querySelector(".tray");
  let last = null;
  boxes.forEach((box, at) => box.addEventListener("click", async (event) => {
    const range = event.shiftKey && last !== null ? boxes.slice(Math.min(last, at), Math.max(last, at) + 1) : [box];
    last = at;
    const before = range.map((other) => (other === box ? !box.checked : other.checked));
    range.forEach((other) => { other.checked = box.checked; });
    const fields = [["form_token", token], ["what", "some"], ["ticked", box.checked ? "yes" : "no"], ...range.map((other) => ["id", other.value])];
    const answer = await post("/select", { headers: { accept: "application/json" }, body: new URLSearchParams(fields) });
    if (answer === null) { range.forEach((other, place) => { other.checked = before[place]; }); return; }
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
    events.addEventListener("progress", (event) => { lost.hidden = true; live.innerHTML = event.data; });
    events.addEventListener("end", () => { events.close(); location.reload(); });
    events.addEventListener("error", () => { lost.hidden = false; });  // the browser tries again by itself
  }

  // -- a letter, to be pasted into a mail.
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    });
  }

  // -- files: sent as they are, one after the other, to be read on this computer.
  for (const form of document.querySelectorAll("form[data-drop]")) {
    const tell = form.querySelector("output");
    const stay = (event) => event.preventDefault();  // whoever leaves now stops the copying: the browser asks
    const reason = async (answer) => {
      if (answer === null) return "It did not arrive.";
      const words = answer.headers.get("content-type")?.startsWith("text/plain");
      return words ? answer.text() : "This page is out of date: load it again.";
    };
    const chooser = form.querySelector("input[type=file]");
    const refused = async (answer) => {
      chooser.value = "";  // or choosing the same files again would be no change
      tell.value = await reason(answer);
    };
    const put = async (files) => {
      form.querySelector("details:has(:invalid)")?.setAttribute("open", "");  // or nobody sees what is wrong
      if (!form.reportValidity()) { chooser.value = ""; return; }
      const drop = crypto.randomUUID();
      const headers = { "x-form-token": token };
      addEventListener("beforeunload", stay);
      for (const [place, file] of [...files].entries()) {
        tell.value = `Copying ${file.name} (${place + 1} of ${files.length}) …`;
        const answer = await post(`${form.dataset.drop}?${new URLSearchParams({ name: file.name, drop })}`, { headers, body: file });
        if (!answer?.ok) { removeEventListener("beforeunload", stay); await refused(answer); return; }
      }
      removeEventListener("beforeunload", stay);
      tell.value = "Reading …";
      const fields = [...new FormData(form)].filter(([name]) => name !== "file");
      const next = await post(`${form.dataset.drop}/done?${new URLSearchParams([...fields, ["drop", drop]])}`, { headers });
      if (next?.redirected) location.assign(next.url); else await refused(next);
    };
    form.addEventListener("submit", (event) => event.preventDefault());
    chooser.addEventListener("change", () => put([...chooser.files]));
    form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
    form.addEventListener("dragleave", () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => { event.preventDefault(); form.classList.remove("over"); put(event.dataTransfer.files); });
  }
})();
